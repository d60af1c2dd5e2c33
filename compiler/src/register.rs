//! The register of finished states: which state with the same continuation was written before?
//!
//! A state is its signature, the exact bytes of all that makes it equal to another. Signatures stand one
//! after the other in one piece of memory, and are found in one of two ways:
//!
//! * Through the child. Most states are links of a chain that only one key has passed: written right after
//!   their last child, which was new itself. Such a state stands right behind its child, and is found by looking
//!   there once the child has been found. It costs about 9 bytes and no look-up.
//! * Through a table of hashes, 8 bytes for each of the other states.
//!
//! Two generations share the memory given. When the younger is full it becomes the older, whose states are
//! forgotten; a state found in the older one moves to the younger. So the least recently used states go first,
//! in an order that depends on the input alone.
//!
//! `benches/benches/register.rs` compares this with an `lru` cache of boxed signatures (2026-11-21): lru took 2 to
//! 4 times as long on words and over 25 times on URLs, with 3 to 12 times the bytes per state, and within the same
//! 2 MiB 7 to 12 % more states of words were written.

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

/// A state in the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where the state was written.
    pub position: u64,
    generation: u64,
    /// Where the next entry starts.
    end: u32,
}

impl Register {
    /// A register that uses at most about `memory` bytes.
    pub fn new(memory: usize) -> Self {
        let generation = |number| Generation {
            number,
            ..Generation::default()
        };
        Register {
            young: generation(1),
            old: generation(0),
            limit: memory / 2,
        }
    }

    /// The state with this signature, if it is remembered. `last_child` is the state's last child.
    pub fn find(&mut self, signature: &[u8], last_child: Option<Entry>) -> Option<Entry> {
        if let Some(child) = last_child {
            if child.generation == self.young.number
                && let Some(entry) = self.young.behind(child, signature)
            {
                return Some(entry);
            }
            if child.generation == self.old.number
                && let Some(entry) = self.old.behind(child, signature)
            {
                self.insert(signature, entry.position, self.young.newest);
                return Some(entry);
            }
        }
        let hash = hash(signature);
        if let Some(entry) = self.young.find(hash, signature) {
            return Some(entry);
        }
        let entry = self.old.find(hash, signature)?;
        self.insert(signature, entry.position, None);
        Some(entry)
    }

    /// Remembers where a state was written.
    pub fn insert(&mut self, signature: &[u8], position: u64, last_child: Option<Entry>) -> Entry {
        if self.young.bytes_with(signature) > self.limit && self.young.newest.is_some() {
            let young = Generation {
                number: self.young.number + 1,
                ..Generation::default()
            };
            self.old = std::mem::replace(&mut self.young, young);
        }
        self.young.insert(signature, position, last_child)
    }
}

/// States of one generation.
#[derive(Debug, Default)]
struct Generation {
    number: u64,
    /// Per state: varint of twice the length of the signature, plus 1 if the state is found through its child,
    /// which is the entry before; signature; varint position.
    arena: Vec<u8>,
    /// Per place: hash, then offset in the arena plus 1; 0: free. The place follows from the hash's high bits.
    table: Vec<(u32, u32)>,
    in_table: usize,
    newest: Option<Entry>,
}

const FIRST_TABLE: usize = 1 << 10;
/// Most bytes of varints around a signature.
const VARINTS: usize = 15;

impl Generation {
    /// Bytes in use once a signature is added.
    fn bytes_with(&self, signature: &[u8]) -> usize {
        // while it grows, the old table and one of twice its size are held
        let table = if self.must_grow() {
            3 * self.table.len().max(FIRST_TABLE / 2)
        } else {
            self.table.len()
        };
        let arena = self.arena.len() + signature.len() + VARINTS;
        // offsets in the arena have 32 bits
        if arena >= u32::MAX as usize {
            usize::MAX
        } else {
            arena + table * size_of::<(u32, u32)>()
        }
    }

    /// Three quarters full at most.
    fn must_grow(&self) -> bool {
        (self.in_table + 1) * 4 > self.table.len() * 3
    }

    /// The state that stands behind its child, if it has this signature.
    fn behind(&self, child: Entry, signature: &[u8]) -> Option<Entry> {
        self.entry_at(child.end, true, signature)
    }

    fn find(&self, hash: u32, signature: &[u8]) -> Option<Entry> {
        if self.in_table == 0 {
            return None;
        }
        let mut place = place(hash, self.table.len());
        loop {
            let (found, offset) = self.table[place];
            if offset == 0 {
                return None;
            }
            if found == hash
                && let Some(entry) = self.entry_at(offset - 1, false, signature)
            {
                return Some(entry);
            }
            place = (place + 1) & (self.table.len() - 1);
        }
    }

