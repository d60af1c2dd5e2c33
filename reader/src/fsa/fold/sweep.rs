//! The keys of a leaf that an automaton accepts.
//!
//! Only those keys are looked at whose shared bytes lead somewhere: a key that shares more than the automaton has read of
//! the one before it leads nowhere either, and how much keys share is compared for all of them at once.

use super::forks::Origin;
use super::leaf::{Leaf, OUTSIDE};
use super::opened::small;
use super::parting::Parting;
use super::path::Path;
use super::planes::{FewPlanes, Planes};
use super::{Fold, SHARED, TOO_LONG};
use crate::automaton::{Automaton, LabelSet};
use crate::dictionary::MAX_KEY_LEN;
use crate::error::Fault;
use crate::format::native::alphabet::Alphabet;
use crate::format::native::tokens::TokenView;
use crate::format::to_usize;
use crate::fsa::walk::Hits;
use crate::simd;

/// Keys of a leaf that start with the same bytes.
#[derive(Clone, Copy)]
pub(super) struct Start {
    /// Where the leaf stands among all leaves.
    pub(super) offset: u64,
    /// The first of the keys.
    pub(super) key: u32,
    /// How many bytes they have in common within the leaf.
    pub(super) depth: usize,
    /// Labels by which they may go on; no key has another one.
    pub(super) labels: LabelSet,
}

impl<S: Clone> Path<S> {
    /// Reads the keys from a start on and adds those that are accepted to the hits.
    pub(super) fn sweep<A: Automaton<State = S>>(
        &mut self,
        fold: &Fold,
        automaton: &A,
        start: Start,
        state: S,
        hits: &mut Hits,
    ) -> Result<(), Fault> {
        self.states.clear();
        self.states.push(state);
        self.text.clear();
        self.forks.restart();
        let sweep = Sweep {
            fold,
            automaton,
            start,
            path: self,
            hits,
        };
        let swept = fold.bit_counts.run(sweep);
        swept.map_err(|reason| fold.leaf_fault(start.offset, reason))
    }
}

/// A bit for each of the first `count` keys.
#[inline(always)]
pub(super) fn below(count: u32) -> u64 {
    1u64.checked_shl(count).unwrap_or(0).wrapping_sub(1)
}

/// A leaf to be read.
struct Sweep<'a, A: Automaton> {
    fold: &'a Fold,
    automaton: &'a A,
    start: Start,
    path: &'a mut Path<A::State>,
    hits: &'a mut Hits,
}

impl<A: Automaton> simd::Task for Sweep<'_, A> {
    type Output = Result<(), &'static str>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let leaves = &self.fold.leaves[..];
        let offset = to_usize(self.start.offset);
        let leaf = Leaf::read(leaves, offset)?;
        if FewPlanes::have_room(&leaf.header) {
            self.reading(leaves, FewPlanes::new(&leaf, offset)?).run()
        } else {
            self.reading(leaves, <Planes>::new(&leaf, offset)?).run()
        }
    }
}

impl<'a, A: Automaton> Sweep<'a, A> {
    #[inline(always)]
    fn reading<const S: usize, const L: usize, const R: usize>(
        self,
        leaves: &'a [u8],
        planes: Planes<S, L, R>,
    ) -> Reading<'a, A, S, L, R> {
        Reading {
            automaton: self.automaton,
            alphabet: &self.fold.alphabet,
            tokens: self.fold.tokens.view(),
            leaves,
            planes,
            start: self.start,
            path: self.path,
            hits: self.hits,
        }
    }
}

/// A leaf that is being read.
pub(super) struct Reading<'a, A: Automaton, const S: usize, const L: usize, const R: usize> {
    pub(super) automaton: &'a A,
    pub(super) alphabet: &'a Alphabet,
    pub(super) tokens: TokenView<'a>,
    leaves: &'a [u8],
    pub(super) planes: Planes<S, L, R>,
    start: Start,
    pub(super) path: &'a mut Path<A::State>,
    pub(super) hits: &'a mut Hits,
}

impl<'a, A: Automaton, const S: usize, const L: usize, const R: usize> Reading<'a, A, S, L, R> {
    /// The codes of a key.
    #[inline(always)]
    pub(super) fn codes(&self, key: u32) -> Result<&'a [u8], &'static str> {
        let (at, len) = self.planes.codes(key);
        self.leaves.get(at..at + len).ok_or(OUTSIDE)
    }

