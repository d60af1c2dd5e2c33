//! The keys of a leaf that an automaton accepts.
//!
//! Only those keys are looked at whose shared bytes lead somewhere: a key that shares more than the automaton has read of
//! the one before it leads nowhere either, and how much keys share is compared for all of them at once.

use super::forks::{Endings, FEW, Forks, Origin};
use super::leaf::{Leaf, OUTSIDE};
use super::opened::small;
use super::planes::{FewPlanes, Planes};
use super::{Fold, SHARED, TOO_LONG};
use crate::automaton::Automaton;
use crate::dictionary::MAX_KEY_LEN;
use crate::error::Fault;
use crate::format::native::alphabet::Alphabet;
use crate::format::native::tokens::{Query, Short, TokenView};
use crate::format::to_usize;
use crate::fsa::walk::Hits;
use crate::simd;

/// What the automaton has read of a key of a leaf, behind what leads to the walk's first key there.
#[derive(Debug)]
pub(super) struct Path<S> {
    /// The state before each byte, and the one behind the last.
    states: Vec<S>,
    text: Vec<u8>,
    forks: Forks<S>,
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
            forks: Forks::default(),
        }
    }
}

impl<S: Clone> Path<S> {
    /// The next sweep starts in another state than the last one.
    #[inline]
    pub(super) fn forget(&mut self) {
        self.forks.forget();
    }

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
        if known == 0 && !self.read(automaton, label) {
            return Ok(false);
        }
        self.read_codes(automaton, codes, tokens, known.saturating_sub(1))
    }

    /// Reads a byte; whether the automaton goes on.
    #[inline(always)]
    fn read<A: Automaton<State = S>>(&mut self, automaton: &A, byte: u8) -> bool {
        let state = (self.states.last()).and_then(|state| automaton.step(state, byte));
        let Some(state) = state else {
            return false;
        };
        self.states.push(state);
        self.text.push(byte);
        true
    }

    /// Reads the text of codes but for its first bytes; whether the automaton goes on to its end.
    #[inline(always)]
    fn read_codes<A: Automaton<State = S>>(
        &mut self,
        automaton: &A,
        codes: &[u8],
        tokens: TokenView<'_>,
        known: usize,
    ) -> Result<bool, &'static str> {
        let (mut next, mut known) = (0, known);
        while next < codes.len() {
            if self.text.len() > MAX_KEY_LEN {
                return Err(TOO_LONG);
            }
            let (text, len) = tokens.next(codes, &mut next)?;
            for &byte in text[..len].iter().skip(known) {
                if !self.read(automaton, byte) {
                    return Ok(false);
                }
            }
            known = known.saturating_sub(len);
        }
        Ok(true)
    }

    /// Adds the key to the hits if the automaton accepts it.
    fn hit<A: Automaton<State = S>>(&self, automaton: &A, ordinal: u64, hits: &mut Hits) {
        if let Some(state) = self.states.last().filter(|state| automaton.accepts(state)) {
            hits.add(&self.text, automaton.score(state), ordinal);
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
        let leaves = &self.fold.bytes[self.fold.leaves.clone()];
        let offset = to_usize(self.start.offset);
        let leaf = Leaf::read(leaves, offset)?;
        if FewPlanes::have_room(&leaf.header) {
            Reading::new(self, leaves, FewPlanes::new(&leaf, offset)?).run(&leaf)
        } else {
            Reading::new(self, leaves, <Planes>::new(&leaf, offset)?).run(&leaf)
        }
    }
}

/// Keys that part at one place.
#[derive(Clone, Copy)]
struct Parting {
    /// How many bytes they share there.
    depth: u32,
    /// The keys that part.
    keys: u64,
    /// The keys that start like one of them.
    inner: u64,
}

/// A leaf that is being read.
struct Reading<'a, A: Automaton, const S: usize, const L: usize, const R: usize> {
    automaton: &'a A,
    alphabet: &'a Alphabet,
    tokens: TokenView<'a>,
    leaves: &'a [u8],
    planes: Planes<S, L, R>,
    start: Start,
    path: &'a mut Path<A::State>,
    hits: &'a mut Hits,
}

impl<'a, A: Automaton, const S: usize, const L: usize, const R: usize> Reading<'a, A, S, L, R> {
    #[inline(always)]
    fn new(sweep: Sweep<'a, A>, leaves: &'a [u8], planes: Planes<S, L, R>) -> Self {
        Reading {
            automaton: sweep.automaton,
            alphabet: &sweep.fold.alphabet,
            tokens: sweep.fold.tokens.view(),
            leaves,
            planes,
            start: sweep.start,
            path: sweep.path,
            hits: sweep.hits,
        }
    }

