//! The rest of a key that is the only one with its start, in the sparse array.

use super::SparseArray;
use crate::automaton::LabelSet;
use crate::error::Fault;

impl SparseArray {
    /// The value of the only key that leads on from `state` by at most `limit` labels, which are appended. Nothing if there
    /// are several, or may be.
    #[inline]
    pub(in crate::fsa) fn only(
        &self,
        state: u64,
        limit: usize,
        labels: &mut Vec<u8>,
    ) -> Result<Option<u64>, Fault> {
        let mut state = state;
        for _ in 0..=limit {
            let mut here = LabelSet::from_words(self.labels(state)?);
            if let Some(value) = self.value(state)? {
                return Ok(here.is_empty().then_some(value));
            }
            let Some(label) = here.take_first().filter(|_| here.is_empty()) else {
                return Ok(None);
            };
            let Some(child) = self.child(state, label)? else {
                return Ok(None);
            };
            labels.push(label);
            state = child;
        }
        Ok(None)
    }
}
