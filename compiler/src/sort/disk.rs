//! Runs on disk, written while rows go on coming.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use super::chain::{Chain, ChainReader};
use super::delivery::join;
use super::merge::Merge;
use super::run::{Run, RunWriter};
use crate::error::{Error, Result};
use crate::options::OnDuplicate;

/// Runs that are merged at once; more are merged into fewer first, so that neither open files nor read buffers grow with
/// the input.
const FAN_IN: usize = 64;
/// Bytes of a run that are read at a time.
pub(super) const WINDOW: usize = 1 << 17;
/// Rows between two looks at whether they are still wanted.
const INTERVAL: u64 = 4096;

/// The runs on disk, at rest or being written to.
pub(super) struct Disk {
    state: State,
    /// Set when nobody wants the rows any more.
    stopped: Arc<AtomicBool>,
}

enum State {
    Idle(Box<Runs>),
    Busy(JoinHandle<Result<Box<Runs>>>),
    /// After an error, which was told.
    Failed,
}

/// What is on disk.
pub(super) struct Runs {
    folder: PathBuf,
    on_duplicate: OnDuplicate,
    /// Oldest first.
    pub(super) finished: Vec<Arc<Run>>,
    /// The run that still grows, as long as rows come in order.
    open: Option<RunWriter>,
    /// Rows that were dropped for their key.
    pub(super) duplicates: u64,
    stopped: Arc<AtomicBool>,
}

impl Disk {
    /// Without runs; they will go to `folder`.
    pub(super) fn new(folder: PathBuf, on_duplicate: OnDuplicate) -> Self {
        let stopped = Arc::new(AtomicBool::new(false));
        Disk {
            state: State::Idle(Box::new(Runs {
                folder,
                on_duplicate,
                finished: Vec::new(),
                open: None,
                duplicates: 0,
                stopped: stopped.clone(),
            })),
            stopped,
        }
    }

    /// Whether nothing is being written.
    pub(super) fn is_idle(&self) -> bool {
        match &self.state {
            State::Busy(writing) => writing.is_finished(),
            State::Idle(_) | State::Failed => true,
        }
    }

    /// Starts to write the rows of these chains, oldest first, when those before are written.
    pub(super) fn spill(&mut self, chains: Vec<Chain>) -> Result<()> {
        let mut runs = self.wait()?;
        let writing = thread::Builder::new()
            .name("spill".to_owned())
            .spawn(move || runs.spill(chains).map(|()| runs))
            .map_err(|e| Error::io("a thread".as_ref(), e))?;
        self.state = State::Busy(writing);
        Ok(())
    }

    /// The runs when all is written.
    pub(super) fn finish(mut self) -> Result<Box<Runs>> {
        let mut runs = self.wait()?;
        runs.close()?;
        Ok(runs)
    }

    fn wait(&mut self) -> Result<Box<Runs>> {
        match std::mem::replace(&mut self.state, State::Failed) {
            State::Idle(runs) => Ok(runs),
            State::Busy(writing) => join(writing),
            State::Failed => Err(Error::Cancelled),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

impl Runs {
    fn spill(&mut self, chains: Vec<Chain>) -> Result<()> {
        let mut rows = self.merge(chains)?;
        if !rows.advance()? {
            return Ok(());
        }
        let mut open = match self.open.take() {
            Some(open) if open.last_key() < rows.key() => open,
            other => {
                self.open = other;
                self.close()?;
                RunWriter::in_file(&self.folder)?
            }
        };
        self.write(rows, &mut open)?;
        self.open = Some(open);
        Ok(())
    }

    /// Ends the run that grows. When there are too many, all are merged into one.
    fn close(&mut self) -> Result<()> {
        if let Some(open) = self.open.take() {
            self.finished.push(Arc::new(open.finish()?));
        }
        if self.finished.len() == FAN_IN {
            let chains = self.finished.drain(..).map(|run| vec![run]).collect();
            let mut rows = self.merge(chains)?;
            let mut merged = RunWriter::in_file(&self.folder)?;
            if rows.advance()? {
                self.write(rows, &mut merged)?;
            }
            self.finished.push(Arc::new(merged.finish()?));
        }
        Ok(())
    }

    fn merge(&self, chains: Vec<Chain>) -> Result<Merge<ChainReader>> {
        let readers = chains
            .into_iter()
            .map(|chain| ChainReader::new(chain, WINDOW));
        Merge::new(readers.collect(), self.on_duplicate)
    }

    /// Writes the rows from the current one on.
    fn write(&mut self, mut rows: Merge<ChainReader>, run: &mut RunWriter) -> Result<()> {
        let mut written = 0u64;
        loop {
            run.write(rows.key(), rows.current().value())?;
            written += 1;
            if written.is_multiple_of(INTERVAL) && self.stopped.load(Ordering::Relaxed) {
                return Err(Error::Cancelled);
            }
            if !rows.advance()? {
                self.duplicates += rows.duplicates();
                return Ok(());
            }
        }
    }
}
