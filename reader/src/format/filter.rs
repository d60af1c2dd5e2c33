//! A filter of keys, the file `<segment>.bf` beside a segment of an index: it knows nearly all keys that the segment does not
//! store, so that these need not be looked up in it.
//!
//! ```text
//! +-------------------------------+-------------------------------+
//! |  4B 46 42 46 00 0D 0A 1A      |  u64le  version: 1            |  magic "KFBF\0\r\n\x1A"
//! +-------------------------------+-------------------------------+
//! |  u64le  keys of the segment   |  u64le  bytes of the segment  |
//! +-------------------------------+-------------------------------+
//! |  u64le  seed                  |  u64le  block, a power of two |
//! +-------------------------------+-------------------------------+
//! |  u64le  starts, n * block     |  u64le  checksum              |
//! +-------------------------------+-------------------------------+
//! |  starts + 2 * block bytes     fingerprints                    |
//! +---------------------------------------------------------------+
//! ```
//!
//! It is a binary fuse filter (Graf and Lemire, *Binary Fuse Filters: Fast and Smaller Than Xor Filters*, 2022) with fingerprints of
//! eight bits: of the keys that are not stored it lets one in 256 pass, of those that are stored all. [`Filter::may_have`] is the
//! whole of its reading. The checksum is the 64 bit XXH3 (seed 0) of all other bytes.

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::bytes::Bytes;
use crate::error::{Fault, Section};

/// What is appended to the name of a segment.
pub const FILTER: &str = "bf";

const MAGIC: &[u8; 8] = b"KFBF\0\r\n\x1A";
const VERSION: u64 = 1;
const HEADER: usize = 64;
const CHECKSUM: usize = 56;

/// A filter of the keys of a segment. Clones share its bytes.
#[derive(Clone, Debug)]
pub struct Filter {
    file: Bytes,
    seed: u64,
    block: u32,
    starts: u32,
}

/// What a filter is written from, and the segment that it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'f> {
    /// Keys of the segment.
    pub keys: u64,
    /// Bytes of the segment.
    pub bytes: u64,
    /// What is added to the hash of a key before it is mixed.
    pub seed: u64,
    /// Positions in which each of a key's second and third fingerprint is looked for.
    pub block: u32,
    /// Positions that the first can have.
    pub starts: u32,
    /// The fingerprints.
    pub fingerprints: &'f [u8],
}

/// The hash of a key, which filters are asked for.
#[inline]
pub fn hash(key: &[u8]) -> u64 {
    xxh3_64(key)
}

impl Filter {
    /// Reads a filter, which has to belong to a segment of so many keys and bytes. All of it is read once, for the checksum.
    pub fn read(file: Bytes, keys: u64, bytes: u64) -> Result<Self, Fault> {
        let fault = |at: usize, reason| Fault::new(Section::Filter, at as u64, reason);
        if file.len() < HEADER || !file.starts_with(MAGIC) {
            return Err(fault(0, "not a filter"));
        }
        let number = |place: usize| {
            let bytes: [u8; 8] = std::array::from_fn(|at| file[8 * place + at]);
            u64::from_le_bytes(bytes)
        };
        if number(1) != VERSION {
            return Err(fault(8, "a version that is not known"));
        }
        if number(7) != checksum(&file) {
            return Err(fault(CHECKSUM, "the checksum does not agree"));
        }
        if (number(2), number(3)) != (keys, bytes) {
            return Err(fault(16, "the filter of another segment"));
        }
        let small = |place: usize| u32::try_from(number(place)).unwrap_or(0);
        let (block, starts) = (small(5), small(6));
        let positions = u64::from(starts) + 2 * u64::from(block);
        // then no position lies outside
        let fits = block.is_power_of_two()
            && starts > 0
            && starts.is_multiple_of(block)
            && u32::try_from(positions).is_ok()
            && positions == (file.len() - HEADER) as u64;
        if !fits {
            return Err(fault(40, "not so many fingerprints"));
        }
        Ok(Filter {
            seed: number(4),
            block,
            starts,
            file,
        })
    }

    /// Whether a key with this [`hash`] can be stored. If not, it is not stored.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "positions are less than the length of the file; of the rest the low bits are wanted"
    )]
    #[inline]
    pub fn may_have(&self, hash: u64) -> bool {
        let mixed = mix(hash.wrapping_add(self.seed));
        let first = ((u128::from(mixed) * u128::from(self.starts)) >> 64) as usize;
        let block = self.block as usize;
        let second = (first + block) ^ ((mixed >> 18) as usize & (block - 1));
        let third = (first + 2 * block) ^ (mixed as usize & (block - 1));
        let fingerprints = &self.file[HEADER..];
        let found = fingerprints[first] ^ fingerprints[second] ^ fingerprints[third];
        found == (mixed ^ (mixed >> 32)) as u8
    }

    /// Bytes of the file.
    pub fn file_bytes(&self) -> u64 {
        self.file.len() as u64
    }
}

impl Parts<'_> {
    /// The file.
    pub fn write(&self) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        for number in [
            VERSION,
            self.keys,
            self.bytes,
            self.seed,
            self.block.into(),
            self.starts.into(),
            0,
        ] {
            file.extend_from_slice(&number.to_le_bytes());
        }
        file.extend_from_slice(self.fingerprints);
        let checksum = checksum(&file);
        file[CHECKSUM..HEADER].copy_from_slice(&checksum.to_le_bytes());
        file
    }
}

/// The finish of `MurmurHash3`, 64 bit: every bit of the hash acts on every bit of the result.
#[inline]
fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    hash ^ (hash >> 33)
}

fn checksum(file: &[u8]) -> u64 {
    let mut hasher = Xxh3::new();
    hasher.update(&file[..CHECKSUM]);
    hasher.update(&file[HEADER..]);
    hasher.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A filter that lets pass what mixes to a fingerprint of zero.
    fn zeros(block: u32, starts: u32) -> Vec<u8> {
        let fingerprints = vec![0; (starts + 2 * block) as usize];
        let parts = Parts {
            keys: 3,
            bytes: 99,
            seed: 7,
            block,
            starts,
            fingerprints: &fingerprints,
        };
        parts.write()
    }

    #[test]
    fn any_change_is_found() {
        let file = zeros(4, 8);
        Filter::read(file.clone().into(), 3, 99).unwrap();
        assert!(Filter::read(file.clone().into(), 3, 98).is_err());
        assert!(Filter::read(file.clone().into(), 2, 99).is_err());
        for at in 0..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 1;
            assert!(Filter::read(damaged.into(), 3, 99).is_err(), "byte {at}");
            assert!(Filter::read(file[..at].to_vec().into(), 3, 99).is_err());
        }
    }

    #[test]
    fn no_position_lies_outside() {
        for (block, starts) in [(1, 1), (4, 4), (4, 8), (256, 1024)] {
            let filter = Filter::read(zeros(block, starts).into(), 3, 99).unwrap();
            let passed = (0..100_000).filter(|n| filter.may_have(n << 40)).count();
            assert!((200..600).contains(&passed), "{passed}");
        }
        for (block, starts) in [(0, 4), (3, 6), (4, 6), (4, 0)] {
            assert!(Filter::read(zeros(block, starts).into(), 3, 99).is_err());
        }
    }
}
