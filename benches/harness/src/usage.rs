//! What the kernel counted for this process.

use std::fs;

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};

/// Page faults so far.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// Those that waited for the disk.
    pub major: u64,
    /// Those that found the page in memory.
    pub minor: u64,
}

impl Faults {
    /// Of all threads.
    pub fn now() -> Result<Self> {
        let usage = getrusage(UsageWho::RUSAGE_SELF)?;
        Ok(Self {
            major: u64::try_from(usage.major_page_faults())?,
            minor: u64::try_from(usage.minor_page_faults())?,
        })
    }
}

/// Bytes that the disk delivered to this process so far.
pub fn read_bytes() -> Result<u64> {
    field("/proc/self/io", "read_bytes:")
}

/// Resident memory in KiB.
pub fn rss_kib() -> Result<u64> {
    field("/proc/self/status", "VmRSS:")
}

/// The number in the line of a file that starts with `name`.
pub fn field(path: &str, name: &str) -> Result<u64> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_ascii_whitespace().next())
        .and_then(|number| number.parse().ok())
        .with_context(|| format!("no {name} in {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_faults() {
        assert!(rss_kib().unwrap() > 0 && Faults::now().unwrap().minor > 0);
        read_bytes().unwrap();
        assert!(field("/proc/self/status", "NoSuchField:").is_err());
    }
}
