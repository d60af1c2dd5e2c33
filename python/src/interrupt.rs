//! Queries that end on Ctrl-C.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use keyfold_reader::Entries;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;

/// Steps of a search after which the clock is looked at: some 50 µs.
const STEPS: u64 = 1 << 10;

/// How often signals are looked for.
const PAUSE: Duration = Duration::from_millis(100);

/// The entries, their queries stopped by what a signal handler raises. Queries may run with the GIL released: every 100 ms it is
/// taken for a moment.
pub(crate) fn stoppable(entries: Entries) -> Entries {
    let start = Instant::now();
    let steps = AtomicU64::new(0);
    let looked = AtomicU64::new(0);
    entries.stopped_if(move || {
        // threads that count at the same time may lose steps, which does not matter
        let step = steps.load(Ordering::Relaxed).wrapping_add(1);
        steps.store(step, Ordering::Relaxed);
        if !step.is_multiple_of(STEPS) {
            return false;
        }
        let now = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let last = looked.load(Ordering::Relaxed);
        if u128::from(now.saturating_sub(last)) < PAUSE.as_millis() {
            return false;
        }
        looked.store(now, Ordering::Relaxed);
        is_raised()
    })
}

/// Whether a signal handler raised an exception, which is then the current one of this thread.
pub(crate) fn is_raised() -> bool {
    Python::attach(|py| {
        py.check_signals()
            .map_err(|error| error.restore(py))
            .is_err()
    })
}

/// The exception that a query was stopped by.
pub(crate) fn exception() -> PyErr {
    Python::attach(PyErr::take).unwrap_or_else(|| PyKeyboardInterrupt::new_err(()))
}
