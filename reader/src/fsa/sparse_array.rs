//! keyvi's sparse array: one label and one word per slot, states interleaved.
//!
//! Positions come from the file, so none is trusted: every access decides once whether its slot lies in the
//! array. Both arrays are cut to the same length before a walk, so that this one decision covers the label
//! and the word (checked in the machine code: the loop of `follow` holds a single comparison with the
//! length).

mod descent;
mod lookups;
mod only;
mod prefixes;

use std::ops::Range;

pub(super) use descent::ArrayDescent;

use super::{Cursor, ValueHandle};
use crate::bytes::Bytes;
use crate::error::{Fault, Section};
use crate::format::to_usize;
use crate::format::transition::{self, FINAL, FINAL_LABEL, Pointer, SPAN, WEIGHT, WINDOW};
use crate::format::varint::read_varshort;
use crate::prefetch::prefetch;
use crate::simd;

/// [`WINDOW`] slots as a distance in memory.
#[expect(clippy::cast_possible_truncation, reason = "512 fits")]
const WINDOW_LEN: usize = WINDOW as usize;

/// How far before the sum of a slot, [`WINDOW`] and the next label words are asked for. In a chain the distance
/// taken off that sum is about `WINDOW` and a letter, so this is a cache line or so before the next slot.
const AHEAD: usize = WINDOW_LEN + 144;

/// The two arrays within a file.
#[derive(Clone, Debug)]
pub struct SparseArray {
    labels: Bytes,
    transitions: Bytes,
    root: u64,
}

/// A position's child.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Child {
    pub(crate) at: Cursor,
    /// The inner weight; 0: none is stored.
    pub(crate) weight: u32,
    pub(crate) label: u8,
}

/// The slots of the array: both slices have the same length.
#[derive(Clone, Copy)]
struct Slots<'a> {
    labels: &'a [u8],
    words: &'a [[u8; 2]],
}

impl SparseArray {
    /// The array of `slots` slots whose labels start at byte `start`. `root` is 0 in an empty dictionary.
    pub fn new(bytes: &Bytes, start: usize, slots: u64, root: u64) -> Result<Self, Fault> {
        let fault = |reason| Fault::new(Section::Labels, start as u64, reason);
        let end = slots
            .checked_mul(3)
            .and_then(|len| len.checked_add(start as u64));
        if end.is_none_or(|end| end > bytes.len() as u64) {
            return Err(fault("the file ends before the last transition"));
        }
        if root != 0 && root.checked_add(SPAN).is_none_or(|end| end > slots) {
            return Err(fault("the start state lies outside of the sparse array"));
        }
        let slots = to_usize(slots);
        Ok(SparseArray {
            labels: bytes.part(start..start + slots),
            transitions: bytes.part(start + slots..start + 3 * slots),
            root,
        })
    }

    /// The bytes of the labels within the file.
    pub fn label_bytes(&self) -> Range<usize> {
        self.labels.start()..self.transitions.start()
    }

    /// The bytes of the transitions within the file.
    pub fn transition_bytes(&self) -> Range<usize> {
        let start = self.transitions.start();
        start..start + self.transitions.len()
    }

    pub(super) fn root(&self) -> Option<u64> {
        (self.root != 0).then_some(self.root)
    }

    /// Number of slots.
    pub fn slots(&self) -> usize {
        self.labels.len()
    }

