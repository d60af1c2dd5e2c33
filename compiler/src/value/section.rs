//! The value section under construction.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use keyfold_reader::ValueKind;
use keyfold_reader::format::value::{ValueProperties, write_blob, write_string};
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::encoder::read_int;
use crate::error::Result;
use crate::spool::Spool;

/// Stores values one after the other, equal ones once as far as the memory for it goes.
pub(crate) struct ValueSection {
    kind: ValueKind,
    spool: Spool,
    seen: Option<Seen>,
    /// Values added and stored.
    values: u64,
    unique: u64,
    record: Vec<u8>,
}

impl ValueSection {
    /// A section whose de-duplication uses at most about `memory` bytes; 0: there is none.
    pub(crate) fn new(kind: ValueKind, spool: Spool, memory: usize) -> Self {
        let seen = (memory > 0).then(|| Seen::new(memory));
        ValueSection {
            kind,
            spool,
            seen,
            values: 0,
            unique: 0,
            record: Vec::new(),
        }
    }

    /// Adds a value in its stored form; returns what the final state is to hold.
    pub(crate) fn add(&mut self, stored: &[u8]) -> Result<u64> {
        match self.kind {
            ValueKind::KeyOnly => return Ok(0),
            ValueKind::Int | ValueKind::Completion => return Ok(read_int(stored)),
            ValueKind::String | ValueKind::Json | ValueKind::FloatVector => {}
        }
        self.values += 1;
        let hash = self.seen.as_ref().map(|seen| seen.hash(stored));
        if let (Some(seen), Some(hash)) = (&mut self.seen, hash)
            && let Some(offset) = seen.find(hash)
        {
            return Ok(offset);
        }
        let offset = self.spool.len();
        self.record.clear();
        match self.kind {
            ValueKind::String => write_string(stored, &mut self.record),
            _ => write_blob(stored, &mut self.record),
        }
        self.spool.append(&self.record)?;
        self.unique += 1;
        if let (Some(seen), Some(hash)) = (&mut self.seen, hash) {
            seen.insert(hash, offset);
        }
        Ok(offset)
    }

    /// Appends the bytes of another file's values as they are; returns where they start.
    pub(crate) fn append_section(
        &mut self,
        section: &[u8],
        properties: &ValueProperties,
    ) -> Result<u64> {
        let offset = self.spool.len();
        for chunk in section.chunks(1 << 20) {
            self.spool.append(chunk)?;
        }
        self.values += properties.values;
        self.unique += properties.unique_values;
        Ok(offset)
    }

    /// The properties of the section.
    pub(crate) fn properties(&self, compression: Option<&str>) -> ValueProperties {
        let counted = self.kind != ValueKind::String;
        ValueProperties {
            size: self.spool.len(),
            values: if counted { self.values } else { 0 },
            unique_values: if counted { self.unique } else { 0 },
            compression: compression.filter(|_| counted).map(str::to_owned),
        }
    }

    pub(crate) fn into_spool(self) -> Spool {
        self.spool
    }
}

/// Offsets of values by the hash of their bytes, in two generations: when the younger is full it becomes the
/// older one, which is forgotten then.
///
/// The hash has 128 bits and a seed that no input can know, so two different values meet with a probability of
/// 2^-128 for each pair: for 10^10 values, below 10^-18. What is found depends on the values' order alone, not
/// on the seed.
struct Seen {
    seed: u64,
    young: HashMap<u128, u64, Folded>,
    old: HashMap<u128, u64, Folded>,
    limit: usize,
}

/// Bytes an entry takes in a table that may just have doubled.
const ENTRY: usize = 80;

impl Seen {
    fn new(memory: usize) -> Self {
        let seed = RandomState::new().hash_one(0);
        let limit = (memory / 2 / ENTRY).max(1);
        Seen {
            seed,
            young: HashMap::default(),
            old: HashMap::default(),
            limit,
        }
    }

    fn hash(&self, stored: &[u8]) -> u128 {
        xxh3_128_with_seed(stored, self.seed)
    }

    fn find(&mut self, hash: u128) -> Option<u64> {
        if let Some(&offset) = self.young.get(&hash) {
            return Some(offset);
        }
        let offset = *self.old.get(&hash)?;
        self.insert(hash, offset);
        Some(offset)
    }

    fn insert(&mut self, hash: u128, offset: u64) {
        if self.young.len() == self.limit {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash, offset);
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
