//! A set of keys.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Keys, each once, in no order. They stand behind each other in one piece of memory.
#[derive(Clone, Default)]
pub struct KeySet {
    bytes: Vec<u8>,
    places: HashTable<Place>,
    hasher: DefaultHashBuilder,
}

/// Where a key stands.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    len: usize,
}

impl Place {
    #[inline]
    fn key(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start..self.start + self.len]
    }
}

impl KeySet {
    /// A set without keys.
    pub fn new() -> Self {
        KeySet::default()
    }

    /// A set without keys, and with room for so many keys of so many bytes together.
    pub fn with_capacity(keys: usize, bytes: usize) -> Self {
        KeySet {
            bytes: Vec::with_capacity(bytes),
            places: HashTable::with_capacity(keys),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// Adds a key.
    pub fn insert(&mut self, key: impl AsRef<[u8]>) {
        let key = key.as_ref();
        let KeySet {
            bytes,
            places,
            hasher,
        } = self;
        let hash = hasher.hash_one(key);
        if places.find(hash, |place| place.key(bytes) == key).is_some() {
            return;
        }
        let (start, len) = (bytes.len(), key.len());
        bytes.extend_from_slice(key);
        let rehash = |place: &Place| hasher.hash_one(place.key(bytes));
        places.insert_unique(hash, Place { start, len }, rehash);
    }

    /// Adds the keys of another set.
    pub fn append(&mut self, other: KeySet) {
        if self.is_empty() {
            *self = other;
        } else {
            self.extend(other.iter());
        }
    }

    /// Whether a key is in the set.
    #[inline]
    pub fn contains(&self, key: &[u8]) -> bool {
        if self.is_empty() {
            return false;
        }
        let is_it = |place: &Place| place.key(&self.bytes) == key;
        self.places.find(self.hasher.hash_one(key), is_it).is_some()
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.places.iter().map(|place| place.key(&self.bytes))
    }
}

impl PartialEq for KeySet {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|key| other.contains(key))
    }
}

impl Eq for KeySet {}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<K: AsRef<[u8]>> Extend<K> for KeySet {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        keys.into_iter().for_each(|key| self.insert(key));
    }
}

impl<K: AsRef<[u8]>> FromIterator<K> for KeySet {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = KeySet::new();
        set.extend(keys);
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn as_a_set_would() {
        let mut set = KeySet::with_capacity(2, 3);
        let mut expected: HashSet<Vec<u8>> = HashSet::new();
        assert!(!set.contains(b""));
        for number in 0..2000u32 {
            let key = (number % 700).to_string().into_bytes();
            set.insert(&key);
            set.insert(b"");
            expected.extend([key, Vec::new()]);
            assert_eq!(set.len(), expected.len());
        }
        assert_eq!(
            set.iter().map(<[u8]>::to_vec).collect::<HashSet<_>>(),
            expected
        );
        assert!(set.contains(b"699") && !set.contains(b"700"));
        let mut other: KeySet = expected.iter().collect();
        assert_eq!(other, set);
        other.insert("700");
        assert_ne!(other, set);
        set.append(other.clone());
        assert_eq!(other, set);
    }
}
