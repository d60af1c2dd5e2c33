//! Look-ups in the sparse array, a byte at a time.

use super::{Slots, SparseArray, WINDOW_LEN};
use crate::error::Fault;
use crate::format::to_usize;
use crate::format::transition::{FINAL, FINAL_LABEL, relative_distance};
use crate::format::varint::read_varshort;
use crate::fsa::ValueHandle;
use crate::fsa::batch::{Lookups, Step};
use crate::prefetch::prefetch;

/// The distance of the slot that a walk enters when its key is used up; no label's distance.
#[expect(clippy::cast_possible_truncation, reason = "256 fits")]
const END: usize = FINAL as usize;

/// The look-ups below one state.
pub(in crate::fsa) struct ArrayLookups<'a> {
    array: &'a SparseArray,
    slots: Slots<'a>,
    state: u64,
}

/// The slot to look at next. Its state carries it if the label there equals the distance from that state.
#[derive(Clone, Copy)]
pub(in crate::fsa) struct Lane {
    slot: usize,
    distance: usize,
    /// How many bytes of the key led there.
    depth: usize,
}

impl SparseArray {
    /// The look-ups below `state`.
    #[inline]
    pub(in crate::fsa) fn lookups(&self, state: u64) -> ArrayLookups<'_> {
        ArrayLookups {
            array: self,
            slots: self.view(),
            state,
        }
    }
}

impl ArrayLookups<'_> {
    /// The slot of a state where a key goes on that has led there by `depth` bytes, asked for.
    #[inline]
    fn enter(&self, state: usize, key: &[u8], depth: usize) -> Lane {
        let distance = key.get(depth).map_or(END, |&label| usize::from(label));
        let slot = state + distance;
        prefetch(self.slots.labels, slot);
        prefetch(self.slots.words, slot);
        Lane {
            slot,
            distance,
            depth: depth + 1,
        }
    }

    /// The state that a pointer which is not relative leads to; 0: there is none. Nothing where it is damaged.
    #[inline(never)]
    fn far(&self, slot: usize) -> Option<usize> {
        self.array.target(self.slots, slot).ok().map(to_usize)
    }

    /// What the slot behind a used up key says.
    #[inline(never)]
    fn value(&self, slot: usize) -> Step {
        if self.slots.labels[slot] != FINAL_LABEL {
            return Step::Done(None);
        }
        match self.slots.words.get(slot..).and_then(read_varshort) {
            Some(value) => Step::Done(Some(ValueHandle(value))),
            None => Step::Unsettled,
        }
    }
}

impl Lookups for ArrayLookups<'_> {
    type Lane = Lane;

    #[inline]
    fn reach(&self) -> usize {
        3 * self.slots.labels.len()
    }

    /// The first step is taken at once: every look-up takes it, so that its slots are at hand.
    #[inline]
    fn start(&self, key: &[u8]) -> Lane {
        let mut lane = self.enter(to_usize(self.state), key, 0);
        // a walk that ends here ends in the same way when the lane has its turn
        let _ended_or_not = self.step(key, &mut lane);
        lane
    }

    #[expect(clippy::inline_always, reason = "a call takes longer than a step")]
    #[inline(always)]
    fn step(&self, key: &[u8], lane: &mut Lane) -> Step {
        let labels = self.slots.labels;
        let words = &self.slots.words[..labels.len()];
        let Lane {
            slot,
            distance,
            depth,
        } = *lane;
        if slot >= labels.len() {
            return Step::Unsettled;
        }
        if usize::from(labels[slot]) != distance {
            return if distance == END {
                self.value(slot)
            } else {
                Step::Done(None)
            };
        }
        let state = if let Some(back) = relative_distance(u16::from_le_bytes(words[slot])) {
            let (end, back) = (slot + WINDOW_LEN, to_usize(back));
            if back >= end {
                return Step::Unsettled;
            }
            end - back
        } else {
            match self.far(slot) {
                Some(0) => return Step::Done(None),
                Some(state) => state,
                None => return Step::Unsettled,
            }
        };
        *lane = self.enter(state, key, depth);
        Step::Pending
    }

    #[inline]
    fn get(&self, key: &[u8]) -> Result<Option<ValueHandle>, Fault> {
        Ok(self.array.get(self.state, key)?.map(ValueHandle))
    }
}
