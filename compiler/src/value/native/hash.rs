//! Hash maps of short strings of bytes.

use std::hash::{BuildHasher, Hasher};

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Hashes by XXH3, without a secret: what is found is compared, and what is looked for is one input's own.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hashing(u64);

impl BuildHasher for Hashing {
    type Hasher = Hashing;

    fn build_hasher(&self) -> Hashing {
        Hashing(0)
    }
}

impl Hasher for Hashing {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    fn write_usize(&mut self, n: usize) {
        self.0 ^= n as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
