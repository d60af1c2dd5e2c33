//! What queries are asked of: the entries of one dictionary, of a view, or of several dictionaries merged.

mod lookups;
mod matches;
mod places;
mod source;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use matches::Matches;
pub(crate) use matches::Walk;
pub(crate) use places::{Mark, Places, Spot};
pub use source::Source;

use crate::dictionary::{Dictionary, MAX_KEY_LEN};
use crate::error::{Error, Result};
use crate::fsa::ValueHandle;
use crate::matched::Match;
use crate::secondary::View;
use crate::value::Value;

/// Entries to be asked: those of one dictionary, of a [`View`], or of several sources that count as one.
///
/// Where several sources store a key, the newest of them decides: its value counts, and if the key is deleted there,
/// it is not found. Clones share everything; nothing borrows from a dictionary, so that entries and what they give may
/// be kept and sent to other threads.
///
/// ```
/// use keyfold_reader::{Dictionary, Entries, Source};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/golden/keyvi-0.7.7/words_int.kv");
/// let words = Dictionary::open(path)?;
/// for found in words.entries().limit(3).fuzzy(b"abc", 2, 0)? {
///     let found = found?;
///     println!("{} {}", String::from_utf8_lossy(&found.key), found.score);
/// }
/// let both = Entries::new(vec![Source::new(&words), Source::new(&words)]);
/// assert!(both.get(b"not stored")?.is_none());
/// # Ok::<(), keyfold_reader::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Entries {
    sources: Arc<[Source]>,
    limit: u64,
    stop: Option<Stop>,
    /// Positions that the keys can have at most: no walk takes more steps.
    most_steps: u64,
}

/// What says whether queries are to stop.
#[derive(Clone)]
struct Stop(Arc<dyn Fn() -> bool + Send + Sync>);

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}

/// A value that was found: in which source, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) source: u32,
    pub(crate) handle: ValueHandle,
}

impl Entries {
    /// The entries of several sources, newest first.
    pub fn new(sources: Vec<Source>) -> Self {
        let positions =
            |source: &Source| source.dictionary.len().saturating_mul(MAX_KEY_LEN as u64);
        Entries {
            most_steps: sources.iter().map(positions).fold(0, u64::saturating_add),
            sources: sources.into(),
            limit: u64::MAX,
            stop: None,
        }
    }

    /// Ends each query after so many matches.
    #[must_use]
    pub fn limit(mut self, matches: u64) -> Self {
        self.limit = matches;
        self
    }

    /// Ends each query with [`Error::Stopped`] soon after the flag is set, even one that finds nothing for long.
    #[must_use]
    pub fn stopped_by(self, flag: Arc<AtomicBool>) -> Self {
        self.stopped_if(move || flag.load(Ordering::Relaxed))
    }

    /// Ends each query with [`Error::Stopped`] soon after `stop` says so. It is asked at each step of a search, in the thread that
    /// searches.
    #[must_use]
    pub fn stopped_if(mut self, stop: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.stop = Some(Stop(Arc::new(stop)));
        self
    }

    /// The sources, newest first.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Whether a [gram](crate::format::native::grams) may be in a key.
    pub(crate) fn may_have(&self, gram: &[u8]) -> bool {
        let mut sources = self.sources.iter();
        sources.any(|source| source.dictionary.fsa().may_have(gram))
    }

    /// The most matches a query may give.
    pub(crate) fn most(&self) -> u64 {
        self.limit
    }

    #[inline]
    pub(crate) fn source(&self, number: u32) -> &Source {
        &self.sources[number as usize]
    }

    /// An error if the query is to stop.
    #[inline]
    pub(crate) fn go_on(&self) -> Result<()> {
        match &self.stop {
            Some(stop) if stop.0() => Err(Error::Stopped),
            _ => Ok(()),
        }
    }

    #[inline]
    pub(crate) fn most_steps(&self) -> u64 {
        self.most_steps
    }

    #[inline]
    pub(crate) fn value(&self, found: Found) -> Value<'_> {
        Value::new(self.source(found.source).dictionary.values(), found.handle)
    }

    pub(crate) fn matched(&self, key: Vec<u8>, score: u32, found: Found) -> Match {
        let dictionary = self.source(found.source).dictionary.clone();
        Match::new(key, score, dictionary, found.handle)
    }

    pub(crate) fn matches<'a>(&self, walk: impl Walk + Send + 'a) -> Matches<'a> {
        Matches::new(self.clone(), Box::new(walk), self.limit)
    }
}

impl From<&Dictionary> for Entries {
    fn from(dictionary: &Dictionary) -> Self {
        Entries::new(vec![Source::new(dictionary)])
    }
}

impl From<&View<'_>> for Entries {
    fn from(view: &View<'_>) -> Self {
        Entries::new(vec![view.source()])
    }
}
