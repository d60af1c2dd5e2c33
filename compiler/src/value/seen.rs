//! Which values were stored before.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Places of values by the hash of their bytes, in two generations: when the younger is full it becomes the
/// older one, which is forgotten then.
///
/// The hash has 128 bits and a seed that no input can know, so two different values meet with a probability of
/// 2^-128 for each pair: for 10^10 values, below 10^-18. What is found depends on the values' order alone, not
/// on the seed.
pub(super) struct Seen {
    seed: u64,
    young: HashMap<u128, u64, Folded>,
    old: HashMap<u128, u64, Folded>,
    limit: usize,
}

/// Bytes an entry takes in a table that may just have doubled.
const ENTRY: usize = 80;

impl Seen {
    pub(super) fn new(memory: usize) -> Self {
        let seed = RandomState::new().hash_one(0);
        let limit = (memory / 2 / ENTRY).max(1);
        Seen {
            seed,
            young: HashMap::default(),
            old: HashMap::default(),
            limit,
        }
    }

    pub(super) fn hash(&self, stored: &[u8]) -> u128 {
        xxh3_128_with_seed(stored, self.seed)
    }

    pub(super) fn find(&mut self, hash: u128) -> Option<u64> {
        if let Some(&place) = self.young.get(&hash) {
            return Some(place);
        }
        let place = *self.old.get(&hash)?;
        self.insert(hash, place);
        Some(place)
    }

    pub(super) fn insert(&mut self, hash: u128, place: u64) {
        if self.young.len() == self.limit {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash, place);
    }
}

/// A hash that is one already is folded only.
#[derive(Clone, Copy, Default)]
struct Folded(u64);

impl BuildHasher for Folded {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        Folded(0)
    }
}

impl std::hash::Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "both halves are kept")]
    fn write_u128(&mut self, hash: u128) {
        self.0 = (hash >> 64) as u64 ^ hash as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
