//! The index: a folder of segments that count as one dictionary, and that can be written to.
//!
//! ```text
//! index.toc                    the table of contents: which segments and logs count
//! 0123-4567-89ab-cdef.kf       a segment: a dictionary that is never changed
//! 0123-4567-89ab-cdef.kf.dk    the keys that are deleted in it
//! 0123-4567-89ab-cdef.kf.bf    a filter of its keys
//! log-0000000000000001         what was written since the last segment
//! index.lock                   locked by the writer
//! ```
//!
//! A [`Writer`] takes each change into its log and into a table in memory. From time to time the table becomes a new segment,
//! and neighbouring segments are merged. The newest segment that stores a key decides about it. A deleted key is stored too, and
//! listed as deleted, as long as an older segment stores it.
//!
//! A new table of contents replaces the last by a rename, when all files that it names are on disk: so a crash leaves
//! either the one or the other, and a log from which the rest is taken. Readers in other processes see a table and what
//! it names, and cannot disturb the writer.

mod build;
mod change;
mod contents;
mod core;
mod documents;
mod durability;
mod filter;
mod flush;
mod keeper;
mod lock;
mod log;
mod merge;
mod partitioned;
mod policy;
mod random;
mod read;
mod recovery;
mod report;
mod segment;
mod settings;
mod storage;
mod store;
mod table;
mod writer;

pub use change::Change;
pub use documents::FieldPattern;
pub use durability::Durability;
pub use partitioned::PartitionedWriter;
pub use report::Report;
pub use settings::Settings;
pub use storage::{Disk, Storage, StorageFile, SyncPoint};
pub use writer::Writer;
