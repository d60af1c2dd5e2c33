//! The writer of an index.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use keyfold_reader::Entries;
use keyfold_reader::format::log::Operation;
use keyfold_reader::format::toc::Partition;
use keyfold_reader::index::{FieldType, Schema};

use super::change::{Change, Resolved};
use super::contents::Contents;
use super::core::{Core, State};
use super::documents::FieldPattern;
use super::durability::Durability;
use super::keeper::Keeper;
use super::merge::{Run, forget};
use super::policy::choose_for;
use super::recovery;
use super::report::Report;
use super::settings::Settings;
use super::storage::{Disk, Storage};
use crate::error::{Error, Result};

/// Writes an index; it is the only one that does. Clones share everything, and may be used by any number of threads.
///
/// A call that changes something returns when the change is as durable as the settings say. What was written is seen by this writer at
/// once, and by readers in other processes when it has become part of a segment: after [`flush`](Self::flush), when the
/// table in memory is full, or after the settings' interval. Nothing is lost between: the log has it.
///
/// ```
/// use keyfold_compiler::index::{Settings, Writer};
/// use keyfold_reader::{Precision, json_to_msgpack};
///
/// # let folder = tempfile::tempdir()?;
/// let mut oslo = Vec::new();
/// json_to_msgpack(br#"{"country": "NO"}"#, Precision::Double, &mut oslo)?;
///
/// let cities = Writer::create(&folder.path().join("cities"), Settings::default())?;
/// cities.set(b"Oslo", &oslo)?;
/// assert_eq!(cities.get(b"Oslo")?, Some(oslo));
/// cities.delete(b"Oslo")?;
/// assert!(!cities.contains(b"Oslo")?);
/// cities.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Writer(Arc<Handle>);

/// What ends with the last clone.
struct Handle {
    core: Arc<Core>,
    running: Mutex<Option<Running>>,
}

/// What a writer has while it is open.
struct Running {
    keeper: Keeper,
    _lock: Box<dyn Send + Sync>,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.core.fmt(f)
    }
}

impl Writer {
    /// Makes a new index in the folder at `path`, which is made too. One that is there is an error.
    pub fn create(path: &Path, settings: Settings) -> Result<Self> {
        let disk = Disk::create(path)?;
        let toc = path.join(keyfold_reader::format::toc::TOC);
        if toc.exists() {
            return Err(Error::Exists(toc));
        }
        Self::open_storage(Arc::new(disk), Some(settings), true)
    }

