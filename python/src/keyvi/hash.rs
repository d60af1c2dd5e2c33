//! keyvi's hash of keys to shards.

use md5::{Digest, Md5};
use pyo3::prelude::*;

use crate::key::Key;
use crate::number::Number;

/// The bucket of a key among `in_1`, by the jump consistent hash (Lamping and Veach, 2014) of the second half of its MD5.
/// As with keyvi, a key ends at its first NUL.
#[pyfunction(name = "JumpConsistentHashString")]
#[pyo3(signature = (in_0, in_1))]
pub(super) fn jump_consistent_hash_string(in_0: Key<'_>, in_1: Number<u32>) -> u32 {
    let key = in_0.split(|&byte| byte == 0).next().unwrap_or_default();
    let digest: [u8; 16] = Md5::digest(key).into();
    let mut hash = 0;
    for byte in &digest[8..] {
        hash = hash << 8 | u64::from(*byte);
    }
    jump(hash, in_1.0)
}

/// Of no buckets the last one, 2^32 - 1, as with keyvi.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the hash is defined by this arithmetic; all its numbers are below 2^53 and not negative"
)]
fn jump(mut hash: u64, buckets: u32) -> u32 {
    let mut bucket = u32::MAX;
    let mut next = 0_u64;
    while next < u64::from(buckets) {
        bucket = next as u32;
        hash = hash.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        let scale = (1_u64 << 31) as f64 / ((hash >> 33) + 1) as f64;
        next = ((next + 1) as f64 * scale) as u64;
    }
    bucket
}
