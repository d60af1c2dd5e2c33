//! The keys below a prefix, the heaviest first, where there is one dictionary of keyvi's layout.

use std::cmp::Ordering;

use super::floor::Floor;
use super::heap::Heap;
use super::lone::Lone;
use crate::dictionary::MAX_KEY_LEN;
use crate::entries::{Entries, Found, Source, Walk};
use crate::error::{Fault, InFile, Result};
use crate::fsa::{Child, Cursor, SparseArray};
use crate::value::ValueKind;

/// Most searches look at no more positions than this.
const ROOM: usize = 128;

/// A search that always goes on where the heaviest key may be: by weight, descending, then by key in byte order. It finds what
/// [`BestFirst`](super::best::BestFirst) finds, with less to keep: a position is a number, and strings are made of the positions that lead
/// to them.
pub(super) struct HeaviestFirst {
    /// Where the search has been or has still to go, a position behind the one above it.
    nodes: Vec<Node>,
    /// What is to be looked at.
    heap: Heap<Place>,
    /// Room for children.
    children: Vec<Child>,
    key: Vec<u8>,
    prefix: usize,
    minimum_weight: u32,
    floor: Option<Floor>,
}

/// A position.
#[derive(Clone, Copy)]
struct Node {
    at: Cursor,
    /// The position above it; the first has itself.
    parent: usize,
    /// Labels behind the prefix, of which this is the last.
    depth: u32,
    label: u8,
    /// One of the keys at the position and below has the weight that is known of them.
    exact: bool,
}

/// A position or the key that ends there, where it is to be looked at.
#[derive(Clone, Copy)]
struct Place {
    /// The first labels behind the prefix: what differs in them need not be compared label by label.
    head: u64,
    node: usize,
    /// None of the keys weighs more.
    weight: u32,
    is_key: bool,
}

impl Place {
    /// Whether it comes before another one.
    #[inline(always)]
    fn is_before(&self, other: &Place, nodes: &[Node]) -> bool {
        self.weight > other.weight
            || self.weight == other.weight
                && (self.head < other.head
                    || self.head == other.head && compare(nodes, self.node, other.node).is_lt())
    }
}

/// Compares what leads to two positions.
#[cold]
fn compare(nodes: &[Node], one: usize, other: usize) -> Ordering {
    let (mut a, mut b) = (one, other);
    while nodes[a].depth > nodes[b].depth {
        a = nodes[a].parent;
    }
    while nodes[b].depth > nodes[a].depth {
        b = nodes[b].parent;
    }
    if a == b {
        return nodes[one].depth.cmp(&nodes[other].depth);
    }
    while nodes[a].parent != nodes[b].parent {
        (a, b) = (nodes[a].parent, nodes[b].parent);
    }
    nodes[a].label.cmp(&nodes[b].label)
}

impl HeaviestFirst {
    /// A search among the keys that start with `prefix` and have at least `minimum_weight`. Nothing if the entries are others than those
    /// of one dictionary of keyvi's layout that has weights and no deleted keys.
    pub(super) fn new(
        entries: &Entries,
        prefix: &[u8],
        minimum_weight: u32,
    ) -> Result<Option<Self>> {
        let Some((source, array)) = Lone::source(entries) else {
            return Ok(None);
        };
        let kind = source.dictionary.values().kind();
        if kind != ValueKind::Completion || source.has_any_deleted() {
            return Ok(None);
        }
        let mut search = HeaviestFirst {
            nodes: Vec::new(),
            heap: Heap::default(),
            children: Vec::new(),
            key: prefix.to_vec(),
            prefix: prefix.len(),
            minimum_weight,
            floor: None,
        };
        let start = match source.root {
            Some(root) => in_file(source, source.dictionary.fsa().follow(root, prefix))?,
            None => None,
        };
        if let Some(at) = start {
            search.nodes.reserve(ROOM);
            search.heap.make_room(ROOM);
            search.children.reserve(ROOM / 4);
            let stored = in_file(source, array.weight(at))?;
            let exact = source.knows(stored, prefix.len());
            search.nodes.push(Node {
                at,
                parent: 0,
                depth: 0,
                label: 0,
                exact,
            });
            let place = Place {
                head: 0,
                node: 0,
                weight: if exact { stored } else { u32::MAX },
                is_key: false,
            };
            search.add(place, false);
        }
        Ok(Some(search))
    }