    /// Opens the index at `path`, keyfold's or keyvi's, with the settings it had last.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_storage(Arc::new(Disk::new(path)?), None, false)
    }

    /// Opens the index at `path` with these settings, which it keeps, or makes one.
    pub fn open_or_create(path: &Path, settings: Settings) -> Result<Self> {
        Self::open_storage(Arc::new(Disk::create(path)?), Some(settings), true)
    }

    /// Opens the index of any storage; without settings with those it had last. One that is not there is made if `create` says so.
    pub fn open_storage(
        storage: Arc<dyn Storage>,
        settings: Option<Settings>,
        create: bool,
    ) -> Result<Self> {
        Self::open_part(storage, settings, create, None)
    }

    /// As [`open_storage`](Self::open_storage), for a part of a partitioned index.
    pub(crate) fn open_part(
        storage: Arc<dyn Storage>,
        settings: Option<Settings>,
        create: bool,
        partition: Option<Partition>,
    ) -> Result<Self> {
        let lock = storage.lock()?;
        let core = Arc::new(recovery::open(storage, settings, create, partition)?);
        let keeper = Keeper::start(&core)?;
        let running = Running {
            keeper,
            _lock: lock,
        };
        Ok(Writer(Arc::new(Handle {
            core,
            running: Mutex::new(Some(running)),
        })))
    }

    fn core(&self) -> &Arc<Core> {
        &self.0.core
    }

    pub(crate) fn check_process(&self) -> Result<()> {
        self.core().check_process()
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.core().store.storage.path()
    }

    /// The settings; their schema is that of [`schema`](Self::schema).
    pub fn settings(&self) -> &Settings {
        &self.core().settings
    }

    /// The fields of the documents with their types, if the index keeps them.
    pub fn schema(&self) -> Option<Schema> {
        self.core().state().schema.clone()
    }

    /// Gives a key a document, one object as `MessagePack`.
    pub fn set(&self, key: &[u8], document: &[u8]) -> Result<()> {
        self.write(&[Change::Set { key, document }])
    }

    /// Gives keys documents, all of them or none.
    pub fn set_many<'a>(
        &self,
        entries: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    ) -> Result<()> {
        let set = |(key, document)| Change::Set { key, document };
        self.write(&entries.into_iter().map(set).collect::<Vec<_>>())
    }

    /// Deletes a key. One that is not stored stays so.
    pub fn delete(&self, key: &[u8]) -> Result<()> {
        self.write(&[Change::Delete { key }])
    }

    /// Deletes keys, all of them or none.
    pub fn delete_many<'a>(&self, keys: impl IntoIterator<Item = &'a [u8]>) -> Result<()> {
        let delete = |key| Change::Delete { key };
        self.write(&keys.into_iter().map(delete).collect::<Vec<_>>())
    }

    /// Adds fields to the document of a key, in place of those of the same names.
    pub fn upsert(&self, key: &[u8], fields: &[u8]) -> Result<()> {
        self.write(&[Change::Upsert { key, fields }])
    }

    /// Takes fields from the document of a key.
    pub fn delete_fields(&self, key: &[u8], names: &[&str]) -> Result<()> {
        self.write(&[Change::DeleteFields { key, names }])
    }

    /// Makes several changes, one after the other; all of them or none, also in a crash.
    pub fn write(&self, changes: &[Change<'_>]) -> Result<()> {
        let Some(outcome) = self.change(self.admit()?, changes)? else {
            return Ok(());
        };
        self.settle(outcome.sequence)?;
        let core = self.core();
        if outcome.full && !core.has_background() {
            return core.flush();
        }
        self.tell(&outcome);
        Ok(())
    }

    /// As [`write`](Self::write), but only if there is nobody to wait for and no file to write to; otherwise nothing is done. Whether it
    /// was done. For callers that hold a lock which others wait for.
    pub fn try_write(&self, changes: &[Change<'_>]) -> Result<bool> {
        let core = self.core();
        core.check_process()?;
        let settings = &core.settings;
        let syncs = settings.durability == Durability::EveryCommit;
        if syncs || !core.has_background() || core.log.is_full() {
            return Ok(false);
        }
        let Ok(state) = core.state.try_lock() else {
            return Ok(false);
        };
        state.check()?;
        if state.table.bytes() >= settings.table_bytes {
            return Ok(false);
        }
        // records that are many now are handed over by the next call
        if let Some(outcome) = self.change(state, changes)? {
            self.tell(&outcome);
        }
        Ok(true)
    }

    /// Makes changes in memory; nothing if nothing came of them.
    fn change(
        &self,
        mut state: MutexGuard<'_, State>,
        changes: &[Change<'_>],
    ) -> Result<Option<Outcome>> {
        let core = self.core();
        let resolved = Resolved::new(core, &state, changes)?;
        if resolved.entries.is_empty() {
            return Ok(None);
        }
        let sequence = (core.log).push(resolved.room(), |payload| resolved.write(payload))?;
        resolved.apply(core, &mut state);
        let first = state.since.is_none();
        if first {
            state.since = Some(Instant::now());
        }
        Ok(Some(Outcome {
            sequence,
            first,
            full: state.table.bytes() >= core.settings.table_bytes,
        }))
    }

    /// Tells the background if there may be something to do for it.
    fn tell(&self, outcome: &Outcome) {
        if outcome.first || outcome.full {
            self.core().wake.notify_all();
        }
    }

    /// Fixes the type of a field before a document has it. A field of another type is an error.
    pub fn declare(&self, name: &str, kind: FieldType) -> Result<()> {
        let core = self.core();
        let mut state = self.open_state()?;
        let known = state.schema.as_ref().map(|schema| schema.get(name));
        if let Some(Some(known)) = known {
            if known == kind {
                return Ok(());
            }
            return Err(Error::Index {
                path: self.path().to_owned(),
                reason: format!("the field {name:?} is of type {known}, not {kind}"),
            });
        }
        let field = Operation::Field { name, kind };
        let sequence =
            (core.log).push(Operation::ROOM + name.len(), |payload| field.write(payload))?;
        let schema = state.schema.get_or_insert_with(Schema::default);
        schema.insert(name, kind);
        drop(state);
        self.settle(sequence)
    }

    /// Makes a record as durable as the settings say.
    fn settle(&self, sequence: u64) -> Result<()> {
        let core = self.core();
        match core.settings.durability {
            Durability::EveryCommit => core.log.commit(sequence, true),
            Durability::None | Durability::Interval(_) => core.log.relieve(),
        }
    }

    /// Waits until there is room for a write.
    fn admit(&self) -> Result<MutexGuard<'_, State>> {
        let core = self.core();
        core.check_process()?;
        let mut state = core.state();
        loop {
            state.check()?;
            let most = core.settings.table_bytes.saturating_mul(2);
            if !core.has_background() || state.table.bytes() < most {
                return Ok(state);
            }
            if let Some(failure) = state.failure.take() {
                return Err(failure);
            }
            core.wake.notify_all();
            state = core.wait(state);
        }
    }

    /// Makes all changes so far durable, whatever the settings say of when that is to be; with durability `none` they are handed to the
    /// system.
    pub fn commit(&self) -> Result<()> {
        let core = self.core();
        drop(self.open_state()?);
        core.log.commit(core.log.last(), core.store.syncs)
    }

    /// Makes a segment of all changes so far, so that readers see them. Tells what went wrong in the background since the last call.
    pub fn flush(&self) -> Result<()> {
        let failure = self.open_state()?.failure.take();
        self.core().flush()?;
        failure.map_or(Ok(()), Err)
    }

    fn open_state(&self) -> Result<MutexGuard<'_, State>> {
        let core = self.core();
        core.check_process()?;
        let state = core.state();
        state.check()?;
        Ok(state)
    }

    /// Merges until no more than so many segments are left, at least one; with 1 also deleted keys are gone for good.
    pub fn force_merge(&self, segments: usize) -> Result<()> {
        self.flush()?;
        let held = self.hold_merges()?;
        loop {
            let mut state = self.open_state()?;
            let Some(run) = choose_for(&state.candidates(), segments) else {
                break;
            };
            let run = Run::begin(&mut state, run);
            drop(state);
            self.core().merge(&run, None)?;
        }
        drop(held);
        Ok(())
    }

    /// Takes fields from the documents of all keys.
    pub fn drop_field(&self, fields: FieldPattern<'_>) -> Result<()> {
        let core = self.core();
        drop(self.open_state()?);
        let held = self.hold_merges()?;
        let flushing = core.flushing();
        core.flush_alone()?;
        let mut state = self.open_state()?;
        let all = 0..state.segments.len();
        if all.is_empty() {
            drop(state);
            let change = |contents: &mut Contents| forget(&mut contents.schema, Some(fields));
            core.publish(&mut core.contents(), change, |state| {
                forget(&mut state.schema, Some(fields));
            })?;
        } else {
            let run = Run::begin(&mut state, all);
            drop(state);
            core.merge(&run, Some(fields))?;
        }
        drop(flushing);
        drop(held);
        Ok(())
    }

    /// Deletes all keys.
    pub fn delete_all(&self) -> Result<()> {
        drop(self.open_state()?);
        self.core().delete_all()
    }

    /// Keeps the background from merging, and waits until it does not.
    fn hold_merges(&self) -> Result<Held<'_>> {
        let core = self.core();
        let mut state = self.open_state()?;
        while state.merges_held {
            state = core.wait(state);
            state.check()?;
        }
        state.merges_held = true;
        let held = Held(core);
        while state.merges > 0 {
            state = core.wait(state);
        }
        Ok(held)
    }

    /// The document of a key, as `MessagePack`.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.check_process()?;
        self.core().get(key)
    }

    /// Whether a key is stored.
    pub fn contains(&self, key: &[u8]) -> Result<bool> {
        Ok(self.get(key)?.is_some())
    }

    /// All entries as they are now, to be asked in any way. The table in memory is compiled for it, which takes longer the larger it
    /// is; the result is kept until something is written.
    pub fn entries(&self) -> Result<Entries> {
        self.check_process()?;
        self.core().entries()
    }

    /// What the index costs.
    pub fn report(&self) -> Report {
        self.core().report()
    }

    /// Makes a segment of all changes so far and ends the writer; calls of other clones are errors from then on. Tells what went wrong
    /// in the background. Dropping the last clone does the same, and tells nothing.
    pub fn close(&self) -> Result<()> {
        self.0.close()
    }
}

/// What came of changes.
struct Outcome {
    /// The number of their record.
    sequence: u64,
    /// Whether they are the first in the table, and whether it is full.
    first: bool,
    full: bool,
}

/// Keeps the background from merging.
struct Held<'c>(&'c Core);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.state().merges_held = false;
        self.0.ended.notify_all();
        self.0.wake.notify_all();
    }
}

impl Handle {
    fn close(&self) -> Result<()> {
        let core = &self.core;
        core.check_process()?;
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Running { keeper, _lock }) = running.take() else {
            return Ok(());
        };
        core.state().closed = true;
        core.ended.notify_all();
        let flushed = core.flush();
        // what could not be made a segment stays in the log
        let committed = core.log.commit(core.log.last(), core.store.syncs);
        keeper.stop(core);
        let failure = core.state().failure.take();
        flushed.and(committed).and(failure.map_or(Ok(()), Err))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let _ = self.close();
    }
}
