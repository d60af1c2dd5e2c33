//! The newest writes, in memory.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::sort::order::{Entry, head, sort};

/// What a key has: a document as `MessagePack`, or nothing when it is deleted.
pub(crate) type Written<'t> = Option<&'t [u8]>;

/// Writes that no segment holds yet, by key: of several to the same key the last.
///
/// Rows stand behind each other in the order in which they came, and are sorted when that is asked for. A document takes the place of one
/// that is no shorter; for a longer one a row is added, and the row before lies idle.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Per row: length of the key `u32le`, length of the document `u32le` or [`DELETED`], key, document.
    rows: Vec<u8>,
    /// Where the row of each key is.
    places: HashTable<Place>,
    hasher: DefaultHashBuilder,
    /// Grows with each change.
    version: u64,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    hash: u64,
    row: usize,
}

/// Stands for the length of a document where there is none.
const DELETED: u32 = u32::MAX;

/// Bytes of the two lengths.
const LENGTHS: usize = 8;

/// About what a row takes beside its bytes: its place, room for others among the places, and its entry while rows are sorted.
const OVERHEAD: usize = 40;

impl Table {
    /// What was written to a key, if anything was.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Written<'_>> {
        let hash = self.hasher.hash_one(key);
        let is_it = |place: &Place| place.hash == hash && row(&self.rows, place.row).0 == key;
        let place = self.places.find(hash, is_it)?;
        Some(row(&self.rows, place.row).1)
    }

    /// Replaces what a key has.
    pub(crate) fn put(&mut self, key: &[u8], document: Written<'_>) {
        self.version += 1;
        let hash = self.hasher.hash_one(key);
        let Table { rows, places, .. } = self;
        let is_it = |place: &Place| place.hash == hash && row(rows, place.row).0 == key;
        let next = rows.len();
        if let Some(place) = places.find_mut(hash, is_it) {
            let (start, bytes) = (place.row, document.unwrap_or_default());
            if bytes.len() <= row(rows, start).1.unwrap_or_default().len() {
                let at = start + LENGTHS + key.len();
                rows[start + 4..start + LENGTHS].copy_from_slice(&length(document));
                rows[at..at + bytes.len()].copy_from_slice(bytes);
                return;
            }
            place.row = next;
        } else {
            let place = Place { hash, row: next };
            places.insert_unique(hash, place, |place| place.hash);
        }
        rows.extend_from_slice(&length(Some(key)));
        rows.extend_from_slice(&length(document));
        rows.extend_from_slice(key);
        rows.extend_from_slice(document.unwrap_or_default());
    }

    /// All rows in byte order of the keys.
    pub(crate) fn sorted(&self) -> Sorted<'_> {
        let entry = |place: &Place| Entry {
            head: head(row(&self.rows, place.row).0, 0),
            row: place.row as u64,
        };
        let mut entries: Vec<Entry> = Vec::with_capacity(self.len());
        entries.extend(self.places.iter().map(entry));
        sort(&mut entries, &|entry| row_of(&self.rows, entry).0);
        Sorted {
            rows: &self.rows,
            entries,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Keys, deleted ones too.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.rows.len() + self.len() * OVERHEAD
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }
}

/// The rows of a table in byte order of the keys.
pub(crate) struct Sorted<'t> {
    rows: &'t [u8],
    entries: Vec<Entry>,
}

impl<'t> Sorted<'t> {
    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// One of them: a key with what it has.
    pub(crate) fn row(&self, index: usize) -> (&'t [u8], Written<'t>) {
        row_of(self.rows, self.entries[index])
    }

    /// Keys with what they have.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&'t [u8], Written<'t>)> {
        self.entries.iter().map(|entry| row_of(self.rows, *entry))
    }
}

/// The length of a key or a document, both limited to far less than 4 GiB.
fn length(bytes: Option<&[u8]>) -> [u8; 4] {
    let length = bytes.map_or(DELETED, |bytes| {
        u32::try_from(bytes.len()).expect("a limited length")
    });
    length.to_le_bytes()
}

fn row_of(rows: &[u8], entry: Entry) -> (&[u8], Written<'_>) {
    row(rows, usize::try_from(entry.row).expect("in memory"))
}

fn row(rows: &[u8], at: usize) -> (&[u8], Written<'_>) {
    let (lengths, row) = rows[at..].split_at(LENGTHS);
    let length =
        |at: usize| u32::from_le_bytes(lengths[at..at + 4].try_into().expect("four bytes"));
    let (key, rest) = row.split_at(length(0) as usize);
    match length(4) {
        DELETED => (key, None),
        length => (key, Some(&rest[..length as usize])),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_a_map_would(writes in prop::collection::vec(("[ab]{1,3}", prop::option::of("x{0,9}")), 0..200)) {
            let (mut table, mut map) = (Table::default(), BTreeMap::new());
            for (key, document) in &writes {
                let document = document.as_ref().map(String::as_bytes);
                table.put(key.as_bytes(), document);
                map.insert(key.as_bytes(), document);
                prop_assert_eq!(table.get(key.as_bytes()), Some(document));
            }
            prop_assert_eq!(table.len(), map.len());
            prop_assert_eq!(table.get(b"c"), None);
            prop_assert!(table.sorted().iter().eq(map));
        }
    }

    #[test]
    fn documents_that_do_not_grow_take_no_more_memory() {
        let mut table = Table::default();
        table.put(b"counter", Some(b"10"));
        let bytes = table.bytes();
        for document in [Some(&b"11"[..]), Some(b"9"), None] {
            table.put(b"counter", document);
            assert_eq!(table.get(b"counter"), Some(document));
        }
        assert_eq!(table.bytes(), bytes);
    }
}
