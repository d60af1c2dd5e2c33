//! External merge sort of rows by key, within a memory limit.
//!
//! Rows gather in a [`Buffer`]. A full buffer is sorted on a thread of its own and becomes a [`Run`](run::Run) in memory, where
//! each key stands without what it shares with the one before. When memory is full, the older half of the runs is merged
//! into one on disk, in the background. In the end whatever runs there are, in memory and on disk, are merged ahead of
//! whoever takes the rows.
//!
//! Runs that follow each other form a chain, which is read as one. So where input arrives in order nothing is sorted, and
//! nothing is merged.

mod buffer;
mod chain;
mod delivery;
mod disk;
mod marks;
mod merge;
pub(crate) mod order;
mod row_block;
mod run;
mod sample;

use std::collections::VecDeque;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

pub(crate) use buffer::{Buffer, SortedBuffer};
use chain::{Chain, ChainReader};
pub use delivery::Delivery;
use delivery::join;
use disk::Disk;
pub use merge::{Merge, Source};
pub use row_block::{Row, RowBlock};
pub(crate) use run::shared_prefix;
use sample::Pivots;
pub(crate) use sample::pivots;

use crate::error::{Error, Result};
use crate::options::OnDuplicate;

/// How a sorter works.
#[derive(Clone, Debug)]
pub struct SortOptions {
    /// Where runs go.
    pub folder: PathBuf,
    /// Bytes the rows may take.
    pub memory: usize,
    /// Buffers of more rows than this are sorted on other cores; 0: never.
    pub parallel_threshold: usize,
    /// Which of several rows with the same key stays.
    pub on_duplicate: OnDuplicate,
    /// Rows that a sample may have.
    pub sample: usize,
}

/// Parts of the memory that a buffer has, and its least and greatest size in bytes.
const BUFFERS: usize = 32;
const MIN_BUFFER: usize = 1 << 14;
const MAX_BUFFER: usize = 2 << 20;
/// Most buffers that are being sorted beside the one that fills.
const SORTING: usize = 3;

/// Sorts rows of key and value.
pub struct Sorter {
    options: SortOptions,
    /// Rows that were added one by one.
    buffer: Buffer,
    /// Buffers being sorted, oldest first, and one to be used again.
    sorting: VecDeque<JoinHandle<Result<(SortedBuffer, Buffer)>>>,
    spare: Vec<Buffer>,
    /// Runs in memory, oldest first, and the bytes they take.
    chains: Vec<Chain>,
    held: usize,
    /// Bytes of those runs that the disk may still hold in memory.
    spilling: usize,
    disk: Disk,
    pivots: Pivots,
    rows: u64,
    bytes: u64,
    duplicates: u64,
}

impl Sorter {
    /// A sorter without rows.
    pub fn new(options: SortOptions) -> Self {
        Sorter {
            buffer: Buffer::default(),
            sorting: VecDeque::new(),
            spare: Vec::new(),
            chains: Vec::new(),
            held: 0,
            spilling: 0,
            disk: Disk::new(options.folder.clone(), options.on_duplicate),
            pivots: Pivots::new(pivots(options.sample)),
            rows: 0,
            bytes: 0,
            duplicates: 0,
            options,
        }
    }

    /// Adds a row.
    pub fn add(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.buffer.push(key, value);
        let size = (self.options.memory / BUFFERS).clamp(MIN_BUFFER, MAX_BUFFER);
        if self.buffer.bytes() < size {
            return Ok(());
        }
        self.sort_buffer()
    }

    /// Adds rows that were sorted elsewhere, all newer than those added before.
    pub(crate) fn add_sorted(&mut self, sorted: SortedBuffer) -> Result<()> {
        if !self.buffer.is_empty() {
            self.sort_buffer()?;
        }
        while !self.sorting.is_empty() {
            self.take_oldest()?;
        }
        self.take(sorted)
    }

    /// Rows in runs.
    pub(crate) fn rows_sorted(&self) -> u64 {
        self.rows
    }

    /// Sorts the buffer, elsewhere if it is worth it.
    fn sort_buffer(&mut self) -> Result<()> {
        let SortOptions {
            parallel_threshold,
            on_duplicate,
            ..
        } = self.options;
        let pivots = pivots(self.options.sample);
        if parallel_threshold == 0 || self.buffer.len() <= parallel_threshold {
            while !self.sorting.is_empty() {
                self.take_oldest()?;
            }
            let sorted = self.buffer.sort(on_duplicate, pivots)?;
            return self.take(sorted);
        }
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        while self.sorting.len() >= cores.min(SORTING) {
            self.take_oldest()?;
        }
        let next = self.spare.pop().unwrap_or_default();
        let mut buffer = std::mem::replace(&mut self.buffer, next);
        let sorting = thread::Builder::new()
            .name("sort".to_owned())
            .spawn(move || Ok((buffer.sort(on_duplicate, pivots)?, buffer)))
            .map_err(|e| Error::io("a thread".as_ref(), e))?;
        self.sorting.push_back(sorting);
        Ok(())
    }

