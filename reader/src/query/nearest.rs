//! Keys near a string, the nearest first.

use std::ops::Range;

use super::best::BestFirst;
use super::search::Search;
use crate::automaton::Levenshtein;
use crate::entries::{Entries, Found, Walk};
use crate::error::Result;

/// More keys of one distance are not kept.
const MOST: usize = 4096;

/// A search that asks for one distance after the other and puts the keys of each in order: by weight, descending, then by
/// key in byte order. So the nearest keys are there before others are looked for, and to sort what was found takes
/// less than to keep in order what may lead somewhere. Where that would be too much to keep, it goes on
/// [best first](BestFirst).
pub(super) struct NearestFirst {
    query: Vec<u8>,
    max_distance: u32,
    minimum_prefix: usize,
    /// The distance that is asked for next.
    distance: u32,
    /// The bytes of the keys of the distance before.
    keys: Vec<u8>,
    /// These keys as far as they are still to come, the next one last.
    left: Vec<Near>,
    /// What goes on where there are too many of them.
    many: Option<BestFirst<Levenshtein>>,
    key: Range<usize>,
}

/// A key that was found.
struct Near {
    key: Range<usize>,
    weight: u32,
    found: Found,
}

impl NearestFirst {
    /// A search for keys at most so many edits from a query whose first characters are the same.
    pub(super) fn new(query: &[u8], max_distance: u32, minimum_prefix: usize) -> Result<Self> {
        // a distance that is too large is an error before anything is looked for
        Levenshtein::new(query, max_distance)?;
        Ok(NearestFirst {
            query: query.to_vec(),
            max_distance,
            minimum_prefix,
            distance: 0,
            keys: Vec::new(),
            left: Vec::new(),
            many: None,
            key: 0..0,
        })
    }

    fn near(&self, entries: &Entries, max_distance: u32) -> Result<Levenshtein> {
        entries.within(&self.query, max_distance, self.minimum_prefix)
    }

    /// Looks for the keys of the next distance.
    fn ask(&mut self, entries: &Entries) -> Result<()> {
        let near = self.near(entries, self.distance)?;
        let prefix = near.exact().to_vec();
        let mut search = Search::new(entries, near, &prefix)?;
        self.keys.clear();
        while let Some(found) = search.advance(entries)? {
            entries.go_on()?;
            if search.score() < self.distance {
                continue;
            }
            if self.left.len() == MOST {
                self.left.clear();
                let near = self.near(entries, self.max_distance)?;
                self.many = Some(BestFirst::new(entries, near, &prefix, 0)?);
                return Ok(());
            }
            let start = self.keys.len();
            self.keys.extend_from_slice(search.key());
            self.left.push(Near {
                key: start..self.keys.len(),
                weight: entries.value(found).weight(),
                found,
            });
        }
        self.left.reverse();
        self.left.sort_by_key(|near| near.weight);
        self.distance += 1;
        Ok(())
    }
}

impl Walk for NearestFirst {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Found>> {
        loop {
            if let Some(Near { key, found, .. }) = self.left.pop() {
                self.key = key;
                return Ok(Some(found));
            }
            if let Some(many) = &mut self.many {
                let found = many.advance(entries)?;
                if found.is_none() || many.score() >= self.distance {
                    return Ok(found);
                }
            } else if self.distance <= self.max_distance {
                self.ask(entries)?;
            } else {
                return Ok(None);
            }
        }
    }

    fn key(&self) -> &[u8] {
        match &self.many {
            Some(many) => many.key(),
            None => &self.keys[self.key.clone()],
        }
    }

    fn score(&self) -> u32 {
        match &self.many {
            Some(many) => many.score(),
            None => self.distance.saturating_sub(1),
        }
    }
}
