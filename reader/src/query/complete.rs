//! Keys that go on from what was typed, the heaviest first.

use std::fmt;
use std::sync::Arc;

use super::best::BestFirst;
use super::floor::Floor;
use super::heaviest::HeaviestFirst;
use crate::automaton::{Every, FuzzyPrefix, Inexact};
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
        let search = Heaviest::new(self, prefix, wanted)?;
        Ok(wanted.of(self, search))
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
        let minimum_weight = wanted.minimum_weight;
        let others = match near.inexact() {
            Inexact::Nothing => None,
            Inexact::Others(near) => Some((near, minimum_weight)),
            Inexact::Mixed(near) => {
                let exact = near.exact().to_vec();
                let search = BestFirst::new(self, near, &exact, minimum_weight)?;
                return Ok(wanted.of(self, search));
            }
        };
        let exact = Heaviest::new(self, prefix, wanted)?;
        Ok(wanted.of(self, Nearest::Exact(exact, others)))
    }
}

/// The keys that start with a prefix, the heaviest first.
#[expect(clippy::large_enum_variant, reason = "there is one for a query")]
enum Heaviest {
    OfKeyvi(HeaviestFirst),
    OfAny(BestFirst<Every>),
}

impl Heaviest {
    fn new(entries: &Entries, prefix: &[u8], wanted: &Completion) -> Result<Self> {
        let minimum = wanted.minimum_weight;
        let floor = match entries.sources() {
            [source] if wanted.filter.is_none() && !source.has_any_deleted() => {
                Floor::of(wanted.top)
            }
            _ => None,
        };
        if let Some(search) = HeaviestFirst::new(entries, prefix, minimum)? {
            return Ok(Heaviest::OfKeyvi(search.above(floor)));
        }
        let search = BestFirst::new(entries, Every, prefix, minimum)?;
        Ok(Heaviest::OfAny(search.above(floor)))
    }
}

impl Walk for Heaviest {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Found>> {
        match self {
            Heaviest::OfKeyvi(search) => search.advance(entries),
            Heaviest::OfAny(search) => search.advance(entries),
        }
    }

    fn key(&self) -> &[u8] {
        match self {
            Heaviest::OfKeyvi(search) => search.key(),
            Heaviest::OfAny(search) => search.key(),
        }
    }
}

/// The keys that start with what was typed or something near it. Those that start with what was typed come first and are
/// mostly enough: the others are looked for when these are at their end.
enum Nearest {
    /// Those that start with it, and what finds the others, of no less than a weight.
    Exact(Heaviest, Option<(FuzzyPrefix, u32)>),
    Others(BestFirst<FuzzyPrefix>),
}

impl Walk for Nearest {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Found>> {
        if let Nearest::Exact(exact, others) = self {
            let found = exact.advance(entries)?;
            if found.is_some() {
                return Ok(found);
            }
            let Some((near, minimum_weight)) = others.take() else {
                return Ok(None);
            };
            let near = near.among(|gram| entries.may_have(gram));
            let prefix = near.exact().to_vec();
            let others = BestFirst::new(entries, near, &prefix, minimum_weight)?;
            *self = Nearest::Others(others);
        }
        match self {
            Nearest::Exact(..) => Ok(None),
            Nearest::Others(others) => others.advance(entries),
        }
    }

    fn key(&self) -> &[u8] {
        match self {
            Nearest::Exact(exact, _) => exact.key(),
            Nearest::Others(others) => others.key(),
        }
    }

    fn score(&self) -> u32 {
        match self {
            Nearest::Exact(..) => 0,
            Nearest::Others(others) => others.score(),
        }
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
