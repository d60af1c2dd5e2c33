//! The slots of the fast profile: a second way from the root to the leaves, with one step per byte.
//!
//! ```text
//! slot      u8 label | u8 key | u32le target
//! junction  u32le base | u8 length | chain
//! ```
//!
//! A position has a *base*, no two the same one; its child by a label stands in the slot `base + label`, if that slot holds
//! the label. A target is 0: the slot is empty; a leaf, as in a [node](super::node), of which `key` is the number of the
//! first key with that label; a base; or, with [`JUNCTION`], where in the list of junctions one stands.
//!
//! Where a key ends at a position, the slot `base + 256` has label 0, key 255, and the key's ordinal as its target. No
//! position has its base at such a slot, or the slot would look like its child by label 0. Behind the last base there is
//! room for all these slots.
//!
//! A *junction* is a chain of up to 31 labels that all keys go on with, up to a position with a base. Behind the last junction
//! stand 32 zero bytes, so that a reader can take any chain in pieces of fixed size.

use super::tokens::{MAX_TOKEN_LEN, SLACK};

/// Bytes of a slot.
pub const SLOT_LEN: usize = 6;

/// Most labels of a junction.
pub const MAX_CHAIN: usize = MAX_TOKEN_LEN;

/// Zero bytes behind the last junction.
pub const JUNCTIONS_SLACK: usize = SLACK;

/// Set in targets that are junctions.
pub const JUNCTION: u32 = 1 << 30;

/// Distance from a base to the slot of the key that ends there.
pub const END: usize = 256;

/// Slots from a base on that can be the position's own.
pub const SPAN: usize = END + 1;

/// In place of the number of a key, in the slot of a key that ends at a position.
const ENDS: u8 = 255;

/// Bases are below this.
pub const MAX_BASE: u32 = JUNCTION;

pub use super::node::LEAF;

/// The slots of a section.
#[inline(always)]
pub fn view(section: &[u8]) -> &[[u8; SLOT_LEN]] {
    section.as_chunks().0
}

/// A slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The label.
    pub label: u8,
    /// The number of a key in the leaf.
    pub key: u8,
    /// The target.
    pub target: u32,
}

impl Slot {
    /// The slot in these bytes.
    #[inline(always)]
    pub fn read(bytes: &[u8; SLOT_LEN]) -> Self {
        let &[label, key, ..] = bytes;
        let target = bytes.last_chunk().copied().unwrap_or_default();
        Slot {
            label,
            key,
            target: u32::from_le_bytes(target),
        }
    }

    /// The slot, [`END`] from the base, of the key that ends at a position.
    pub fn end(ordinal: u32) -> Self {
        Slot {
            label: 0,
            key: ENDS,
            target: ordinal,
        }
    }

    /// The ordinal of the key that ends at the position whose base stands [`END`] before.
    #[inline(always)]
    pub fn ordinal(self) -> Option<u32> {
        (self.key == ENDS).then_some(self.target)
    }

    /// Whether the target is nothing but a base.
    #[inline(always)]
    pub fn is_plain(self) -> bool {
        self.target.wrapping_sub(1) < JUNCTION - 1
    }

    /// The bytes of the slot.
    pub fn write(self) -> [u8; SLOT_LEN] {
        let [a, b, c, d] = self.target.to_le_bytes();
        [self.label, self.key, a, b, c, d]
    }
}

/// A junction.
#[derive(Clone, Copy, Debug)]
pub struct Junction<'d> {
    /// The base of the position behind the chain.
    pub base: u32,
    /// The chain, with what happens to stand behind it.
    pub chain: &'d [u8; SLACK],
    /// Bytes of the chain.
    pub len: usize,
}

impl<'d> Junction<'d> {
    /// The junction at `offset`; nothing when it does not lie within the junctions.
    #[inline(always)]
    pub fn read(junctions: &'d [u8], offset: usize) -> Option<Self> {
        let (&base, rest) = junctions.get(offset..)?.split_first_chunk()?;
        let (&len, rest) = rest.split_first()?;
        Some(Junction {
            base: u32::from_le_bytes(base),
            chain: rest.first_chunk()?,
            len: usize::from(len) & MAX_CHAIN,
        })
    }

    /// Appends a junction with a chain of at most [`MAX_CHAIN`] labels.
    pub fn write(base: u32, chain: &[u8], out: &mut Vec<u8>) {
        out.extend(base.to_le_bytes());
        out.extend(chain.len().to_le_bytes().first());
        out.extend_from_slice(chain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let slot = Slot {
            label: 7,
            key: 63,
            target: JUNCTION | 5,
        };
        assert_eq!(Slot::read(&slot.write()), slot);
        assert!(!slot.is_plain());

        assert_eq!(slot.ordinal(), None);
        let end = Slot::read(&Slot::end(u32::MAX).write());
        assert_eq!((end.label, end.ordinal()), (0, Some(u32::MAX)));

        let long = [b'x'; MAX_CHAIN];
        let junctions = [(1, &b"chain"[..]), (u32::MAX, b""), (2, &long)];
        let (mut out, mut offsets) = (Vec::new(), Vec::new());
        for (base, chain) in junctions {
            offsets.push(out.len());
            Junction::write(base, chain, &mut out);
        }
        out.extend([0; JUNCTIONS_SLACK]);
        for ((base, chain), offset) in junctions.into_iter().zip(offsets) {
            let read = Junction::read(&out, offset).unwrap();
            assert_eq!(read.base, base);
            assert_eq!(&read.chain[..read.len], chain);
        }
        assert!(Junction::read(&out, out.len() - 9).is_none());
        assert!(Junction::read(&out, out.len() + 1).is_none());
    }
}