    /// The codes of a key.
    #[inline(always)]
    fn codes(&self, key: u32) -> Result<&'a [u8], &'static str> {
        let (at, len) = self.planes.codes(key);
        self.leaves.get(at..at + len).ok_or(OUTSIDE)
    }

    /// The number of a key among all keys.
    #[inline(always)]
    fn ordinal(&self, key: u32) -> u64 {
        self.planes.header.first.wrapping_add(key).into()
    }

    #[inline(always)]
    fn run(mut self, leaf: &Leaf<'_>) -> Result<(), &'static str> {
        let Start { key, depth, .. } = self.start;
        let end = leaf.end_of(key, depth).min(leaf.header.keys);
        let mut key = key;
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
            };
            let kept = self.part(Origin::Start, parting)?;
            left = without(left, keys, keys & !kept);
            if kept == 0 {
                left = 0;
            }
            key = kept.trailing_zeros();
        }
        while left != 0 {
            left &= !below(key + 1);
            let codes = self.codes(key)?;
            let mut origin = Origin::Elsewhere;
            let is_whole = if let Some((prospect, state)) = self.path.forks.branch(key, shared) {
                origin = Origin::Prospect(prospect);
                self.path.states.push(state);
                self.path.text.push(self.planes.label(key, self.alphabet));
                self.path.read_codes(self.automaton, codes, self.tokens, 0)?
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
            let is_worth_it = on & on.wrapping_sub(1) != 0 || on != 0 && origin != Origin::Elsewhere;
            if is_worth_it && !self.path.forks.go_back(reached) {
                let parting = Parting {
                    depth: reached,
                    keys: on,
                    inner,
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
            shared = if on == 0 { self.planes.shared(key) } else { reached };
            self.path.forks.go_back(shared);
            let kept = (shared as usize).checked_sub(depth).ok_or(SHARED)?;
            self.path.states.truncate(kept + 1);
            self.path.text.truncate(kept);
            known = 0;
        }
        self.hits.sort();
        Ok(())
    }

    /// Adds those keys to the hits that the automaton can name where keys part, which is where the path ends, and says which
    /// of the others may lead on.
    #[inline(always)]
    fn part(&mut self, origin: Origin, parting: Parting) -> Result<u64, &'static str> {
        let Path { states, forks, .. } = &mut *self.path;
        let Some(state) = states.last() else {
            return Ok(0);
        };
        forks.push(parting.depth);
        let mut known = match forks.known(origin) {
            Some(known) => known,
            None => {
                let labels = self.automaton.labels(state);
                if let Some(with) = self.planes.with_any(labels, self.alphabet) {
                    return Ok(parting.keys & with);
                }
                forks.learn(self.automaton, state, origin)
            }
        };
        let (mut ascii, beyond) = known.own.split_ascii();
        if ascii.count_ones() > FEW {
            return Ok(parting.keys);
        }
        let (mut left, mut kept) = (parting.keys, 0);
        if beyond {
            let rank = self.alphabet.beyond_ascii();
            let mut rare = left & self.planes.from_rank(rank);
            while rare != 0 {
                let key = rare.trailing_zeros();
                rare &= rare - 1;
                if !self.planes.label(key, self.alphabet).is_ascii() {
                    kept |= 1 << key;
                }
            }
            left &= !kept;
        }
        while ascii != 0 {
            let [label, ..] = ascii.trailing_zeros().to_le_bytes();
            ascii &= ascii - 1;
            let keys = left & self.planes.with_label(label, self.alphabet);
            if keys != 0 {
                left &= !keys;
                let Path { states, forks, .. } = &mut *self.path;
                if let Some(state) = states.last()
                    && let Some(prospect) =
                        forks.own(self.automaton, state, origin, &mut known, label)
                {
                    kept |= self.follow(prospect, keys, parting)?;
                }
            }
        }
        if left != 0 {
            kept |= self.follow(known.other, left, parting)?;
        }
        Ok(kept)
    }

    /// As [`part`](Self::part), for those of the keys whose labels lead to a prospect.
    #[inline(always)]
    fn follow(
        &mut self,
        prospect: u32,
        keys: u64,
        parting: Parting,
    ) -> Result<u64, &'static str> {
        let forks = &mut self.path.forks;
        let Some(endings) = forks.endings(prospect) else {
            return Ok(0);
        };
        let Some(endings) = endings else {
            forks.branch_off(keys, prospect);
            return Ok(keys);
        };
        let with_codes = self.planes.with_codes();
        let with = self.planes.with_any(endings.firsts, self.alphabet);
        let (equal, _) = self.planes.compare_shared(parting.depth + 1);
        let behind = parting.inner & equal & with.unwrap_or(u64::MAX);
        if behind != 0 {
            self.find_behind(behind, endings, keys, parting)?;
        }
        if endings.may_end {
            self.find_ends(endings, keys & !with_codes);
        }
        let mut longer = keys & with_codes;
        while longer != 0 {
            let key = longer.trailing_zeros();
            longer &= longer - 1;
            if let Some(first) = self.tokens.first(self.codes(key)?)?
                && endings.firsts.contains(first)
            {
                self.find_one(key, first, endings, parting)?;
            }
        }
        Ok(0)
    }

