//! Builds read back: round trips, determinism, merge, placement.

mod support;

mod corruption;
mod determinism;
mod format_document;
mod get_many;
mod index;
mod layouts;
mod merge;
mod ordinals;
mod placement;
mod queries;
mod round_trip;
mod secondary;
mod snapshot;
mod text;
mod text_rule;
mod vector;
