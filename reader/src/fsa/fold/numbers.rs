//! Numbers in planes: which of 64 keys have one, or a lesser one.
//!
//! A plane holds a bit of each key's number, the first plane the lowest. So a comparison of all keys at once is a few
//! operations on words.

/// The numbers of keys beside another number, as far as their low bits tell.
#[derive(Default)]
pub(super) struct Compared {
    /// The keys whose bits are not those of the number.
    differ: u64,
    /// The keys whose bits are less.
    less: u64,
}

impl Compared {
    /// With the next bit of each key and of the number.
    #[inline(always)]
    pub(super) fn with(self, word: u64, bit: u64) -> Self {
        let differs = word ^ bit;
        Compared {
            differ: self.differ | differs,
            // the highest bit that differs decides
            less: differs & bit | self.less & !differs,
        }
    }

    /// The keys whose number is the other number, and those whose number is less.
    #[inline(always)]
    pub(super) fn sets(self) -> (u64, u64) {
        (!self.differ, self.less)
    }
}

/// The keys whose number in the planes is `number`, and those whose number is less.
#[inline(always)]
pub(super) fn equal_to<const N: usize>(planes: [u64; N], number: usize) -> (u64, u64) {
    let mut compared = Compared::default();
    for (plane, word) in planes.into_iter().enumerate() {
        compared = compared.with(word, bit::<N>(number, plane));
    }
    compared.sets()
}

/// A bit of a number of so many bits, as often as a word has bits.
#[inline(always)]
fn bit<const N: usize>(number: usize, plane: usize) -> u64 {
    if N <= BYTE {
        BITS[number & 0xff][plane & 7]
    } else {
        bit_of(number, plane)
    }
}

/// A bit of a number, as often as a word has bits.
#[inline(always)]
pub(super) const fn bit_of(number: usize, plane: usize) -> u64 {
    ((number >> plane & 1) as u64).wrapping_neg()
}

/// The keys whose number in the planes is `number`, as far as the planes tell.
#[inline(always)]
pub(super) fn with<const N: usize>(planes: [u64; N], number: usize) -> u64 {
    let mut differ = planes;
    for (plane, word) in differ.iter_mut().enumerate() {
        *word ^= bit::<N>(number, plane);
    }
    // in pairs: each waits for fewer others than in a row
    let mut len = N;
    while len > 1 {
        let half = len.div_ceil(2);
        for i in 0..len - half {
            differ[i] |= differ[half + i];
        }
        len = half;
    }
    !differ[0]
}

/// Bits of a byte.
const BYTE: usize = 8;

/// The bits of each byte, each as often as a word has bits: looking one up takes less than making it.
static BITS: [[u64; BYTE]; 256] = {
    let mut bits = [[0; BYTE]; 256];
    let mut number = 0;
    while number < 256 {
        let mut plane = 0;
        while plane < BYTE {
            bits[number][plane] = bit_of(number, plane);
            plane += 1;
        }
        number += 1;
    }
    bits
};

/// The keys whose label has this rank.
#[inline(always)]
pub(super) fn with_rank<const N: usize>(planes: [u64; N], rank: u8) -> u64 {
    // the ranks of a leaf have no more bits than it has planes
    if usize::from(rank) >> N == 0 {
        with(planes, rank.into())
    } else {
        0
    }
}
