//! Builds read back: round trips, determinism, merge, placement.

mod support;

mod determinism;
mod placement;
mod round_trip;
