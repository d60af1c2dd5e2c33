//! Runs that follow each other, read as one.

use std::sync::Arc;

use keyfold_reader::format::varint::read_varint;

use super::merge::{Merge, Source};
use super::row_block::Row;
use super::run::{Run, shared_prefix};
use crate::error::Result;

/// Runs of which each begins behind the end of the one before.
pub(super) type Chain = Vec<Arc<Run>>;

/// The rows of a chain, one after the other.
pub(super) struct ChainReader {
    chain: Chain,
    /// The run that is read.
    run: usize,
    /// Its rows, if they are in memory; else part of them is in `window`.
    rows: Option<Arc<[u8]>>,
    window: Vec<u8>,
    window_len: usize,
    /// Where in the run the window ends.
    window_end: u64,
    /// Where in the window, or in the run in memory, the next row is.
    at: usize,
    key: Vec<u8>,
    shared: usize,
    /// Where the value is.
    value: (usize, usize),
    /// The current row was found by a search, and is still to be gone to.
    found: bool,
}

/// Bytes of a key that are copied at once.
const SHORT: usize = 16;

/// The lengths of a row.
struct Lengths {
    shared: usize,
    rest: usize,
    value: usize,
    /// Bytes they take.
    own: usize,
}

impl ChainReader {
    /// Stands before the first row. Reads `window` bytes of a file at a time.
    pub(super) fn new(chain: Chain, window: usize) -> Self {
        let mut reader = ChainReader {
            chain,
            run: 0,
            rows: None,
            window: Vec::new(),
            window_len: window,
            window_end: 0,
            at: 0,
            key: Vec::new(),
            shared: 0,
            value: (0, 0),
            found: false,
        };
        reader.open(0);
        reader
    }

    /// Stands before the first row of a run, if there are that many.
    fn open(&mut self, run: usize) {
        self.run = run;
        self.rows = self.chain.get(run).and_then(|run| run.in_memory()).cloned();
        self.window.clear();
        (self.at, self.window_end) = (0, 0);
    }

    /// Goes before the first row whose key is not smaller than `key`.
    pub(super) fn seek(&mut self, key: &[u8]) -> Result<()> {
        self.open(self.chain.partition_point(|run| run.last_key() < key));
        self.key.clear();
        self.found = false;
        let Some(run) = self.chain.get(self.run) else {
            return Ok(());
        };
        if let Some((marked, at)) = run.mark(key) {
            self.key.extend_from_slice(marked);
            if self.rows.is_some() {
                self.at = usize::try_from(at).expect("the run is in memory");
            } else {
                self.window_end = at;
            }
        }
        while self.advance()? {
            if self.key.as_slice() >= key {
                self.found = true;
                break;
            }
        }
        Ok(())
    }

    /// The value of the current row.
    #[inline]
    pub(super) fn value(&self) -> &[u8] {
        &self.bytes()[self.value.0..self.value.1]
    }

    #[inline]
    fn bytes(&self) -> &[u8] {
        self.rows.as_deref().unwrap_or(&self.window)
    }

    /// Takes a row out of the bytes at hand; false if they do not hold a whole one.
    #[inline]
    fn take_row(&mut self) -> bool {
        let rest = &self.rows.as_deref().unwrap_or(&self.window)[self.at..];
        let Some(lengths) = lengths(rest) else {
            return false;
        };
        let value = lengths.own.saturating_add(lengths.rest);
        let end = value.saturating_add(lengths.value);
        if end > rest.len() || lengths.shared > self.key.len() {
            return false;
        }
        self.key.truncate(lengths.shared);
        // most are short, and copied faster if their length is fixed
        match rest[lengths.own..].first_chunk::<SHORT>() {
            Some(bytes) if lengths.rest <= SHORT => {
                self.key.extend_from_slice(bytes);
                self.key.truncate(lengths.shared + lengths.rest);
            }
            _ => self.key.extend_from_slice(&rest[lengths.own..value]),
        }
        self.shared = lengths.shared;
        self.value = (self.at + value, self.at + end);
        self.at += end;
        true
    }

    /// Reads on, or goes to the next run; false at the end of the last.
    fn more(&mut self) -> Result<bool> {
        let Some(run) = self.chain.get(self.run) else {
            return Ok(false);
        };
        if self.rows.is_none() && self.window_end < run.len() {
            self.window.drain(..self.at);
            self.at = 0;
            // a row that is longer than the window makes it grow
            let len = self.window_len.max(self.window.len());
            let held = self.window.len() as u64;
            run.read(self.window_end, len, &mut self.window)?;
            self.window_end += self.window.len() as u64 - held;
            return Ok(true);
        }
        if self.at < self.bytes().len() {
            return Err(run.damaged());
        }
        self.open(self.run + 1);
        Ok(self.run < self.chain.len())
    }
}

impl Merge<ChainReader> {
    /// The current row.
    #[inline]
    pub(super) fn row(&self) -> Row<'_> {
        Row {
            key: self.key(),
            shared: self.shared(),
            value: self.current().value(),
        }
    }
}

impl Source for ChainReader {
    #[inline]
    fn advance(&mut self) -> Result<bool> {
        if std::mem::take(&mut self.found) {
            return Ok(true);
        }
        let mut joint = None;
        while !self.take_row() {
            let run = self.run;
            if !self.more()? {
                return Ok(false);
            }
            if self.run > run {
                joint = Some(shared_prefix(&self.key, self.chain[self.run].first_key()));
            }
        }
        if let Some(shared) = joint {
            self.shared = shared;
        }
        Ok(true)
    }

    #[inline]
    fn key(&self) -> &[u8] {
        &self.key
    }

    #[inline]
    fn shared(&self) -> usize {
        self.shared
    }
}

/// The lengths at the start of `bytes`, if they are whole.
#[inline]
fn lengths(bytes: &[u8]) -> Option<Lengths> {
    if let [shared, rest, value, ..] = *bytes
        && shared | rest | value < 0x80
    {
        return Some(Lengths {
            shared: shared.into(),
            rest: rest.into(),
            value: value.into(),
            own: 3,
        });
    }
    let (shared, left) = read_varint(bytes)?;
    let (rest, left) = read_varint(left)?;
    let (value, left) = read_varint(left)?;
    Some(Lengths {
        shared: usize::try_from(shared).ok()?,
        rest: usize::try_from(rest).ok()?,
        value: usize::try_from(value).ok()?,
        own: bytes.len() - left.len(),
    })
}