    /// Takes the buffer that has been in sorting for the longest time.
    fn take_oldest(&mut self) -> Result<()> {
        if let Some(sorting) = self.sorting.pop_front() {
            let (sorted, buffer) = join(sorting)?;
            self.spare.push(buffer);
            self.take(sorted)?;
        }
        Ok(())
    }

    fn take(&mut self, sorted: SortedBuffer) -> Result<()> {
        self.rows += sorted.rows;
        self.bytes += sorted.bytes;
        self.duplicates += sorted.duplicates;
        self.pivots.extend(sorted.pivots);
        let Some(run) = sorted.run else {
            return Ok(());
        };
        self.held += run.memory();
        let follows = |chain: &Chain| {
            chain
                .last()
                .is_some_and(|last| last.last_key() < run.first_key())
        };
        match self.chains.last_mut().filter(|chain| follows(chain)) {
            Some(chain) => chain.push(Arc::new(run)),
            None => self.chains.push(vec![Arc::new(run)]),
        }
        self.spill_if_full()
    }

    /// Sends the oldest runs to disk, about half of what memory may hold, when there is little room left. What is being
    /// written counts as well.
    fn spill_if_full(&mut self) -> Result<()> {
        let limit = self.options.memory - self.options.memory / 8;
        let full = if self.disk.is_idle() {
            self.held > limit - limit / 4
        } else {
            self.held + self.spilling > limit
        };
        if !full {
            return Ok(());
        }
        let mut older = Vec::new();
        let mut bytes = 0;
        for mut chain in std::mem::take(&mut self.chains) {
            let count = chain.iter().take_while(|run| {
                let has_room = bytes < limit / 2;
                bytes += if has_room { run.memory() } else { 0 };
                has_room
            });
            let newer = chain.split_off(count.count());
            if !chain.is_empty() {
                older.push(chain);
            }
            if !newer.is_empty() {
                self.chains.push(newer);
            }
        }
        self.disk.spill(older)?;
        self.held -= bytes;
        self.spilling = bytes;
        Ok(())
    }

    /// Sorts what is left. The rows then come from [`Sorted::rows`].
    pub fn finish(mut self) -> Result<Sorted> {
        if !self.buffer.is_empty() {
            self.sort_buffer()?;
        }
        while !self.sorting.is_empty() {
            self.take_oldest()?;
        }
        let disk = self.disk.finish()?;
        let mut chains: Vec<Chain> = disk.finished.into_iter().map(|run| vec![run]).collect();
        chains.append(&mut self.chains);
        Ok(Sorted {
            options: self.options,
            chains,
            pivots: self.pivots,
            rows: self.rows,
            bytes: self.bytes,
            duplicates: self.duplicates + disk.duplicates,
        })
    }
}

/// Rows that have been sorted.
pub struct Sorted {
    options: SortOptions,
    /// Oldest first.
    chains: Vec<Chain>,
    pivots: Pivots,
    rows: u64,
    /// Bytes of keys and values.
    bytes: u64,
    duplicates: u64,
}

/// Parts of the memory that a block of delivered rows has, and its least and greatest size in bytes.
const BLOCKS: usize = 64;
const MIN_BLOCK: usize = 1 << 14;
const MAX_BLOCK: usize = 1 << 18;
/// Bytes of a run on disk that are read at a time for a sample.
const SAMPLED_WINDOW: usize = 1 << 14;

impl Sorted {
    /// The rows in order, each key once, from the start.
    pub fn rows(&mut self) -> Result<Delivery<'_>> {
        let rows = Merge::new(self.readers(disk::WINDOW), self.options.on_duplicate)?;
        let block = (self.options.memory / BLOCKS).clamp(MIN_BLOCK, MAX_BLOCK);
        Delivery::start(rows, block)
    }

    /// About `rows` rows, or up to [`SortOptions::sample`] if that is less, in pieces of neighbouring rows, in order; fewer where
    /// they are long. What the first row of a piece shares, it shares with one that is not in the sample.
    ///
    /// The sample depends on nothing but the rows: neither on their order, as long as no key is repeated, nor on memory.
    pub fn sample(&mut self, rows: usize) -> Result<Vec<RowBlock>> {
        let on_duplicate = self.options.on_duplicate;
        if self.rows <= rows as u64 && self.bytes <= sample::MOST_BYTES {
            return sample::all(self.readers(disk::WINDOW), on_duplicate);
        }
        let readers = self.readers(SAMPLED_WINDOW);
        sample::windows(readers, on_duplicate, &self.pivots, pivots(rows))
    }

    /// Rows that were dropped for their key before those that [`Delivery::duplicates`] counts.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    fn readers(&self, window: usize) -> Vec<ChainReader> {
        let chains = self.chains.iter().cloned();
        chains
            .map(|chain| ChainReader::new(chain, window))
            .collect()
    }
}

/// The folder of temporary files must exist before hours of work need it.
pub(crate) fn check_folder(folder: &Path) -> Result<()> {
    tempfile::tempfile_in(folder)
        .map(drop)
        .map_err(|e| Error::io(folder, e))
}

#[cfg(test)]
mod tests;