    /// Wants only some of the heaviest keys. To be called before the first step, where every key below counts.
    pub(super) fn above(mut self, floor: Option<Floor>) -> Self {
        self.floor = floor;
        self
    }

    /// No key of less weight is wanted.
    #[inline]
    fn least(&self) -> u32 {
        let floor = self.floor.as_ref().map_or(0, Floor::least);
        floor.max(self.minimum_weight)
    }

    /// Adds the key at a position, and what is below it.
    fn expand(
        &mut self,
        entries: &Entries,
        source: &Source,
        array: &SparseArray,
        place: Place,
    ) -> Result<()> {
        let node = self.nodes[place.node];
        let mut children = std::mem::take(&mut self.children);
        children.clear();
        in_file(source, array.children(node.at, &mut children))?;
        let depth = node.depth + 1;
        let length = self.prefix + depth as usize;
        if length > MAX_KEY_LEN && !children.is_empty() {
            let reason = "a path is longer than any key: a cycle";
            return in_file(source, Err(array.fault(node.at, reason)));
        }
        let known = source.known_below(length);
        let is_exact = |child: &Child| u64::from(child.weight) < known;
        // the part that is as heavy as all of them takes their place among the heaviest, if there is one
        let mut heir = node.exact
            && (children.iter()).any(|child| child.weight == place.weight && is_exact(child));
        if let Some(floor) = self.floor.as_mut().filter(|_| node.exact && !heir) {
            floor.take_apart(place.weight);
        }
        if let Some(handle) = in_file(source, array.value_at(node.at))? {
            let weight = entries.value(Found { source: 0, handle }).weight();
            if weight >= self.least() {
                let key = Place {
                    weight,
                    is_key: true,
                    ..place
                };
                self.add(key, true);
            }
        }
        let shift = 64u32.checked_sub(8 * depth);
        for child in &children {
            let exact = is_exact(child);
            let weight = if exact { child.weight } else { place.weight };
            let weight = weight.min(place.weight);
            let inherits = heir && exact && weight == place.weight;
            heir &= !inherits;
            if weight < self.least() {
                continue;
            }
            let label = shift.map_or(0, |shift| u64::from(child.label) << shift);
            let below = Place {
                head: place.head | label,
                node: self.nodes.len(),
                weight,
                is_key: false,
            };
            self.nodes.push(Node {
                at: child.at,
                parent: place.node,
                depth,
                label: child.label,
                exact,
            });
            self.add(below, exact && !inherits);
        }
        self.children = children;
        if self.nodes.len() as u64 > entries.most_steps() {
            let reason = "more positions than the keys can have: a cycle";
            return in_file(source, Err(array.fault(node.at, reason)));
        }
        Ok(())
    }

    /// Adds what is to be looked at; `counts` says whether one of the keys certainly has the weight and is not counted yet.
    #[inline]
    fn add(&mut self, place: Place, counts: bool) {
        if let Some(floor) = self.floor.as_mut().filter(|_| counts) {
            floor.add(place.weight);
        }
        let nodes = &self.nodes;
        self.heap
            .push(place, |one, other| one.is_before(other, nodes));
    }

    /// Takes what comes first.
    #[inline]
    fn pop(&mut self) -> Option<Place> {
        let nodes = &self.nodes;
        self.heap.pop(|one, other| one.is_before(other, nodes))
    }

    /// Writes what leads to a position as the current key.
    fn write_key(&mut self, node: usize) {
        let length = self.prefix + self.nodes[node].depth as usize;
        self.key.resize(length, 0);
        let mut node = self.nodes[node];
        for byte in self.key[self.prefix..].iter_mut().rev() {
            *byte = node.label;
            node = self.nodes[node.parent];
        }
    }
}

impl Walk for HeaviestFirst {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Found>> {
        let Some((source, array)) = Lone::source(entries) else {
            return Ok(None);
        };
        while let Some(place) = self.pop() {
            entries.go_on()?;
            if !place.is_key {
                self.expand(entries, source, array, place)?;
                continue;
            }
            self.write_key(place.node);
            let handle = in_file(source, array.value_at(self.nodes[place.node].at))?;
            return Ok(handle.map(|handle| Found { source: 0, handle }));
        }
        Ok(None)
    }

    fn key(&self) -> &[u8] {
        &self.key
    }
}

#[inline]
fn in_file<T>(source: &Source, result: std::result::Result<T, Fault>) -> Result<T> {
    result.in_file(source.dictionary.path())
}
