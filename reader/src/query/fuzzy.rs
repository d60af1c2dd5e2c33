//! Keys near a string.

use super::nearest::NearestFirst;
use super::search::Search;
use crate::automaton::Levenshtein;
use crate::entries::{Entries, Matches};
use crate::error::Result;

impl Entries {
    /// What accepts those of the keys that are at most `max_distance` edits from the query.
    pub(super) fn within(
        &self,
        query: &[u8],
        max_distance: u32,
        minimum_prefix: usize,
    ) -> Result<Levenshtein> {
        Ok(Levenshtein::new(query, max_distance)?
            .minimum_prefix(minimum_prefix)
            .among(|gram| self.may_have(gram)))
    }

    /// The entries whose keys are at most `max_distance` edits from the query, in byte order of the keys. Scores are
    /// distances. The first `minimum_prefix` characters must be the same; a query that has less finds nothing.
    ///
    /// An edit is the insertion, deletion or replacement of a character, or the swap of two neighbours; see
    /// [`Levenshtein`]. Up to [`MAX_DISTANCE`](crate::automaton::MAX_DISTANCE) of them can be asked for.
    pub fn fuzzy(
        &self,
        query: &[u8],
        max_distance: u32,
        minimum_prefix: usize,
    ) -> Result<Matches<'static>> {
        let near = self.within(query, max_distance, minimum_prefix)?;
        let prefix = near.exact().to_vec();
        Search::new(self, near, &prefix).map(|search| self.matches(search))
    }

    /// As [`fuzzy`](Self::fuzzy), the nearest first, of those the heaviest first, of those in byte order of the keys. What is
    /// farther away is looked for when it is asked for.
    pub fn fuzzy_best(
        &self,
        query: &[u8],
        max_distance: u32,
        minimum_prefix: usize,
    ) -> Result<Matches<'static>> {
        let search = NearestFirst::new(query, max_distance, minimum_prefix)?;
        Ok(self.matches(search))
    }
}
