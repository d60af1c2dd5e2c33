//! A leaf: up to 64 neighbouring keys, front coded.
//!
//! ```text
//! u32le  ordinal of the first key
//! u32le  keys - 1: 6 | shared planes: 5 | length planes: 5 | label planes: 4 | base: 12     (lowest bits first)
//! planes of the shared lengths, of the code lengths, of the label ranks; each ceil(keys / 8) bytes
//! codes  of the keys, one behind the other
//! ```
//!
//! Three small numbers belong to every key: how many bytes it shares with the key before it (less `base`; the first
//! key shares nothing), how many bytes its codes take, and the rank of its label, the first byte it does not share, in
//! the [alphabet](super::alphabet). Numbers stand in *bit planes*: bit `i` of plane `p` is bit `p` of the number of
//! key `i`. So one comparison with all 64 keys takes a few operations on 64 bit words, a sum over the keys before
//! one is a count of bits, and no number takes more bits than the largest of its leaf needs.
//!
//! Shared lengths are counted from the branching point of the node above. The text of a key is what it shares, its
//! label, and its codes decoded.

/// Most keys of a leaf: one bit of a 64 bit word each.
pub const MAX_KEYS: usize = 64;

/// Bytes before the planes.
pub const HEADER_LEN: usize = 8;

/// Zero bytes behind the last leaf, so that a search may load more planes than there are.
pub const SLACK: usize = REACH + 8;

/// The planes of a sound leaf end before this byte.
pub const REACH: usize = 512;

/// Largest base.
pub const MAX_BASE: u32 = (1 << 12) - 1;

/// The header of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeafHeader {
    /// Ordinal of the first key.
    pub first: u32,
    /// Keys, 1 to 64.
    pub keys: u32,
    /// Planes of shared lengths, at most 18 in a sound file.
    pub shared_planes: u32,
    /// Planes of code lengths, at most 18 in a sound file.
    pub length_planes: u32,
    /// Planes of label ranks, at most 8 in a sound file.
    pub label_planes: u32,
    /// What is added to all shared lengths but that of the first key.
    pub base: u32,
}

impl LeafHeader {
    /// The header in the first bytes of a leaf.
    #[inline]
    pub fn read(bytes: &[u8; HEADER_LEN]) -> Self {
        let [a, b, c, d, rest @ ..] = *bytes;
        let packed = u32::from_le_bytes(rest);
        LeafHeader {
            first: u32::from_le_bytes([a, b, c, d]),
            keys: (packed & 63) + 1,
            shared_planes: packed >> 6 & 31,
            length_planes: packed >> 11 & 31,
            label_planes: packed >> 16 & 15,
            base: packed >> 20,
        }
    }

    /// The bytes of the header.
    pub fn write(&self) -> [u8; HEADER_LEN] {
        let packed = (self.keys - 1)
            | self.shared_planes << 6
            | self.length_planes << 11
            | self.label_planes << 16
            | self.base << 20;
        (u64::from(self.first) | u64::from(packed) << 32).to_le_bytes()
    }

    /// Bytes of one plane.
    #[inline]
    pub fn plane_len(&self) -> usize {
        (self.keys as usize).div_ceil(8)
    }

    /// Where the planes of the code lengths start.
    #[inline]
    pub fn lengths_at(&self) -> usize {
        HEADER_LEN + self.shared_planes as usize * self.plane_len()
    }

    /// Where the planes of the label ranks start.
    #[inline]
    pub fn labels_at(&self) -> usize {
        self.lengths_at() + self.length_planes as usize * self.plane_len()
    }

    /// Where the codes start.
    #[inline]
    pub fn codes_at(&self) -> usize {
        self.labels_at() + self.label_planes as usize * self.plane_len()
    }

    /// A bit for every key.
    #[inline]
    pub fn all(&self) -> u64 {
        u64::MAX >> (64 - self.keys)
    }
}

/// Appends the planes of some numbers, lowest plane first.
pub fn write_planes(numbers: &[u32], planes: u32, out: &mut Vec<u8>) {
    for plane in 0..planes {
        for eight in numbers.chunks(8) {
            let bits = eight.iter().rev();
            out.push(bits.fold(0, |byte, number| {
                byte << 1 | (number >> plane & 1).to_le_bytes()[0]
            }));
        }
    }
}

/// How many planes numbers up to `largest` need.
pub fn planes_for(largest: u32) -> u32 {
    u32::BITS - largest.leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_round_trip() {
        let header = LeafHeader {
            first: 0xDEAD_BEEF,
            keys: 64,
            shared_planes: 17,
            length_planes: 18,
            label_planes: 8,
            base: MAX_BASE,
        };
        assert_eq!(LeafHeader::read(&header.write()), header);
        assert_eq!(header.codes_at(), 8 + (17 + 18 + 8) * 8);
        assert_eq!(header.all(), u64::MAX);
    }

    #[test]
    fn planes_hold_one_bit_of_every_number() {
        let numbers: Vec<u32> = (0..13).collect();
        let mut out = Vec::new();
        write_planes(&numbers, planes_for(12), &mut out);
        assert_eq!(out.len(), 4 * 2);
        for (i, number) in numbers.iter().enumerate() {
            let read = (0..4).map(|p| u32::from(out[p * 2 + i / 8] >> (i % 8) & 1) << p);
            assert_eq!(read.sum::<u32>(), *number);
        }
    }
}