    /// The state at an offset, if it has this signature and is found in this way.
    fn entry_at(&self, offset: u32, through_child: bool, signature: &[u8]) -> Option<Entry> {
        let (length, rest) = read_varint(&self.arena[offset as usize..])?;
        if length != length_code(signature, through_child) {
            return None;
        }
        let (position, behind) = read_varint(rest.strip_prefix(signature)?)?;
        Some(self.entry(position, self.arena.len() - behind.len()))
    }

    fn entry(&self, position: u64, end: usize) -> Entry {
        let end = u32::try_from(end).expect("a generation is replaced before 4 GiB");
        Entry {
            position,
            generation: self.number,
            end,
        }
    }

    fn insert(&mut self, signature: &[u8], position: u64, last_child: Option<Entry>) -> Entry {
        let through_child = last_child.is_some() && last_child == self.newest;
        let offset = self.arena.len();
        write_varint(length_code(signature, through_child), &mut self.arena);
        self.arena.extend_from_slice(signature);
        write_varint(position, &mut self.arena);
        let entry = self.entry(position, self.arena.len());
        self.newest = Some(entry);
        if !through_child {
            if self.must_grow() {
                self.grow();
            }
            self.place(
                hash(signature),
                u32::try_from(offset + 1).expect("before the end"),
            );
            self.in_table += 1;
        }
        entry
    }

    fn place(&mut self, hash: u32, offset: u32) {
        let mut place = place(hash, self.table.len());
        while self.table[place].1 != 0 {
            place = (place + 1) & (self.table.len() - 1);
        }
        self.table[place] = (hash, offset);
    }

    fn grow(&mut self) {
        let size = (2 * self.table.len()).max(FIRST_TABLE);
        let old = std::mem::replace(&mut self.table, vec![(0, 0); size]);
        for (hash, offset) in old.into_iter().filter(|&(_, offset)| offset != 0) {
            self.place(hash, offset);
        }
    }
}

fn length_code(signature: &[u8], through_child: bool) -> u64 {
    2 * signature.len() as u64 + u64::from(through_child)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low half of the hash is enough"
)]
fn hash(signature: &[u8]) -> u32 {
    xxh3_64(signature) as u32
}

/// The first place to look at in a table whose size is a power of two. Neighbours stay neighbours when the
/// table grows.
fn place(hash: u32, size: usize) -> usize {
    ((u64::from(hash) * size as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(i: u64) -> Vec<u8> {
        format!("state {i}").into_bytes()
    }

    #[test]
    fn finds_what_fits_and_forgets_the_least_recently_used() {
        let mut register = Register::new(1 << 16);
        let position = |found: Option<Entry>| found.map(|entry| entry.position);
        for i in 0..100_000 {
            assert_eq!(register.find(&signature(i), None), None);
            register.insert(&signature(i), 7 * i, None);
            assert_eq!(
                position(register.find(&signature(0), None)),
                Some(0),
                "used all the time"
            );
            assert_eq!(position(register.find(&signature(i), None)), Some(7 * i));
        }
        assert_eq!(register.find(&signature(1), None), None);
        let bytes = |g: &Generation| g.arena.len() + g.table.len() * 8;
        assert!(bytes(&register.young) + bytes(&register.old) <= 1 << 16);
    }

    #[test]
    fn chains_are_found_through_their_children() {
        for memory in [1 << 20, 1 << 15] {
            let mut register = Register::new(memory);
            let mut child = None;
            for i in 0..500 {
                child = Some(register.insert(&signature(i), 10 * i, child));
            }
            assert!(register.young.in_table < 10);
            register.insert(b"other", 1, None);
            let mut found = register.find(&signature(0), None);
            for i in 0..500 {
                assert_eq!(found.map(|entry| entry.position), Some(10 * i));
                assert_eq!(register.find(b"no such state", found), None);
                found = register.find(&signature(i + 1), found);
            }
            assert_eq!(found, None);
            assert_eq!(
                register.find(&signature(9), None),
                None,
                "not without the child"
            );
        }
    }

    #[test]
    fn a_hash_is_not_an_identity() {
        let mut generation = Generation::default();
        for (signature, position) in [(b"a", 1), (b"b", 2)] {
            let offset = u32::try_from(generation.arena.len() + 1).unwrap();
            generation.insert(signature, position, None);
            generation.table.fill((0, 0));
            generation.place(42, offset);
        }
        generation.place(42, 1);
        assert_eq!(generation.find(42, b"a").map(|e| e.position), Some(1));
        assert_eq!(generation.find(42, b"b").map(|e| e.position), Some(2));
        assert_eq!(generation.find(42, b"c"), None);
    }
}
