//! A set of keys.

use hashbrown::HashSet;

/// Keys, each once, in no order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet(HashSet<Box<[u8]>>);

impl KeySet {
    /// A set without keys.
    pub fn new() -> Self {
        KeySet::default()
    }

    /// Adds a key.
    pub fn insert(&mut self, key: impl Into<Box<[u8]>>) {
        self.0.insert(key.into());
    }

    /// Whether a key is in the set.
    #[inline]
    pub fn contains(&self, key: &[u8]) -> bool {
        self.0.contains(key)
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.0.iter().map(|key| &**key)
    }
}

impl<K: Into<Box<[u8]>>> Extend<K> for KeySet {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        self.0.extend(keys.into_iter().map(Into::into));
    }
}

impl<K: Into<Box<[u8]>>> FromIterator<K> for KeySet {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        KeySet(keys.into_iter().map(Into::into).collect())
    }
}

impl IntoIterator for KeySet {
    type Item = Box<[u8]>;
    type IntoIter = hashbrown::hash_set::IntoIter<Box<[u8]>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
