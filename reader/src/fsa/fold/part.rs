//! Keys of a leaf that start alike, with their weights.

use std::ops::Range;

use super::leaf::OUTSIDE;
use super::planes::{FewPlanes, Planes};
use super::weights::weight;
use super::{Fold, Place, SHARED, TOO_LONG, small};
use crate::dictionary::MAX_KEY_LEN;
use crate::error::Fault;
use crate::format::to_usize;
use crate::simd;

/// All keys at a position within a leaf and below.
#[derive(Clone, Debug)]
pub(crate) struct LeafPart {
    offset: u64,
    /// Which keys of the leaf.
    keys: Range<u32>,
    /// How many bytes they have in common within the leaf.
    depth: u32,
    /// The ordinal of the leaf's first key.
    first: u32,
}

impl LeafPart {
    /// The ordinal of a key of the leaf.
    #[inline]
    pub(crate) fn ordinal(&self, key: u32) -> u32 {
        self.first.saturating_add(key)
    }
}

/// A look for the heavy keys of a part.
struct Heavy<'a, F> {
    fold: &'a Fold,
    part: &'a LeafPart,
    least: u32,
    tell: F,
}

impl<F: FnMut(u32, u32) -> u32> simd::Task for Heavy<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Heavy {
            fold,
            part,
            least,
            mut tell,
        } = self;
        let Some(weights) = &fold.weights else {
            part.keys.clone().for_each(|key| _ = tell(key, 0));
            return;
        };
        let Range { start, end } = part.keys;
        let ordinals = part.ordinal(start).into()..part.ordinal(end).into();
        let first = u64::from(part.first);
        weights.for_each_from(ordinals, least.into(), |ordinal, value| {
            tell(small(to_usize(ordinal - first)), weight(value)).into()
        });
    }
}

/// The reading of some keys of a part.
struct Reading<'a, F> {
    fold: &'a Fold,
    part: &'a LeafPart,
    wanted: u64,
    text: &'a mut Vec<u8>,
    tell: F,
}

impl<F: FnMut(&[u8], u32)> simd::Task for Reading<'_, F> {
    type Output = Result<(), Fault>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let (fold, offset) = (self.fold, self.part.offset);
        let leaf = fold.leaf(offset)?;
        let place = to_usize(offset);
        let read = if FewPlanes::have_room(&leaf.header) {
            FewPlanes::new(&leaf, place).and_then(|planes| self.read(&planes))
        } else {
            <Planes>::new(&leaf, place).and_then(|planes| self.read(&planes))
        };
        read.map_err(|reason| fold.leaf_fault(offset, reason))
    }
}

impl<F: FnMut(&[u8], u32)> Reading<'_, F> {
    #[inline(always)]
    fn read<const S: usize, const L: usize, const R: usize>(
        mut self,
        planes: &Planes<S, L, R>,
    ) -> Result<(), &'static str> {
        let (fold, part, text) = (self.fold, self.part, self.text);
        let depth = part.depth;
        let (mut needed, decoded) = needed(planes, part, self.wanted);
        let tokens = fold.tokens.view();
        text.clear();
        while needed != 0 {
            let key = needed.trailing_zeros();
            needed &= needed - 1;
            let shared = planes.shared(key);
            // only the first key has its own bytes before those that all have in common
            let known = depth.saturating_sub(shared) as usize;
            let kept = (shared.max(depth) - depth) as usize;
            if kept > text.len() {
                return Err(SHARED);
            }
            text.truncate(kept);
            text.push(planes.label(key, &fold.alphabet));
            if decoded >> key & 1 != 0 {
                let (start, len) = planes.codes(key);
                let codes = fold.leaves.get(start..start + len).ok_or(OUTSIDE)?;
                tokens.decode(codes, text)?;
            }
            if known > 0 {
                if known > text.len() || key > part.keys.start {
                    return Err(SHARED);
                }
                text.drain(..known);
            }
            if text.len() > MAX_KEY_LEN {
                return Err(TOO_LONG);
            }
            if self.wanted >> key & 1 != 0 {
                (self.tell)(text, key);
            }
        }
        Ok(())
    }
}

/// The keys of a part that those wanted are read from: they themselves, and the keys before them that hold a part of their
/// text. Then those of them of which more than the label is needed.
#[inline(always)]
fn needed<const S: usize, const L: usize, const R: usize>(
    planes: &Planes<S, L, R>,
    part: &LeafPart,
    wanted: u64,
) -> (u64, u64) {
    let start = part.keys.start;
    let (mut needed, mut decoded) = (0u64, 0u64);
    let mut left = wanted;
    while left != 0 {
        let mut key = left.ilog2();
        left ^= 1 << key;
        // so many bytes of the key are
        let mut upto = u32::MAX;
        loop {
            let shared = planes.shared(key);
            decoded |= u64::from(upto > shared + 1) << key;
            if needed >> key & 1 != 0 {
                break;
            }
            needed |= 1 << key;
            if key <= start || shared <= part.depth {
                break;
            }
            // the last key that shares less has the byte before
            let before = planes.compare_shared(shared).1 & ((1 << key) - 1) | 1 << start;
            key = before.ilog2();
            upto = shared;
        }
    }
    (needed, decoded)
}

impl Fold {
    /// The keys at a position and below, if it is within a leaf.
    pub(in crate::fsa) fn part(&self, state: u64) -> Result<Option<LeafPart>, Fault> {
        let Place::Leaf { offset, key, depth } = Place::unpack(state) else {
            return Ok(None);
        };
        let leaf = self.leaf(offset)?;
        let header = leaf.header;
        let end = leaf.end_of(key, depth).min(header.keys);
        if key >= end {
            return Err(self.leaf_fault(offset, "a leaf lacks a key"));
        }
        Ok(Some(LeafPart {
            offset,
            keys: key..end,
            depth: small(depth),
            first: header.first,
        }))
    }

    /// Tells the numbers and the weights of those keys that weigh `least` or more, and of some others, in no particular order.
    /// The answer is the `least` from there on. In dictionaries without weights all keys have 0.
    #[inline]
    pub(crate) fn heavy(&self, part: &LeafPart, least: u32, tell: impl FnMut(u32, u32) -> u32) {
        self.bit_counts.run(Heavy {
            fold: self,
            part,
            least,
            tell,
        });
    }

    /// Tells of some keys what they have behind what all have in common, and their numbers, in order. Bit `i` of `wanted`
    /// stands for key `i` of the leaf. `text` is room for that.
    #[inline]
    pub(crate) fn read_part(
        &self,
        part: &LeafPart,
        wanted: u64,
        text: &mut Vec<u8>,
        tell: impl FnMut(&[u8], u32),
    ) -> Result<(), Fault> {
        self.bit_counts.run(Reading {
            fold: self,
            part,
            wanted,
            text,
            tell,
        })
    }
}
