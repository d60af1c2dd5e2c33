//! Memory a piece of work takes, as the kernel counts it: in a process of its own, where no memory freed before is
//! used again.

use std::env;
use std::fs;
use std::process::Command;

/// The word that has a benchmark measure memory once instead of times.
const MEASURE: &str = "--measure-memory";

/// Runs this program again, which then finds `what` in [`wanted`] and prints what it measures.
pub(crate) fn measure(what: [&str; 2]) {
    let status = env::current_exe()
        .and_then(|program| Command::new(program).arg(MEASURE).args(what).status());
    assert!(status.is_ok_and(|status| status.success()));
}

/// What this process is to measure, if it is one of [`measure`].
pub(crate) fn wanted() -> Option<[String; 2]> {
    let mut arguments = env::args().skip(1);
    let wanted = arguments.next().is_some_and(|first| first == MEASURE);
    wanted.then(|| [arguments.next(), arguments.next()].map(Option::unwrap_or_default))
}

/// Most bytes resident while `work` runs, above those before; with what the work gives.
pub(crate) fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    // 5 sets the peak back to what is resident now
    fs::write("/proc/self/clear_refs", "5").expect("a kernel that counts");
    let before = resident("VmRSS:");
    let done = work();
    (done, resident("VmHWM:").saturating_sub(before))
}

fn resident(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    1024 * kib.unwrap_or(0usize)
}
