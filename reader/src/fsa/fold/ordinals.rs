//! Ordinals of keys: look-ups.

use super::Fold;
use super::place::Place;
use super::way::Way;
use crate::error::Fault;
use crate::format::native::tokens::{Query, Short};
use crate::format::to_usize;
use crate::prefetch::{LINE, prefetch};
use crate::simd;

/// How many bytes of a leaf are asked for: the planes, and the codes of the first keys.
const LEAF_AHEAD: usize = 256;

/// A look-up.
pub(super) struct Get<'a> {
    pub(super) fold: &'a Fold,
    pub(super) state: u64,
    pub(super) labels: &'a [u8],
}

impl simd::Task for Get<'_> {
    type Output = Result<Option<u32>, Fault>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let fold = self.fold;
        if fold.has_slots_at(self.state) {
            fold.get_by_slots(self.labels)
        } else {
            fold.get_by_nodes(self.state, self.labels)
        }
    }
}

impl Fold {
    /// The ordinal of the key that leads on from a position by `labels`.
    #[inline]
    pub(in crate::fsa) fn get(&self, state: u64, labels: &[u8]) -> Result<Option<u64>, Fault> {
        let ordinal = self.bit_counts.run(Get {
            fold: self,
            state,
            labels,
        })?;
        Ok(ordinal.map(u64::from))
    }

    #[inline(always)]
    fn get_by_slots(&self, key: &[u8]) -> Result<Option<u32>, Fault> {
        let short = Short::of(key);
        let query = Query::new(key, &short);
        match self.way(&query, |_, _| Ok(()))? {
            Way::Leaf { offset, top, key } => self.find_in(offset, &query, top, Some(key)),
            Way::Slots(base) => self.ends_at(base),
            Way::Nowhere(_) => Ok(None),
        }
    }

    /// Asks for the memory of a leaf, all at once: where its planes and its codes stand is known only when its header is
    /// there.
    #[inline(always)]
    pub(super) fn ask_for_leaf(&self, offset: u64) {
        for line in (0..LEAF_AHEAD).step_by(LINE) {
            prefetch(&self.leaves, to_usize(offset) + line);
        }
    }

    /// The ordinal of the query in the leaf at `offset`, whose keys differ from byte `top` on.
    #[inline(always)]
    pub(super) fn find_in(
        &self,
        offset: u64,
        query: &Query<'_>,
        top: usize,
        hint: Option<u32>,
    ) -> Result<Option<u32>, Fault> {
        self.ask_for_leaf(offset);
        let leaf = self.leaf(offset)?;
        match leaf.descend(self.codec(), query, top, hint) {
            Ok((found, depth, true)) if depth == query.bytes().len() => {
                Ok(Some(leaf.header.first.wrapping_add(found)))
            }
            Ok(_) => Ok(None),
            Err(reason) => Err(self.leaf_fault(offset, reason)),
        }
    }

    #[inline(always)]
    fn get_by_nodes(&self, state: u64, labels: &[u8]) -> Result<Option<u32>, Fault> {
        let Place::Node { offset, depth } = Place::unpack(state) else {
            return self.ordinal_below(state, labels);
        };
        let node = self.node(offset)?;
        match labels.strip_prefix(node.chain.get(depth..).unwrap_or_default()) {
            Some(rest) => self.get_behind(offset, node, rest),
            None => Ok(None),
        }
    }

    fn ordinal_below(&self, state: u64, labels: &[u8]) -> Result<Option<u32>, Fault> {
        match self.follow(state, labels)? {
            Some(state) => self.ordinal(state),
            None => Ok(None),
        }
    }

    /// The ordinal of the key that ends at a position.
    pub(in crate::fsa) fn ordinal(&self, state: u64) -> Result<Option<u32>, Fault> {
        match Place::unpack(state) {
            Place::Node { offset, depth } => {
                let node = self.node(offset)?;
                Ok(node.ordinal.filter(|_| depth >= node.chain.len()))
            }
            Place::Leaf { offset, key, depth } => {
                let leaf = self.leaf(offset)?;
                let mut text = Vec::new();
                let before = self.tail(&leaf, key, offset, &mut text)?;
                let ends = before + text.len() == depth;
                Ok(ends.then(|| leaf.header.first.wrapping_add(key)))
            }
        }
    }
}