    /// Adds the keys that end behind their labels.
    #[inline(always)]
    fn find_ends(&mut self, endings: Endings, keys: u64) {
        for ending in endings.numbers() {
            let (text, score) = self.path.forks.ending(ending);
            let mut ended = if text.is_empty() { keys } else { 0 };
            while ended != 0 {
                let key = ended.trailing_zeros();
                ended &= ended - 1;
                self.add(key, key, ending, score);
            }
        }
    }

    /// Adds a key if it is there.
    #[inline(always)]
    fn find_one(
        &mut self,
        key: u32,
        first: u8,
        endings: Endings,
        parting: Parting,
    ) -> Result<(), &'static str> {
        for ending in endings.numbers() {
            let (text, score) = self.path.forks.ending(ending);
            if text.first() == Some(&first)
                && let Some(found) = self.find(key, 0, ending, parting)?
            {
                self.add(key, found, ending, score);
            }
        }
        Ok(())
    }

    /// Adds the keys that are there.
    #[inline(always)]
    fn find_behind(
        &mut self,
        behind: u64,
        endings: Endings,
        keys: u64,
        parting: Parting,
    ) -> Result<(), &'static str> {
        let mut behind = behind;
        while behind != 0 {
            let key = behind.trailing_zeros();
            behind &= behind - 1;
            let above = parting.keys & ((1 << key) - 1);
            if above == 0 || keys >> above.ilog2() & 1 == 0 {
                continue;
            }
            let label = self.planes.label(key, self.alphabet);
            for ending in endings.numbers() {
                let (text, score) = self.path.forks.ending(ending);
                if text.first() == Some(&label)
                    && let Some(found) = self.find(key, 1, ending, parting)?
                {
                    self.add(above.ilog2(), found, ending, score);
                }
            }
        }
        Ok(())
    }

    /// Follows an ending from its byte `at` on, where the codes of a key start; the key that it leads to.
    #[inline(always)]
    fn find(
        &mut self,
        key: u32,
        at: usize,
        ending: u32,
        parting: Parting,
    ) -> Result<Option<u32>, &'static str> {
        let (mut key, mut at) = (key, at);
        loop {
            let codes = self.codes(key)?;
            let (text, _) = self.path.forks.ending(ending);
            let (end, is_whole) = (self.tokens).common_from(codes, &Query::new(text, &Short::of(text)), at)?;
            let Some(&label) = text.get(end) else {
                return Ok(is_whole.then_some(key));
            };
            let with = self.planes.with_label(label, self.alphabet);
            let (equal, less) = self.planes.compare_shared(parting.depth + 1 + small(end));
            let live = parting.inner & !below(key + 1);
            let next = with & equal & live;
            if next == 0 || less & live & below_first(next) != 0 {
                return Ok(None);
            }
            key = next.trailing_zeros();
            at = end + 1;
        }
    }

    /// Adds a key to the hits that goes on like `above` where the path ends, and then with an ending.
    fn add(&mut self, above: u32, key: u32, ending: u32, score: u32) {
        let label = self.planes.label(above, self.alphabet);
        let ordinal = self.ordinal(key);
        let Path { text, forks, .. } = &mut *self.path;
        let len = text.len();
        text.push(label);
        text.extend_from_slice(forks.ending(ending).0);
        self.hits.add(text, score, ordinal);
        text.truncate(len);
    }
}

/// A bit for each key before the first of some.
#[inline(always)]
fn below_first(keys: u64) -> u64 {
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
