//! The file formats: every layout byte of a dictionary and of an index stands in this module.
//!
//! ```text
//! offset 0   8 bytes   "KEYVIFSA"                     MAGIC
//!            record    header                         properties::Header
//!            record    sparse array properties        properties::ArrayProperties
//!            N bytes   labels, one per slot           transition
//!            2N bytes  transitions, u16le per slot    transition
//! ---------- kinds string, json, float-vector ----------------------------
//!            record    value properties               value::ValueProperties
//!            M bytes   values                         value
//! ---------- secondary-key dictionaries ----------------------------------
//!            a second whole file of kind string       secondary value -> code
//! ```
//!
//! A record is a `u32be` length and that many bytes of JSON ([`record`]). Nothing is aligned. Bytes after
//! the last section are ignored. `docs/format.md` describes the whole of it.

pub mod checksum;
pub mod deleted;
pub mod filter;
pub mod log;
pub mod native;
pub mod partitions;
pub mod properties;
pub mod record;
mod seal;
pub mod toc;
pub mod transition;
pub mod value;
pub mod varint;
pub mod vector;

/// The first eight bytes of a dictionary.
pub const MAGIC: &[u8; 8] = b"KEYVIFSA";

/// File versions that are read.
pub const VERSIONS: std::ops::RangeInclusive<u64> = 2..=3;

/// A length or position of the file as an index into memory.
///
/// Files are mapped whole, so on a machine of 32 bit a value that does not fit lies outside of any file;
/// it becomes `usize::MAX`, which every bounds check refuses.
pub fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
