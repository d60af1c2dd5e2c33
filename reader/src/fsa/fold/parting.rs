//! Where keys of a leaf part: which of them may lead on, and those that an automaton can name.

use super::forks::{Endings, FEW, Origin};
use super::opened::small;
use super::path::Path;
use super::sweep::{Reading, below, below_first};
use crate::automaton::{Automaton, LabelSet};
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

/// Keys that share with one that parts all but what it has behind its label.
#[derive(Clone, Copy)]
struct Behind {
    /// Keys that go on from there.
    next: u64,
    /// These and all keys that share less.
    ends: u64,
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
        forks.push(parting.depth);
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
        let (mut ascii, beyond) = known.own.and(parting.labels).split_ascii();
        if ascii.count_ones() > FEW {
            return Ok(parting.keys);
        }
        let (mut left, mut kept) = (parting.keys, 0);
        if beyond {
            let rank = self.alphabet.beyond_ascii();
            let mut rare = left & self.planes.with_rank_from(rank);
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
        if let Some(other) = known.other
            && left != 0
        {
            kept |= self.follow(other, left, parting)?;
        }
        Ok(kept)
    }

    /// As [`part`](Self::part), for those of the keys whose labels lead to a prospect.
    #[inline(always)]
    fn follow(&mut self, prospect: u32, keys: u64, parting: Parting) -> Result<u64, &'static str> {
        let forks = &mut self.path.forks;
        let Some(endings) = forks.endings(prospect) else {
            forks.branch_off(keys, prospect);
            return Ok(keys);
        };
        let with_codes = self.planes.with_codes();
        let (equal, less) = self.planes.compare_shared(parting.depth + 1);
        let behind = Behind {
            next: parting.inner & equal,
            ends: equal | less,
        };
        for ending in endings.numbers() {
            let (text, _) = self.path.forks.ending(ending);
            match text.first() {
                Some(&label) => {
                    let next = behind.next & self.planes.with_label(label, self.alphabet);
                    if next != 0 {
                        self.find_behind(Behind { next, ..behind }, ending, keys, parting)?;
                    }
                }
                None => self.find_ends(ending, keys & !with_codes),
            }
        }
        let mut longer = keys & with_codes;
        while longer != 0 {
            let key = longer.trailing_zeros();
            longer &= longer - 1;
            if let Some(first) = self.first(key)?
                && endings.firsts.contains(first)
            {
                self.find_one(key, first, endings, parting)?;
            }
        }
        Ok(0)
    }

    /// Adds keys that end behind their labels, with an ending of no bytes.
    #[inline(always)]
    fn find_ends(&mut self, ending: u32, keys: u64) {
        let (_, score) = self.path.forks.ending(ending);
        let mut ended = keys;
        while ended != 0 {
            let key = ended.trailing_zeros();
            ended &= ended - 1;
            self.add(key, key, ending, score);
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
        behind: Behind,
        ending: u32,
        keys: u64,
        parting: Parting,
    ) -> Result<(), &'static str> {
        let (text, score) = self.path.forks.ending(ending);
        let second = text.get(1).copied();
        // mostly none of the keys has the second byte, neither in its codes nor as the label of a key that starts like it
        let after = second.map_or(0, |label| {
            let (equal, _) = self.planes.compare_shared(parting.depth + 2);
            parting.inner & equal & self.planes.with_label(label, self.alphabet)
        });
        let with_codes = self.planes.with_codes();
        let mut next = behind.next;
        while next != 0 {
            let key = next.trailing_zeros();
            next &= next - 1;
            let above = parting.keys & below(key);
            if above == 0 || keys >> above.ilog2() & 1 == 0 {
                continue;
            }
            let later = !below(key + 1);
            if after & later & below_first(behind.ends & later) == 0 {
                let first = if with_codes >> key & 1 != 0 {
                    self.first(key)?
                } else {
                    None
                };
                if first != second {
                    continue;
                }
            }
            if let Some(found) = self.find(key, 1, ending, parting)? {
                self.add(above.ilog2(), found, ending, score);
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
