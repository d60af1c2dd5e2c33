//! The register of finished states: which state with the same continuation was written before?
//!
//! Two generations share the memory given. When the younger is full it becomes the older, whose states are
//! forgotten; a state found in the older one moves to the younger. So the least recently used states go first,
//! in an order that depends on the input alone.
//!
//! A state is its signature, the exact bytes of all that makes it equal to another. Signatures stand one
//! after the other in one piece of memory and are found through a table of hashes, 8 bytes for each: about 20
//! bytes a state in all. `benches/benches/register.rs` compares this with an `lru` cache of boxed keys.

use keyfold_reader::format::varint::{read_varint, write_varint};
use xxhash_rust::xxh3::xxh3_64;

/// Finished states by signature.
#[derive(Debug)]
pub struct Register {
    young: Generation,
    old: Generation,
    /// Bytes each generation may take.
    limit: usize,
}

impl Register {
    /// A register that uses at most about `memory` bytes.
    pub fn new(memory: usize) -> Self {
        Register { young: Generation::default(), old: Generation::default(), limit: memory / 2 }
    }

    /// Where the state with this signature was written, if that is remembered.
    pub fn find(&mut self, signature: &[u8]) -> Option<u64> {
        let hash = xxh3_64(signature);
        if let Some(position) = self.young.find(hash, signature) {
            return Some(position);
        }
        let position = self.old.find(hash, signature)?;
        self.insert_hashed(hash, signature, position);
        Some(position)
    }

    /// Remembers where a state was written.
    pub fn insert(&mut self, signature: &[u8], position: u64) {
        self.insert_hashed(xxh3_64(signature), signature, position);
    }

    fn insert_hashed(&mut self, hash: u64, signature: &[u8], position: u64) {
        if self.young.bytes_with(signature) > self.limit && self.young.len > 0 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash, signature, position);
    }
}

/// States of one generation.
#[derive(Debug, Default)]
struct Generation {
    /// Per state: varint length of the signature, signature, varint position.
    arena: Vec<u8>,
    /// Per place: the high half of the hash, then offset in the arena plus 1; 0: free.
    table: Vec<(u32, u32)>,
    len: usize,
}

const FIRST_TABLE: usize = 1 << 10;
/// Most bytes of varints around a signature.
const VARINTS: usize = 15;

impl Generation {
    /// Bytes in use once a signature is added.
    fn bytes_with(&self, signature: &[u8]) -> usize {
        let table = if self.must_grow() { 3 * self.table.len().max(FIRST_TABLE / 2) } else { self.table.len() };
        let arena = self.arena.len() + signature.len() + VARINTS;
        // offsets in the arena have 32 bits
        if arena >= u32::MAX as usize { usize::MAX } else { arena + table * size_of::<(u32, u32)>() }
    }

    /// Three quarters full at most.
    fn must_grow(&self) -> bool {
        (self.len + 1) * 4 > self.table.len() * 3
    }

    fn find(&self, hash: u64, signature: &[u8]) -> Option<u64> {
        if self.len == 0 {
            return None;
        }
        let (tag, mut place) = split(hash, self.table.len());
        loop {
            let (found, offset) = self.table[place];
            if offset == 0 {
                return None;
            }
            if found == tag
                && let Some(position) = self.position_at(offset, signature)
            {
                return Some(position);
            }
            place = (place + 1) & (self.table.len() - 1);
        }
    }

    /// The position of the state at an offset, if it has this signature.
    fn position_at(&self, offset: u32, signature: &[u8]) -> Option<u64> {
        let (length, rest) = read_varint(&self.arena[offset as usize - 1..])?;
        if length != signature.len() as u64 {
            return None;
        }
        let position = rest.strip_prefix(signature)?;
        read_varint(position).map(|(position, _)| position)
    }

    fn insert(&mut self, hash: u64, signature: &[u8], position: u64) {
        if self.must_grow() {
            self.grow();
        }
        let offset = u32::try_from(self.arena.len() + 1).expect("a generation is rotated before 4 GiB");
        write_varint(signature.len() as u64, &mut self.arena);
        self.arena.extend_from_slice(signature);
        write_varint(position, &mut self.arena);
        self.place(hash, offset);
        self.len += 1;
    }

    fn place(&mut self, hash: u64, offset: u32) {
        let (tag, mut place) = split(hash, self.table.len());
        while self.table[place].1 != 0 {
            place = (place + 1) & (self.table.len() - 1);
        }
        self.table[place] = (tag, offset);
    }

    fn grow(&mut self) {
        let size = (2 * self.table.len()).max(FIRST_TABLE);
        let old = std::mem::replace(&mut self.table, vec![(0, 0); size]);
        for (_, offset) in old.into_iter().filter(|&(_, offset)| offset != 0) {
            let (length, rest) = read_varint(&self.arena[offset as usize - 1..]).expect("own bytes");
            let length = usize::try_from(length).expect("own bytes");
            let hash = xxh3_64(&rest[..length]);
            self.place(hash, offset);
        }
    }
}

/// The tag of a hash, and the first place to look at in a table whose size is a power of two.
#[expect(clippy::cast_possible_truncation, reason = "both halves of the hash are used, each cut to its width")]
fn split(hash: u64, size: usize) -> (u32, usize) {
    ((hash >> 32) as u32, hash as usize & (size - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_fits_and_forgets_the_least_recently_used() {
        let mut register = Register::new(1 << 16);
        let signature = |i: u64| format!("state {i}").into_bytes();
        for i in 0..100_000 {
            assert_eq!(register.find(&signature(i)), None);
            register.insert(&signature(i), 7 * i);
            assert_eq!(register.find(&signature(0)), Some(0), "used all the time");
            assert_eq!(register.find(&signature(i)), Some(7 * i));
        }
        assert_eq!(register.find(&signature(1)), None);
        let bytes = |g: &Generation| g.arena.len() + g.table.len() * 8;
        assert!(bytes(&register.young) + bytes(&register.old) <= 1 << 16);
    }

    #[test]
    fn a_hash_is_not_an_identity() {
        let mut generation = Generation::default();
        generation.insert(42, b"a", 1);
        generation.insert(42, b"b", 2);
        assert_eq!(generation.find(42, b"a"), Some(1));
        assert_eq!(generation.find(42, b"b"), Some(2));
        assert_eq!(generation.find(42, b"c"), None);
    }
}
