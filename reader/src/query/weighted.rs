//! keyvi's order of keys: the heavier branch first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::automaton::LabelSet;
use crate::entries::{Entries, Found, Mark, Places, Spot};
use crate::error::Result;

/// A walk in depth over the positions at a prefix and below, a position before those below it. Of the children of one
/// the heaviest comes first, of those the one of the lowest byte.
///
/// A child weighs what is stored for it, its inner weight, or as much as its parent if nothing is.
pub(super) struct Weighted {
    places: Places,
    key: Vec<u8>,
    prefix: usize,
    frames: Vec<Frame>,
    /// The children of the frames that are still to be visited, those of each frame together, the next one last.
    children: Vec<Child>,
    bound: Bound,
    /// Branches of which it is known that nothing in them weighs as much are left out as well.
    left_out: u32,
    /// What the next step gives, if it was taken already.
    ahead: Option<Result<Option<u8>>>,
}

struct Frame {
    spot: Spot,
    weight: u32,
    /// A weight that no key here or below exceeds, as far as was looked for one.
    most: u32,
    depth: usize,
    /// Where its children start, as soon as they are listed.
    children: Option<usize>,
    /// Positions that are there before those below a child: as soon as the children are listed, these among them.
    mark: Mark,
}

#[derive(Clone, Copy)]
struct Child {
    spot: Spot,
    weight: u32,
    label: u8,
}

/// What is too light to be visited.
pub(super) enum Bound {
    /// All that is lighter than this.
    Minimum(u32),
    /// What cannot be among the heaviest branches seen so far. Such a walk never follows the byte 0, and takes the weight
    /// where it starts for 0.
    Heaviest(Heaviest),
}

/// The highest weights of those seen, so many at most.
pub(super) struct Heaviest {
    count: usize,
    weights: BinaryHeap<Reverse<u32>>,
}

impl Heaviest {
    pub(super) fn new(count: usize) -> Self {
        Heaviest {
            count,
            weights: BinaryHeap::new(),
        }
    }

    /// The lowest of them, 0 while there are fewer.
    pub(super) fn lowest(&self) -> u32 {
        match self.weights.peek() {
            Some(&Reverse(lowest)) if self.weights.len() >= self.count => lowest,
            _ => 0,
        }
    }

    /// Adds a weight, in the place of the lowest if there are enough.
    pub(super) fn put(&mut self, weight: u32) {
        if self.weights.len() >= self.count {
            self.weights.pop();
        }
        self.weights.push(Reverse(weight));
    }
}

impl Bound {
    fn lowest(&self) -> u32 {
        match self {
            Bound::Minimum(weight) => *weight,
            Bound::Heaviest(heaviest) => heaviest.lowest(),
        }
    }
}

impl Weighted {
    /// A walk that stands where `prefix` leads to; nothing if it leads nowhere.
    pub(super) fn new(entries: &Entries, prefix: &[u8], bound: Bound) -> Result<Option<Self>> {
        let mut places = Places::default();
        let start = match places.root(entries) {
            Some(root) => places.follow(entries, root, prefix)?,
            None => None,
        };
        let Some(spot) = start else { return Ok(None) };
        places.open(entries, spot)?;
        let weight = match bound {
            Bound::Minimum(_) => places.stored_weight(entries, spot)?,
            Bound::Heaviest(_) => 0,
        };
        let frame = Frame {
            spot,
            weight,
            most: u32::MAX,
            depth: prefix.len(),
            children: None,
            mark: places.mark(),
        };
        Ok(Some(Weighted {
            places,
            key: prefix.to_vec(),
            prefix: prefix.len(),
            frames: vec![frame],
            children: Vec::new(),
            bound,
            left_out: 0,
            ahead: None,
        }))
    }

    /// From now on, leaves out what is lighter, in a walk that has such a minimum.
    pub(super) fn set_minimum(&mut self, weight: u32) {
        if let Bound::Minimum(minimum) = &mut self.bound {
            *minimum = weight;
        }
    }

