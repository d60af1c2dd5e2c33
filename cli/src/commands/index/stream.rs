//! Rows of standard input that become changes as they come.

use std::num::NonZero;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use crate::error::Exit;
use crate::interrupt;
use crate::stdio::{InputRows, Output};

/// Rows read ahead.
const AHEAD: usize = 256;
/// How soon an interruption is noted while no rows come.
const PATIENCE: Duration = Duration::from_millis(50);

/// How the rows of standard input are written.
#[derive(Debug, clap::Args)]
pub(super) struct StreamArgs {
    /// Rows of standard input that are written together, all or none
    #[arg(long, value_name = "ROWS", default_value = "1")]
    group: NonZero<usize>,

    /// Print the number of rows so far whenever rows of standard input have been written, as durable as the index was created for
    #[arg(long)]
    acknowledge: bool,
}

impl StreamArgs {
    /// Reads rows of standard input, and writes them group by group. What came before a row that is wrong is written.
    pub(super) fn each_group<T>(
        &self,
        longest: usize,
        read: impl Fn(&[u8]) -> Result<T>,
        write: impl Fn(&[T]) -> Result<()>,
    ) -> Result<Exit> {
        interrupt::watch()?;
        let input = Rows::read(longest)?;
        let mut group = Group {
            parts: Vec::new(),
            rows: 0,
            write,
            acknowledge: self.acknowledge.then(Output::new),
        };
        while let Some(row) = input.next()? {
            let place = || format!("<stdin>:{}", group.rows + 1);
            match read(&row).with_context(place) {
                Ok(part) => group.parts.push(part),
                Err(e) => return group.end().and(Err(e)),
            }
            group.rows += 1;
            if group.parts.len() >= self.group.get() {
                group.end()?;
            }
        }
        group.end()?;
        Ok(Exit::Success)
    }
}

/// What is to be written together.
struct Group<T, W> {
    parts: Vec<T>,
    /// Rows read so far.
    rows: u64,
    write: W,
    /// Where it is told that a group was written.
    acknowledge: Option<Output>,
}

impl<T, W: Fn(&[T]) -> Result<()>> Group<T, W> {
    /// Writes the group, and begins another.
    fn end(&mut self) -> Result<()> {
        if self.parts.is_empty() {
            return Ok(());
        }
        let rows = self.rows;
        (self.write)(&self.parts).with_context(|| format!("<stdin>:{rows}"))?;
        self.parts.clear();
        if let Some(output) = &mut self.acknowledge {
            let line = format!("{rows}\n");
            output.buffer().extend_from_slice(line.as_bytes());
            output.flush()?;
        }
        Ok(())
    }
}

/// Rows that a thread reads, so that waiting for them can be interrupted.
struct Rows(Receiver<Result<Vec<u8>>>);

impl Rows {
    fn read(longest: usize) -> Result<Self> {
        let (sender, rows) = bounded(AHEAD);
        let read = move || {
            let mut input = InputRows::new();
            loop {
                let mut row = Vec::new();
                let sent = match input.next(&mut row, longest) {
                    Ok(true) => sender.send(Ok(row)),
                    Ok(false) => return,
                    Err(e) => sender.send(Err(e)),
                };
                if sent.is_err() {
                    return;
                }
            }
        };
        // not waited for: one that waits for standard input must not keep the process
        thread::Builder::new()
            .name("read".to_owned())
            .spawn(read)
            .context("a thread cannot be started")?;
        Ok(Rows(rows))
    }

    /// The next row; nothing at the end.
    fn next(&self) -> Result<Option<Vec<u8>>> {
        loop {
            interrupt::check()?;
            match self.0.recv_timeout(PATIENCE) {
                Ok(row) => return row.map(Some),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    }
}
