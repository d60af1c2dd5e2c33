//! Compiles key-value input of any size into dictionaries, in bounded memory.
//!
//! * [`Compiler`] takes rows in any order, sorts them, on disk where memory does not suffice, and builds the
//!   file.
//! * [`Generator`] takes sorted keys and builds the file as they come.
//! * [`Merger`] makes one dictionary of several.
//! * [`index::Writer`] writes an index: a folder of dictionaries that takes changes.
//! * [`VectorWriter`] writes values addressed by position.
//!
//! A native file is folded while the keys pass, by models trained on a sample of the rows; the automaton of a keyvi file
//! is minimised and packed meanwhile: neither keys nor automaton are ever whole in memory. A file appears under its name when it is complete and on disk; a build that fails leaves nothing
//! behind and an existing file as it was.
#![forbid(unsafe_code)]

mod bits;
mod built;
mod chunk;
mod compiler;
mod error;
mod fold;
mod generator;
pub mod index;
#[doc(hidden)]
pub mod internals;
mod keys;
mod merge;
mod native;
mod options;
mod output;
mod overflow;
mod progress;
mod register;
mod secondary;
mod sort;
mod sparse_array;
mod spool;
mod threads;
mod tokens;
mod unfinished;
mod value;
mod vector;

pub use built::Built;
pub use chunk::Chunk;
pub use compiler::Compiler;
pub use error::{Error, Result, RowError};
pub use generator::{Generator, Summary};
pub use keyfold_reader::format::checksum::Rows;
pub use merge::{MergeMode, Merger};
pub use options::{Format, MIN_MEMORY_LIMIT, OnDuplicate, Options, Profile};
pub use progress::{Callback, Progress};
pub use value::{Encoder, Input};
pub use vector::VectorWriter;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
