//! Work done by other threads while the caller waits, with the GIL released, and looks for signals.
//!
//! The threads are started for the call and end with it: a process may fork between calls, and threads do not survive that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use keyfold_compiler::{Callback, Error, Result};
use pyo3::prelude::*;
use rayon::ThreadPoolBuilder;

use crate::error::{Raise, StateError};

/// How often signals are looked for, and progress is told.
pub(crate) const PAUSE: Duration = Duration::from_millis(100);

/// What worker and caller know of each other.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    stopped: AtomicBool,
    /// Rows read, and keys written.
    rows: AtomicU64,
    keys: AtomicU64,
}

impl Watch {
    /// Takes down the progress; ends the work when it is to be stopped.
    pub(crate) fn callback(self: &Arc<Self>) -> Callback {
        let watch = self.clone();
        Box::new(move |progress| {
            watch.rows.store(progress.rows_read, Ordering::Relaxed);
            watch.keys.store(progress.keys_written, Ordering::Relaxed);
            !watch.is_stopped()
        })
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    pub(crate) fn keys(&self) -> u64 {
        self.keys.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// An error where the work is to be stopped.
    pub(crate) fn go_on(&self) -> Result<()> {
        if self.is_stopped() {
            Err(Error::Cancelled)
        } else {
            Ok(())
        }
    }
}

/// Has `work` done on threads of its own, while the caller does `meanwhile`, waits, and calls `tell` every 100 ms. What either raises, or
/// a signal handler, stops the work and is raised once it has ended, unless the work ended with an error before.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    watch: &Watch,
    work: impl FnOnce() -> Result<T> + Send,
    meanwhile: impl FnOnce() -> PyResult<()>,
    mut tell: impl FnMut() -> PyResult<()>,
) -> PyResult<T> {
    // threads of the pool that all share would not survive a fork
    let pool = ThreadPoolBuilder::new()
        .build()
        .map_err(|error| StateError::new_err(error.to_string()))?;
    let (done, over) = bounded::<()>(0);
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let result = pool.install(work);
            drop(done);
            result
        });
        let mut raised = meanwhile().err();
        while raised.is_none() {
            let waited = py.detach(|| over.recv_timeout(PAUSE));
            raised = py.check_signals().and_then(|()| tell()).err();
            if waited == Err(RecvTimeoutError::Disconnected) {
                break;
            }
        }
        if raised.is_some() {
            watch.stop();
        }
        let result = match py.detach(|| worker.join()) {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        match (result, raised) {
            (Ok(_) | Err(Error::Cancelled), Some(raised)) => Err(raised),
            (result, _) => result.raise(),
        }
    })
}

/// Has `work` done on a thread of its own, and waits for it. What a signal handler raises ends the waiting, not the work.
pub(crate) fn wait<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> PyResult<T> {
    let (done, over) = bounded(1);
    let work = move || {
        // nobody may be waiting any more
        let _ = done.send(work());
    };
    let started = thread::Builder::new().spawn(work);
    started.map_err(|error| StateError::new_err(error.to_string()))?;
    loop {
        match py.detach(|| over.recv_timeout(PAUSE)) {
            Ok(result) => return result.raise(),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            // a panic was our bug and has been told
            Err(RecvTimeoutError::Disconnected) => {
                return Err(StateError::new_err("the work did not end"));
            }
        }
    }
}
