//! The command line as its users meet it: exit codes, texts, files.
#![forbid(unsafe_code)]
#![expect(
    clippy::format_collect,
    reason = "rows for a test: what is read easily matters more"
)]

mod accounting;
mod determinism;
mod errors;
mod find;
mod help;
mod index;
mod inputs;
mod interruption;
mod lookups;
mod merging;
mod outputs;
mod queries;
mod round_trip;
mod tool;
