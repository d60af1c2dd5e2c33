//! Where keys of a leaf part: which of them may lead on, and those that an automaton can name.

use super::forks::{Endings, FEW, Origin};
use super::known::Kind;
use super::path::Path;
use super::planes::Planes;
use super::sets::{below, below_first, runs};
use super::small;
use super::sweep::Reading;
use crate::automaton::{Automaton, LabelSet};
use crate::format::native::alphabet::Alphabet;
use crate::format::native::tokens::{Query, Short};

/// Keys that part at one place.
#[derive(Clone, Copy)]
pub(super) struct Parting {
    /// How many bytes they share there.
    pub(super) depth: u32,
    /// The keys that part.
    pub(super) keys: u64,
    /// The keys that start like one of them.
    pub(super) inner: u64,
    /// Labels by which they may go on; no key has another one.
    pub(super) labels: LabelSet,
}

/// Keys that part, by the steps that their labels have: a turn for each label with a step of its own, the last one for all
/// others.
pub(super) struct Turns {
    /// Labels with a step of their own that had no turn yet.
    pub(super) own: u128,
    pub(super) kind: Kind,
    /// Keys that had no turn yet.
    pub(super) left: u64,
}

impl Turns {
    /// The next turn: its label, if that has a step of its own, and the keys, of which there are some.
    #[inline(always)]
    pub(super) fn next<const S: usize, const L: usize, const R: usize>(
        &mut self,
        planes: &Planes<S, L, R>,
        alphabet: &Alphabet,
    ) -> Option<(Option<u8>, u64)> {
        while self.left != 0 {
            if self.own == 0 {
                return Some((None, std::mem::take(&mut self.left)));
            }
            let [label, ..] = self.own.trailing_zeros().to_le_bytes();
            let label = self.kind.first() + label;
            self.own &= self.own - 1;
            let keys = self.left & planes.with_label(label, alphabet);
            if keys != 0 {
                self.left &= !keys;
                return Some((Some(label), keys));
            }
        }
        None
    }
}

