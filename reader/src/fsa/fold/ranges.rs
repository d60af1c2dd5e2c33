//! The children of a node, range by range.

use super::opened::{Child, Inside};
use super::{Fold, LEAF, Place, leaf_offset};
use crate::error::Fault;

impl Fold {
    /// Tells the ranges of a node, if that is what a position is at: first label, highest weight, and what stands there.
    /// Whether it is.
    pub(in crate::fsa) fn ranges(
        &self,
        state: u64,
        mut tell: impl FnMut(u8, u32, Child),
    ) -> Result<bool, Fault> {
        let Place::Node { offset, depth } = Place::unpack(state) else {
            return Ok(false);
        };
        let node = self.node(offset)?;
        if depth < node.chain.len() {
            return Ok(false);
        }
        for range in 0..node.ranges() {
            let target = node.target(range);
            let child = if target & LEAF == 0 {
                let offset = self.child_of(offset, target)?;
                Child::State(Place::Node { offset, depth: 0 }.pack())
            } else {
                Child::Inside(Inside::Leaf(leaf_offset(target)))
            };
            tell(node.separators[range], node.weight(range), child);
        }
        Ok(true)
    }
}
