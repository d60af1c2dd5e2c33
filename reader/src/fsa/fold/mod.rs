//! The native layout: a head of nodes over leaves of neighbouring keys.
//!
//! A position is either in the chain of a node or in a leaf. In a leaf it is the first key that starts with the labels
//! followed, and how many of them lie within the leaf; no bytes need to be stored for it.

mod behind;
mod descent;
mod forks;
mod known;
mod leaf;
mod lookups;
mod named;
mod numbers;
mod only;
mod opened;
mod ordinals;
mod part;
mod parting;
mod path;
mod place;
mod planes;
mod prefixes;
mod ranges;
mod scan;
mod select;
mod sets;
mod sweep;
mod way;
mod weights;

use std::ops::Range;
use std::sync::Arc;

pub(super) use descent::FoldDescent;
pub(crate) use opened::{Child, Heads, Inside, OpenMark, Opened};
pub(crate) use part::LeafPart;
pub(super) use scan::FoldScan;

use crate::bytes::Bytes;
use crate::error::{Fault, Section};
use crate::format::native::alphabet::Alphabet;
use crate::format::native::grams::Grams;
use crate::format::native::header::NativeHeader;
use crate::format::native::ints::Ints;
use crate::format::native::node::{LEAF, Node, leaf_offset};
use crate::format::native::tokens::{Query, Short, Tokens};
use crate::format::to_usize;
use crate::simd;
use leaf::{Codec, Leaf};
use ordinals::Get;
use place::Place;
use way::Way;

const NODE_OUTSIDE: &str = "a node reaches beyond the head";
const NODE_ORDER: &str = "a target does not lead backwards: a cycle";
const NO_SUCH_KEY: &str = "a slot leads to a key that its leaf lacks";
const SHARED: &str = "a key shares more than the key before it has";
const TOO_LONG: &str = "a key is longer than any key can be";

/// The keys of a native file; clones share its bytes.
#[derive(Clone, Debug)]
pub struct Fold {
    tokens: Tokens,
    alphabet: Arc<Alphabet>,
    head: Bytes,
    slots: Bytes,
    junctions: Bytes,
    leaves: Bytes,
    grams: Option<Grams>,
    root: u32,
    entrance: u32,
    keys: u64,
    /// The values of a dictionary of kind completion.
    weights: Option<Ints>,
    bit_counts: simd::BitCounts,
}

/// So few labels mostly lead to a node, and which one that is slots do not tell.
const FEW_LABELS: usize = 3;

/// A walk along labels.
struct Follow<'a>(Get<'a>);

impl simd::Task for Follow<'_> {
    type Output = Result<Option<u64>, Fault>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Get {
            fold,
            state,
            labels,
        } = self.0;
        if labels.len() > FEW_LABELS && fold.has_slots_at(state) {
            let short = Short::of(labels);
            let query = Query::new(labels, &short);
            match fold.way(&query, |_, _| Ok(()))? {
                Way::Leaf { offset, top, key } => {
                    return fold.follow_in(offset, &query, top, Some(key));
                }
                Way::Nowhere(len) if len < labels.len() => return Ok(None),
                // which node has these slots, or this chain, is not known
                Way::Nowhere(_) | Way::Slots(_) => {}
            }
        }
        fold.follow_by_nodes(state, labels)
    }
}

impl Fold {
    /// The keys of the file with this header; `weights` are the values of kind completion.
    pub(crate) fn new(
        bytes: &Bytes,
        header: &NativeHeader,
        weights: Option<Ints>,
    ) -> Result<Self, Fault> {
        let alphabet = header.range(Section::Alphabet);
        let properties = &header.properties;
        let number = |n: u64| {
            let reason = "a position of the root is too large";
            u32::try_from(n).map_err(|_| Fault::new(Section::Header, 0, reason))
        };
        let fold = Fold {
            tokens: Tokens::read(bytes, header.range(Section::Tokens), Section::Tokens)?,
            alphabet: Alphabet::read(&bytes[alphabet.clone()])
                .ok_or_else(|| {
                    let reason = "the alphabet does not list each byte once";
                    Fault::new(Section::Alphabet, alphabet.start as u64, reason)
                })?
                .into(),
            head: bytes.part(header.range(Section::Head)),
            slots: bytes.part(header.range(Section::Slots)),
            junctions: bytes.part(header.range(Section::Junctions)),
            leaves: bytes.part(header.range(Section::Leaves)),
            grams: grams(bytes, header)?,
            root: number(properties.root)?,
            entrance: number(properties.entrance)?,
            keys: properties.keys,
            weights,
            bit_counts: simd::BitCounts::detect(),
        };
        if fold.keys > 0 {
            fold.node(fold.root)?;
        }
        Ok(fold)
    }

