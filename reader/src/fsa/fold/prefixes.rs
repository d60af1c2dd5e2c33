//! The keys that a text starts with, in one descent.

use super::leaf::Leaf;
use super::{Fold, LEAF, Place, leaf_offset};
use crate::error::Fault;
use crate::format::native::tokens::{Query, Short};

impl Fold {
    /// Tells the length of each key that leads on from `state` and that `text` starts with; how much of the text was
    /// followed.
    pub(in crate::fsa) fn prefixes(
        &self,
        state: u64,
        text: &[u8],
        mut found: impl FnMut(usize),
    ) -> Result<usize, Fault> {
        let (mut offset, mut skipped) = match Place::unpack(state) {
            Place::Node { offset, depth } => (offset, depth),
            Place::Leaf { .. } => return self.prefixes_by_steps(state, text, found),
        };
        let mut at = 0;
        loop {
            let node = self.node(offset)?;
            let chain = node.chain.get(skipped..).unwrap_or_default();
            let rest = &text[at..];
            if !rest.starts_with(chain) {
                return Ok(at + common(chain, rest));
            }
            at += chain.len();
            if node.ordinal.is_some() && at > 0 {
                found(at);
            }
            let Some((&label, _)) = text[at..].split_first() else {
                return Ok(at);
            };
            let Some(range) = node.range_of(label) else {
                return Ok(at);
            };
            let target = node.target(range);
            if target & LEAF != 0 {
                let offset = leaf_offset(target);
                let (rest, short) = (&text[at..], Short::of(&text[at..]));
                let query = Query::new(rest, &short);
                let reached = self
                    .leaf(offset)?
                    .prefixes(self, &query, |len| found(at + len));
                let reached = reached.map_err(|reason| self.leaf_fault(offset, reason))?;
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

    /// The same from within a leaf, as below the codes of secondary values.
    fn prefixes_by_steps(
        &self,
        state: u64,
        text: &[u8],
        mut found: impl FnMut(usize),
    ) -> Result<usize, Fault> {
        let mut state = state;
        for (depth, &label) in text.iter().enumerate() {
            let Some(next) = self.follow(state, &[label])? else {
                return Ok(depth);
            };
            if self.ordinal(next)?.is_some() {
                found(depth + 1);
            }
            state = next;
        }
        Ok(text.len())
    }
}

impl Leaf<'_> {
    /// The same in a leaf, whose keys differ from the first byte of the query on; there is one.
    ///
    /// A key that the query starts with is the first one with its bytes, so the search for the query comes by all of them.
    fn prefixes(
        &self,
        fold: &Fold,
        query: &Query<'_>,
        mut found: impl FnMut(usize),
    ) -> Result<usize, &'static str> {
        let text = query.bytes();
        let codec = fold.codec();
        // the first key parts from none before it, whatever the planes say
        let mut parting = self.compare_shared(0).0 | 1;
        let mut live = self.header.all();
        let mut at = 0;
        while let Some(&label) = text.get(at) {
            let Some(key) = self.first_with_label(parting & live, label, codec.alphabet) else {
                break;
            };
            let (start, len) = self.codes(key);
            let tail = self.code_bytes(start, len)?;
            let (end, complete) = codec.tokens.common_from(tail, query, at + 1)?;
            at = end;
            if complete {
                found(at);
            }
            live &= !((2u64 << key).wrapping_sub(1));
            let (equal, less) = self.compare_shared(at);
            // only the keys up to the first that parts earlier start with what was followed
            let stop = less & live;
            live &= stop.wrapping_sub(1) & !stop;
            parting = equal;
        }
        Ok(at)
    }
}

/// How many bytes two strings have in common.
fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
