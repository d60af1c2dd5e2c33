//! What happens in the background.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::core::{Core, State};
use super::merge::Run;
use super::policy::choose;
use crate::error::{Error, Result};

/// How long to wait after something failed.
const PAUSE: Duration = Duration::from_secs(1);

/// The threads of a writer.
#[derive(Debug, Default)]
pub(crate) struct Keeper {
    threads: Vec<JoinHandle<()>>,
}

impl Keeper {
    /// Starts them.
    pub(crate) fn start(core: &Arc<Core>) -> Result<Self> {
        let mut keeper = Keeper::default();
        if core.has_background() {
            keeper.spawn(core, Core::keep)?;
        }
        if core.settings.durability.interval().is_some() {
            keeper.spawn(core, |core| core.keep_log())?;
        }
        Ok(keeper)
    }

    fn spawn(&mut self, core: &Arc<Core>, work: fn(&Arc<Core>)) -> Result<()> {
        let shared = core.clone();
        match thread::Builder::new().spawn(move || work(&shared)) {
            Ok(thread) => self.threads.push(thread),
            Err(e) => {
                std::mem::take(self).stop(core);
                return Err(Error::io(core.store.storage.path(), e));
            }
        }
        Ok(())
    }

    /// Ends them; merges are given up.
    pub(crate) fn stop(self, core: &Core) {
        let state = core.state();
        core.closing.store(true, Ordering::Relaxed);
        drop(state);
        core.wake.notify_all();
        for thread in self.threads {
            // a panic was our bug and has been told
            let _ = thread.join();
        }
    }
}

impl Core {
    /// Makes segments of what was written, and merges them.
    fn keep(self: &Arc<Self>) {
        let mut merges: Vec<JoinHandle<()>> = Vec::new();
        let mut state = self.state();
        while !self.is_closing() {
            let rest = state
                .retry
                .map(|retry| retry.duration_since(Instant::now()));
            let pause = rest.filter(|rest| !rest.is_zero());
            if pause.is_none() && self.is_flush_due(&state) {
                drop(state);
                let flushed = self.flush();
                state = self.state();
                self.note(&mut state, flushed);
                continue;
            }
            if pause.is_none()
                && let Some(run) = self.next_merge(&mut state)
            {
                drop(state);
                merges.retain(|merge| !merge.is_finished());
                merges.extend(self.merge_in_background(run));
                state = self.state();
                continue;
            }
            let timer = self.flush_timer(&state);
            state = self.sleep(state, pause.into_iter().chain(timer).min());
        }
        drop(state);
        for merge in merges {
            let _ = merge.join();
        }
    }

    /// Hands the log over at intervals.
    fn keep_log(&self) {
        let Some(interval) = self.settings.durability.interval() else {
            return;
        };
        let mut next = Instant::now() + interval;
        let mut state = self.state();
        while !self.is_closing() {
            let rest = next.duration_since(Instant::now());
            if rest.is_zero() {
                drop(state);
                // what goes wrong breaks the log, and is told to whoever writes next
                let _ = self.log.commit(self.log.last(), self.store.syncs);
                next = Instant::now() + interval;
                state = self.state();
            } else {
                state = self.sleep(state, Some(rest));
            }
        }
    }

    fn sleep<'s>(
        &self,
        state: MutexGuard<'s, State>,
        timeout: Option<Duration>,
    ) -> MutexGuard<'s, State> {
        if let Some(timeout) = timeout {
            let waited = self.wake.wait_timeout(state, timeout);
            waited.unwrap_or_else(PoisonError::into_inner).0
        } else {
            let waited = self.wake.wait(state);
            waited.unwrap_or_else(PoisonError::into_inner)
        }
    }

    /// Whether it is time to make a segment: when the table is full or old, but not while there are too many segments.
    fn is_flush_due(&self, state: &State) -> bool {
        if state.segments.len() >= self.settings.max_segments {
            return false;
        }
        let old = self.flush_timer(state).is_some_and(|rest| rest.is_zero());
        let failed = state.frozen.is_some() && state.retry.is_some();
        old || state.table.bytes() >= self.settings.table_bytes || failed
    }

    /// How long until the table is old.
    fn flush_timer(&self, state: &State) -> Option<Duration> {
        let interval = self.settings.flush_interval;
        let since = state.since.filter(|_| !interval.is_zero())?;
        if state.segments.len() >= self.settings.max_segments {
            return None;
        }
        Some(interval.saturating_sub(since.elapsed()))
    }

    fn next_merge(&self, state: &mut State) -> Option<Run> {
        if state.merges_held || state.merges >= self.settings.max_merges {
            return None;
        }
        let settings = &self.settings;
        let run = choose(
            &state.candidates(),
            settings.merge_width,
            settings.max_segments,
        )?;
        Some(Run::begin(state, run))
    }

    fn merge_in_background(self: &Arc<Self>, run: Run) -> Option<JoinHandle<()>> {
        let core = self.clone();
        let run = Arc::new(run);
        let work = {
            let run = run.clone();
            move || {
                let merged = core.merge(&run, None);
                let mut state = core.state();
                core.note(&mut state, merged);
            }
        };
        match thread::Builder::new().spawn(work) {
            Ok(thread) => Some(thread),
            Err(e) => {
                let mut state = self.state();
                run.end(&mut state);
                let failed = Err(Error::io(self.store.storage.path(), e));
                self.note(&mut state, failed);
                None
            }
        }
    }

    /// Remembers what went wrong, until somebody can be told.
    fn note(&self, state: &mut State, result: Result<()>) {
        match result {
            Ok(()) => state.retry = None,
            Err(Error::Cancelled) if self.is_closing() => {}
            Err(e) => {
                state.failure = Some(e);
                state.retry = Some(Instant::now() + PAUSE);
            }
        }
        self.ended.notify_all();
        self.wake.notify_all();
    }
}
