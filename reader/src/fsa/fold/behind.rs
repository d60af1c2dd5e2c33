//! Look-ups from a node on that is at hand.

use super::{Fold, LEAF, leaf_offset};
use crate::error::Fault;
use crate::format::native::node::Node;
use crate::format::native::tokens::{Query, Short};
use crate::simd;

/// A look-up of what leads on behind a node.
struct GetBehind<'a> {
    fold: &'a Fold,
    offset: u32,
    node: &'a Node<'a>,
    labels: &'a [u8],
}

impl simd::Task for GetBehind<'_> {
    type Output = Result<Option<u32>, Fault>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        self.fold.get_behind(self.offset, *self.node, self.labels)
    }
}

impl Fold {
    /// The ordinal of the key that leads on by `labels` from where the keys of the node at `offset` part.
    #[inline]
    pub(super) fn look_up_behind(
        &self,
        offset: u32,
        node: &Node<'_>,
        labels: &[u8],
    ) -> Result<Option<u64>, Fault> {
        let ordinal = self.bit_counts.run(GetBehind {
            fold: self,
            offset,
            node,
            labels,
        })?;
        Ok(ordinal.map(u64::from))
    }

    /// The ordinal of the key that leads on by `labels` from where the keys of a node part.
    #[inline(always)]
    pub(super) fn get_behind(
        &self,
        offset: u32,
        node: Node<'_>,
        labels: &[u8],
    ) -> Result<Option<u32>, Fault> {
        let (mut offset, mut node, mut rest) = (offset, node, labels);
        loop {
            let Some((&label, after)) = rest.split_first() else {
                return Ok(node.ordinal);
            };
            let Some(range) = node.range_of(label) else {
                return Ok(None);
            };
            let target = node.target(range);
            if target & LEAF != 0 {
                let short = Short::of(rest);
                let query = Query::new(rest, &short);
                return self.find_in(leaf_offset(target), &query, 0, None);
            }
            if node.separators[range] != label {
                return Ok(None);
            }
            offset = self.child_of(offset, target)?;
            node = self.node(offset)?;
            match after.strip_prefix(node.chain) {
                Some(behind) => rest = behind,
                None => return Ok(None),
            }
        }
    }
}
