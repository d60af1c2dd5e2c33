//! The slots of the sparse array.
//!
//! A state that starts at `s` owns slots relative to `s`; a slot belongs to a state only because its label
//! equals its distance from that state.
//!
//! ```text
//! s + c          transition for byte c              label c
//! s + 256 ..     value of a final state, varshort   labels 1, 2, .. 5
//! s + 260        inner weight, plain u16            label 0
//!
//! word of the transition at p    bits                   target
//!   relative                     0ddddddd dddddddd      p + 512 - d
//!   absolute                     11aaaaaa aaaaaaaa      a
//!   overflow                     10oooooo oooorlll      v, or p + 512 - v when r is set,
//!                                                       v = varshort at p + o - 512, shifted left by 3, | l
//! ```
//!
//! Target 0 means that there is no transition.

use super::varint::{self, MAX_VARSHORT_LEN};

/// Distance of the final marker, which is the first unit of the value, from the state.
pub const FINAL: u64 = 256;
/// The label of the final marker.
pub const FINAL_LABEL: u8 = 1;
/// Distance of the inner weight from the state.
pub const WEIGHT: u64 = 260;
/// Slots a reader may probe from a state's start: every state has that many before the end of the array.
pub const SPAN: u64 = 261;
/// Pointers are relative to this distance behind their slot, and overflow units stand within it.
pub const WINDOW: u64 = 512;
/// States at this depth or deeper carry no inner weight; the root has depth 0.
pub const WEIGHT_DEPTH: usize = 30;

/// A word whose target is 0: there is no transition.
pub const NO_TARGET: u16 = ABSOLUTE;

const ABSOLUTE: u16 = 0xC000;
const OVERFLOW: u16 = 0x8000;
const OVERFLOW_RELATIVE: u16 = 0x0008;
const LARGEST_RELATIVE: u64 = 0x7FFF;
const LARGEST_ABSOLUTE: u64 = 0x3FFF;

/// A transition's word, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// The target is known; 0: there is none.
    Direct(u64),
    /// The target follows from the varshort that starts at slot `units`.
    Overflow {
        /// Slot of the first unit.
        units: u64,
        /// The low three bits, and whether the target is relative.
        low: OverflowCode,
    },
}

/// What an overflow word says besides the place of its units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverflowCode(u16);

impl OverflowCode {
    /// The target of the transition at `p`, given its units' value; nothing when it lies outside of 64 bits.
    pub fn target(self, p: u64, units: u64) -> Option<u64> {
        if units >> 61 != 0 {
            return None;
        }
        let v = units << 3 | u64::from(self.0 & 7);
        if self.0 & OVERFLOW_RELATIVE == 0 {
            Some(v)
        } else {
            (p + WINDOW).checked_sub(v)
        }
    }
}

/// The distance of a relative word: the target lies that far before `p + WINDOW`.
#[inline]
pub fn relative_distance(word: u16) -> Option<u64> {
    (word & OVERFLOW == 0).then_some(u64::from(word))
}

/// Takes the word of the transition at slot `p` apart. Nothing when it points before the array.
#[inline]
pub fn pointer(p: u64, word: u16) -> Option<Pointer> {
    if let Some(distance) = relative_distance(word) {
        return (p + WINDOW).checked_sub(distance).map(Pointer::Direct);
    }
    if word & ABSOLUTE == ABSOLUTE {
        return Some(Pointer::Direct(u64::from(word & !ABSOLUTE)));
    }
    let units = (p + u64::from((word >> 4) & 0x3FF)).checked_sub(WINDOW)?;
    Some(Pointer::Overflow {
        units,
        low: OverflowCode(word),
    })
}

/// How a pointer is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The word alone says it.
    Word(u16),
    /// Units must be stored nearby; the word follows with [`overflow_word`] once their place is known.
    Overflow {
        /// The units.
        units: [u16; MAX_VARSHORT_LEN],
        /// How many of them count.
        n: usize,
        /// Flag and low bits of the word.
        code: u16,
    },
}

/// The encoding of a pointer from slot `p` to `target`, as keyvi chooses it.
pub fn encode(p: u64, target: u64) -> Encoding {
    let distance = (p + WINDOW).checked_sub(target);
    if let Some(word) = distance.and_then(relative_word) {
        return Encoding::Word(word);
    }
    if let Some(word) = absolute_word(target) {
        return Encoding::Word(word);
    }
    let (v, flag) = match distance {
        Some(distance) if distance > 0 && distance < target => (distance, OVERFLOW_RELATIVE),
        _ => (target, 0),
    };
    let (units, n) = varint::write_varshort(v >> 3);
    Encoding::Overflow {
        units,
        n,
        code: OVERFLOW | flag | low_three(v),
    }
}

/// The absolute form of an overflow pointer, which pointers to the same target can share.
pub fn encode_overflow_absolute(target: u64) -> Encoding {
    let (units, n) = varint::write_varshort(target >> 3);
    Encoding::Overflow {
        units,
        n,
        code: OVERFLOW | low_three(target),
    }
}

fn relative_word(distance: u64) -> Option<u16> {
    (1..=LARGEST_RELATIVE)
        .contains(&distance)
        .then(|| u16::try_from(distance).ok())?
}

fn absolute_word(target: u64) -> Option<u16> {
    (target <= LARGEST_ABSOLUTE)
        .then(|| u16::try_from(target).ok())?
        .map(|word| word | ABSOLUTE)
}

fn low_three(v: u64) -> u16 {
    (v & 7) as u16
}

/// The word of an overflow pointer at slot `p` whose units start at slot `units`; nothing when they stand
/// outside of the window.
pub fn overflow_word(code: u16, p: u64, units: u64) -> Option<u16> {
    let distance = (units + WINDOW).checked_sub(p)?;
    (distance < 2 * WINDOW)
        .then(|| u16::try_from(distance << 4).ok())?
        .map(|at| at | code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_format_document() {
        assert_eq!(pointer(100, 0x0263), Some(Pointer::Direct(1)));
        assert_eq!(pointer(1, 0x0201), Some(Pointer::Direct(0)));
        assert_eq!(pointer(70_000, 0xFFFF), Some(Pointer::Direct(0x3FFF)));
        assert_eq!(pointer(0, 0x7FFF), None);
    }

    #[test]
    fn encodings_read_back() {
        for (p, target) in [
            (100u64, 1u64),
            (600, 700),
            (1000, 1511),
            (1000, 1512),
            (40_000, 20_000),
            (40_000, 7_800),
            (90_000, 16_383),
            (90_000, 16_384),
            (9_000_000_000, 8_000_000_000),
            (50_000_000, 20_000),
        ] {
            match encode(p, target) {
                Encoding::Word(word) => assert_eq!(pointer(p, word), Some(Pointer::Direct(target))),
                Encoding::Overflow { units, n, code } => {
                    for at in [p - WINDOW.min(p), p, p + WINDOW - 1] {
                        let word = overflow_word(code, p, at).unwrap();
                        let Some(Pointer::Overflow { units: place, low }) = pointer(p, word) else {
                            panic!()
                        };
                        assert_eq!(place, at);
                        let bytes: Vec<_> = units[..n].iter().map(|u| u.to_le_bytes()).collect();
                        let value = varint::read_varshort(&bytes).unwrap();
                        assert_eq!(low.target(p, value), Some(target));
                    }
                    assert_eq!(overflow_word(code, p, p + WINDOW), None);
                }
            }
        }
    }
}