impl<A: Automaton, const S: usize, const L: usize, const R: usize> Reading<'_, A, S, L, R> {
    /// Adds those keys to the hits that the automaton can name where keys part, which is where the path ends, and says which
    /// of the others may lead on.
    #[inline(always)]
    pub(super) fn part(&mut self, origin: Origin, parting: Parting) -> Result<u64, &'static str> {
        let Path { states, forks, .. } = &mut *self.path;
        let Some(state) = states.last() else {
            return Ok(0);
        };
        forks.part(parting.keys);
        let origin = forks.origin(self.automaton, state, origin);
        let mut known = if let Some(known) = forks.known(origin) {
            known
        } else {
            let labels = self.automaton.labels(state);
            if let Some(with) = self.planes.with_any(labels, self.alphabet) {
                return Ok(parting.keys & with);
            }
            forks.learn(self.automaton, state, origin)
        };
        let own = known.own & known.kind.of(parting.labels);
        if own.count_ones() > FEW {
            return Ok(parting.keys);
        }
        let mut kept = known.strange(self.planes, self.alphabet, parting.keys, None);
        let left = parting.keys & !kept;
        let kind = known.kind;
        let mut turns = Turns { own, kind, left };
        while let Some((label, keys)) = turns.next(self.planes, self.alphabet) {
            let prospect = match label {
                Some(label) => {
                    let Path { states, forks, .. } = &mut *self.path;
                    let own = |state| forks.own(self.automaton, state, origin, &mut known, label);
                    states.last().and_then(own)
                }
                None => known.other,
            };
            let planes = self.planes;
            let sharing = |more: u8| planes.compare_shared(parting.depth + u32::from(more)).0;
            if let Some(prospect) = prospect
                && !self.find_named(prospect, keys, parting, sharing)?
            {
                self.path.forks.branch_off(keys, prospect);
                kept |= keys;
            }
        }
        Ok(kept)
    }

    /// Adds those keys that go on from some of those that part by what is named behind a prospect, if all is named that may
    /// follow there; whether it is. `sharing` are the keys that share so many bytes more than those that part.
    #[inline(always)]
    pub(super) fn find_named(
        &mut self,
        prospect: u32,
        keys: u64,
        parting: Parting,
        sharing: impl Fn(u8) -> u64,
    ) -> Result<bool, &'static str> {
        let Some(&endings) = self.path.forks.endings(prospect) else {
            return Ok(false);
        };
        let with_codes = self.planes.with_codes();
        let inner = parting.inner & !parting.keys;
        let first = sharing(1);
        // those that share with one of the keys all but what it has behind its label, and go on by the first byte of an ending
        let behind = self.with_byte(&endings, 0) & first & runs(inner, keys);
        // those of them that have the second byte, which mostly is none, in the label of a key that starts like them
        let mut likely = 0;
        let inner = inner & !first;
        let above = behind & inner >> 1;
        if above != 0 && self.with_byte(&endings, 1) & sharing(2) & runs(inner, above) != 0 {
            likely = above;
        }
        if endings.has_single {
            likely |= behind & !with_codes;
        }
        if endings.has_empty {
            self.find_ends(&endings, keys & !with_codes);
        }
        let mut left = behind & (with_codes | likely) | keys & with_codes;
        while left != 0 {
            let key = left.trailing_zeros();
            left &= left - 1;
            let is_behind = behind >> key & 1 != 0;
            let mut code = None;
            if likely >> key & 1 == 0 {
                code = self.first(key)?;
                let set = if is_behind {
                    endings.seconds
                } else {
                    endings.firsts
                };
                if !code.is_some_and(|code| set.may_have(code)) {
                    continue;
                }
            }
            let mut starts = [code, None];
            if is_behind {
                starts = [Some(self.planes.label(key, self.alphabet)), code];
            }
            self.find_by(key, starts, is_behind, &endings, parting)?;
        }
        Ok(true)
    }

    /// The keys whose label is byte `at` of an ending.
    #[inline(always)]
    fn with_byte(&self, endings: &Endings, at: usize) -> u64 {
        let mut with = 0;
        for ending in self.path.forks.heads(endings) {
            if let Some(byte) = ending.byte(at) {
                with |= self.planes.with_label(byte, self.alphabet);
            }
        }
        with
    }

    /// Adds the keys that a key, or one that starts like it, goes on to by what is named and starts with these bytes: by all of
    /// it, or by what is behind its label, which is the first of them.
    #[inline(always)]
    fn find_by(
        &mut self,
        key: u32,
        starts: [Option<u8>; 2],
        is_behind: bool,
        endings: &Endings,
        parting: Parting,
    ) -> Result<(), &'static str> {
        let above = if is_behind {
            (parting.keys & below(key)).checked_ilog2().unwrap_or(0)
        } else {
            key
        };
        for ending in endings.numbers() {
            let head = self.path.forks.head(ending);
            let [first, second] = starts;
            if head.byte(0) != first || second.is_some() && head.byte(1) != second {
                continue;
            }
            if let Some(found) = self.find(key, is_behind.into(), ending, parting)? {
                self.add(above, found, ending);
            }
        }
        Ok(())
    }

    /// Adds keys that end behind their labels, if that is named.
    #[inline(always)]
    fn find_ends(&mut self, endings: &Endings, keys: u64) {
        for ending in endings.numbers() {
            if self.path.forks.head(ending).byte(0).is_some() {
                continue;
            }
            let mut ended = keys;
            while ended != 0 {
                let key = ended.trailing_zeros();
                ended &= ended - 1;
                self.add(key, key, ending);
            }
        }
    }

    /// Follows an ending from its byte `at` on, where the codes of a key start; the key that it leads to.
    #[inline(always)]
    fn find(
        &self,
        key: u32,
        at: usize,
        ending: u32,
        parting: Parting,
    ) -> Result<Option<u32>, &'static str> {
        let (mut key, mut at) = (key, at);
        loop {
            let codes = self.codes(key)?;
            let (text, _) = self.path.forks.ending(ending);
            let (end, is_whole) =
                (self.tokens).common_from(codes, &Query::new(text, &Short::of(text)), at)?;
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
    #[inline(always)]
    fn add(&mut self, above: u32, key: u32, ending: u32) {
        let label = self.planes.label(above, self.alphabet);
        let ordinal = self.ordinal(key);
        self.path.hit_by(label, ending, ordinal, self.hits);
    }
}
