//! The writer of an index beside a model of it, through crashes and power failures.

mod damage;
mod filter;
mod keyvi;
mod memory;
mod model;
mod power;
mod queries;
mod random;
mod step;
mod threads;

use std::ops::Range;

/// The seeds of a random test: so many, or `KEYFOLD_SOAK` times as many, from `KEYFOLD_SEED` on.
fn seeds(count: u64) -> Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let first = number("KEYFOLD_SEED").unwrap_or(0);
    first..first + count * number("KEYFOLD_SOAK").unwrap_or(1)
}

/// Whether a file is a segment of ours, by its name.
fn is_segment(name: &str) -> bool {
    std::path::Path::new(name).extension() == Some("kf".as_ref())
}
