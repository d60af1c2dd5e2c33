//! A sample of the rows that depends on nothing but the rows.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::chain::ChainReader;
use super::merge::Merge;
use super::row_block::RowBlock;
use crate::error::Result;
use crate::options::OnDuplicate;

/// Rows that follow each other in a sample, at most, and their bytes.
const WINDOW: usize = 64;
const WINDOW_BYTES: usize = 1 << 13;

/// Most bytes of a sample that is no part of the rows, but all of them.
pub(super) const MOST_BYTES: u64 = 1 << 24;

/// How many windows make up a sample.
pub(crate) fn pivots(rows: usize) -> usize {
    rows.div_ceil(WINDOW)
}

/// The keys with the least hashes: as good as drawn by chance, and the same in whatever order keys come.
pub(super) struct Pivots {
    most: usize,
    keys: BTreeSet<(u64, Vec<u8>)>,
    /// Keys with greater hashes are not wanted.
    limit: u64,
}

impl Pivots {
    /// Room for up to `most` keys.
    pub(super) fn new(most: usize) -> Self {
        Pivots {
            most,
            keys: BTreeSet::new(),
            limit: u64::MAX,
        }
    }

    /// Takes note of a key.
    #[inline]
    pub(super) fn offer(&mut self, key: &[u8]) {
        if self.most > 0 {
            let hash = xxh3_64(key);
            if hash <= self.limit {
                self.insert(hash, key.to_vec());
            }
        }
    }

    fn insert(&mut self, hash: u64, key: Vec<u8>) {
        self.keys.insert((hash, key));
        if self.keys.len() > self.most {
            self.keys.pop_last();
        }
        if self.keys.len() == self.most
            && let Some((hash, _)) = self.keys.last()
        {
            self.limit = *hash;
        }
    }

    /// Takes note of the keys that others have.
    pub(super) fn extend(&mut self, others: Pivots) {
        for (hash, key) in others.keys {
            if hash > self.limit {
                break;
            }
            self.insert(hash, key);
        }
    }

    /// Up to `count` keys, in order.
    fn sorted(&self, count: usize) -> Vec<&[u8]> {
        let mut keys: Vec<&[u8]> = self
            .keys
            .iter()
            .take(count)
            .map(|(_, key)| key.as_slice())
            .collect();
        keys.sort_unstable();
        keys
    }
}

/// For each of up to `count` pivots the rows behind it, [`WINDOW`] of them or [`WINDOW_BYTES`]. Windows that meet become one.
pub(super) fn windows(
    mut readers: Vec<ChainReader>,
    on_duplicate: OnDuplicate,
    pivots: &Pivots,
    count: usize,
) -> Result<Vec<RowBlock>> {
    let mut windows = Vec::new();
    let mut pivots = pivots.sorted(count).into_iter().peekable();
    while let Some(pivot) = pivots.next() {
        for reader in &mut readers {
            reader.seek(pivot)?;
        }
        let mut rows = Merge::new(readers, on_duplicate)?;
        // the pivot, without which it is not known what the row behind it shares
        rows.advance()?;
        let mut window = RowBlock::default();
        let mut room = (WINDOW, WINDOW_BYTES);
        while room.0 > 0 && rows.advance()? {
            if pivots.next_if(|pivot| *pivot == rows.key()).is_some() {
                room = (WINDOW, WINDOW_BYTES);
            }
            let row = rows.row();
            let Some(left) = room.1.checked_sub(row.key.len() + row.value.len()) else {
                break;
            };
            window.push(row);
            room = (room.0 - 1, left);
        }
        windows.push(window);
        readers = rows.into_sources();
    }
    Ok(windows)
}

/// All rows, as one window.
pub(super) fn all(readers: Vec<ChainReader>, on_duplicate: OnDuplicate) -> Result<Vec<RowBlock>> {
    let mut rows = Merge::new(readers, on_duplicate)?;
    let mut window = RowBlock::default();
    while rows.advance()? {
        window.push(rows.row());
    }
    Ok(vec![window])
}
