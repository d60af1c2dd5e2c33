//! How far a build is.

use crate::error::{Error, Result};

/// How far a build is. Counts only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows added.
    pub rows_read: u64,
    /// Rows that have passed a sort.
    pub rows_sorted: u64,
    /// Keys in the automaton.
    pub keys_written: u64,
    /// Bytes of keys and values added.
    pub bytes: u64,
}

/// What is told of the progress; answering false cancels the build.
pub type Callback = Box<dyn FnMut(&Progress) -> bool + Send>;

/// Rows between two calls of the callback.
const INTERVAL: u64 = 4096;

/// Counts, and tells from time to time.
#[derive(Default)]
pub(crate) struct Meter {
    pub(crate) progress: Progress,
    callback: Option<Callback>,
    ticks: u64,
}

impl Meter {
    pub(crate) fn set_callback(&mut self, callback: Callback) {
        self.callback = Some(callback);
    }

    /// To be called for every row and every key, or for several at once.
    #[inline]
    pub(crate) fn tick(&mut self, count: u64) -> Result<()> {
        let before = self.ticks / INTERVAL;
        self.ticks += count;
        if self.ticks / INTERVAL > before {
            self.report()
        } else {
            Ok(())
        }
    }

    /// Tells the progress now.
    pub(crate) fn report(&mut self) -> Result<()> {
        let goes_on = self
            .callback
            .as_mut()
            .is_none_or(|callback| callback(&self.progress));
        if goes_on {
            Ok(())
        } else {
            Err(Error::Cancelled)
        }
    }
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.progress.fmt(f)
    }
}
