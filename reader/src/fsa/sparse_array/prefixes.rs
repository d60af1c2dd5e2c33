//! The keys that a text starts with, in the sparse array.

use super::SparseArray;
use crate::error::Fault;
use crate::format::to_usize;
use crate::format::transition::{FINAL, FINAL_LABEL};
use crate::format::varint::read_varshort;

impl SparseArray {
    /// Tells the length of each key that leads on from `state` and that `text` starts with, and its value; how much of
    /// the text was followed.
    #[inline]
    pub(in crate::fsa) fn prefixes(
        &self,
        state: u64,
        text: &[u8],
        mut found: impl FnMut(usize, u64),
    ) -> Result<usize, Fault> {
        let slots = self.view();
        let labels = slots.labels;
        let mut state = to_usize(state);
        for (depth, &label) in text.iter().enumerate() {
            let p = state + usize::from(label);
            if p >= labels.len() {
                return Err(self.fault_at(p as u64, "a pointer leads outside of the sparse array"));
            }
            if labels[p] != label {
                return Ok(depth);
            }
            let target = to_usize(self.target(slots, p)?);
            if target == 0 {
                return Ok(depth);
            }
            let end = target + to_usize(FINAL);
            if end >= labels.len() {
                let reason = "a state ends outside of the sparse array";
                return Err(self.fault_at(target as u64, reason));
            }
            if labels[end] == FINAL_LABEL {
                let value = slots.words.get(end..).and_then(read_varshort);
                let unreadable = || self.word_fault(end, "a value word cannot be read");
                found(depth + 1, value.ok_or_else(unreadable)?);
            }
            state = target;
        }
        Ok(text.len())
    }
}
