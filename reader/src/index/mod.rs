//! The index: a folder of dictionaries that count as one, which one process writes and any number read.
//!
//! A folder holds a table of contents, immutable segments from the oldest to the newest, for each of them the keys that are
//! deleted in it, and the writer's logs. Where several segments store a key, the newest of them decides. `docs/format.md`
//! describes the files.
//!
//! ```
//! use keyfold_reader::index::Index;
//!
//! # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/golden/keyvi-0.7.7/index");
//! let index = Index::open(folder)?;
//! let snapshot = index.snapshot();
//! let value = snapshot.get(b"abc")?.unwrap();
//! assert_eq!(value.text()?, r#"{"segment":2,"n":0}"#);
//! for found in snapshot.entries().fuzzy(b"abc", 1, 0)? {
//!     println!("{}", String::from_utf8_lossy(&found?.key));
//! }
//! // what a writer has done since is seen from here on
//! index.refresh()?;
//! # Ok::<(), keyfold_reader::Error>(())
//! ```
//!
//! * [`Index`]: a folder, open for reading, with the latest [`Snapshot`] of it.
//! * [`Snapshot`]: an index as it was at one moment, to be asked for as long as it is held.
//! * [`Segment`]: one dictionary of an index.
//! * [`Fields`], [`Columns`]: some fields of one document, or of many.
//! * [`Schema`]: the types of the fields.

mod columns;
mod field;
mod fields;
mod filter;
mod opened;
mod part;
mod schema;
mod segment;
mod snapshot;
mod soundness;
mod statistics;
mod watch;

pub use columns::Columns;
pub use field::Field;
pub use fields::Fields;
pub use opened::{Index, IndexOptions};
pub use part::Part;
pub use schema::{FieldType, Misfit, Schema};
pub use segment::Segment;
pub use snapshot::Snapshot;
pub use soundness::IndexSoundness;
pub use statistics::{IndexStatistics, SegmentStatistics};
