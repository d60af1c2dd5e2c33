//! From entries in order to the files of a segment.

use std::io::Write;

use keyfold_reader::format::deleted;
use keyfold_reader::format::toc::DELETED;
use keyfold_reader::{Dictionary, KeySet, Source};
use rayon::prelude::*;

use super::filter::{self, Hashes};
use super::segment::{Segment, new_name};
use super::storage::SyncPoint;
use super::store::{Sink, Store};
use super::table::{Sorted, Table};
use crate::error::{At, Result};
use crate::generator::Generator;
use crate::native::sampled;
use crate::options::{Format, Options};
use crate::progress::Callback;
use crate::sort::RowBlock;
use crate::value::{Encoder, Input};

/// About how many rows of a table are learned from, and of one that has but deleted keys.
const SAMPLE: usize = 1 << 13;
const FEW: usize = 1 << 6;

/// Deleted keys that are looked for together.
const CHUNK: usize = 1 << 10;

/// What is stored with a key that is deleted: nil, as `MessagePack`.
const NIL: &[u8] = &[0xC0];

/// A segment under construction.
pub(crate) struct Build {
    generator: Generator,
    encoder: Encoder,
    stored: Vec<u8>,
    /// In order.
    deleted: Vec<Box<[u8]>>,
    options: Options,
    keys: u64,
    hashes: Option<Hashes>,
}

impl Build {
    pub(crate) fn new(options: &Options) -> Result<Self> {
        Ok(Build {
            generator: Generator::new(options.clone())?,
            encoder: Encoder::new(options),
            stored: Vec::new(),
            deleted: Vec::new(),
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

    /// Adds the rows of a table; of its deleted keys those that `hides` says are needed.
    pub(crate) fn add_table(
        &mut self,
        table: &Table,
        hides: impl Fn(&[&[u8]]) -> Result<Vec<bool>> + Sync,
    ) -> Result<()> {
        let rows = table.sorted();
        let gone = rows.iter().filter(|(_, document)| document.is_none());
        let gone: Vec<&[u8]> = gone.map(|(key, _)| key).collect();
        let needed = || {
            gone.par_chunks(CHUNK)
                .map(&hides)
                .collect::<Result<Vec<_>>>()
        };
        let ((), needed) = rayon::join(|| self.learn(&rows), needed);
        let mut needed = needed?.into_iter().flatten();
        for (key, document) in rows.iter() {
            if document.is_some() || needed.next() == Some(true) {
                self.add(key, document)?;
            }
        }
        Ok(())
    }

    /// Learns from a sample of the rows that are to be added, so that none need to be held for it. A small one: what is written now
    /// is merged soon.
    fn learn(&mut self, rows: &Sorted<'_>) {
        if self.options.format == Format::Keyvi {
            return;
        }
        // deleted keys alone are not worth much learning
        let any = rows.iter().any(|(_, document)| document.is_some());
        let most = if any { SAMPLE } else { FEW };
        let is_sampled = sampled(rows.iter().len(), most);
        let (mut sample, mut stored) = (RowBlock::default(), Vec::new());
        for (index, (key, document)) in rows.iter().enumerate() {
            if !is_sampled(index) {
                continue;
            }
            stored.clear();
            // what cannot be encoded is told when it is added
            if self.encoder.encode(input(document), &mut stored).is_ok() {
                sample.push_behind(key, &stored);
            }
        }
        self.generator.train(&[sample], rows.iter().len() as u64);
    }

    /// Adds a key behind all keys so far, with its document; one that is deleted hides what older segments have.
    pub(crate) fn add(&mut self, key: &[u8], entry: Option<&[u8]>) -> Result<()> {
        self.keys += 1;
        if let Some(hashes) = &mut self.hashes {
            hashes.add(key);
        }
        if entry.is_none() {
            self.deleted.push(key.into());
        }
        self.stored.clear();
        self.encoder.encode(input(entry), &mut self.stored)?;
        self.generator.rows().read += 1;
        self.generator.add_row(key, &self.stored)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys == 0
    }

    /// Writes the segment's files, whose names are durable when this returns, and opens it.
    pub(crate) fn finish(self, store: &Store) -> Result<Segment> {
        let name = new_name(self.options.format);
        let list = format!("{name}.{DELETED}");
        let written = self.write(store, &name, &list);
        if written.is_err() {
            // the room may be needed: a full disk is the likeliest reason
            store.remove([name, list]);
        }
        written
    }

    fn write(self, store: &Store, name: &str, list: &str) -> Result<Segment> {
        let path = store.path(name);
        let mut file = store.create(name)?;
        let mut sink = Sink(&mut *file);
        self.generator.finish_into(&mut sink)?;
        sink.flush()
            .and_then(|()| store.sync(&mut *file, SyncPoint::Segment))
            .at(&path)?;
        if !self.deleted.is_empty() {
            let keys = deleted::write(self.deleted.iter().map(|key| &**key));
            store.write(list, &keys, SyncPoint::Deleted)?;
        }
        store.sync_folder(SyncPoint::SegmentFolder)?;
        let mut segment = Segment::of(store, name, self.deleted.into_iter().collect())?;
        if let Some(hashes) = self.hashes {
            hashes.write(store, name, &segment.dictionary);
            segment.filter = filter::open(store, name, &segment.dictionary);
        }
        Ok(segment)
    }

    /// A table as a source of queries, in memory.
    pub(crate) fn in_memory(table: &Table, options: &Options) -> Result<Source> {
        let mut build = Build::new(options)?;
        build.add_table(table, |keys| Ok(vec![true; keys.len()]))?;
        let deleted: KeySet = build.deleted.into_iter().collect();
        let mut file = Vec::new();
        build.generator.finish_into(&mut file)?;
        Ok(Source::new(&Dictionary::from_bytes(file)?).deleted(deleted))
    }
}

fn input(document: Option<&[u8]>) -> Input<'_> {
    Input::Msgpack(document.unwrap_or(NIL))
}
