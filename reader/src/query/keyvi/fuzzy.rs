//! Keys within an edit distance, the heavier branch first.

use super::super::search::Search;
use super::super::weighted::{Bound, Weighted};
use super::sorted::Sorted;
use super::wide::Wide;
use super::{Hits, Keyvi, Look, Raw};
use crate::automaton::{Automaton, Characters, MAX_DISTANCE};
use crate::entries::Entries;
use crate::error::Result;

/// Up to this distance there are so few hits that they are found by the faster search in byte order, and then sorted.
const MAX_SORTED_DISTANCE: u32 = 2;

impl Keyvi {
    /// keyvi's `GetFuzzy`: as [`Entries::fuzzy`], but the heavier branch first. Hits end where their key does, in
    /// characters.
    pub fn fuzzy(&self, query: &[u8], max_distance: u32, minimum_prefix: usize) -> Result<Hits> {
        if max_distance > MAX_DISTANCE {
            let near = Wide::new(query, max_distance, minimum_prefix);
            let prefix = near.exact().to_vec();
            return self.within(near, &prefix);
        }
        let near = (self.entries).within(query, max_distance, minimum_prefix)?;
        let prefix = near.exact().to_vec();
        if max_distance <= MAX_SORTED_DISTANCE {
            let search = Search::new(&self.entries, near, &prefix)?;
            return Ok(self.hits(Sorted::new(search, &prefix)));
        }
        self.within(near, &prefix)
    }

    /// The keys that an automaton accepts; they start with `prefix`.
    fn within<A>(&self, near: A, prefix: &[u8]) -> Result<Hits>
    where
        A: Automaton<State: Send> + Send + 'static,
    {
        let mut states = vec![near.start()];
        for &label in prefix {
            states = near.step(&states[0], label).into_iter().collect();
            if states.is_empty() {
                break;
            }
        }
        let mut walk = None;
        if !states.is_empty() {
            walk = Weighted::new(&self.entries, prefix, Bound::Minimum(0))?;
        }
        Ok(self.hits(FuzzyHits {
            near,
            walk,
            states,
            started: false,
        }))
    }
}

struct FuzzyHits<A: Automaton> {
    near: A,
    walk: Option<Weighted>,
    /// The states on the way to the current position, the first one at the prefix.
    states: Vec<A::State>,
    started: bool,
}

impl<A: Automaton> Look for FuzzyHits<A> {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Raw>> {
        let Some(walk) = &mut self.walk else {
            return Ok(None);
        };
        loop {
            if self.started {
                let state = &self.states[walk.depth()];
                let label = walk.step(entries, |label| self.near.step(state, label).is_some())?;
                let Some(label) = label else { return Ok(None) };
                self.states.truncate(walk.depth());
                let state = self.near.step(&self.states[walk.depth() - 1], label);
                let Some(state) = state else { continue };
                self.states.push(state);
            }
            self.started = true;
            let state = &self.states[walk.depth()];
            if self.near.accepts(state)
                && let Some(found) = walk.found(entries)?
            {
                return Ok(Some(Raw {
                    end: Characters::new(walk.key()).len(),
                    score: self.near.score(state),
                    found,
                    is_query: false,
                }));
            }
        }
    }

    fn matched(&self) -> &[u8] {
        self.walk.as_ref().map_or(&[], Weighted::key)
    }
}
