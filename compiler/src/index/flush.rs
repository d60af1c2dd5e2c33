//! From the table in memory to a segment.

use std::mem;
use std::sync::{Arc, MutexGuard, OnceLock, PoisonError};

use keyfold_reader::format::filter::hash;
use keyfold_reader::format::log::file_name;

use super::build::Build;
use super::contents::Contents;
use super::core::{Core, Frozen, State};
use super::report::count;
use super::segment::{Hashed, Segment};
use super::storage::SyncPoint;
use crate::error::Result;
use crate::threads::with_threads;

impl Core {
    /// Makes a segment of all that was written so far.
    pub(crate) fn flush(&self) -> Result<()> {
        let _flushing = self.flushing();
        self.flush_alone()
    }

    /// Keeps others from flushing.
    pub(crate) fn flushing(&self) -> MutexGuard<'_, ()> {
        self.flushing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As [`flush`](Self::flush), for one that keeps others from it.
    pub(crate) fn flush_alone(&self) -> Result<()> {
        // one that failed earlier comes first
        let left = self.state().frozen.clone();
        if let Some(frozen) = left {
            self.write_segment(&frozen)?;
        }
        if let Some(frozen) = self.freeze()? {
            self.write_segment(&frozen)?;
        }
        Ok(())
    }

    /// Forgets all entries.
    pub(crate) fn delete_all(&self) -> Result<()> {
        let _flushing = self.flushing();
        let left = self.state().frozen.clone();
        let frozen = self.freeze()?.or(left);
        let mut contents = self.contents();
        let segments = contents.segments.clone();
        let first_log = contents.log;
        let change = |contents: &mut Contents| {
            contents.segments.clear();
            if let Some(frozen) = &frozen {
                contents.log = frozen.log;
                contents.sequence = frozen.sequence;
            }
        };
        self.publish(&mut contents, change, |state: &mut State| {
            state.frozen = None;
        })?;
        let old_logs = first_log..contents.log;
        drop(contents);
        let gone = segments.iter().flat_map(|segment| segment.files());
        self.store.remove(gone.chain(old_logs.map(file_name)));
        Ok(())
    }

    /// Sets the table aside and goes on in a new log; nothing if nothing was written.
    pub(crate) fn freeze(&self) -> Result<Option<Arc<Frozen>>> {
        if self.state().table.is_empty() {
            return Ok(None);
        }
        // what can be done beforehand does not keep writers waiting
        self.log.commit(self.log.last(), self.store.syncs)?;
        let number = self.log.number() + 1;
        let file = self.store.create(&file_name(number))?;
        self.store.sync_folder(SyncPoint::LogFolder)?;
        let mut state = self.state();
        self.log.switch(number, file)?;
        let frozen = Arc::new(Frozen {
            table: mem::take(&mut state.table),
            log: number,
            sequence: self.log.last(),
            compiled: OnceLock::new(),
        });
        state.since = None;
        state.compiled = None;
        state.frozen = Some(frozen.clone());
        Ok(Some(frozen))
    }

    fn write_segment(&self, frozen: &Frozen) -> Result<()> {
        let segments = self.state().segments.clone();
        let segment = self.build(frozen, &segments)?;
        let mut contents = self.contents();
        let old_logs = contents.log..frozen.log;
        let change = |contents: &mut Contents| {
            contents.segments.extend(segment.map(Arc::new));
            contents.log = frozen.log;
            contents.sequence = frozen.sequence;
        };
        self.publish(&mut contents, change, |state: &mut State| {
            state.frozen = None;
        })?;
        drop(contents);
        self.store.remove(old_logs.map(file_name));
        Ok(())
    }

    /// The segment; none if nothing is left to store. A deleted key leaves no trace if it is certain that no older segment stores it.
    fn build(&self, frozen: &Frozen, older: &[Arc<Segment>]) -> Result<Option<Segment>> {
        let built = with_threads(|| {
            let mut build = Build::new(&self.options())?.filtered(self.settings.filter);
            build.add_table(&frozen.table, |keys| may_store_many(older, keys))?;
            if build.is_empty() {
                return Ok(None);
            }
            build.finish(&self.store).map(Some)
        })?;
        let Some(segment) = built else {
            return Ok(None);
        };
        count(&self.counters.flushed, segment.bytes);
        count(&self.counters.flushes, 1);
        Ok(Some(segment))
    }
}

/// Whether one of the segments stores a key, even if it is deleted there.
pub(crate) fn stores(segments: &[Arc<Segment>], key: &[u8]) -> Result<bool> {
    let key = Hashed::new(key);
    for segment in segments {
        if segment.stores(&key)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Which of several keys one of the segments stores, or a filter takes for stored: to hide what is not there does no harm, and goes with
/// the next merge.
fn may_store_many(segments: &[Arc<Segment>], keys: &[&[u8]]) -> Result<Vec<bool>> {
    let mut stored = vec![false; keys.len()];
    let mut values = Vec::new();
    for segment in segments {
        if let Some(filter) = &segment.filter {
            for (stored, key) in stored.iter_mut().zip(keys) {
                *stored = *stored || filter.may_have(hash(key));
            }
            continue;
        }
        segment.dictionary.get_many_into(keys, &mut values)?;
        for (stored, value) in stored.iter_mut().zip(&values) {
            *stored = *stored || value.is_some();
        }
    }
    Ok(stored)
}
