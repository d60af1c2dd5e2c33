//! Slots beside the nodes of a walk.
//!
//! A walk goes by nodes, since only they tell which labels there are. What is named can be looked up faster by slots, as
//! soon as it is known which ones stand where the walk is.

use super::Fold;
use super::way::Lead;
use crate::error::Fault;
use crate::format::native::tokens::{Query, Short};

/// The positions with slots on the way to where a walk stands. They are looked for when they are asked for.
#[derive(Debug, Default)]
pub(super) struct Trail {
    /// The position that the walk starts from, and how many bytes of the key lead there.
    start: (u64, usize),
    /// How many bytes of the key lead to each, and its base; none where slots do not lead.
    passed: Vec<(usize, Option<u32>)>,
}

impl Trail {
    /// The walk starts from another position, which so many bytes of the key lead to.
    pub(super) fn restart(&mut self, at: u64, len: usize) {
        self.start = (at, len);
        self.passed.clear();
    }

    /// The walk goes back to where it was with the first `len` bytes of the key.
    #[inline]
    pub(super) fn truncate(&mut self, len: usize) {
        while self
            .passed
            .pop_if(|&mut (passed, _)| passed > len)
            .is_some()
        {}
    }

    /// The base of the position that the key leads to.
    #[inline]
    pub(super) fn base(&mut self, fold: &Fold, key: &[u8]) -> Result<Option<u32>, Fault> {
        if let Some(&(len, base)) = self.passed.last()
            && len == key.len()
        {
            return Ok(base);
        }
        self.seek(fold, key)
    }

    #[inline(never)]
    fn seek(&mut self, fold: &Fold, key: &[u8]) -> Result<Option<u32>, Fault> {
        if self.passed.is_empty() {
            let first = self.first(fold, key)?;
            self.passed.push(first);
        }
        let (len, base) = self.passed.last().copied().unwrap_or_default();
        let base = base.and_then(|base| fold.base_behind(base, key.get(len..)?));
        self.passed.push((key.len(), base));
        Ok(base)
    }

    /// The position that the walk starts from.
    fn first(&self, fold: &Fold, key: &[u8]) -> Result<(usize, Option<u32>), Fault> {
        let (at, len) = self.start;
        let (Some(root), Some(key)) = (fold.root(), key.get(..len)) else {
            return Ok((len, None));
        };
        // what leads to the walk need not be all that leads there from the root
        let base = if fold.follow(root, key)? == Some(at) {
            fold.base_behind(fold.entrance, key)
        } else {
            None
        };
        Ok((len, base))
    }
}

/// What of the labels comes behind a chain, if they start with it. There mostly is none.
#[inline]
fn behind<'l>(chain: &[u8], labels: &'l [u8]) -> Option<&'l [u8]> {
    if chain.is_empty() {
        Some(labels)
    } else {
        labels.strip_prefix(chain)
    }
}

impl Fold {
    /// The ordinal of the key that leads on by labels from before a chain to the position with this base.
    #[inline(always)]
    pub(super) fn get_from(
        &self,
        base: u32,
        chain: &[u8],
        labels: &[u8],
    ) -> Result<Option<u32>, Fault> {
        let Some(mut rest) = behind(chain, labels) else {
            return Ok(None);
        };
        let mut base = base;
        while let Some((&label, after)) = rest.split_first() {
            match self.lead(base, label)? {
                Lead::Nowhere => return Ok(None),
                Lead::Leaf { offset, key } => {
                    let short = Short::of(rest);
                    return self.find_in(offset, &Query::new(rest, &short), 0, Some(key));
                }
                Lead::Position { base: next, chain } => match behind(chain, after) {
                    Some(after) => (base, rest) = (next, after),
                    None => return Ok(None),
                },
            }
        }
        self.ends_at(base)
    }

    /// The base of the position that labels lead to from the one with this base.
    fn base_behind(&self, base: u32, labels: &[u8]) -> Option<u32> {
        let (mut base, mut rest) = (base, labels);
        while let Some((&label, after)) = rest.split_first() {
            let Ok(Lead::Position { base: next, chain }) = self.lead(base, label) else {
                return None;
            };
            rest = after.strip_prefix(chain)?;
            base = next;
        }
        Some(base)
    }
}
