//! Times of look-ups.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Nanoseconds of each look-up, the best of three passes behind one that is not timed, and how many keys were found.
pub(crate) fn each(
    keys: &[Vec<u8>],
    mut get: impl FnMut(&[u8]) -> Result<bool>,
) -> Result<(f64, u64)> {
    let (mut best, mut found) = (Duration::MAX, 0);
    for round in 0..4 {
        found = 0;
        let start = Instant::now();
        for key in keys {
            found += u64::from(get(key)?);
        }
        if round > 0 {
            best = best.min(start.elapsed());
        }
    }
    Ok((per(best, keys.len()), found))
}

/// Nanoseconds of each of so many.
#[expect(clippy::cast_precision_loss, reason = "for people to read")]
pub(crate) fn per(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1e9 / count.max(1) as f64
}

/// Thousands per second.
#[expect(clippy::cast_precision_loss, reason = "for people to read")]
pub(crate) fn thousands(count: u64, time: Duration) -> f64 {
    count as f64 / 1e3 / time.as_secs_f64()
}

/// Bytes for each key.
#[expect(clippy::cast_precision_loss, reason = "for people to read")]
pub(crate) fn ratio(bytes: u64, keys: u64) -> f64 {
    bytes as f64 / keys.max(1) as f64
}

/// One of a thousand sorted parts of times, in microseconds.
pub(crate) fn quantile(sorted: &[Duration], of_thousand: usize) -> f64 {
    let at = sorted.len() * of_thousand / 1000;
    let time = sorted.get(at).or(sorted.last());
    time.map_or(0.0, |time| time.as_secs_f64() * 1e6)
}
