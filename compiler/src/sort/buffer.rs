//! Rows in memory, to be sorted.

use std::cmp::Ordering;

use rayon::slice::ParallelSliceMut;

use super::RowSource;
use crate::error::{Error, Result};
use crate::options::OnDuplicate;

/// Rows, one after the other in one piece of memory, with an entry of 16 bytes for each.
#[derive(Default)]
pub(crate) struct Buffer {
    /// Per row: length of the key `u32le`, length of the value `u32le`, key, value.
    arena: Vec<u8>,
    entries: Vec<Entry>,
    /// Whether the rows arrived out of order.
    unordered: bool,
}

/// The first eight bytes of a key, so that most comparisons stay within the entries, and where its row is.
#[derive(Clone, Copy)]
struct Entry {
    head: u64,
    row: u64,
}

/// Bytes of the two lengths before each row.
const LENGTHS: usize = 8;

impl Buffer {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes in use once a row is added.
    pub(crate) fn bytes_with(&self, key: &[u8], value: &[u8]) -> usize {
        let entries = (self.entries.len() + 1) * size_of::<Entry>();
        self.arena.len() + LENGTHS + key.len() + value.len() + entries
    }

    /// Adds a row. Lengths fit 32 bits: keys and values are limited to far less.
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) {
        if let Some(last) = self.entries.last()
            && !self.unordered
        {
            self.unordered = key_at(&self.arena, *last) > key;
        }
        let entry = Entry {
            head: head(key),
            row: self.arena.len() as u64,
        };
        self.arena.extend_from_slice(&length(key).to_le_bytes());
        self.arena.extend_from_slice(&length(value).to_le_bytes());
        self.arena.extend_from_slice(key);
        self.arena.extend_from_slice(value);
        self.entries.push(entry);
    }

    /// Sorts by key and leaves one row of each; returns how many were dropped.
    pub(crate) fn sort(
        &mut self,
        parallel_threshold: usize,
        on_duplicate: OnDuplicate,
    ) -> Result<u64> {
        let Buffer {
            arena,
            entries,
            unordered,
        } = self;
        if *unordered {
            let compare = |a: &Entry, b: &Entry| compare(arena, *a, *b);
            if parallel_threshold > 0 && entries.len() > parallel_threshold {
                entries.par_sort_unstable_by(compare);
            } else {
                entries.sort_unstable_by(compare);
            }
            *unordered = false;
        }
        let before = entries.len();
        let mut twice = None;
        entries.dedup_by(|row, kept| {
            let same = row.head == kept.head && key_at(arena, *row) == key_at(arena, *kept);
            match on_duplicate {
                OnDuplicate::Last if same => kept.row = row.row,
                OnDuplicate::Error if same => twice = Some(*row),
                _ => {}
            }
            same
        });
        match twice {
            Some(row) => Err(Error::DuplicateKey(key_at(arena, row).to_vec())),
            None => Ok((before - entries.len()) as u64),
        }
    }

    pub(crate) fn first_key(&self) -> Option<&[u8]> {
        self.entries
            .first()
            .map(|&entry| key_at(&self.arena, entry))
    }

    /// The rows in order.
    pub(crate) fn rows(&self) -> RowSource<'_> {
        RowSource::Buffer(Rows {
            buffer: self,
            next: 0,
            key: &[],
            value: &[],
        })
    }

    pub(crate) fn clear(&mut self) {
        self.arena.clear();
        self.entries.clear();
        self.unordered = false;
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("keys and values are limited to less than 4 GiB")
}

/// The first eight bytes as a number that orders like them; a key of NULs and a shorter one are equal here.
fn head(key: &[u8]) -> u64 {
    let mut head = [0; 8];
    let n = key.len().min(8);
    head[..n].copy_from_slice(&key[..n]);
    u64::from_be_bytes(head)
}

fn row_at(arena: &[u8], entry: Entry) -> (&[u8], &[u8]) {
    let row = &arena[usize::try_from(entry.row).expect("a row is in memory")..];
    let size = |at: usize| {
        let bytes = row[at..at + 4].try_into().expect("four bytes");
        u32::from_le_bytes(bytes) as usize
    };
    let (key, value) = (size(0), size(4));
    (
        &row[LENGTHS..LENGTHS + key],
        &row[LENGTHS + key..LENGTHS + key + value],
    )
}

fn key_at(arena: &[u8], entry: Entry) -> &[u8] {
    row_at(arena, entry).0
}

fn compare(arena: &[u8], a: Entry, b: Entry) -> Ordering {
    a.head
        .cmp(&b.head)
        .then_with(|| key_at(arena, a).cmp(key_at(arena, b)))
        .then_with(|| a.row.cmp(&b.row))
}

/// The rows of a buffer, one after the other.
pub struct Rows<'a> {
    buffer: &'a Buffer,
    next: usize,
    key: &'a [u8],
    value: &'a [u8],
}

impl Rows<'_> {
    pub(super) fn advance(&mut self) -> bool {
        let Some(&entry) = self.buffer.entries.get(self.next) else {
            return false;
        };
        (self.key, self.value) = row_at(&self.buffer.arena, entry);
        self.next += 1;
        true
    }

    pub(super) fn key(&self) -> &[u8] {
        self.key
    }

    pub(super) fn value(&self) -> &[u8] {
        self.value
    }
}
