//! The keys that a text starts with, in one descent.

use super::way::Way;
use super::{Fold, LEAF, Place, leaf_offset};
use crate::error::Fault;
use crate::format::native::tokens::{Query, Short};
use crate::simd;

/// A search for the keys that a text starts with, through slots.
struct BySlots<'a, F> {
    fold: &'a Fold,
    text: &'a [u8],
    /// Is told the length of each key, and its ordinal.
    found: F,
}

impl<F: FnMut(usize, u32)> simd::Task for BySlots<'_, F> {
    type Output = Result<usize, Fault>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        self.fold.prefixes_by_slots(self.text, self.found)
    }
}

/// The same from a node on. It is compiled for itself: together, both are slower.
struct ByNodes<'a, F> {
    fold: &'a Fold,
    offset: u32,
    /// Bytes of the node's chain that lead to where the search starts.
    skipped: usize,
    text: &'a [u8],
    found: F,
}

impl<F: FnMut(usize, u32)> simd::Task for ByNodes<'_, F> {
    type Output = Result<usize, Fault>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        (self.fold).prefixes_by_nodes(self.offset, self.skipped, self.text, self.found)
    }
}

impl Fold {
    /// Tells the length of each key that leads on from `state` and that `text` starts with, and its ordinal; how much
    /// of the text was followed.
    #[inline]
    pub(in crate::fsa) fn prefixes(
        &self,
        state: u64,
        text: &[u8],
        found: impl FnMut(usize, u32),
    ) -> Result<usize, Fault> {
        if self.has_slots_at(state) {
            return self.bit_counts.run(BySlots {
                fold: self,
                text,
                found,
            });
        }
        match Place::unpack(state) {
            Place::Node { offset, depth } => self.bit_counts.run(ByNodes {
                fold: self,
                offset,
                skipped: depth,
                text,
                found,
            }),
            Place::Leaf { .. } => self.prefixes_by_steps(state, text, found),
        }
    }

    #[inline(always)]
    fn prefixes_by_slots(
        &self,
        text: &[u8],
        mut found: impl FnMut(usize, u32),
    ) -> Result<usize, Fault> {
        let short = Short::of(text);
        let query = Query::new(text, &short);
        let way = self.way(&query, |base, len| {
            if let Some(ordinal) = self.ends_at(base)? {
                found(len, ordinal);
            }
            Ok(())
        })?;
        match way {
            Way::Leaf { offset, top, key } => {
                self.prefixes_in(offset, &query, top, Some(key), found)
            }
            Way::Slots(_) => Ok(text.len()),
            Way::Nowhere(len) => Ok(len),
        }
    }

    #[inline(always)]
    fn prefixes_by_nodes(
        &self,
        offset: u32,
        skipped: usize,
        text: &[u8],
        mut found: impl FnMut(usize, u32),
    ) -> Result<usize, Fault> {
        let (mut offset, mut skipped) = (offset, skipped);
        let mut at = 0;
        loop {
            let node = self.node(offset)?;
            let chain = node.chain.get(skipped..).unwrap_or_default();
            let same = common(chain, &text[at..]);
            at += same;
            if same < chain.len() {
                return Ok(at);
            }
            if let Some(ordinal) = node.ordinal.filter(|_| at > 0) {
                found(at, ordinal);
            }
            let Some(&label) = text.get(at) else {
                return Ok(at);
            };
            let Some(range) = node.range_of(label) else {
                return Ok(at);
            };
            let target = node.target(range);
            if target & LEAF != 0 {
                let rest = &text[at..];
                let short = Short::of(rest);
                let query = Query::new(rest, &short);
                let found = |len, ordinal| found(at + len, ordinal);
                let reached = self.prefixes_in(leaf_offset(target), &query, 0, None, found)?;
                return Ok(at + reached);
            }
            if node.separators[range] != label {
                return Ok(at);
            }
            offset = self.child_of(offset, target)?;
            skipped = 0;
            at += 1;
        }
    }

    /// The same in the leaf at `offset`, whose keys differ from byte `top` of the query on; there is one.
    ///
    /// A key that the query starts with is the first one with its bytes, so the search for the query comes by all of them.
    #[inline(always)]
    fn prefixes_in(
        &self,
        offset: u64,
        query: &Query<'_>,
        top: usize,
        hint: Option<u32>,
        mut found: impl FnMut(usize, u32),
    ) -> Result<usize, Fault> {
        let leaf = self.leaf(offset)?;
        let first = leaf.header.first;
        let met = |key, len| found(len, first.wrapping_add(key));
        match leaf.descend_by(self.codec(), query, top, hint, met) {
            Ok((_, reached, _)) => Ok(reached),
            Err(reason) => Err(self.leaf_fault(offset, reason)),
        }
    }

    /// The same from within a leaf, as below the codes of secondary values.
    fn prefixes_by_steps(
        &self,
        state: u64,
        text: &[u8],
        mut found: impl FnMut(usize, u32),
    ) -> Result<usize, Fault> {
        let mut state = state;
        for (depth, &label) in text.iter().enumerate() {
            let Some(next) = self.follow(state, &[label])? else {
                return Ok(depth);
            };
            if let Some(ordinal) = self.ordinal(next)? {
                found(depth + 1, ordinal);
            }
            state = next;
        }
        Ok(text.len())
    }
}

/// How many bytes two strings have in common.
fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
