//! Slots beside the nodes of a walk.
//!
//! A walk goes by nodes, since only they tell which labels there are. What is named can be looked up faster by slots, as
//! soon as it is known which ones stand where the walk is.

use super::way::Lead;
use super::{Fold, Place};
use crate::error::Fault;
use crate::format::native::tokens::{Query, Short};
use crate::fsa::walk::Hits;
use crate::simd;

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
    fn base(&mut self, fold: &Fold, key: &[u8]) -> Result<Option<u32>, Fault> {
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

    /// Looks up keys below a node, which the key leads to, by what they have behind it, and adds those that are there to
    /// the hits.
    #[inline]
    pub(super) fn look_up<'e>(
        &mut self,
        fold: &Fold,
        node: u32,
        key: &[u8],
        endings: impl Iterator<Item = (&'e [u8], u32)>,
        hits: &mut Hits,
    ) -> Result<(), Fault> {
        let child = if fold.has_slots() {
            self.child(fold, key)?
        } else {
            None
        };
        hits.restart(key.len());
        for (ending, score) in endings {
            let ordinal = match child {
                Some((base, chain)) => fold.get_from(base, chain, ending)?,
                None => fold.get_below(node, ending)?,
            };
            if let Some(ordinal) = ordinal {
                hits.add(ending, score, ordinal);
            }
        }
        hits.sort();
        Ok(())
    }

    /// Where the slots of the position before the last label of the key lead by that: to a base behind a chain.
    #[inline]
    fn child<'f>(&mut self, fold: &'f Fold, key: &[u8]) -> Result<Option<(u32, &'f [u8])>, Fault> {
        let Some((&label, before)) = key.split_last() else {
            return Ok(None);
        };
        let Some(base) = self.base(fold, before)? else {
            return Ok(None);
        };
        Ok(match fold.lead(base, label)? {
            Lead::Position { base, chain } => Some((base, chain)),
            // there are nodes for what the slots do not tell
            _ => None,
        })
    }
}

/// A look-up from the position with this base on.
struct GetFrom<'a> {
    fold: &'a Fold,
    base: u32,
    labels: &'a [u8],
}

impl simd::Task for GetFrom<'_> {
    type Output = Result<Option<u32>, Fault>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let GetFrom { fold, base, labels } = self;
        let (mut base, mut rest) = (base, labels);
        while let Some((&label, after)) = rest.split_first() {
            match fold.lead(base, label)? {
                Lead::Nowhere => return Ok(None),
                Lead::Leaf { offset, key } => {
                    let short = Short::of(rest);
                    return fold.find_in(offset, &Query::new(rest, &short), 0, Some(key));
                }
                Lead::Position { base: next, chain } => match behind(chain, after) {
                    Some(after) => (base, rest) = (next, after),
                    None => return Ok(None),
                },
            }
        }
        fold.ends_at(base)
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
    #[inline]
    fn get_from(&self, base: u32, chain: &[u8], labels: &[u8]) -> Result<Option<u64>, Fault> {
        let Some(labels) = behind(chain, labels) else {
            return Ok(None);
        };
        let get = GetFrom {
            fold: self,
            base,
            labels,
        };
        Ok(self.bit_counts.run(get)?.map(u64::from))
    }

    /// The ordinal of the key that leads on by labels from before the chain of a node.
    fn get_below(&self, node: u32, labels: &[u8]) -> Result<Option<u64>, Fault> {
        let place = Place::Node {
            offset: node,
            depth: 0,
        };
        self.get(place.pack(), labels)
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
