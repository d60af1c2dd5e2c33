//! Random numbers, for names and seeds.

use std::hash::{BuildHasher, RandomState};

/// A random number. Its source are the keys that the standard library draws for its hash maps.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(std::process::id())
}
