//! Why is the register of finished states not an `lru::LruCache` of boxed signatures?

mod input;
mod memory;

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use keyfold_compiler::internals::{Entry, Register};
use keyfold_reader::format::varint::write_varint;
use lru::LruCache;

/// The share of the register in a memory limit of 1 GiB: nothing is forgotten.
const AMPLE: usize = 320 << 20;
/// A share that is far from enough for either.
const SCARCE: usize = 2 << 20;

/// What finds finished states again.
trait Remember {
    /// A state as it is known here.
    type State: Copy;
    fn find(&mut self, signature: &[u8], last_child: Option<Self::State>)
    -> Option<(u64, Self::State)>;
    fn insert(
        &mut self,
        signature: &[u8],
        position: u64,
        last_child: Option<Self::State>,
    ) -> Self::State;
}

impl Remember for Register {
    type State = Entry;

    fn find(&mut self, signature: &[u8], last_child: Option<Entry>) -> Option<(u64, Entry)> {
        let entry = Register::find(self, signature, last_child)?;
        Some((entry.position, entry))
    }

    fn insert(&mut self, signature: &[u8], position: u64, last_child: Option<Entry>) -> Entry {
        Register::insert(self, signature, position, last_child)
    }
}

/// The named package, held to a number of bytes: the least recently used states go until the rest fits.
struct Lru {
    cache: LruCache<Box<[u8]>, u64>,
    boxes: usize,
    limit: usize,
}

impl Lru {
    /// Each state is a node of a list: pointer and length of the signature, position, two links, and the
    /// allocator's own 8 bytes.
    const NODE: usize = 48;

    fn new(limit: usize) -> Self {
        Lru {
            cache: LruCache::unbounded(),
            boxes: 0,
            limit,
        }
    }

    /// Bytes of a boxed signature as glibc's allocator rounds them.
    fn boxed(signature: &[u8]) -> usize {
        (signature.len() + 8).next_multiple_of(16).max(32)
    }

    /// The table beside the nodes has a power of two of places, seven of eight in use at most, each of two
    /// pointers and a byte. That there are two tables while it grows is not held against it.
    fn bytes(&self) -> usize {
        let places = (self.cache.len() * 8 / 7).next_power_of_two();
        self.boxes + self.cache.len() * Self::NODE + places * 17
    }
}

impl Remember for Lru {
    type State = ();

    fn find(&mut self, signature: &[u8], (): Option<()>) -> Option<(u64, ())> {
        self.cache.get(signature).map(|&position| (position, ()))
    }

    fn insert(&mut self, signature: &[u8], position: u64, _: Option<()>) {
        self.boxes += Self::boxed(signature);
        self.cache.put(signature.into(), position);
        while self.bytes() > self.limit {
            let Some((oldest, _)) = self.cache.pop_lru() else {
                return;
            };
            self.boxes -= Self::boxed(&oldest);
        }
    }
}
