//! What the parts of a writer share.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use keyfold_reader::index::Schema;
use keyfold_reader::{Process, Source};

use super::contents::Contents;
use super::log::Log;
use super::policy::Candidate;
use super::report::Counters;
use super::segment::Segment;
use super::settings::Settings;
use super::store::Store;
use super::table::Table;
use crate::error::{Error, Result};
use crate::options::Options;

/// Everything a writer has, shared with its threads.
///
/// Locks are taken in this order: `flushing`, `contents`, `state`.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    pub(crate) log: Log,
    pub(crate) state: Mutex<State>,
    /// What the table of contents says. Who holds it may replace the table.
    pub(crate) contents: Mutex<Contents>,
    /// Held by the one that makes a segment of the table.
    pub(crate) flushing: Mutex<()>,
    /// There may be something to do in the background.
    pub(crate) wake: Condvar,
    /// Something in the background has ended.
    pub(crate) ended: Condvar,
    pub(crate) counters: Counters,
    /// Set when the threads are to end.
    pub(crate) closing: AtomicBool,
    /// The process that opened the writer: no other may write.
    process: Process,
}

/// What changes with every write, and what is asked with every read.
#[derive(Debug)]
pub(crate) struct State {
    /// The newest writes.
    pub(crate) table: Table,
    /// When the first of them came.
    pub(crate) since: Option<Instant>,
    /// Writes that are being made a segment.
    pub(crate) frozen: Option<Arc<Frozen>>,
    /// Oldest first.
    pub(crate) segments: Arc<[Arc<Segment>]>,
    pub(crate) schema: Option<Schema>,
    /// The table as a source of queries, and of which version.
    pub(crate) compiled: Option<(u64, Source)>,
    /// Names of the segments that merges are reading, and how many merges run.
    pub(crate) merging: BTreeSet<String>,
    pub(crate) merges: usize,
    /// No merges are to be started.
    pub(crate) merges_held: bool,
    /// What went wrong in the background, until it is told, and when it may be tried again.
    pub(crate) failure: Option<Error>,
    pub(crate) retry: Option<Instant>,
    pub(crate) closed: bool,
}

/// A table that takes no more writes.
#[derive(Debug)]
pub(crate) struct Frozen {
    pub(crate) table: Table,
    /// The log that follows those of the table.
    pub(crate) log: u64,
    /// The sequence number of the last record in the table.
    pub(crate) sequence: u64,
    /// The table as a source of queries, if any came.
    pub(crate) compiled: OnceLock<Source>,
}

impl Core {
    pub(crate) fn new(
        store: Store,
        settings: Settings,
        log: Log,
        contents: Contents,
        table: Table,
    ) -> Self {
        let state = State {
            since: (!table.is_empty()).then(Instant::now),
            table,
            frozen: None,
            segments: contents.segments.clone().into(),
            schema: contents.schema.clone(),
            compiled: None,
            merging: BTreeSet::new(),
            merges: 0,
            merges_held: false,
            failure: None,
            retry: None,
            closed: false,
        };
        Core {
            store,
            settings,
            log,
            state: Mutex::new(state),
            contents: Mutex::new(contents),
            flushing: Mutex::new(()),
            wake: Condvar::new(),
            ended: Condvar::new(),
            counters: Counters::default(),
            closing: AtomicBool::new(false),
            process: Process::current(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something in the background has ended.
    pub(crate) fn wait<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        let waited = self.ended.wait(state);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there are threads in the background.
    pub(crate) fn has_background(&self) -> bool {
        self.settings.max_merges > 0
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// An error in a process that was forked off, where a lock may be held for ever: to be asked before one is taken.
    pub(crate) fn check_process(&self) -> Result<()> {
        if self.process.is_current() {
            Ok(())
        } else {
            Err(Error::Forked)
        }
    }

    pub(crate) fn options(&self) -> Options {
        self.settings.options(self.store.storage.scratch())
    }

    /// Replaces the table of contents by a changed one, and what is searched with it; `then` sees to the rest of the state.
    pub(crate) fn publish(
        &self,
        contents: &mut Contents,
        change: impl FnOnce(&mut Contents),
        then: impl FnOnce(&mut State),
    ) -> Result<()> {
        // counted even if it fails: a reader may have seen the table all the same
        contents.generation += 1;
        let mut next = contents.clone();
        next.schema.clone_from(&self.state().schema);
        change(&mut next);
        next.write(&self.store, &self.settings)?;
        *contents = next;
        let mut state = self.state();
        state.segments = contents.segments.clone().into();
        then(&mut state);
        drop(state);
        self.ended.notify_all();
        self.wake.notify_all();
        Ok(())
    }

    pub(crate) fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// An error if nothing may be written any more.
    pub(crate) fn check(&self) -> Result<()> {
        if self.closed {
            Err(Error::Closed)
        } else {
            Ok(())
        }
    }

    /// What the policy of merges looks at.
    pub(crate) fn candidates(&self) -> Vec<Candidate> {
        let one = |segment: &Arc<Segment>| Candidate {
            bytes: segment.bytes,
            keys: segment.dictionary.len(),
            deleted: segment.deleted.len() as u64,
            busy: self.merging.contains(&segment.name),
        };
        self.segments.iter().map(one).collect()
    }
}
