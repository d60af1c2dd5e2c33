//! The rest of a key that is the only one with its start.

use super::{Fold, Place};
use crate::error::Fault;
use crate::simd;

/// A look at what leads on from a position.
struct Only<'a> {
    fold: &'a Fold,
    state: u64,
    labels: &'a mut Vec<u8>,
}

impl simd::Task for Only<'_> {
    type Output = Result<Option<u32>, Fault>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Only {
            fold,
            state,
            labels,
        } = self;
        let Place::Leaf { offset, key, depth } = Place::unpack(state) else {
            return Ok(None);
        };
        let leaf = fold.leaf(offset)?;
        if leaf.end_of(key, depth) != key + 1 {
            return Ok(None);
        }
        let Some(known) = depth.checked_sub(leaf.shared(key) + 1) else {
            return Ok(None);
        };
        let start = labels.len();
        let (codes, len) = leaf.codes(key);
        leaf.code_bytes(codes, len)
            .and_then(|codes| fold.codec().tokens.decode(codes, labels))
            .map_err(|reason| fold.leaf_fault(offset, reason))?;
        labels.drain(start..labels.len().min(start + known));
        Ok(Some(leaf.header.first.wrapping_add(key)))
    }
}

impl Fold {
    /// The ordinal of the only key that leads on from `state`, whose labels are appended. Nothing if there are several, or
    /// may be.
    #[inline]
    pub(in crate::fsa) fn only(
        &self,
        state: u64,
        labels: &mut Vec<u8>,
    ) -> Result<Option<u32>, Fault> {
        self.bit_counts.run(Only {
            fold: self,
            state,
            labels,
        })
    }
}
