//! The keys of a leaf that an automaton accepts.
//!
//! Only those keys are looked at whose shared bytes lead somewhere: a key that shares more than the automaton has read of
//! the one before it leads nowhere either, and how much keys share is compared for all of them at once.

use super::leaf::{Leaf, OUTSIDE};
use super::opened::small;
use super::planes::Planes;
use super::{Fold, SHARED, TOO_LONG};
use crate::automaton::Automaton;
use crate::dictionary::MAX_KEY_LEN;
use crate::error::Fault;
use crate::format::native::alphabet::Alphabet;
use crate::format::native::tokens::{SLACK as TOKEN_ROOM, TokenView};
use crate::format::to_usize;
use crate::fsa::walk::Hits;
use crate::simd;

/// With no more labels than this it takes less to look for keys that have one of them than to look at all keys.
const FEW: usize = 5;

/// What the automaton has read of a key of a leaf, behind what leads to the walk's first key there.
#[derive(Debug)]
pub(super) struct Path<S> {
    /// The state before each byte, and the one behind the last.
    states: Vec<S>,
    text: Vec<u8>,
}

/// Keys of a leaf that start with the same bytes.
#[derive(Clone, Copy)]
pub(super) struct Start {
    /// Where the leaf stands among all leaves.
    pub(super) offset: u64,
    /// The first of the keys.
    pub(super) key: u32,
    /// How many bytes they have in common within the leaf.
    pub(super) depth: usize,
}

impl<S> Default for Path<S> {
    fn default() -> Self {
        Path {
            states: Vec::new(),
            text: Vec::new(),
        }
    }
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

    /// The keys whose label may lead on from where the path ends, if the automaton knows of few.
    #[inline(always)]
    fn wanted<A: Automaton<State = S>>(
        &self,
        automaton: &A,
        planes: &Planes,
        alphabet: &Alphabet,
    ) -> u64 {
        let Some(state) = self.states.last() else {
            return 0;
        };
        let labels = automaton.labels(state);
        if labels.len() > FEW {
            return u64::MAX;
        }
        let with = labels
            .into_iter()
            .map(|label| planes.with_label(label, alphabet));
        with.fold(0, |wanted, with| wanted | with)
    }

    /// Reads a key but for its first bytes; whether the automaton goes on to its end.
    #[inline(always)]
    fn read_key<A: Automaton<State = S>>(
        &mut self,
        automaton: &A,
        label: u8,
        codes: &[u8],
        tokens: TokenView<'_>,
        known: usize,
    ) -> Result<bool, &'static str> {
        let mut known = known;
        let (mut piece, mut len) = ([0; TOKEN_ROOM], 1);
        piece[0] = label;
        let mut next = 0;
        loop {
            for &byte in piece[..len].iter().skip(known) {
                let state = self
                    .states
                    .last()
                    .and_then(|state| automaton.step(state, byte));
                let Some(state) = state else {
                    return Ok(false);
                };
                self.states.push(state);
                self.text.push(byte);
            }
            known = known.saturating_sub(len);
            if next >= codes.len() {
                return Ok(true);
            }
            if self.text.len() > MAX_KEY_LEN {
                return Err(TOO_LONG);
            }
            (piece, len) = tokens.next(codes, &mut next)?;
        }
    }

    /// Adds the key to the hits if the automaton accepts it.
    fn hit<A: Automaton<State = S>>(&self, automaton: &A, ordinal: u32, hits: &mut Hits) {
        if let Some(state) = self.states.last().filter(|state| automaton.accepts(state)) {
            hits.add(&self.text, automaton.score(state), ordinal.into());
        }
    }
}

/// Which keys of a leaf share how much, for small depths, which are asked for again and again.
#[derive(Default)]
struct Cuts {
    /// A bit for each depth that is known.
    known: u32,
    cuts: [(u64, u64); 16],
}

impl Cuts {
    /// The keys that share exactly `depth` bytes with the one before, and those that share less.
    #[inline(always)]
    fn at(&mut self, planes: &Planes, depth: u32) -> (u64, u64) {
        match self.cuts.get_mut(depth as usize) {
            Some(cut) if self.known >> depth & 1 != 0 => *cut,
            Some(cut) => {
                self.known |= 1 << depth;
                *cut = planes.compare_shared(depth);
                *cut
            }
            None => planes.compare_shared(depth),
        }
    }
}

/// A bit for each of the first `count` keys.
#[inline(always)]
fn below(count: u32) -> u64 {
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
        let Sweep {
            fold,
            automaton,
            start,
            path,
            hits,
        } = self;
        let Start { offset, key, depth } = start;
        let leaves = &fold.leaves[..];
        let leaf = Leaf::read(leaves, to_usize(offset))?;
        let planes = Planes::new(&leaf, to_usize(offset))?;
        let end = leaf.end_of(key, depth).min(leaf.header.keys);
        let (mut key, mut left) = (key, below(end));
        if left >> key == 0 {
            return Err("a leaf lacks a key");
        }
        let tokens = fold.tokens.view();
        let mut cuts = Cuts::default();
        // bytes of the first key that were read before
        let known = depth.checked_sub(planes.shared(key) as usize);
        let mut known = known.ok_or(SHARED)?;
        loop {
            let (start, len) = planes.codes(key);
            let codes = leaves.get(start..start + len).ok_or(OUTSIDE)?;
            let label = planes.label(key, &fold.alphabet);
            if path.read_key(automaton, label, codes, tokens, known)? {
                let ordinal = leaf.header.first.wrapping_add(key);
                path.hit(automaton, ordinal, hits);
            }
            if path.text.len() > MAX_KEY_LEN {
                return Err(TOO_LONG);
            }
            left &= !below(key + 1);
            let reached = small(depth + path.text.len());
            let (equal, less) = cuts.at(&planes, reached);
            let rest = left & less;
            // those that go on from where the path ends: all before the first of the rest
            let mut on = left & equal & (rest & rest.wrapping_neg()).wrapping_sub(1);
            if on & on.wrapping_sub(1) != 0 {
                on &= path.wanted(automaton, &planes, &fold.alphabet);
            }
            let next = on | rest;
            if next == 0 {
                return Ok(());
            }
            key = next.trailing_zeros();
            let shared = if on == 0 { planes.shared(key) } else { reached };
            let kept = (shared as usize).checked_sub(depth).ok_or(SHARED)?;
            path.states.truncate(kept + 1);
            path.text.truncate(kept);
            known = 0;
        }
    }
}
