//! Rows in memory, in the order they were added.

use super::order::{Entry, head, sort};
use super::run::{Run, RunWriter};
use super::sample::Pivots;
use crate::error::{Error, Result};
use crate::options::OnDuplicate;

/// Rows, one after the other in one piece of memory, with an entry of 16 bytes for each.
#[derive(Default)]
pub(crate) struct Buffer {
    /// Per row: length of the key `u32le`, length of the value `u32le`, key, value.
    arena: Vec<u8>,
    entries: Vec<Entry>,
}

/// What becomes of a buffer.
pub(crate) struct SortedBuffer {
    /// The rows, each key once; nothing if there were none.
    pub(crate) run: Option<Run>,
    /// Rows there were.
    pub(crate) rows: u64,
    /// Bytes of their keys and values.
    pub(crate) bytes: u64,
    /// Those among them that are not in the run, because another one has their key.
    pub(crate) duplicates: u64,
    pub(super) pivots: Pivots,
}

/// Bytes of the two lengths before each row.
const LENGTHS: usize = 8;

impl Buffer {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> usize {
        self.arena.len() + self.entries.len() * size_of::<Entry>()
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) {
        let added: Result<(), std::convert::Infallible> = self.push_with(key, |out| {
            out.extend_from_slice(value);
            Ok(())
        });
        match added {
            Ok(()) => {}
        }
    }

    /// Adds a row with the value that `write` appends; after an error of it no row was added. Lengths fit 32 bits: keys and values
    /// are limited to far less.
    pub(crate) fn push_with<E>(
        &mut self,
        key: &[u8],
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let row = self.arena.len();
        self.arena
            .extend_from_slice(&length(key.len()).to_le_bytes());
        self.arena.extend_from_slice(&[0; 4]);
        self.arena.extend_from_slice(key);
        let value = self.arena.len();
        if let Err(e) = write(&mut self.arena) {
            self.arena.truncate(row);
            return Err(e);
        }
        let value_len = length(self.arena.len() - value);
        self.arena[row + 4..row + LENGTHS].copy_from_slice(&value_len.to_le_bytes());
        self.entries.push(Entry {
            head: head(key, 0),
            row: row as u64,
        });
        Ok(())
    }

    /// The rows, keys and values.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.entries.iter().map(|entry| row_at(&self.arena, *entry))
    }

    /// Turns the rows into a run, leaving one of each key, and empties the buffer. Takes note of up to `pivots` keys.
    pub(crate) fn sort(
        &mut self,
        on_duplicate: OnDuplicate,
        pivots: usize,
    ) -> Result<SortedBuffer> {
        let Buffer { arena, entries } = self;
        sort(entries, &|entry| row_at(arena, entry).0);
        let mut writer = RunWriter::in_memory(arena.len());
        let mut pivots = Pivots::new(pivots);
        let mut duplicates = 0;
        let mut rest = entries.iter().map(|entry| row_at(arena, *entry)).peekable();
        while let Some((key, mut value)) = rest.next() {
            while let Some((_, newer)) = rest.next_if(|next| next.0 == key) {
                match on_duplicate {
                    OnDuplicate::Last => value = newer,
                    OnDuplicate::First => {}
                    OnDuplicate::Error => return Err(Error::DuplicateKey(key.to_vec())),
                }
                duplicates += 1;
            }
            writer.write(key, value)?;
            pivots.offer(key);
        }
        drop(rest);
        let sorted = SortedBuffer {
            run: if entries.is_empty() {
                None
            } else {
                Some(writer.finish()?)
            },
            rows: entries.len() as u64,
            bytes: (arena.len() - entries.len() * LENGTHS) as u64,
            duplicates,
            pivots,
        };
        self.clear();
        Ok(sorted)
    }

    pub(crate) fn clear(&mut self) {
        self.arena.clear();
        self.entries.clear();
    }

    /// Gives back memory beyond `bytes`; to be called when the buffer is empty.
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        self.arena.shrink_to(bytes);
        self.entries.shrink_to(bytes / size_of::<Entry>());
    }
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("keys and values are limited to less than 4 GiB")
}

fn row_at(arena: &[u8], entry: Entry) -> (&[u8], &[u8]) {
    let row = &arena[usize::try_from(entry.row).expect("a row is in memory")..];
    let (lengths, row) = row.split_at(LENGTHS);
    let size = |at: usize| {
        let bytes = lengths[at..at + 4].try_into().expect("four bytes");
        u32::from_le_bytes(bytes) as usize
    };
    let (key, rest) = row.split_at(size(0));
    (key, &rest[..size(4)])
}
