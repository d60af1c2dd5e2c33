//! Reads keyfold and keyvi dictionaries: immutable key-value indexes served from memory-mapped, shared pages.
//!
//! A [`Dictionary`] is one file: a finite-state automaton over the keys beside a value store. It is
//! opened without loading anything, is cheap to clone, and may be used from any number of threads and
//! processes, which all share one copy of the pages.
//!
//! ```no_run
//! use keyfold_reader::Dictionary;
//!
//! let cities = Dictionary::open("cities.kv")?;
//! if let Some(value) = cities.get(b"Oslo, Oslo, NO")? {
//!     println!("{}", value.text()?);
//! }
//! let mut scan = cities.prefix(b"Oslo")?;
//! while scan.advance()? {
//!     println!("{}", String::from_utf8_lossy(scan.key()));
//! }
//! # Ok::<(), keyfold_reader::Error>(())
//! ```
//!
//! * [`Dictionary`]: exact look-ups, ordered scans, prefixes of a text, statistics, verification.
//! * [`SecondaryDictionary`]: the same under exact fields such as a tenant.
//! * [`ValueVector`]: values addressed by position.
//! * [`Entries`]: fuzzy look-ups, completions and other queries, over one dictionary or several at once.
//! * [`index::Index`]: a folder of dictionaries that count as one, while a writer changes it.
//! * [`keyvi`]: the same queries with keyvi's own answers.
//! * [`Value`]: one stored value: raw, as text, as JSON, as MessagePack, or decoded through serde.
//! * [`fsa`]: the stored automaton, for traversals of your own.
//! * [`mod@format`]: the bytes of the file.
//!
//! Keys are bytes, 1 to [`MAX_KEY_LEN`] of them; they need not be UTF-8 and may hold NUL. The empty key is
//! never stored, so looking it up is a miss. A damaged file never causes undefined behaviour, a panic, an
//! endless loop or unbounded allocation: a look-up that meets damage ends with a [`FormatError`] naming
//! file, section and offset, or with a miss.

pub mod automaton;
pub mod format;
pub mod fsa;
pub mod index;

mod bytes;
mod dictionary;
mod entries;
mod error;
mod key_set;
mod matched;
mod mmap;
mod prefetch;
mod process;
mod query;
mod scan;
mod secondary;
mod secondary_scan;
mod simd;
mod statistics;
mod text;
mod value;
mod vector;
mod verify;

pub use bytes::{Bytes, LoadingStrategy};
pub use dictionary::{Dictionary, MAX_KEY_LEN};
pub use entries::{Entries, Matches, Source};
pub use error::{Error, Fault, FormatError, Result, Section};
pub use key_set::KeySet;
pub use matched::Match;
pub use process::Process;
pub use query::{Completion, keyvi};
pub use scan::Scan;
pub use secondary::{SecondaryDictionary, View};
pub use secondary_scan::SecondaryScan;
pub use statistics::Statistics;
pub use text::{
    Boundaries, Finder, Folder, Overlap, SPELLING, SeparatorInKey, Span, Spans, TextRule,
};
pub use value::{
    Blob, Compression, Compressor, DecompressError, FloatError, JsonError, MAX_VALUE_LEN,
    MsgpackError, MsgpackToken, Precision, Value, ValueKind, ValueStore, json_or_text_to_msgpack,
    json_skip, json_string, json_to_msgpack, msgpack, msgpack_to_json, parse_floats, read_msgpack,
    skip_msgpack, write_floats_exact, write_floats_g, write_json_string,
};
pub use vector::ValueVector;
pub use verify::{Soundness, verify};
