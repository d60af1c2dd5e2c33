//! Compiles key-value input of any size into dictionaries, in bounded memory.
//!
//! * [`Compiler`] takes rows in any order, sorts them, on disk where memory does not suffice, and builds the
//!   file.
//! * [`Generator`] takes sorted keys and builds the file as they come.
//! * [`Merger`] makes one dictionary of several.
//! * [`VectorWriter`] writes values addressed by position.
//!
//! The automaton is minimised and packed while the keys pass: neither keys nor automaton are ever whole in
//! memory. A file appears under its name when it is complete and on disk; a build that fails leaves nothing
//! behind and an existing file as it was.
#![forbid(unsafe_code)]

mod bits;
mod compiler;
mod error;
mod generator;
mod merge;
mod options;
mod output;
mod overflow;
mod progress;
mod register;
mod secondary;
mod sort;
mod sparse_array;
mod spool;
mod unfinished;
mod value;
mod vector;

pub use compiler::Compiler;
pub use error::{Error, Result, RowError};
pub use generator::{Generator, Summary};
pub use keyfold_reader::format::checksum::Rows;
pub use merge::{MergeMode, Merger};
pub use options::{MIN_MEMORY_LIMIT, OnDuplicate, Options};
pub use progress::{Callback, Progress};
pub use value::{Encoder, Input};
pub use vector::VectorWriter;

/// Parts that the benchmarks measure by themselves. Not part of the interface.
#[doc(hidden)]
pub mod internals {
    pub use crate::register::{Entry, Register};
    pub use crate::sort::{Merge, RowSource, SortOptions, Sorted, Sorter, Source};
}

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
