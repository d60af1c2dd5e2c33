//! The making of filters.

use keyfold_reader::format::filter::{FILTER, Filter, Parts, hash};
use keyfold_reader::{Bytes, Dictionary};
use xorf::BinaryFuse8;

use super::store::Store;

/// Bytes of memory per key that the making of a filter takes, hashes included.
const MEMORY_PER_KEY: usize = 40;

/// The hashes of a segment's keys, collected while it is built.
pub(crate) struct Hashes {
    hashes: Vec<u64>,
    /// Of so many keys a filter can be made.
    most: usize,
}

impl Hashes {
    /// For a filter that takes no more memory than this in the making. A segment with too many keys for that gets none.
    pub(crate) fn new(memory: usize) -> Self {
        Hashes {
            hashes: Vec::new(),
            most: (memory / MEMORY_PER_KEY).min(1 << 31),
        }
    }

    pub(crate) fn add(&mut self, key: &[u8]) {
        if self.hashes.len() < self.most {
            self.hashes.push(hash(key));
        } else {
            (self.hashes, self.most) = (Vec::new(), 0);
        }
    }

    /// The filter; none if there are no keys, or too many.
    pub(crate) fn filter(mut self) -> Option<BinaryFuse8> {
        // two keys may have one hash, which the filter must have once
        self.hashes.sort_unstable();
        self.hashes.dedup();
        if self.hashes.is_empty() {
            return None;
        }
        BinaryFuse8::try_from(&self.hashes).ok()
    }
}

/// The file of the filter of a dictionary of so many keys and bytes.
fn file(filter: &BinaryFuse8, keys: u64, bytes: u64) -> Vec<u8> {
    let parts = Parts {
        keys,
        bytes,
        seed: filter.descriptor.seed,
        block: filter.descriptor.segment_length,
        starts: filter.descriptor.segment_count_length,
        fingerprints: &filter.fingerprints,
    };
    parts.write()
}

/// Writes the filter of a segment. It is not synced: whoever opens one looks whether all of it is there, and can do without. So it is no
/// error either if it cannot be written.
pub(crate) fn write(filter: &BinaryFuse8, store: &Store, segment: &str, dictionary: &Dictionary) {
    let file = file(filter, dictionary.len(), dictionary.file_bytes());
    let name = file_name(segment);
    let written = store
        .create(&name)
        .is_ok_and(|mut to| to.append(&file).is_ok());
    if !written {
        store.remove([name]);
    }
}

/// The name of a segment's filter.
pub(crate) fn file_name(segment: &str) -> String {
    format!("{segment}.{FILTER}")
}

/// Opens the filter of a segment; nothing if there is none that can be used.
pub(crate) fn open(store: &Store, segment: &str, dictionary: &Dictionary) -> Option<Filter> {
    let file: Bytes = store.storage.map(&file_name(segment)).ok()?;
    Filter::read(file, dictionary.len(), dictionary.file_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_stored_pass() {
        for count in [1, 2, 3, 10, 1000, 100_000] {
            let mut hashes = Hashes::new(1 << 30);
            let key = |number: u64| number.to_string().into_bytes();
            (0..count).for_each(|number| hashes.add(&key(number)));
            let file = file(&hashes.filter().unwrap(), count, 9);
            let filter = Filter::read(file.into(), count, 9).unwrap();
            let passed = |number: &u64| filter.may_have(hash(&key(*number)));
            assert!((0..count).all(|number| passed(&number)));
            let others = (count..count + 100_000).filter(passed).count();
            assert!(others < 800, "{others} of {count}");
        }
    }

    #[test]
    fn equal_hashes_are_no_trouble() {
        let mut hashes = Hashes::new(1 << 20);
        (0..1000).for_each(|number: u32| hashes.add(&(number / 2).to_be_bytes()));
        let file = file(&hashes.filter().unwrap(), 1000, 9);
        let filter = Filter::read(file.into(), 1000, 9).unwrap();
        assert!((0..500).all(|number: u32| filter.may_have(hash(&number.to_be_bytes()))));
    }

    #[test]
    fn memory_is_bounded() {
        let mut hashes = Hashes::new(100 * MEMORY_PER_KEY);
        (0..101).for_each(|number: u32| hashes.add(&number.to_be_bytes()));
        assert!(hashes.hashes.is_empty());
        assert!(hashes.filter().is_none());
    }
}
