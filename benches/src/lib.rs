//! Measurements of keyfold beside other engines.
//!
//! What is measured stands in `definitions.toml`, what is promised in `targets.toml`. Every engine is a process of its own,
//! so that toolchains, allocators and memory stay apart; the processes of one comparison take turns, what they found is
//! compared, and what is reported is the median over the rounds. `compare` drives it, `prepare` makes inputs;
//! `engine-keyfold` is our end of the query protocol described in `engines/README.md`, which the crate `harness`
//! implements.
#![forbid(unsafe_code)]

pub mod build;
pub mod cgroup;
pub mod cold;
pub mod compile;
pub mod complete;
pub mod corpus;
pub mod definitions;
pub mod environment;
pub mod figures;
pub mod find;
pub mod fuzzy;
pub mod get;
pub mod get_many;
pub mod glance;
pub mod iterate;
pub mod latency;
pub mod limited;
pub mod made;
pub mod memory;
pub mod pictures;
pub mod plot;
pub mod process;
pub mod profile;
pub mod queried;
pub mod question;
pub mod record;
pub mod resident;
pub mod sampler;
pub mod scale;
pub mod server;
pub mod setting;
pub mod size;
pub mod table;
pub mod targets;
