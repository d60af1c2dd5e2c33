//! Completions with typing errors.

use super::super::bag::Bag;
use super::super::weighted::{Bound, Weighted};
use super::metric::{Metric, Row};
use super::{Hits, Keyvi, Look, Raw, SEPARATOR};
use crate::automaton::Characters;
use crate::entries::Entries;
use crate::error::Result;

impl Keyvi {
    /// keyvi's `GetFuzzyMultiwordCompletion`: phrases behind words that start nearly as those of the query, reordered, the
    /// heavier branch first. The first `minimum_prefix` characters are those of the query as given. Keys that are shorter
    /// than the query are found beyond the distance, too.
    pub fn complete_fuzzy_multiword(
        &self,
        query: &[u8],
        max_distance: u32,
        minimum_prefix: usize,
    ) -> Result<Hits> {
        let bag = Bag::new(query);
        let typed = Characters::new(&bag.words);
        let words = Words {
            spaces: bag.spaces,
            read: Vec::new(),
            boundary: 0,
        };
        self.fuzzy_completions(query, &typed, max_distance, minimum_prefix, Some(words))
    }

    /// keyvi's `PrefixCompletion.GetFuzzyCompletions`: keys that start nearly as the query, the heavier branch first. Keys
    /// that are longer than the query are found beyond the distance, too. If the query has less than `minimum_prefix`
    /// characters, all of them must be the same.
    pub fn fuzzy_prefix_completion(
        &self,
        query: &[u8],
        max_distance: u32,
        minimum_prefix: usize,
    ) -> Result<Hits> {
        let typed = Characters::new(query);
        let minimum_prefix = minimum_prefix.min(typed.len());
        self.fuzzy_completions(query, &typed, max_distance, minimum_prefix, None)
    }

    fn fuzzy_completions(
        &self,
        query: &[u8],
        typed: &Characters,
        max_distance: u32,
        minimum_prefix: usize,
        words: Option<Words>,
    ) -> Result<Hits> {
        let metric = Metric::new(typed, max_distance);
        let given = Characters::new(query);
        let mut walk = None;
        let mut row = metric.start();
        let mut name = Vec::new();
        if minimum_prefix <= typed.len().min(given.len()) {
            walk = Weighted::new(
                &self.entries,
                given.bytes(0..minimum_prefix),
                Bound::Minimum(0),
            )?;
            for &character in &typed.list()[..minimum_prefix] {
                row = metric.read(&row, character);
            }
            name = typed.bytes(0..minimum_prefix).to_vec();
        }
        Ok(self.hits(FuzzyCompletions {
            query: query.to_vec(),
            typed: typed.len(),
            max_distance: max_distance as usize,
            is_query: minimum_prefix == typed.len(),
            name,
            metric,
            walk,
            rows: vec![row],
            words,
            started: false,
            matched: Vec::new(),
        }))
    }
}

struct FuzzyCompletions {
    query: Vec<u8>,
    /// Characters of it.
    typed: usize,
    max_distance: usize,
    /// All of it has to be the same.
    is_query: bool,
    /// What keyvi takes for the start of all keys.
    name: Vec<u8>,
    metric: Metric,
    walk: Option<Weighted>,
    /// The rows on the way to the current position, the first one at the prefix.
    rows: Vec<Row>,
    words: Option<Words>,
    started: bool,
    /// The string of the current hit.
    matched: Vec<u8>,
}

/// What of the words of a multiword completion was read.
struct Words {
    /// Spaces in the query.
    spaces: usize,
    /// How deep those of the current key stand.
    read: Vec<usize>,
    /// How deep the last separator stood, as long as keyvi remembers it.
    boundary: usize,
}

impl Words {
    /// Reads a byte that leads to some depth; whether there may be keys below.
    fn read(&mut self, label: u8, depth: usize) -> bool {
        while self.read.last().is_some_and(|&space| depth <= space) {
            self.read.pop();
        }
        if label == SEPARATOR {
            if self.read.len() != self.spaces {
                return false;
            }
            self.boundary = depth;
        } else if depth <= self.boundary {
            self.boundary = 0;
        }
        if label == b' ' && self.boundary == 0 {
            self.read.push(depth);
        }
        true
    }
}

impl Look for FuzzyCompletions {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Raw>> {
        let Some(walk) = &mut self.walk else {
            return Ok(None);
        };
        if !self.started {
            self.started = true;
            if self.is_query
                && let Some(found) = walk.found(entries)?
            {
                walk.settle();
                self.matched.clone_from(&self.query);
                return Ok(Some(Raw {
                    end: self.typed,
                    score: 0,
                    found,
                    is_query: true,
                }));
            }
        }
        while let Some(label) = walk.step(entries, |_| true)? {
            let depth = walk.depth();
            self.rows.truncate(depth);
            if let Some(words) = &mut self.words
                && !words.read(label, depth)
            {
                walk.skip(entries)?;
                continue;
            }
            let row = self.metric.step(&self.rows[depth - 1], label);
            let end = self.metric.at_end(&row);
            let go_on = row.least <= self.max_distance;
            self.rows.push(row);
            let near_enough = match self.words {
                Some(_) => end.least <= self.max_distance,
                None => {
                    end.least <= self.max_distance
                        && (end.read > self.typed || end.score <= self.max_distance)
                }
            };
            if near_enough && let Some(found) = walk.found(entries)? {
                let key = walk.key();
                let below = &key[key.len() - depth..];
                self.matched.clear();
                match &self.words {
                    Some(words) if words.boundary > 0 => {
                        self.matched.extend_from_slice(&below[words.boundary..]);
                    }
                    _ => {
                        self.matched.extend_from_slice(&self.name);
                        self.matched.extend_from_slice(below);
                    }
                }
                walk.settle();
                return Ok(Some(Raw {
                    end: end.read,
                    score: u32::try_from(end.score).unwrap_or(u32::MAX),
                    found,
                    is_query: false,
                }));
            }
            if !go_on {
                walk.skip(entries)?;
            }
        }
        Ok(None)
    }

    fn matched(&self) -> &[u8] {
        &self.matched
    }

    fn set_minimum_weight(&mut self, entries: &Entries, weight: u32) {
        if let Some(walk) = &mut self.walk {
            walk.set_minimum(entries, weight);
        }
    }
}
