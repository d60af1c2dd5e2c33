//! Rows on their way into a native file, a batch at a time on all cores.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use keyfold_reader::format::checksum::Rows;
use keyfold_reader::format::native::grams::{self, GramsWriter};
use keyfold_reader::format::native::header::Properties;
use keyfold_reader::{Section, ValueKind};

use super::NativeSections;
use super::model::Model;
use crate::error::Result;
use crate::fold::{EncodedLeaves, Events, FoldWriter, Outline};
use crate::options::{Options, Profile};
use crate::value::{ValueWriter, read_int};

/// Bytes of rows that are encoded together.
const BATCH: usize = 1 << 17;

/// Grams that most keys have at most beside those of the key before.
const GRAMS: u64 = 8;
/// The part of the memory limit that the grams of all keys may take.
const GRAMS_SHARE: usize = 16;
/// Bits of their filter that may be set, of a hundred: with more it would tell too little.
const GRAMS_LOAD: usize = 60;
/// The parts of the bytes of nodes and leaves, and of all other sections, that grams may take, or there are none.
const GRAMS_OF_KEYS: u64 = 15;
const GRAMS_OF_ALL: u64 = 23;

/// A file whose model is known.
pub(super) struct Building {
    model: Arc<Model>,
    outline: Outline,
    grams: GramsWriter,
    batch: Batch,
    /// Batches that are being encoded, in order.
    running: VecDeque<Receiver<Encoded>>,
    fold: FoldWriter,
    values: ValueWriter,
    weighted: bool,
}

#[derive(Debug, Default)]
struct Batch {
    events: Events,
    /// Values in their stored form.
    values: Vec<u8>,
    ends: Vec<usize>,
    size: usize,
}

#[derive(Debug, Default)]
struct Encoded {
    leaves: EncodedLeaves,
    values: Vec<u8>,
    ends: Vec<usize>,
}

impl Building {
    /// A file of about so many rows.
    pub(super) fn new(options: &Options, model: Model, rows: u64) -> Self {
        let spool = || options.spool();
        let model = Arc::new(model);
        let weighted = options.kind == ValueKind::Completion;
        let room = (options.memory_limit / GRAMS_SHARE) as u64 * 8;
        Building {
            outline: Outline::default(),
            grams: GramsWriter::new(rows.saturating_mul(GRAMS).min(room)),
            batch: Batch::default(),
            running: VecDeque::new(),
            fold: FoldWriter::new(weighted, options.profile == Profile::Fast, spool),
            values: ValueWriter::new(&model.values, spool, options.dedup_memory()),
            model,
            weighted,
        }
    }

    /// Adds a row behind all rows so far.
    pub(super) fn add(&mut self, key: &[u8], stored: &[u8]) -> Result<()> {
        let weight = if self.weighted {
            weight(read_int(stored))
        } else {
            0
        };
        let batch = &mut self.batch;
        let shared = self.outline.add(key, weight, &mut batch.events)?;
        grams::each(key, shared, |gram| self.grams.add(gram));
        batch.values.extend_from_slice(stored);
        batch.ends.push(batch.values.len());
        batch.size += key.len() + stored.len() + 16;
        if batch.size >= BATCH {
            self.encode()
        } else {
            Ok(())
        }
    }

    /// Has the batch encoded in the background.
    fn encode(&mut self) -> Result<()> {
        let batch = std::mem::take(&mut self.batch);
        let model = self.model.clone();
        let (sender, receiver) = sync_channel(1);
        rayon::spawn(move || {
            // nobody waits any more when the build was given up
            let _ = sender.send(batch.encode(&model));
        });
        self.running.push_back(receiver);
        while self.running.len() > rayon::current_num_threads() + 1 {
            self.take_first()?;
        }
        Ok(())
    }

    /// Waits for the first batch and writes it.
    fn take_first(&mut self) -> Result<()> {
        let Some(receiver) = self.running.pop_front() else {
            return Ok(());
        };
        let done = loop {
            match receiver.try_recv() {
                Ok(done) => break done,
                // on a thread of the pool itself, work rather than wait
                Err(TryRecvError::Empty) => match rayon::yield_now() {
                    Some(_) => {}
                    None => break receiver.recv().expect("encoding does not panic"),
                },
                Err(TryRecvError::Disconnected) => unreachable!("encoding does not panic"),
            }
        };
        self.fold.take(&done.leaves)?;
        let mut start = 0;
        for &end in &done.ends {
            self.values.add(&done.values[start..end])?;
            start = end;
        }
        Ok(())
    }

    /// Ends the rows.
    pub(super) fn finish(
        mut self,
        options: &Options,
        keys: u64,
        rows: Rows,
    ) -> Result<NativeSections> {
        self.outline.finish(&mut self.batch.events);
        self.encode()?;
        while !self.running.is_empty() {
            self.take_first()?;
        }
        let mut properties = Properties {
            kind: options.kind,
            keys,
            nodes: 0,
            leaves: 0,
            root: 0,
            entrance: 0,
            values: [0; 2],
            compression: options.compression_name(),
            manifest: options.manifest.clone(),
            secondary: options.secondary.clone(),
            text_rule: options.text_rule,
            rows,
        };
        let spool = || options.spool();
        let mut sections = self.model.keys.write(spool)?;
        sections.append(&mut self.fold.finish(&mut properties)?);
        let mut values = self.values.finish(&mut properties)?;
        let (mut of_keys, mut of_all) = (0, 0);
        for (section, spool) in sections.iter().chain(&values) {
            of_all += spool.len();
            if let Section::Head | Section::Leaves = section {
                of_keys += spool.len();
            }
        }
        let most = (of_keys / GRAMS_OF_KEYS).min(of_all / GRAMS_OF_ALL);
        if let Some(bytes) = self.grams.finish(GRAMS_LOAD, most) {
            let mut grams = spool();
            grams.append(&bytes)?;
            sections.push((Section::Grams, grams));
        }
        sections.append(&mut values);
        Ok(NativeSections {
            properties,
            sections,
        })
    }
}

/// The weight of a completion: its value modulo 2^32.
fn weight(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

impl Batch {
    fn encode(self, model: &Model) -> Encoded {
        let mut encoded = Encoded {
            leaves: model.keys.encode(self.events),
            ..Encoded::default()
        };
        let mut values = model.values.encoder();
        // the value before, and what became of it: many have the same as their neighbours
        let (mut before, mut became) = (None, 0..0);
        let mut start = 0;
        for &end in &self.ends {
            let value = &self.values[start..end];
            let at = encoded.values.len();
            if before == Some(value) {
                encoded.values.extend_from_within(became.clone());
            } else {
                values.encode(value, &mut encoded.values);
                became = at..encoded.values.len();
                before = Some(value);
            }
            encoded.ends.push(encoded.values.len());
            start = end;
        }
        encoded
    }
}
