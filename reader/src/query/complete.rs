//! Keys that go on from what was typed, the heaviest first.

use std::fmt;
use std::sync::Arc;

use super::best::BestFirst;
use super::floor::Floor;
use super::heaviest::HeaviestFirst;
use crate::automaton::{Every, FuzzyPrefix};
use crate::entries::{Entries, Found, Matches, Walk};
use crate::error::Result;
use crate::value::Value;

/// Which completions are wanted.
///
/// ```
/// use keyfold_reader::Completion;
///
/// # let words = keyfold_reader::Dictionary::open(concat!(env!("CARGO_MANIFEST_DIR"),
/// #     "/../testdata/golden/keyvi-0.7.7/weighted.kv"))?;
/// let wanted = Completion::top(3).filter(|key, _value| !key.contains(&b' '));
/// assert!(words.entries().complete(b"a", &wanted)?.count() <= 3);
/// # Ok::<(), keyfold_reader::Error>(())
/// ```
#[derive(Clone)]
pub struct Completion {
    top: u64,
    pub(super) minimum_weight: u32,
    filter: Option<Arc<Filter>>,
}

type Filter = dyn Fn(&[u8], Value<'_>) -> bool + Send + Sync;

impl Completion {
    /// At most so many.
    pub fn top(count: u64) -> Self {
        Completion {
            top: count,
            minimum_weight: 0,
            filter: None,
        }
    }

    /// None of less weight.
    #[must_use]
    pub fn minimum_weight(mut self, weight: u32) -> Self {
        self.minimum_weight = weight;
        self
    }

    /// Only those for which the filter says yes. Others do not count.
    #[must_use]
    pub fn filter(
        mut self,
        filter: impl Fn(&[u8], Value<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.filter = Some(Arc::new(filter));
        self
    }

    /// The completions among what a walk finds.
    pub(super) fn of<'a>(&self, entries: &Entries, walk: impl Walk + Send + 'a) -> Matches<'a> {
        let filter = self.filter.clone();
        entries.matches(Filtered { walk, filter }).at_most(self.top)
    }
}

impl fmt::Debug for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completion")
            .field("top", &self.top)
            .field("minimum_weight", &self.minimum_weight)
            .field("filter", &self.filter.is_some())
            .finish()
    }
}

impl Entries {
    /// The entries whose keys start with `prefix`, the heaviest first, of those in byte order of the keys. The key that
    /// equals the prefix is one of them.
    ///
    /// The weight of a key is its value in dictionaries of kind completion, else 0. How long this takes depends on how
    /// many are wanted and not on how many there are.
    pub fn complete(&self, prefix: &[u8], wanted: &Completion) -> Result<Matches<'static>> {
        let minimum = wanted.minimum_weight;
        let floor = match self.sources() {
            [source] if wanted.filter.is_none() && !source.has_any_deleted() => {
                Floor::of(wanted.top)
            }
            _ => None,
        };
        if let Some(search) = HeaviestFirst::new(self, prefix, minimum)? {
            return Ok(wanted.of(self, search.above(floor)));
        }
        let search = BestFirst::new(self, Every, prefix, minimum)?;
        Ok(wanted.of(self, search.above(floor)))
    }

    /// The entries whose keys start with something at most `max_distance` edits from `prefix`: the nearest first, of
    /// those the heaviest first, of those in byte order of the keys. Scores are the distances. The first
    /// `minimum_prefix` characters must be the same, or all if the prefix has less.
    ///
    /// What an edit is says [`fuzzy`](Self::fuzzy).
    pub fn complete_fuzzy(
        &self,
        prefix: &[u8],
        max_distance: u32,
        minimum_prefix: usize,
        wanted: &Completion,
    ) -> Result<Matches<'static>> {
        let near = FuzzyPrefix::new(prefix, max_distance, minimum_prefix)?;
        let exact = near.exact().to_vec();
        let search = BestFirst::new(self, near, &exact, wanted.minimum_weight)?;
        Ok(wanted.of(self, search))
    }
}

/// Those matches of a walk that a filter lets through.
struct Filtered<W> {
    walk: W,
    filter: Option<Arc<Filter>>,
}

impl<W: Walk> Walk for Filtered<W> {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Found>> {
        while let Some(found) = self.walk.advance(entries)? {
            let wanted = match &self.filter {
                Some(filter) => filter(self.walk.key(), entries.value(found)),
                None => true,
            };
            if wanted {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn key(&self) -> &[u8] {
        self.walk.key()
    }

    fn score(&self) -> u32 {
        self.walk.score()
    }
}