    #[inline]
    fn view(&self) -> Slots<'_> {
        let labels = &self.labels[..];
        let (words, _) = self.transitions.as_chunks::<2>();
        Slots {
            labels,
            words: &words[..labels.len()],
        }
    }

    #[inline]
    pub(super) fn follow(&self, state: u64, key: &[u8]) -> Result<Option<u64>, Fault> {
        self.walk(self.view(), state, key)
    }

    /// As [`get`](Self::get), for loops that are left small by a call.
    #[inline(never)]
    fn get_alone(&self, state: u64, key: &[u8]) -> Result<Option<u64>, Fault> {
        self.get(state, key)
    }

    /// Follows a key and reads its value, in one go.
    #[inline]
    pub(super) fn get(&self, state: u64, key: &[u8]) -> Result<Option<u64>, Fault> {
        let slots = self.view();
        match self.walk(slots, state, key)? {
            Some(state) => self.value_in(slots, state),
            None => Ok(None),
        }
    }

    /// Follows labels one after the other.
    ///
    /// The time goes into a chain of loads, each giving the place of the next. So all that does not depend on
    /// a word is added up beside its load, and one subtraction leads from the word to the next slot. That sum
    /// also says what to ask for ahead, since the states of a chain mostly stand in descending order close
    /// together. (Its second use keeps the compiler from adding up in another order.)
    /// `benches/benches/lookup.rs` has the plain loop to compare with.
    #[inline]
    fn walk(&self, slots: Slots<'_>, state: u64, key: &[u8]) -> Result<Option<u64>, Fault> {
        let words = &slots.words[..slots.labels.len()];
        let Some(&first) = key.first() else {
            return Ok(Some(state));
        };
        let mut label = first;
        let mut p = to_usize(state) + usize::from(label);
        let mut depth = 1;
        loop {
            if p >= slots.labels.len() {
                return Err(self.fault_at(p as u64, "a pointer leads outside of the sparse array"));
            }
            if slots.labels[p] != label {
                return Ok(None);
            }
            let word = u16::from_le_bytes(words[p]);
            let Some(distance) = transition::relative_distance(word) else {
                let target = self.target(slots, p)?;
                if target == 0 {
                    return Ok(None);
                }
                let Some(&next) = key.get(depth) else {
                    return Ok(Some(target));
                };
                depth += 1;
                label = next;
                p = to_usize(target) + usize::from(next);
                continue;
            };
            let (end, distance) = (p + WINDOW_LEN, to_usize(distance));
            let Some(&next) = key.get(depth) else {
                return if distance < end {
                    Ok(Some((end - distance) as u64))
                } else {
                    self.nothing_before(p, distance - end)
                };
            };
            let ahead = end + usize::from(next);
            prefetch(words, ahead.wrapping_sub(AHEAD));
            if distance >= end {
                return self.nothing_before(p, distance - end);
            }
            depth += 1;
            label = next;
            p = ahead.wrapping_sub(distance);
        }
    }

    /// What a relative word at slot `p` means that leads to `before` slots before the array's start.
    #[cold]
    fn nothing_before(&self, p: usize, before: usize) -> Result<Option<u64>, Fault> {
        match before {
            0 => Ok(None),
            _ => Err(self.word_fault(p, "a pointer leads before the sparse array")),
        }
    }

    /// The target of the transition at slot `p`, which lies in the array; 0: there is none.
    #[inline]
    fn target(&self, slots: Slots<'_>, p: usize) -> Result<u64, Fault> {
        let word = u16::from_le_bytes(slots.words[p]);
        match transition::pointer(p as u64, word) {
            Some(Pointer::Direct(target)) => Ok(target),
            Some(Pointer::Overflow { units, low }) => slots
                .words
                .get(to_usize(units)..)
                .and_then(read_varshort)
                .and_then(|value| low.target(p as u64, value))
                // keeps `state + label` below from overflowing
                .filter(|&target| target <= slots.labels.len() as u64)
                .ok_or_else(|| self.word_fault(p, "an overflow pointer cannot be read")),
            None => Err(self.word_fault(p, "a pointer leads before the sparse array")),
        }
    }

    /// The child of `state` by a label.
    #[inline]
    pub(super) fn step(&self, state: u64, label: u8) -> Result<Option<u64>, Fault> {
        let slots = self.view();
        let p = to_usize(state) + usize::from(label);
        match slots.labels.get(p) {
            Some(&here) if here == label => {
                let target = self.target(slots, p)?;
                Ok((target != 0).then_some(target))
            }
            Some(_) => Ok(None),
            None => Err(self.fault_at(p as u64, "a pointer leads outside of the sparse array")),
        }
    }

    /// The child of `state` by a label it carries, checked to lie in the array.
    #[inline]
    pub(super) fn child(&self, state: u64, label: u8) -> Result<Option<u64>, Fault> {
        let slots = self.view();
        let p = to_usize(state) + usize::from(label);
        if p >= slots.labels.len() {
            return Err(self.fault_at(state, "a pointer leads outside of the sparse array"));
        }
        let target = self.target(slots, p)?;
        if to_usize(target + SPAN) > slots.labels.len() {
            return Err(self.word_fault(p, "a pointer leads outside of the sparse array"));
        }
        Ok((target != 0).then_some(target))
    }

    /// Appends the children of a position, in the order of the labels. It stands alone so that the loop keeps its registers.
    #[inline(never)]
    pub(crate) fn children(&self, at: Cursor, children: &mut Vec<Child>) -> Result<(), Fault> {
        let slots = self.view();
        let state = to_usize(at.state);
        let Some(window) = slots.labels.get(state..).and_then(<[u8]>::first_chunk) else {
            return Err(self.fault_at(at.state, "a state ends outside of the sparse array"));
        };
        for (set, mut labels) in simd::own_labels(window).into_iter().enumerate() {
            while labels != 0 {
                let distance = 64 * set + labels.trailing_zeros() as usize;
                labels &= labels - 1;
                let p = state + distance;
                let word = u16::from_le_bytes(slots.words[p]);
                let target = match transition::relative_distance(word) {
                    Some(before) if to_usize(before) < p + WINDOW_LEN => {
                        (p + WINDOW_LEN) as u64 - before
                    }
                    _ => self.target(slots, p)?,
                };
                if target != 0 {
                    children.push(Child {
                        at: Cursor { state: target },
                        weight: self.weight_in(slots, target)?,
                        label: slots.labels[p],
                    });
                }
            }
        }
        Ok(())
    }

    /// The labels of the slots behind `state`, of which those of its own transitions are as far from it as they say.
    #[inline]
    pub(super) fn window(&self, state: u64) -> Option<&[u8; 256]> {
        let labels = self.view().labels.get(to_usize(state)..)?;
        labels.first_chunk()
    }

    /// The labels of the transitions of `state`, as a set of bits.
    #[inline]
    pub(super) fn labels(&self, state: u64) -> Result<[u64; 4], Fault> {
        self.view()
            .labels
            .get(to_usize(state)..)
            .and_then(|labels| labels.first_chunk())
            .map(simd::own_labels)
            .ok_or_else(|| self.fault_at(state, "a state ends outside of the sparse array"))
    }

    /// Label and word of the slot at a distance from a state.
    #[inline]
    fn slot(&self, slots: Slots<'_>, state: u64, distance: u64) -> Result<(u8, u16), Fault> {
        let p = to_usize(state + distance);
        if p >= slots.labels.len() {
            return Err(self.fault_at(state, "a state ends outside of the sparse array"));
        }
        Ok((slots.labels[p], u16::from_le_bytes(slots.words[p])))
    }

    #[inline]
    pub(super) fn is_final(&self, state: u64) -> Result<bool, Fault> {
        Ok(self.slot(self.view(), state, FINAL)?.0 == FINAL_LABEL)
    }

    #[inline]
    pub(super) fn value(&self, state: u64) -> Result<Option<u64>, Fault> {
        self.value_in(self.view(), state)
    }

    #[inline]
    fn value_in(&self, slots: Slots<'_>, state: u64) -> Result<Option<u64>, Fault> {
        let (label, _) = self.slot(slots, state, FINAL)?;
        if label != FINAL_LABEL {
            return Ok(None);
        }
        let p = to_usize(state + FINAL);
        match slots.words.get(p..).and_then(read_varshort) {
            Some(value) => Ok(Some(value)),
            None => Err(self.word_fault(p, "a value word cannot be read")),
        }
    }

    /// The inner weight of a position; 0: none is stored.
    #[inline]
    pub(crate) fn weight(&self, at: Cursor) -> Result<u32, Fault> {
        self.weight_in(self.view(), at.state)
    }

    /// The value of the key that ends at a position, if one does.
    #[inline]
    pub(crate) fn value_at(&self, at: Cursor) -> Result<Option<ValueHandle>, Fault> {
        Ok(self.value(at.state)?.map(ValueHandle))
    }

    /// Damage at a position, to be reported by a walk.
    pub(crate) fn fault(&self, at: Cursor, reason: &'static str) -> Fault {
        self.fault_at(at.state, reason)
    }

    pub(super) fn inner_weight(&self, state: u64) -> Result<u32, Fault> {
        self.weight_in(self.view(), state)
    }

    #[inline]
    fn weight_in(&self, slots: Slots<'_>, state: u64) -> Result<u32, Fault> {
        let (label, word) = self.slot(slots, state, WEIGHT)?;
        Ok(if label == 0 { u32::from(word) } else { 0 })
    }

    /// How many slots hold something. Reads the whole array.
    pub fn used(&self) -> u64 {
        let slots = self.view();
        slots
            .labels
            .iter()
            .zip(slots.words)
            .filter(|&(&label, &word)| label != 0 || word != [0, 0])
            .count() as u64
    }

    #[cold]
    pub(super) fn fault_at(&self, state: u64, reason: &'static str) -> Fault {
        Fault::new(
            Section::Labels,
            (self.labels.start() as u64).saturating_add(state),
            reason,
        )
    }

    #[cold]
    fn word_fault(&self, p: usize, reason: &'static str) -> Fault {
        Fault::new(
            Section::Transitions,
            (self.transitions.start() + 2 * p) as u64,
            reason,
        )
    }
}