    /// The first byte of the text of the codes of a key, which has codes.
    #[inline(always)]
    pub(super) fn first(&self, key: u32) -> Result<Option<u8>, &'static str> {
        let code = self.leaves.get(self.planes.codes_at(key)).ok_or(OUTSIDE)?;
        match self.tokens.first_of(*code) {
            Some(first) => Ok(Some(first)),
            None => self.tokens.first(self.codes(key)?),
        }
    }

    /// The number of a key among all keys.
    #[inline(always)]
    pub(super) fn ordinal(&self, key: u32) -> u64 {
        self.planes.header.first.wrapping_add(key).into()
    }

    #[inline(always)]
    fn run(mut self) -> Result<(), &'static str> {
        let Start {
            mut key,
            depth,
            labels,
            ..
        } = self.start;
        let end = if depth == 0 {
            self.planes.header.keys
        } else {
            self.planes.end_of(key, small(depth))
        };
        let mut left = below(end) & !below(key);
        if left == 0 {
            return Err("a leaf lacks a key");
        }
        // bytes of the first key that were read before
        let known = depth.checked_sub(self.planes.shared(key) as usize);
        let mut known = known.ok_or(SHARED)?;
        let mut shared = small(depth);
        if known == 0 {
            let keys = 1 << key | left & self.planes.compare_shared(shared).0;
            let parting = Parting {
                depth: shared,
                keys,
                inner: left & !(1 << key),
                labels,
            };
            let kept = self.part(Origin::Start, parting)?;
            if kept == 0 {
                self.hits.sort();
                return Ok(());
            }
            left = without(left, keys, keys & !kept);
            key = kept.trailing_zeros();
        }
        loop {
            left &= !below(key + 1);
            let codes = self.codes(key)?;
            let mut origin = Origin::Elsewhere;
            let is_whole = if let Some((prospect, state)) = self.path.forks.branch(key, shared) {
                origin = Origin::Prospect(prospect);
                self.path.states.push(state);
                self.path.text.push(self.planes.label(key, self.alphabet));
                self.path
                    .read_codes(self.automaton, codes, self.tokens, 0)?
            } else {
                let label = self.planes.label(key, self.alphabet);
                self.path
                    .read_key(self.automaton, label, codes, self.tokens, known)?
            };
            if is_whole {
                self.path.hit(self.automaton, self.ordinal(key), self.hits);
            }
            if self.path.text.len() > MAX_KEY_LEN {
                return Err(TOO_LONG);
            }
            let reached = small(depth + self.path.text.len());
            let (equal, less) = self.planes.compare_shared(reached);
            let rest = left & less;
            // those that go on from where the path ends: all before the first of the rest
            let inner = left & below_first(rest);
            let mut on = inner & equal;
            if reached != shared + 1 {
                origin = Origin::Elsewhere;
            }
            let is_worth_it =
                on & on.wrapping_sub(1) != 0 || on != 0 && origin != Origin::Elsewhere;
            if is_worth_it && !self.path.forks.go_back(reached) {
                let parting = Parting {
                    depth: reached,
                    keys: on,
                    inner,
                    labels: LabelSet::ALL,
                };
                let kept = self.part(origin, parting)?;
                left &= !(inner & !without(inner, on, on & !kept));
                on = kept;
            }
            let next = on | rest;
            if next == 0 {
                break;
            }
            key = next.trailing_zeros();
            shared = if on == 0 {
                self.planes.shared(key)
            } else {
                reached
            };
            self.path.forks.go_back(shared);
            let kept = (shared as usize).checked_sub(depth).ok_or(SHARED)?;
            self.path.states.truncate(kept + 1);
            self.path.text.truncate(kept);
            known = 0;
        }
        self.hits.sort();
        Ok(())
    }
}

/// A bit for each key before the first of some.
#[inline(always)]
pub(super) fn below_first(keys: u64) -> u64 {
    (keys & keys.wrapping_neg()).wrapping_sub(1)
}

/// Keys without some of those that part at one place, and without the keys that start like these.
#[inline(always)]
fn without(keys: u64, parting: u64, dropped: u64) -> u64 {
    // a carry runs through the keys behind each of those dropped
    let inner = keys & !parting;
    let runs = inner & !inner.wrapping_add(dropped << 1 & inner);
    keys & !(dropped | runs)
}
