//! Positions, and the numbers that stand for them.

use crate::format::to_usize;

/// A position, unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a node's chain, so many bytes into it.
    Node { offset: u32, depth: usize },
    /// In a leaf: the first key that starts so, and the number of labels.
    Leaf { offset: u64, key: u32, depth: usize },
}

/// ```text
/// node  0:1 | bytes of the chain: 31 | offset: 32
/// leaf  1:1 | key: 6 | labels: 21 | offset: 36
/// ```
const LEAF_STATE: u64 = 1 << 63;
const LEAF_OFFSET_BITS: u32 = 36;
const DEPTH_BITS: u32 = 21;

impl Place {
    /// At the top of a leaf.
    pub(super) fn top(offset: u64) -> Self {
        Place::Leaf {
            offset,
            key: 0,
            depth: 0,
        }
    }

    #[inline]
    pub(super) fn pack(self) -> u64 {
        match self {
            Place::Node { offset, depth } => u64::from(offset) | (depth as u64) << 32,
            Place::Leaf { offset, key, depth } => {
                LEAF_STATE
                    | u64::from(key) << (LEAF_OFFSET_BITS + DEPTH_BITS)
                    | (depth as u64) << LEAF_OFFSET_BITS
                    | offset
            }
        }
    }

    #[inline]
    pub(super) fn unpack(state: u64) -> Self {
        let (high, low) = (state >> 32, state & u64::from(u32::MAX));
        if state & LEAF_STATE == 0 {
            return Place::Node {
                offset: u32::try_from(low).unwrap_or(u32::MAX),
                depth: to_usize(high),
            };
        }
        let depth = state >> LEAF_OFFSET_BITS & ((1 << DEPTH_BITS) - 1);
        let [.., key] = (state >> (LEAF_OFFSET_BITS + DEPTH_BITS) & 63).to_be_bytes();
        Place::Leaf {
            offset: state & ((1 << LEAF_OFFSET_BITS) - 1),
            key: u32::from(key),
            depth: to_usize(depth),
        }
    }
}
