//! Memory of this process, as the kernel counts it.

use std::fs;

/// Bytes resident now; 0 where the kernel does not tell.
pub(crate) const RESIDENT: &str = "VmRSS:";

/// One of the kernel's counts.
pub(crate) fn count(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    1024 * kib.unwrap_or(0usize)
}
