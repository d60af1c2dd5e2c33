//! The writer of an index beside a model of it, through crashes and power failures.

mod damage;
mod keyvi;
mod memory;
mod model;
mod power;
mod queries;
mod random;
mod step;
mod threads;

/// How many times as long the random tests run: `KEYFOLD_SOAK`.
fn rounds() -> u64 {
    let soak = std::env::var("KEYFOLD_SOAK").ok();
    soak.and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// Whether a file is a segment of ours, by its name.
fn is_segment(name: &str) -> bool {
    std::path::Path::new(name).extension() == Some("kf".as_ref())
}
