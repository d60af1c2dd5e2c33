//! Made keys and values.

use anyhow::Result;
use keyfold_compiler::index::Writer;
use keyfold_reader::msgpack;

/// Rows that are written in one call.
const GROUP: usize = 1000;

/// Key and value number `n`: 20 bytes that look random, and 100 bytes of MessagePack (a bin).
pub(crate) fn row(n: u64) -> (Vec<u8>, Vec<u8>) {
    let mut bytes = Vec::new();
    for part in 0..13 {
        bytes.extend_from_slice(&mixed(n << 4 | part).to_le_bytes());
    }
    let mut value = Vec::new();
    msgpack::write_bin(&bytes[..98], &mut value);
    (key(n), value)
}

/// Key number `n`.
pub(crate) fn key(n: u64) -> Vec<u8> {
    let digits = format!("{:016x}{:04x}", mixed(n), mixed(!n) >> 48);
    digits.into_bytes()
}

/// Keys out of `keys` in random order; those from `keys` on are not stored.
pub(crate) fn asked(count: u64, first: u64, keys: u64) -> Vec<Vec<u8>> {
    let number = |n: u64| first + mixed(n ^ 0xA5A5) % keys;
    (0..count).map(|n| key(number(n))).collect()
}

/// Writes rows in groups.
pub(crate) fn write(writer: &Writer, numbers: std::ops::Range<u64>) -> Result<()> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> = numbers.map(row).collect();
    write_rows(writer, &rows)
}

/// Writes these rows in groups.
pub(crate) fn write_rows(writer: &Writer, rows: &[(Vec<u8>, Vec<u8>)]) -> Result<()> {
    for group in rows.chunks(GROUP) {
        writer.set_many(group.iter().map(|(key, value)| (&key[..], &value[..])))?;
    }
    Ok(())
}

/// `SplitMix64` (Steele and others, 2014).
fn mixed(n: u64) -> u64 {
    let mut n = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    n = (n ^ n >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    n = (n ^ n >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ n >> 31
}
