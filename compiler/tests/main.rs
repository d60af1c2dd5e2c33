//! Builds read back: round trips, determinism, merge, placement.

mod support;

mod corruption;
mod determinism;
mod format_document;
mod merge;
mod placement;
mod round_trip;
mod secondary;
mod vector;