    /// From now on, leaves out branches in which nothing weighs as much.
    pub(super) fn leave_out_below(&mut self, weight: u32) {
        self.left_out = weight;
    }

    /// The bytes that lead to the current position.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// How many of them are behind the prefix.
    pub(super) fn depth(&self) -> usize {
        self.key.len() - self.prefix
    }

    /// The value of the key that ends at the current position, if one does.
    pub(super) fn found(&mut self, entries: &Entries) -> Result<Option<Found>> {
        match self.frames.last() {
            Some(frame) => self.places.value(entries, frame.spot, &self.key),
            None => Ok(None),
        }
    }

    /// Goes to the next position; the label that leads there, or nothing at the end. If there are children where the walk
    /// stands, they are listed now, but for those whose labels are not wanted.
    pub(super) fn step(
        &mut self,
        entries: &Entries,
        wanted: impl Fn(u8) -> bool,
    ) -> Result<Option<u8>> {
        if let Some(ahead) = self.ahead.take() {
            return ahead;
        }
        loop {
            let Some(frame) = self.frames.last() else {
                return Ok(None);
            };
            let Some(start) = frame.children else {
                self.list(entries, &wanted)?;
                continue;
            };
            let lowest = self.bound.lowest();
            let next = self.children[start..].last().copied();
            let Some(child) = next.filter(|child| child.weight >= lowest) else {
                self.children.truncate(start);
                self.frames.pop();
                continue;
            };
            self.children.pop();
            self.places.truncate(frame.mark);
            let mut most = frame.most;
            if self.left_out > 0 {
                let depth = frame.depth + 1;
                (most, _) = self.places.weight(entries, child.spot, most, depth)?;
                if most < self.left_out {
                    continue;
                }
            }
            self.key.truncate(frame.depth);
            self.key.push(child.label);
            self.places
                .check_depth(entries, child.spot, self.key.len())?;
            self.places.open(entries, child.spot)?;
            self.frames.push(Frame {
                spot: child.spot,
                weight: child.weight,
                most,
                depth: self.key.len(),
                children: None,
                mark: self.places.mark(),
            });
            return Ok(Some(child.label));
        }
    }

    /// Takes the next step already: a minimum that is set from here on is not for it.
    pub(super) fn step_ahead(&mut self, entries: &Entries) {
        self.ahead = Some(self.step(entries, |_| true));
    }

    /// Leaves out what is below the current position.
    pub(super) fn skip(&mut self, entries: &Entries) -> Result<()> {
        if let Bound::Heaviest(_) = self.bound {
            // branches count for the bound as soon as they are seen
            self.list(entries, |_| true)?;
        }
        if let Some(frame) = self.frames.pop()
            && let Some(start) = frame.children
        {
            self.children.truncate(start);
        }
        Ok(())
    }

    /// Lists the children of the current position.
    fn list(&mut self, entries: &Entries, wanted: impl Fn(u8) -> bool) -> Result<()> {
        let Some(frame) = self.frames.last_mut() else {
            return Ok(());
        };
        let start = self.children.len();
        frame.children = Some(start);
        let mut labels = self.places.labels(entries, frame.spot)?;
        if let Bound::Heaviest(_) = self.bound {
            labels = labels.without(LabelSet::one(0));
        }
        for label in labels.into_iter().filter(|&label| wanted(label)) {
            let mark = self.places.mark();
            let Some(spot) = self.places.step(entries, frame.spot, label)? else {
                continue;
            };
            let stored = self.places.stored_weight(entries, spot)?;
            let weight = if stored == 0 { frame.weight } else { stored };
            let lowest = self.bound.lowest();
            if weight < lowest {
                self.places.truncate(mark);
                continue;
            }
            if let Bound::Heaviest(heaviest) = &mut self.bound
                && weight != frame.weight
                && weight > lowest
            {
                heaviest.put(weight);
            }
            self.children.push(Child {
                spot,
                weight,
                label,
            });
        }
        frame.mark = self.places.mark();
        self.children[start..].sort_unstable_by_key(|child| (child.weight, Reverse(child.label)));
        Ok(())
    }
}
