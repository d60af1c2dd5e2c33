//! Rows on their way to the builder, a chunk at a time: one thread fills chunks, another one has them sorted and stored.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use keyfold_compiler::{Chunk, Compiler, Generator, Options, Result, Summary};
use pyo3::PyErr;
use pyo3::prelude::*;

use crate::background::Watch;
use crate::error::{ArgumentError, Raise, RowError};

/// Bytes of rows in a chunk, and what part of the memory limit that may be.
const CHUNK: usize = 4 << 20;
const CHUNK_SHARE: usize = 32;
/// Bytes that a chunk keeps when it is empty.
const KEPT: usize = 2 * CHUNK;
/// Rows that could not be stored whose reasons are told.
const REASONS: usize = 100;

/// The end at which rows are added.
pub(crate) struct Feed {
    chunk: Chunk,
    most: usize,
    options: Options,
    full: Option<Sender<Chunk>>,
    empty: Receiver<Chunk>,
    /// Whether rows that cannot be stored are left out.
    skip: bool,
    rejected: Arc<AtomicU64>,
    errors: Vec<(u64, String)>,
}

/// The other end.
pub(super) struct Builder {
    target: Target,
    full: Receiver<Chunk>,
    empty: Sender<Chunk>,
    rejected: Arc<AtomicU64>,
    watch: Arc<Watch>,
}

enum Target {
    Compiler(Box<Compiler>),
    Generator(Box<Generator>),
}

/// Both ends of a build; `sorted` input is written as it comes.
pub(super) fn pair(
    options: &Options,
    sorted: bool,
    skip: bool,
    watch: &Arc<Watch>,
) -> PyResult<(Feed, Builder)> {
    let target = if sorted {
        let mut generator = Generator::new(options.clone()).raise()?;
        generator.on_progress(watch.callback());
        Target::Generator(Box::new(generator))
    } else {
        let mut compiler = Compiler::new(options.clone()).raise()?;
        compiler.on_progress(watch.callback());
        Target::Compiler(Box::new(compiler))
    };
    let (full, taken) = bounded(1);
    let (emptied, empty) = unbounded();
    let rejected = Arc::new(AtomicU64::new(0));
    let feed = Feed {
        chunk: Chunk::new(options),
        most: (options.memory_limit / CHUNK_SHARE).min(CHUNK),
        options: options.clone(),
        full: Some(full),
        empty,
        skip,
        rejected: rejected.clone(),
        errors: Vec::new(),
    };
    let builder = Builder {
        target,
        full: taken,
        empty: emptied,
        rejected,
        watch: watch.clone(),
    };
    Ok((feed, builder))
}

impl Feed {
    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    pub(super) fn chunk(&mut self) -> &mut Chunk {
        &mut self.chunk
    }

    pub(super) fn is_full(&self) -> bool {
        self.chunk.bytes() >= self.most
    }

    /// Hands the chunk over, which may have to wait. False: the builder has ended, with an error.
    pub(super) fn hand_over(&mut self) -> bool {
        let next = self
            .empty
            .try_recv()
            .unwrap_or_else(|_| Chunk::new(&self.options));
        let chunk = std::mem::replace(&mut self.chunk, next);
        let full = self.full.as_ref();
        full.is_some_and(|full| full.send(chunk).is_ok())
    }

    /// Leaves a row out, if that is wanted.
    pub(super) fn reject(&mut self, py: Python<'_>, row: u64, error: PyErr) -> PyResult<()> {
        let own = error.is_instance_of::<RowError>(py) || error.is_instance_of::<ArgumentError>(py);
        let text = error.value(py).to_string();
        if self.skip {
            self.rejected.fetch_add(1, Ordering::Relaxed);
            if self.errors.len() < REASONS {
                self.errors.push((row, text));
            }
            return Ok(());
        }
        let text = format!("row {row}: {text}");
        if own {
            return Err(PyErr::from_type(error.get_type(py), text));
        }
        let raised = RowError::new_err(text);
        raised.set_cause(py, Some(error));
        Err(raised)
    }

    /// Hands over what is left and ends the rows; which could not be stored.
    pub(super) fn close(&mut self) -> Vec<(u64, String)> {
        Python::attach(|py| py.detach(|| self.hand_over()));
        self.full = None;
        std::mem::take(&mut self.errors)
    }
}

impl Builder {
    /// Takes all rows and writes the file.
    pub(super) fn finish(mut self, path: &Path, replace: bool) -> Result<Summary> {
        for mut chunk in &self.full {
            self.watch.go_on()?;
            match &mut self.target {
                Target::Compiler(compiler) => compiler.add_chunk(&mut chunk)?,
                Target::Generator(generator) => {
                    for (key, value) in chunk.rows() {
                        generator.add_encoded(key, value)?;
                    }
                }
            }
            chunk.clear(KEPT);
            // nobody waits for it any more when the rows are at their end
            let _ = self.empty.send(chunk);
        }
        self.watch.go_on()?;
        let rejected = self.rejected.load(Ordering::Relaxed);
        match self.target {
            Target::Compiler(mut compiler) => {
                (0..rejected).for_each(|_| compiler.reject());
                compiler.finish(path, replace)
            }
            Target::Generator(mut generator) => {
                (0..rejected).for_each(|_| generator.reject());
                generator.finish(path, replace)
            }
        }
    }
}