    /// Whether a gram may be in a key.
    pub(super) fn may_have(&self, gram: &[u8]) -> bool {
        (self.grams.as_ref()).is_none_or(|grams| grams.may_have(gram))
    }

    /// Whether there are slots beside the nodes.
    pub(super) fn has_slots(&self) -> bool {
        !self.slots.is_empty()
    }

    /// Whether it is known which slots lead on from a position: those of the root.
    #[inline(always)]
    fn has_slots_at(&self, state: u64) -> bool {
        self.has_slots() && Some(state) == self.root()
    }

    /// Where the leaves stand in the file.
    pub(crate) fn leaf_bytes(&self) -> Range<usize> {
        self.leaves.start()..self.leaves.start() + self.leaves.len()
    }

    pub(super) fn root(&self) -> Option<u64> {
        let root = Place::Node {
            offset: self.root,
            depth: 0,
        };
        (self.keys > 0).then(|| root.pack())
    }

    #[inline(always)]
    fn codec(&self) -> Codec<'_> {
        Codec {
            alphabet: &self.alphabet,
            tokens: self.tokens.view(),
        }
    }

    #[inline]
    fn node(&self, offset: u32) -> Result<Node<'_>, Fault> {
        Node::read(&self.head, offset as usize, self.weights.is_some())
            .ok_or_else(|| self.node_fault(offset, NODE_OUTSIDE))
    }

    #[inline(always)]
    fn leaf(&self, offset: u64) -> Result<Leaf<'_>, Fault> {
        Leaf::read(&self.leaves, to_usize(offset)).map_err(|reason| self.leaf_fault(offset, reason))
    }

    #[cold]
    fn node_fault(&self, offset: u32, reason: &'static str) -> Fault {
        Fault::new(
            Section::Head,
            self.head.start() as u64 + u64::from(offset),
            reason,
        )
    }

    #[cold]
    fn leaf_fault(&self, offset: u64, reason: &'static str) -> Fault {
        Fault::new(
            Section::Leaves,
            (self.leaves.start() as u64).saturating_add(offset),
            reason,
        )
    }

    /// Damage of the keys as a whole.
    #[cold]
    pub(super) fn fault(&self, reason: &'static str) -> Fault {
        self.node_fault(self.root, reason)
    }

    /// Damage at a position.
    pub(super) fn fault_at(&self, state: u64, reason: &'static str) -> Fault {
        match Place::unpack(state) {
            Place::Node { offset, .. } => self.node_fault(offset, reason),
            Place::Leaf { offset, .. } => self.leaf_fault(offset, reason),
        }
    }

    /// The node a target leads to; targets lead backwards, or there could be a cycle.
    #[inline]
    fn child_of(&self, parent: u32, target: u32) -> Result<u32, Fault> {
        if target < parent {
            Ok(target)
        } else {
            Err(self.node_fault(parent, NODE_ORDER))
        }
    }

    /// Follows labels one after the other.
    #[inline]
    pub(super) fn follow(&self, state: u64, labels: &[u8]) -> Result<Option<u64>, Fault> {
        self.bit_counts.run(Follow(Get {
            fold: self,
            state,
            labels,
        }))
    }

    #[inline(always)]
    fn follow_by_nodes(&self, state: u64, labels: &[u8]) -> Result<Option<u64>, Fault> {
        let (mut place, mut rest) = (Place::unpack(state), labels);
        while let Place::Node { offset, depth } = place {
            let node = self.node(offset)?;
            let chain = node.chain.get(depth..).unwrap_or_default();
            if chain.len() >= rest.len() {
                let depth = depth + rest.len();
                let met = chain.starts_with(rest);
                return Ok(met.then(|| Place::Node { offset, depth }.pack()));
            }
            let Some(behind) = rest.strip_prefix(chain) else {
                return Ok(None);
            };
            // the chain is shorter than what is left of the labels
            let Some((&label, after)) = behind.split_first() else {
                return Ok(None);
            };
            let Some(range) = node.range_of(label) else {
                return Ok(None);
            };
            let target = node.target(range);
            if target & LEAF != 0 {
                let short = Short::of(behind);
                let query = Query::new(behind, &short);
                return self.follow_in(leaf_offset(target), &query, 0, None);
            }
            if node.separators[range] != label {
                return Ok(None);
            }
            place = Place::Node {
                offset: self.child_of(offset, target)?,
                depth: 0,
            };
            rest = after;
        }
        let Place::Leaf {
            offset,
            mut key,
            mut depth,
        } = place
        else {
            return Ok(None);
        };
        let leaf = self.leaf(offset)?;
        let mut text = Vec::new();
        for &label in rest {
            let Some(next) = self.step_in(&leaf, key, depth, label, &mut text, offset)? else {
                return Ok(None);
            };
            key = next;
            depth += 1;
        }
        Ok(Some(Place::Leaf { offset, key, depth }.pack()))
    }

    /// Follows a query into the leaf at `offset`, as in [`find_in`](Self::find_in).
    #[inline(always)]
    fn follow_in(
        &self,
        offset: u64,
        query: &Query<'_>,
        top: usize,
        hint: Option<u32>,
    ) -> Result<Option<u64>, Fault> {
        let leaf = self.leaf(offset)?;
        let (key, end, _) = leaf
            .descend(self.codec(), query, top, hint)
            .map_err(|reason| self.leaf_fault(offset, reason))?;
        if end != query.bytes().len() {
            return Ok(None);
        }
        if key >= leaf.header.keys {
            return Err(self.leaf_fault(offset, NO_SUCH_KEY));
        }
        let depth = end - top;
        Ok(Some(Place::Leaf { offset, key, depth }.pack()))
    }

    /// The text of a key behind its label, and how many bytes come before it.
    fn tail(
        &self,
        leaf: &Leaf<'_>,
        key: u32,
        offset: u64,
        text: &mut Vec<u8>,
    ) -> Result<usize, Fault> {
        let entry = leaf.entry(key, &self.alphabet);
        text.clear();
        leaf.code_bytes(entry.codes, entry.len)
            .and_then(|codes| self.codec().tokens.decode(codes, text))
            .map_err(|reason| self.leaf_fault(offset, reason))?;
        Ok(entry.shared + 1)
    }

    /// The first key that starts with the first `depth` bytes of `key` and then `label`.
    fn step_in(
        &self,
        leaf: &Leaf<'_>,
        key: u32,
        depth: usize,
        label: u8,
        text: &mut Vec<u8>,
        offset: u64,
    ) -> Result<Option<u32>, Fault> {
        let before = self.tail(leaf, key, offset, text)?;
        if depth.checked_sub(before).and_then(|at| text.get(at)) == Some(&label) {
            return Ok(Some(key));
        }
        let mut parting = leaf.parting_at(key, leaf.end_of(key, depth), depth);
        while parting != 0 {
            let next = parting.trailing_zeros();
            if leaf.label(next, &self.alphabet) == label {
                return Ok(Some(next));
            }
            parting &= parting - 1;
        }
        Ok(None)
    }

    /// The labels of the children of a position, as a set of 256 bits.
    pub(super) fn labels(&self, state: u64) -> Result<[u64; 4], Fault> {
        let mut labels = [0; 4];
        let mut add = |label: u8| labels[usize::from(label / 64)] |= 1u64 << (label % 64);
        match Place::unpack(state) {
            Place::Node { offset, depth } => {
                let node = self.node(offset)?;
                if let Some(&label) = node.chain.get(depth) {
                    add(label);
                    return Ok(labels);
                }
                for range in 0..node.ranges() {
                    let target = node.target(range);
                    if target & LEAF == 0 {
                        add(node.separators[range]);
                        continue;
                    }
                    let leaf = self.leaf(leaf_offset(target))?;
                    add(leaf.label(0, &self.alphabet));
                    let mut parting = leaf.parting_at(0, leaf.header.keys, 0);
                    while parting != 0 {
                        add(leaf.label(parting.trailing_zeros(), &self.alphabet));
                        parting &= parting - 1;
                    }
                }
            }
            Place::Leaf { offset, key, depth } => {
                let leaf = self.leaf(offset)?;
                let mut text = Vec::new();
                let before = self.tail(&leaf, key, offset, &mut text)?;
                if let Some(&label) = depth.checked_sub(before).and_then(|at| text.get(at)) {
                    add(label);
                }
                let mut parting = leaf.parting_at(key, leaf.end_of(key, depth), depth);
                while parting != 0 {
                    add(leaf.label(parting.trailing_zeros(), &self.alphabet));
                    parting &= parting - 1;
                }
            }
        }
        Ok(labels)
    }
}

/// The grams of the keys, where they are stored.
fn grams(bytes: &Bytes, header: &NativeHeader) -> Result<Option<Grams>, Fault> {
    let range = header.range(Section::Grams);
    if range.is_empty() {
        return Ok(None);
    }
    let start = range.start as u64;
    let grams = Grams::read(bytes.part(range)).ok_or_else(|| {
        let reason = "the grams do not take a power of two of words";
        Fault::new(Section::Grams, start, reason)
    })?;
    Ok(Some(grams))
}

/// A length or a count, which the lengths of keys and what fits in memory bound far below 2^32.
#[inline]
fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
