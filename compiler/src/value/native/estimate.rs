//! Numbers in estimates, where the last bits do not matter.

/// A number of things.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
pub(super) fn rough(n: usize) -> f64 {
    n as f64
}

/// So many times a number of things.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate, which is no less than 0"
)]
pub(super) fn times(n: usize, ratio: f64) -> u64 {
    (rough(n) * ratio) as u64
}
