//! The results of a query.

use std::fmt;

use super::{Entries, Found};
use crate::error::Result;
use crate::matched::Match;
use crate::value::Value;

/// The walk behind a query. It is handed the entries at each step and holds no reference to them.
pub(crate) trait Walk {
    /// Goes to the next match; its value, or nothing at the end. Not called again behind the end or an error.
    fn advance(&mut self, entries: &Entries) -> Result<Option<Found>>;

    /// The current key.
    fn key(&self) -> &[u8];

    /// The score of the current key.
    fn score(&self) -> u32 {
        0
    }
}

/// The matches of a query, found one by one as they are asked for.
///
/// [`advance`](Self::advance) goes to the next one without allocating; as an [`Iterator`] it gives owned [`Match`]es.
/// After an error or at the end it stays at the end.
pub struct Matches<'a> {
    entries: Entries,
    walk: Box<dyn Walk + Send + 'a>,
    found: Option<Found>,
    left: u64,
}

impl<'a> Matches<'a> {
    pub(crate) fn new(entries: Entries, walk: Box<dyn Walk + Send + 'a>, limit: u64) -> Self {
        Matches {
            entries,
            walk,
            found: None,
            left: limit,
        }
    }

    /// Ends after so many, if not earlier.
    pub(crate) fn at_most(mut self, matches: u64) -> Self {
        self.left = self.left.min(matches);
        self
    }

    /// Goes to the next match; false at the end.
    pub fn advance(&mut self) -> Result<bool> {
        self.found = None;
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(false);
        };
        self.left = 0;
        self.entries.go_on()?;
        self.found = self.walk.advance(&self.entries)?;
        if self.found.is_some() {
            self.left = left;
        }
        Ok(self.found.is_some())
    }

    /// The current key.
    pub fn key(&self) -> &[u8] {
        self.walk.key()
    }

    /// How far the current key is from what was asked for, or how near; each query says what it measures.
    pub fn score(&self) -> u32 {
        self.walk.score()
    }

    /// The current value.
    ///
    /// # Panics
    ///
    /// Before the first [`advance`](Self::advance) and after the end.
    pub fn value(&self) -> Value<'_> {
        self.entries
            .value(self.found.expect("the query stands on a match"))
    }
}

impl Iterator for Matches<'_> {
    type Item = Result<Match>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(true) => {
                let (key, score) = (self.key().to_vec(), self.score());
                self.found
                    .map(|found| Ok(self.entries.matched(key, score, found)))
            }
            Ok(false) => None,
            Err(e) => Some(Err(e)),
        }
    }
}

impl fmt::Debug for Matches<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matches")
            .field("entries", &self.entries)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
