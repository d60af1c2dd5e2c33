//! What every measured engine does with its arguments, and how it reports.
//!
//! An engine is a program whose `main` is [`run()`] over its own [`Engine`]: it says how a file is written, opened, asked and
//! iterated; the operations, their timing and their reports are here, the same for all. `engines/README.md`
//! describes the protocol for engines in other languages.
#![forbid(unsafe_code)]

pub mod arguments;
pub mod checksum;
pub mod cold;
pub mod engine;
pub mod find;
pub mod get;
pub mod iterate;
pub mod latency;
pub mod matches;
pub mod queries;
pub mod report;
pub mod resident;
pub mod rows;
pub mod usage;

mod run;

pub use arguments::{Boundaries, Form};
pub use engine::{Access, Engine, Kind, Session};
pub use rows::Rows;
pub use run::run;
