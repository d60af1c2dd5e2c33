//! An index, open for reading.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption, Guard};

use super::columns::Columns;
use super::fields::Fields;
use super::snapshot::Snapshot;
use super::watch::Watch;
use crate::bytes::LoadingStrategy;
use crate::entries::Entries;
use crate::error::{Error, Result};
use crate::format::partitions::PARTITIONS;
use crate::format::toc::TOC;
use crate::matched::Match;

/// An index, open for reading, with the latest snapshot of it. Clones share everything, and may be used by any number of threads;
/// none of them waits for another, nor for a writer.
///
/// What a writer does is seen after the next [`refresh`](Self::refresh), which [`IndexOptions`] can leave to the index itself.
#[derive(Clone, Debug)]
pub struct Index(Arc<Opened>);

/// How an index is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexOptions {
    /// How the pages of segments come into memory.
    pub loading: LoadingStrategy,
    /// Refresh automatically: soon after a change where the system tells of changes to a folder (Linux), and at the latest after so
    /// long. In a process that was forked off with the index open, where nothing tells of changes, a look-up refreshes when
    /// the time has come.
    pub refresh: Option<Duration>,
    /// Ask the filters of segments, which takes about nine bits of memory per key and spares most look-ups of keys that a segment
    /// does not store. See also [`Index::use_filters`].
    pub filters: bool,
}

impl Default for IndexOptions {
    fn default() -> Self {
        IndexOptions {
            loading: LoadingStrategy::default(),
            refresh: None,
            filters: true,
        }
    }
}

/// What the clones of an index share.
#[derive(Debug)]
pub(super) struct Opened {
    folder: PathBuf,
    options: IndexOptions,
    filters: AtomicBool,
    current: ArcSwap<Snapshot>,
    watch: Option<Watch>,
    problem: ArcSwapOption<Error>,
}

impl Index {
    /// Whether a folder holds an index.
    pub fn is_at(folder: impl AsRef<Path>) -> bool {
        let folder = folder.as_ref();
        [TOC, PARTITIONS]
            .iter()
            .any(|name| folder.join(name).is_file())
    }

    /// Opens the index in a folder. It is refreshed by calls only.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(folder, IndexOptions::default())
    }

    /// Opens the index in a folder, as the options say.
    pub fn open_with(folder: impl AsRef<Path>, options: IndexOptions) -> Result<Self> {
        let folder = folder.as_ref();
        let snapshot = Snapshot::open(folder, options)?;
        let folders: Vec<PathBuf> = snapshot
            .parts()
            .iter()
            .map(|part| part.folder().to_owned())
            .collect();
        let opened = Arc::new(Opened {
            folder: folder.to_owned(),
            options,
            filters: options.filters.into(),
            current: ArcSwap::from_pointee(snapshot),
            watch: options.refresh.map(Watch::new),
            problem: ArcSwapOption::empty(),
        });
        if let Some(watch) = &opened.watch {
            watch.start(&opened, &folders)?;
        }
        Ok(Index(opened))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// The index as it was at the last refresh. It stays the same for as long as it is held.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Guard::into_inner(self.latest())
    }

    /// The latest snapshot, for one call: less than a clone of it.
    fn latest(&self) -> Guard<Arc<Snapshot>> {
        self.0.refresh_if_due();
        self.0.current.load()
    }

    /// Whether a snapshot is still the latest.
    pub fn is_latest(&self, snapshot: &Arc<Snapshot>) -> bool {
        Arc::ptr_eq(&self.latest(), snapshot)
    }

    /// Takes in what a writer did since; whether there was anything. Snapshots that were taken stay as they are.
    pub fn refresh(&self) -> Result<bool> {
        self.0.refresh()
    }

    /// Lets go of the filters of all segments, as when memory is short, or opens them again. Snapshots that were taken keep theirs.
    pub fn use_filters(&self, yes: bool) -> Result<()> {
        self.0.filters.store(yes, Ordering::SeqCst);
        loop {
            let before = self.0.current.load_full();
            let next = Snapshot::open(&self.0.folder, self.0.options())?;
            let there = self.0.current.compare_and_swap(&before, Arc::new(next));
            if Arc::ptr_eq(&there, &before) {
                return Ok(());
            }
        }
    }

    /// Why the last automatic refresh failed, if it did. Until one succeeds, the snapshot stays as it is.
    pub fn problem(&self) -> Option<Arc<Error>> {
        self.0.problem.load_full()
    }

    /// The entry with this key in the latest snapshot.
    pub fn get(&self, key: &[u8]) -> Result<Option<Match>> {
        self.latest().get_match(key)
    }

    /// The entries of keys in the latest snapshot, or nothing where a key is not stored, in the order of the keys.
    pub fn get_many<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<Vec<Option<Match>>> {
        self.latest().get_many_matches(keys)
    }

    /// Whether a key is stored in the latest snapshot.
    pub fn contains(&self, key: &[u8]) -> Result<bool> {
        self.latest().contains(key)
    }

    /// The named fields of a document in the latest snapshot, see [`Snapshot::get_fields`].
    pub fn get_fields<N: AsRef<str>>(&self, key: &[u8], names: &[N]) -> Result<Option<Fields>> {
        self.latest().get_fields(key, names)
    }

    /// The named fields of documents in the latest snapshot, see [`Snapshot::get_many_fields`].
    pub fn get_many_fields<K, N>(&self, keys: &[K], names: &[N]) -> Result<Columns>
    where
        K: AsRef<[u8]>,
        N: AsRef<str>,
    {
        self.latest().get_many_fields(keys, names)
    }

    /// All entries of the latest snapshot, to be asked in every way there is. They keep that snapshot's files open.
    pub fn entries(&self) -> Entries {
        self.latest().entries()
    }
}

impl Opened {
    /// How segments are opened from now on.
    fn options(&self) -> IndexOptions {
        IndexOptions {
            filters: self.filters.load(Ordering::SeqCst),
            ..self.options
        }
    }

    fn refresh(&self) -> Result<bool> {
        loop {
            let before = self.current.load_full();
            let Some(next) = before.newer(self.options())? else {
                return Ok(false);
            };
            // if another thread was faster, what it read may be older or newer
            let there = self.current.compare_and_swap(&before, Arc::new(next));
            if Arc::ptr_eq(&there, &before) {
                return Ok(true);
            }
        }
    }

    /// Refreshes where nobody is there to be told that it failed.
    pub(super) fn refresh_quietly(&self) {
        let problem = self.refresh().err().map(Arc::new);
        self.problem.store(problem);
    }

    /// Refreshes in this thread if the one that ought to do it is gone.
    #[inline]
    fn refresh_if_due(&self) {
        if let Some(watch) = &self.watch
            && watch.is_due()
        {
            self.refresh_quietly();
        }
    }

    pub(super) fn watch(&self) -> Option<&Watch> {
        self.watch.as_ref()
    }
}
