//! Bytes in flight, bounded.

use std::sync::{Condvar, Mutex, PoisonError};

/// A number of bytes that those who read take from, and those who are done give back to.
pub(crate) struct Budget {
    limit: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    used: usize,
    closed: bool,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Self {
        Budget {
            limit,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Waits until there is room for `bytes`, or nothing else is in flight; false when nobody wants more.
    pub(crate) fn take(&self, bytes: usize) -> bool {
        let full = |state: &mut State| {
            !state.closed && state.used > 0 && state.used.saturating_add(bytes) > self.limit
        };
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self
            .changed
            .wait_while(state, full)
            .unwrap_or_else(PoisonError::into_inner);
        state.used += bytes;
        !state.closed
    }

    pub(crate) fn give_back(&self, bytes: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.used -= bytes;
        self.changed.notify_one();
    }

    /// Nobody wants more.
    pub(crate) fn close(&self) {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .closed = true;
        self.changed.notify_all();
    }
}
