//! Measurements of keyfold beside other engines.
//!
//! What is measured stands in `definitions.toml`. Every engine is a process of its own, so that toolchains, allocators and
//! memory stay apart; the processes of one comparison take turns, what they found is compared, and what is
//! reported is the median over the rounds. `compare` drives it, `prepare` makes inputs, `engine-keyfold` is our
//! end of the query protocol described in `engines/README.md`.
#![forbid(unsafe_code)]

pub mod compile;
pub mod corpus;
pub mod definitions;
pub mod environment;
pub mod get;
pub mod made;
pub mod memory;
pub mod process;
pub mod query;
pub mod record;
pub mod sampler;
pub mod setting;
pub mod table;
