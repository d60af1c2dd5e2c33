//! From entries in order to the files of a segment.

use std::io::Write;

use keyfold_reader::format::deleted::List;
use keyfold_reader::format::toc::DELETED;
use keyfold_reader::{Dictionary, Source};
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
use crate::threads::with_threads;
use crate::value::{Encoder, Input};

/// About how many rows of a table are learned from, and of one that has but deleted keys.
const SAMPLE: usize = 1 << 13;
const FEW: usize = 1 << 8;

/// Deleted keys that are looked for together.
const CHUNK: usize = 1 << 10;

/// What is stored with a key that is deleted: nil, as `MessagePack`.
const NIL: &[u8] = &[0xC0];

/// A segment under construction.
pub(crate) struct Build {
    generator: Generator,
    encoder: Encoder,
    stored: Vec<u8>,
    deleted: List,
    /// What is stored with a deleted key.
    nil: Vec<u8>,
    options: Options,
    keys: u64,
    hashes: Option<Hashes>,
}

impl Build {
    pub(crate) fn new(options: &Options) -> Result<Self> {
        let mut encoder = Encoder::new(options);
        let mut nil = Vec::new();
        encoder.encode(Input::Msgpack(NIL), &mut nil)?;
        Ok(Build {
            generator: Generator::new(options.clone())?,
            encoder,
            stored: Vec::new(),
            deleted: List::default(),
            nil,
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
        // deleted keys alone are not worth much learning
        let most = if gone.len() == rows.len() {
            FEW
        } else {
            SAMPLE
        };
        let needed = || {
            gone.par_chunks(CHUNK)
                .map(&hides)
                .collect::<Result<Vec<_>>>()
        };
        let ((), needed) = rayon::join(|| self.learn(&rows, most), needed);
        let mut needed = needed?.into_iter().flatten();
        for (key, document) in rows.iter() {
            if document.is_some() || needed.next() == Some(true) {
                self.add(key, document)?;
            }
        }
        Ok(())
    }

    /// Learns from a sample of about `most` of the rows that are to be added, so that none need to be held for it. A small one: what is
    /// written now is merged soon.
    fn learn(&mut self, rows: &Sorted<'_>, most: usize) {
        if self.options.format == Format::Keyvi {
            return;
        }
        let is_sampled = sampled(rows.len(), most);
        let (mut sample, mut stored) = (RowBlock::default(), Vec::new());
        for index in (0..rows.len()).filter(|index| is_sampled(*index)) {
            let (key, document) = rows.row(index);
            stored.clear();
            // what cannot be encoded is told when it is added
            if self.encoder.encode(input(document), &mut stored).is_ok() {
                sample.push_behind(key, &stored);
            }
        }
        self.generator.train(&[sample], rows.len() as u64);
    }

    /// Adds a key behind all keys so far, with its document; one that is deleted hides what older segments have.
    pub(crate) fn add(&mut self, key: &[u8], entry: Option<&[u8]>) -> Result<()> {
        self.keys += 1;
        if let Some(hashes) = &mut self.hashes {
            hashes.add(key);
        }
        self.generator.rows().read += 1;
        let Some(document) = entry else {
            self.deleted.push(key);
            return self.generator.add_row(key, &self.nil);
        };
        self.stored.clear();
        self.encoder
            .encode(Input::Msgpack(document), &mut self.stored)?;
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
        let Build {
            generator,
            deleted,
            hashes,
            ..
        } = self;
        let path = store.path(name);
        let mut file = store.create(name)?;
        let segment = || -> Result<()> {
            let mut sink = Sink(&mut *file);
            generator.finish_into(&mut sink)?;
            sink.flush()
                .and_then(|()| store.sync(&mut *file, SyncPoint::Segment))
                .at(&path)
        };
        let beside = || (hashes.and_then(Hashes::filter), deleted.keys());
        let (written, (filter, keys)) = rayon::join(segment, beside);
        written?;
        if !deleted.is_empty() {
            store.write(list, &deleted.write(), SyncPoint::Deleted)?;
        }
        store.sync_folder(SyncPoint::SegmentFolder)?;
        let mut segment = Segment::of(store, name, keys)?;
        if let Some(filter) = filter {
            filter::write(&filter, store, name, &segment.dictionary);
            segment.filter = filter::open(store, name, &segment.dictionary);
        }
        Ok(segment)
    }

    /// A table as a source of queries, in memory.
    pub(crate) fn in_memory(table: &Table, options: &Options) -> Result<Source> {
        with_threads(|| {
            let mut build = Build::new(options)?;
            build.add_table(table, |keys| Ok(vec![true; keys.len()]))?;
            let deleted = build.deleted.keys();
            let mut file = Vec::new();
            build.generator.finish_into(&mut file)?;
            Ok(Source::new(&Dictionary::from_bytes(file)?).deleted(deleted))
        })
    }
}

fn input(document: Option<&[u8]>) -> Input<'_> {
    Input::Msgpack(document.unwrap_or(NIL))
}
