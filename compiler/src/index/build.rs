//! From entries in order to the files of a segment.

use std::collections::BTreeSet;
use std::io::Write;

use keyfold_reader::format::deleted;
use keyfold_reader::format::toc::DELETED;
use keyfold_reader::{Dictionary, Source, msgpack};

use super::filter::{self, Hashes};
use super::segment::{Segment, new_name};
use super::storage::SyncPoint;
use super::store::{Sink, Store};
use super::table::Table;
use crate::error::{At, Result};
use crate::generator::Generator;
use crate::options::Options;
use crate::progress::Callback;
use crate::value::Input;

/// A segment under construction.
pub(crate) struct Build {
    generator: Generator,
    deleted: BTreeSet<Vec<u8>>,
    options: Options,
    keys: u64,
    hashes: Option<Hashes>,
}

impl Build {
    pub(crate) fn new(options: &Options) -> Result<Self> {
        Ok(Build {
            generator: Generator::new(options.clone())?,
            deleted: BTreeSet::new(),
            options: options.clone(),
            keys: 0,
            hashes: None,
        })
    }

    /// Has a filter written beside the segment.
    pub(crate) fn filtered(mut self, yes: bool) -> Self {
        self.hashes = yes.then(|| Hashes::new(self.options.memory_limit));
        self
    }

    /// Has the progress told; answering false ends the build.
    pub(crate) fn on_progress(&mut self, callback: Callback) {
        self.generator.on_progress(callback);
    }

    /// Adds a key behind all keys so far, with its document; one that is deleted hides what older segments have.
    pub(crate) fn add(&mut self, key: &[u8], entry: Option<&[u8]>) -> Result<()> {
        self.keys += 1;
        if let Some(hashes) = &mut self.hashes {
            hashes.add(key);
        }
        if let Some(document) = entry {
            return self.generator.add(key, Input::Msgpack(document));
        }
        self.deleted.insert(key.to_vec());
        let mut nil = Vec::new();
        msgpack::write_nil(&mut nil);
        self.generator.add(key, Input::Msgpack(&nil))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys == 0
    }

    /// Writes the segment's files, whose names are durable when this returns, and opens it.
    pub(crate) fn finish(mut self, store: &Store) -> Result<Segment> {
        let name = new_name(self.options.format);
        let hashes = self.hashes.take();
        let list = format!("{name}.{DELETED}");
        let written = self.write(store, &name, &list).and_then(|()| {
            store.sync_folder(SyncPoint::SegmentFolder)?;
            let mut segment = Segment::open(store, &name)?;
            if let Some(hashes) = hashes {
                hashes.write(store, &name, &segment.dictionary);
                segment.filter = filter::open(store, &name, &segment.dictionary);
            }
            Ok(segment)
        });
        if written.is_err() {
            // the room may be needed: a full disk is the likeliest reason
            store.remove([name, list]);
        }
        written
    }

    fn write(self, store: &Store, name: &str, list: &str) -> Result<()> {
        let path = store.path(name);
        let mut file = store.create(name)?;
        let mut sink = Sink(&mut *file);
        self.generator.finish_into(&mut sink)?;
        sink.flush()
            .and_then(|()| store.sync(&mut *file, SyncPoint::Segment))
            .at(&path)?;
        if self.deleted.is_empty() {
            return Ok(());
        }
        let keys = deleted::write(self.deleted.iter().map(Vec::as_slice));
        store.write(list, &keys, SyncPoint::Deleted)
    }

    /// A table as a source of queries, in memory.
    pub(crate) fn in_memory(table: &Table, options: &Options) -> Result<Source> {
        let mut build = Build::new(options)?;
        for (key, entry) in table.iter() {
            build.add(key, entry)?;
        }
        let mut file = Vec::new();
        build.generator.finish_into(&mut file)?;
        Ok(Source::new(&Dictionary::from_bytes(file)?).deleted(build.deleted))
    }
}
