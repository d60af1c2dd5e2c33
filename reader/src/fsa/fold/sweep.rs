//! The keys of a leaf that an automaton accepts.
//!
//! Only those keys are looked at whose shared bytes lead somewhere: a key that shares more than the automaton has read of
//! the one before it leads nowhere either, and how much keys share is compared for all of them at once.

use std::hint::select_unpredictable;

use super::forks::Origin;
use super::leaf::{Leaf, OUTSIDE};
use super::parting::Parting;
use super::path::Path;
use super::planes::{FewPlanes, Planes};
use super::sets::{below, below_first, runs, without};
use super::{Fold, SHARED, TOO_LONG, small};
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
    /// Which of those that part there are asked for, with all that start like them.
    pub(super) among: u64,
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

/// Fewer keys that part are read one by one.
const MANY: u32 = 5;

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
        let Sweep {
            fold,
            automaton,
            start,
            path,
            hits,
        } = self;
        if FewPlanes::have_room(&leaf.header) {
            let planes = &FewPlanes::new(&leaf, offset)?;
            Reading::new(fold, automaton, planes, start, path, hits).read_keys()
        } else {
            let planes = &<Planes>::new(&leaf, offset)?;
            Reading::new(fold, automaton, planes, start, path, hits).read_keys()
        }
    }
}

/// A leaf that is being read.
pub(super) struct Reading<'a, A: Automaton, const S: usize, const L: usize, const R: usize> {
    pub(super) automaton: &'a A,
    pub(super) alphabet: &'a Alphabet,
    pub(super) tokens: TokenView<'a>,
    leaves: &'a [u8],
    pub(super) planes: &'a Planes<S, L, R>,
    start: Start,
    pub(super) path: &'a mut Path<A::State>,
    pub(super) hits: &'a mut Hits,
}

impl<'a, A: Automaton, const S: usize, const L: usize, const R: usize> Reading<'a, A, S, L, R> {
    #[inline(always)]
    pub(super) fn new(
        fold: &'a Fold,
        automaton: &'a A,
        planes: &'a Planes<S, L, R>,
        start: Start,
        path: &'a mut Path<A::State>,
        hits: &'a mut Hits,
    ) -> Self {
        Reading {
            automaton,
            alphabet: &fold.alphabet,
            tokens: fold.tokens.view(),
            leaves: &fold.leaves,
            planes,
            start,
            path,
            hits,
        }
    }

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

    /// Of the keys that are left those that part where so many bytes are shared, those that start like them, and the others.
    #[inline(always)]
    fn parting(&self, left: u64, shared: u32) -> (u64, u64, u64) {
        let (equal, less) = self.planes.compare_shared(shared);
        let rest = left & less;
        let inner = left & below_first(rest);
        (inner & equal, inner, rest)
    }

    #[inline(always)]
    fn read_keys(mut self) -> Result<(), &'static str> {
        let Start {
            mut key,
            depth,
            mut labels,
            among,
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
        let mut reached = small(depth);
        let mut origin = Origin::Start;
        // keys that go on from where the path ends and part there, those and all that start so, and those that part before
        let first = 1 << key;
        let mut on = first;
        let (mut inner, mut rest) = (left, 0);
        let mut is_fork = false;
        if known == 0 {
            let parting = first | left & self.planes.compare_shared(reached).0;
            on = parting & among;
            left &= on | runs(left & !parting, on);
            inner = left;
            is_fork = on.count_ones() >= MANY;
        }
        loop {
            if is_fork {
                let parting = Parting {
                    depth: reached,
                    keys: on,
                    inner: inner & !first,
                    labels,
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
            if on == 0 && rest.count_ones() >= MANY && !self.path.forks.have_parted(1 << key) {
                // back to where others part too, perhaps many
                reached = self.planes.shared(key);
                (on, inner, rest) = self.parting(left, reached);
                is_fork = on.count_ones() >= MANY;
                if is_fork {
                    let kept = (reached as usize).checked_sub(depth).ok_or(SHARED)?;
                    self.path.truncate(kept);
                    origin = Origin::Elsewhere;
                    continue;
                }
                self.path.forks.part(on);
            }
            // which of both it is, a processor cannot foresee
            let shared = select_unpredictable(on == 0, self.planes.shared(key), reached);
            let kept = (shared as usize).checked_sub(depth).ok_or(SHARED)?;
            self.path.truncate(kept);
            left &= !below(key + 1);
            let label = self.planes.label(key, self.alphabet);
            origin = Origin::Elsewhere;
            let goes_on = if let Some((prospect, state)) = self.path.forks.branch(key) {
                origin = Origin::Prospect(prospect);
                self.path.states.push(state);
                self.path.text.push(label);
                true
            } else {
                known != 0 || self.path.read(self.automaton, label)
            };
            if goes_on {
                let (codes, behind) = (self.codes(key)?, known.saturating_sub(1));
                if (self.path).read_codes(self.automaton, codes, self.tokens, behind)? {
                    self.path.hit(self.automaton, self.ordinal(key), self.hits);
                }
            }
            if self.path.text.len() > MAX_KEY_LEN {
                return Err(TOO_LONG);
            }
            known = 0;
            labels = LabelSet::ALL;
            reached = small(depth + self.path.text.len());
            (on, inner, rest) = self.parting(left, reached);
            if reached != shared + 1 {
                origin = Origin::Elsewhere;
            }
            is_fork = on.count_ones() >= MANY && !self.path.forks.have_parted(on);
        }
        self.hits.sort();
        Ok(())
    }
}
