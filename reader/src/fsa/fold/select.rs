//! Keys by their ordinals.

use super::{Fold, LEAF, TOO_LONG, leaf_offset};
use crate::error::Fault;

impl Fold {
    /// Appends the key with an ordinal below the number of keys. A key longer than `max_key_len` bytes is damage.
    pub(crate) fn select(
        &self,
        ordinal: u32,
        max_key_len: usize,
        key: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let mut offset = self.root;
        loop {
            let node = self.node(offset)?;
            key.extend_from_slice(node.chain);
            if key.len() > max_key_len {
                return Err(self.node_fault(offset, TOO_LONG));
            }
            if node.ordinal == Some(ordinal) {
                return Ok(());
            }
            // the last range whose keys start at the ordinal or before it
            let (mut low, mut high) = (0, node.ranges());
            while high - low > 1 {
                let middle = low.midpoint(high);
                if self.first_ordinal(offset, node.target(middle))? <= ordinal {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            let target = node.target(low);
            if target & LEAF != 0 {
                let at = leaf_offset(target);
                let leaf = self.leaf(at)?;
                return leaf
                    .select(
                        self.codec(),
                        ordinal.wrapping_sub(leaf.header.first),
                        max_key_len,
                        key,
                    )
                    .map_err(|reason| self.leaf_fault(at, reason));
            }
            key.push(node.separators[low]);
            offset = self.child_of(offset, target)?;
        }
    }

    /// The ordinal of the first key below a target.
    fn first_ordinal(&self, parent: u32, target: u32) -> Result<u32, Fault> {
        let (mut parent, mut target) = (parent, target);
        loop {
            if target & LEAF != 0 {
                return Ok(self.leaf(leaf_offset(target))?.header.first);
            }
            let offset = self.child_of(parent, target)?;
            let node = self.node(offset)?;
            if let Some(ordinal) = node.ordinal {
                return Ok(ordinal);
            }
            parent = offset;
            target = node.target(0);
        }
    }
}
