//! Numbers of one to nine bytes, the shortest for those that come most.
//!
//! ```text
//! code     first u8 | as many bytes as the class of the first says, u64le without its highest bytes
//! class c  of firsts from end(c - 1) to end(c), exclusive
//! number   base(c) + (first - end(c - 1)) << 8 * extra(c) | the bytes behind the first
//! base(0)  0;  base(c + 1) = base(c) + (end(c) - end(c - 1)) << 8 * extra(c)
//! record   ends [u8; 4] | extras [u8; 4]
//! ```
//!
//! There are four classes, some of them maybe without any firsts. 255 is no first: it says that something else follows.

use super::bits::mask;

/// The byte in place of a code that says that something else follows.
pub const ESCAPE: u8 = 255;

/// Bytes of a record.
pub const CODE_LEN: usize = 8;

/// Which numbers take how many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    ends: [u8; 4],
    extras: [u8; 4],
    bases: [u64; 4],
}

/// The code of lengths and counts.
pub const LENGTHS: Code = Code::new([250, 253, 254, 255], [0, 1, 2, 4]);

impl Code {
    /// The code whose classes end with these firsts and have so many bytes behind the first, up to 8.
    pub const fn new(ends: [u8; 4], extras: [u8; 4]) -> Self {
        let mut code = Code {
            ends,
            extras,
            bases: [0; 4],
        };
        let mut class = 0;
        while class < 3 {
            code.extras[class] = if extras[class] < 8 { extras[class] } else { 8 };
            code.bases[class + 1] = code.bases[class].wrapping_add(code.span(class));
            class += 1;
        }
        code.extras[3] = if extras[3] < 8 { extras[3] } else { 8 };
        code
    }

    /// Reads a record.
    pub fn read(record: [u8; CODE_LEN]) -> Self {
        let [e0, e1, e2, e3, extras @ ..] = record;
        Code::new([e0, e1, e2, e3], extras)
    }

    /// The record.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.ends);
        out.extend_from_slice(&self.extras);
    }

    const fn start(&self, class: usize) -> u8 {
        if class == 0 { 0 } else { self.ends[class - 1] }
    }

    /// Numbers of a class, modulo 2^64.
    const fn span(&self, class: usize) -> u64 {
        let firsts = self.ends[class].saturating_sub(self.start(class)) as u64;
        if self.extras[class] == 8 {
            0
        } else {
            firsts << (8 * self.extras[class])
        }
    }

    /// How many bytes the code with this first takes.
    #[inline]
    pub fn len(&self, first: u8) -> usize {
        1 + usize::from(self.extras[self.class(first)])
    }

    #[inline]
    fn class(&self, first: u8) -> usize {
        let [a, b, c, _] = self.ends.map(|end| usize::from(first >= end));
        a + b + c
    }

    /// The number of a code, given its first and the eight bytes behind that; the escape is not to be given.
    #[inline]
    pub fn number(&self, first: u8, rest: u64) -> u64 {
        let class = self.class(first);
        let extra = self.extras[class];
        let high = u64::from(first.wrapping_sub(self.start(class)));
        let high = high.checked_shl(8 * u32::from(extra)).unwrap_or(0);
        self.bases[class]
            .wrapping_add(high)
            .wrapping_add(rest & mask(8 * extra))
    }

    /// Bytes of a number's code; nothing where it has none.
    pub fn cost(&self, number: u64) -> Option<usize> {
        self.class_of(number)
            .map(|class| 1 + usize::from(self.extras[class]))
    }

    fn class_of(&self, number: u64) -> Option<usize> {
        (0..4).find(|&class| {
            let has_firsts = self.ends[class] > self.start(class);
            let all = self.extras[class] == 8;
            has_firsts && (all || number.wrapping_sub(self.bases[class]) < self.span(class))
        })
    }

    /// Appends the code of a number; false where it has none.
    #[must_use]
    pub fn put(&self, number: u64, out: &mut Vec<u8>) -> bool {
        let Some(class) = self.class_of(number) else {
            return false;
        };
        let extra = self.extras[class];
        let rest = number - self.bases[class];
        let high = rest.checked_shr(8 * u32::from(extra)).unwrap_or(0);
        out.push(self.start(class) + high.to_le_bytes()[0]);
        out.extend_from_slice(&rest.to_le_bytes()[..usize::from(extra)]);
        true
    }
}
