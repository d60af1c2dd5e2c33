//! Where matches may start and end, at a glance: many places at a time.

use std::ops::Range;

use super::boundaries::Boundaries;
use super::filter::{Filter, LOOK_AHEAD};

/// Places that are looked at together.
const BLOCK: usize = 64;
/// Bytes that are looked at for that: one before the first place, and those in which a key may end.
const BYTES: usize = BLOCK + 16;
const _: () = assert!(BYTES > BLOCK + LOOK_AHEAD);

/// The places of a block of text where a match may start, and from its start on those where one may end.
#[derive(Clone, Debug, Default)]
pub(super) struct Glance {
    block: Range<usize>,
    starts: u64,
    ends: u128,
}

impl Glance {
    /// The first of some places of folded text where a key may start. The first of them stands at `original` in the text, and as
    /// far as the places go, both are of the same length.
    pub(super) fn first_start(
        &mut self,
        filter: &Filter,
        boundaries: Boundaries,
        folded: &[u8],
        places: Range<usize>,
        text: &[u8],
        original: usize,
    ) -> Option<usize> {
        let mut at = places.start;
        while at < places.end {
            let original = at - places.start + original;
            if !self.block.contains(&original) {
                self.look(boundaries, filter.may_start_with_space(), text, original);
            }
            let skipped = original - self.block.start;
            let left = places.end - at;
            let len = left.min(BLOCK - skipped);
            let mut starts = self.starts >> skipped & (u64::MAX >> (BLOCK - len));
            // nothing is known of places behind the last one, which may be folded to more bytes than it has
            let ends = self.ends >> skipped | !(u128::MAX >> (128 - left.min(128)));
            while starts != 0 {
                let place = starts.trailing_zeros();
                let [low, high, ..] = (ends >> place).to_le_bytes();
                let start = at + place as usize;
                if filter.may_start(&folded[start..], u16::from_le_bytes([low, high])) {
                    return Some(start);
                }
                starts &= starts - 1;
            }
            at += len;
        }
        None
    }

    /// Looks at the block that starts at a place of the text; `spaced` if a match may start with a space.
    fn look(&mut self, boundaries: Boundaries, spaced: bool, text: &[u8], at: usize) {
        self.block = at..at + BLOCK;
        (self.starts, self.ends) = match boundaries {
            // between letters, digits and low lines of ASCII there is no boundary
            Boundaries::Words => {
                let bytes = bytes(text, at, 0);
                let joins = bits(&bytes, joins);
                let bounds = !(joins & joins >> 1);
                let starts = if spaced {
                    bounds
                } else {
                    // every other boundary stands before a space
                    bounds & !(bits(&bytes, |byte| byte == b' ') >> 1)
                };
                (low(starts), bounds)
            }
            // matches start behind spaces and at the start, they end before spaces and at the end
            Boundaries::Spaces => {
                let before = bits(&bytes(text, at, b' '), |byte| byte == b' ');
                (low(before), before >> 1)
            }
            Boundaries::None => (u64::MAX, u128::MAX),
        };
    }
}

/// The bytes of a block from the one before it on; `filler` where there is no text.
#[inline]
fn bytes(text: &[u8], at: usize, filler: u8) -> [u8; BYTES] {
    let within = at
        .checked_sub(1)
        .and_then(|start| text.get(start..)?.first_chunk());
    within.copied().unwrap_or_else(|| {
        let mut bytes = [filler; BYTES];
        let start = at.saturating_sub(1);
        let before = usize::from(at == 0);
        // what a character is folded to may reach beyond the text
        let rest = text.get(start..).unwrap_or_default();
        for (byte, &present) in bytes[before..].iter_mut().zip(rest) {
            *byte = present;
        }
        bytes
    })
}

/// A bit for each byte that is of a kind.
#[inline]
fn bits(bytes: &[u8; BYTES], is: impl Fn(u8) -> bool) -> u128 {
    // a loop that the compiler makes one over vectors of bytes
    let ones = bytes.map(|byte| u8::from(is(byte)));
    let (eights, _) = ones.as_chunks::<8>();
    let bits = eights.iter().enumerate().map(|(number, eight)| {
        // the product gathers one bit of each byte in its highest byte
        let set = u64::from_le_bytes(*eight);
        u128::from(set.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * number)
    });
    bits.fold(0, |all, bits| all | bits)
}

/// Letters, digits and low lines of ASCII.
#[inline]
fn joins(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let is_digit = byte.wrapping_sub(b'0') < 10;
    is_letter || is_digit || byte == b'_'
}

/// The lower half of some bits.
fn low(bits: u128) -> u64 {
    let bytes = bits.to_le_bytes();
    bytes
        .first_chunk()
        .map_or(0, |low| u64::from_le_bytes(*low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_apart() {
        for byte in 0..=255u8 {
            let mut block = [b'x'; BYTES];
            block[3] = byte;
            block[70] = byte;
            let others = u128::MAX >> (128 - BYTES) & !(1 << 3 | 1 << 70);
            let wanted = |is: bool| if is { 1 << 3 | 1 << 70 } else { 0 };
            let joining = byte.is_ascii_alphanumeric() || byte == b'_';
            assert_eq!(bits(&block, joins), others | wanted(joining), "{byte}");
            let spaces = bits(&block, |byte| byte == b' ');
            assert_eq!(spaces, wanted(byte == b' '), "{byte}");
        }
    }

    #[test]
    fn ends_of_a_text() {
        let mut glance = Glance::default();
        for (boundaries, spaced, starts, ends) in [
            (Boundaries::Words, true, 0b01_1001, 0b11_1001),
            (Boundaries::Words, false, 0b01_0001, 0b11_1001),
            (Boundaries::Spaces, true, 0b01_0001, 0b10_1000),
        ] {
            glance.look(boundaries, spaced, b"abc d", 0);
            assert_eq!(glance.starts & 0b1_1111, starts);
            assert_eq!(glance.ends & 0b11_1111, ends);
        }
    }
}
