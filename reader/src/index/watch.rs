//! Automatic refresh.

mod notification;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use super::opened::Opened;
use crate::error::{Error, Result};
use notification::Notification;

/// Longest time that the thread sleeps. It ends so much later than the index is dropped, at most.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// Shortest time between two looks at a folder that tells of no changes.
const SHORTEST_SLEEP: Duration = Duration::from_millis(1);

/// A thread that refreshes an index, and what tells whether it lives: after a fork it does not.
#[derive(Debug)]
pub(super) struct Watch {
    interval: Duration,
    started: Instant,
    /// When it last gave a sign of life, in milliseconds from the start.
    seen: AtomicU64,
}

impl Watch {
    pub(super) fn new(interval: Duration) -> Self {
        Watch {
            interval: interval.max(SHORTEST_SLEEP),
            started: Instant::now(),
            seen: AtomicU64::new(0),
        }
    }

    /// Starts the thread. It ends by itself once the index is dropped.
    pub(super) fn start(&self, index: &Arc<Opened>, folders: &[PathBuf]) -> Result<()> {
        let notification = Notification::of(folders);
        // what changed since the index was opened is seen by the first refresh
        let (interval, sleep) = (self.interval, self.sleep());
        let weak = Arc::downgrade(index);
        let thread = thread::Builder::new().name("keyfold-refresh".into());
        let started = thread.spawn(move || run(&weak, notification.as_ref(), interval, sleep));
        let path = || folders.first().cloned().unwrap_or_default();
        started.map(drop).map_err(|e| Error::io(&path(), e))
    }

    fn sleep(&self) -> Duration {
        self.interval.min(LONGEST_SLEEP)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether there has been no sign of life for so long that the caller is to refresh. Only one of several callers is told so.
    pub(super) fn is_due(&self) -> bool {
        let seen = self.seen.load(Ordering::Relaxed);
        let now = self.now();
        let longest = u64::try_from(2 * self.sleep().as_millis()).unwrap_or(u64::MAX);
        now - seen.min(now) > longest.max(2)
            && self
                .seen
                .compare_exchange(seen, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

fn run(
    index: &Weak<Opened>,
    notification: Option<&Notification>,
    interval: Duration,
    sleep: Duration,
) {
    let mut refreshed: Option<Instant> = None;
    loop {
        let Some(index) = index.upgrade() else { return };
        if refreshed.is_none_or(|at| at.elapsed() >= interval) {
            refreshed = Some(Instant::now());
            index.refresh_quietly();
        }
        if let Some(watch) = index.watch() {
            watch.seen.store(watch.now(), Ordering::Relaxed);
        }
        drop(index);
        match notification {
            Some(notification) => {
                if notification.wait(sleep) {
                    refreshed = None;
                }
            }
            None => thread::sleep(sleep),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_sign_of_life_one_caller_after_the_other_is_told_to_refresh() {
        // as in a forked process, where the thread does not run
        let watch = Watch::new(Duration::from_millis(50));
        for _ in 0..2 {
            let told = Instant::now();
            while !watch.is_due() {
                thread::yield_now();
            }
            assert!(told.elapsed() >= Duration::from_millis(99));
        }
        watch.seen.store(u64::MAX, Ordering::Relaxed);
        assert!(!watch.is_due());
    }
}
