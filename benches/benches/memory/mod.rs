//! Memory of this process, as the kernel counts it; 0 where it does not tell.

use std::fs;

/// What `work` gives, and the bytes resident in the end, above those before.
pub(crate) fn kept<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = status("VmRSS:");
    let done = work();
    (done, status("VmRSS:").saturating_sub(before))
}

/// What `work` gives, and the most bytes resident meanwhile, above those before.
pub(crate) fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    // 5 sets the peak back to what is resident now
    let reset = fs::write("/proc/self/clear_refs", "5");
    let before = status("VmRSS:");
    let done = work();
    let peak = reset.map_or(0, |()| status("VmHWM:"));
    (done, peak.saturating_sub(before))
}

fn status(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    1024 * kib.unwrap_or(0usize)
}
