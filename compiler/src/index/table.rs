//! The newest writes, in memory.

use std::collections::BTreeMap;

/// What a key has: a document as MessagePack, or nothing when it is deleted.
pub(crate) type Entry = Option<Box<[u8]>>;

/// Writes that no segment holds yet, by key: of several to the same key the last.
#[derive(Debug, Default)]
pub(crate) struct Table {
    entries: BTreeMap<Box<[u8]>, Entry>,
    bytes: usize,
    /// Grows with each change.
    version: u64,
}

/// About what an entry takes beside its bytes: two pointers with lengths, its share of a node, and what the allocator adds.
const OVERHEAD: usize = 80;

impl Table {
    /// The entry of a key, if it was written.
    pub(crate) fn get(&self, key: &[u8]) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Replaces the entry of a key.
    pub(crate) fn put(&mut self, key: &[u8], entry: Option<&[u8]>) {
        self.version += 1;
        let size = |entry: Option<&[u8]>| entry.map_or(0, <[u8]>::len);
        let added = size(entry);
        let entry: Entry = entry.map(Into::into);
        if let Some(before) = self.entries.get_mut(key) {
            self.bytes -= size(before.as_deref());
            *before = entry;
        } else {
            self.bytes += key.len() + OVERHEAD;
            self.entries.insert(key.into(), entry);
        }
        self.bytes += added;
    }

    /// All entries in byte order of the keys.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        self.entries
            .iter()
            .map(|(key, entry)| (&**key, entry.as_deref()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Keys, deleted ones too.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }
}
