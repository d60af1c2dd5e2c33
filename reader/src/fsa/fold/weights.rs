//! The weights of keys, in dictionaries of kind completion.

use std::ops::Range;

use super::{Fold, Place};
use crate::error::Fault;

impl Fold {
    /// The highest value of the keys below a position, in dictionaries of kind completion; else 0.
    pub(in crate::fsa) fn inner_weight(&self, state: u64) -> Result<u32, Fault> {
        let Some(weights) = &self.weights else {
            return Ok(0);
        };
        match Place::unpack(state) {
            Place::Node { offset, .. } => {
                let node = self.node(offset)?;
                let own = node
                    .ordinal
                    .map_or(0, |ordinal| weight(weights.get(u64::from(ordinal))));
                Ok((0..node.ranges())
                    .map(|range| node.weight(range))
                    .fold(own, u32::max))
            }
            Place::Leaf { offset, key, depth } => {
                let leaf = self.leaf(offset)?;
                let first = leaf.header.first.wrapping_add(key);
                let count = leaf.end_of(key, depth) - key;
                Ok(self.weight_of(first..first.saturating_add(count)))
            }
        }
    }

    /// The highest value of the keys with these ordinals, in dictionaries of kind completion; else 0.
    pub(in crate::fsa) fn weight_of(&self, ordinals: Range<u32>) -> u32 {
        let Some(weights) = &self.weights else {
            return 0;
        };
        let mut highest = 0;
        let ordinals = u64::from(ordinals.start)..u64::from(ordinals.end);
        weights.for_each_from(ordinals, 0, |_, value| {
            highest = highest.max(weight(value));
            highest.into()
        });
        highest
    }

    /// Tells the weights of the keys with these ordinals, in dictionaries of kind completion; else nothing.
    #[inline]
    pub(super) fn each_weight(&self, ordinals: Range<u32>, mut tell: impl FnMut(u32)) {
        if let Some(weights) = &self.weights {
            let ordinals = u64::from(ordinals.start)..u64::from(ordinals.end);
            weights.for_each(ordinals, |value| tell(weight(value)));
        }
    }
}

/// The weight of a value: what fits into 32 bits.
pub(super) fn weight(value: u64) -> u32 {
    u32::try_from(value & u64::from(u32::MAX)).unwrap_or(0)
}
