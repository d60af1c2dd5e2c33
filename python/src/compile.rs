//! `keyfold.compile` and `keyfold.merge`, but for what is done in Python (`keyfold/_compile.py`).

pub(crate) mod cell;
mod columns;
pub(crate) mod document;
mod feed;
mod frame;
mod layout;
mod plan;
mod rows;
mod summary;

use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

use keyfold_compiler::{Format, MergeMode, Merger, Options};
use keyfold_reader::{Dictionary, ValueKind};
use pyo3::prelude::*;
use pyo3_arrow::input::AnyRecordBatch;

use crate::background::{PAUSE, Watch, run};
use crate::error::Raise;
use crate::path::FilePath;

use self::feed::Feed;
use self::frame::Frame;
use self::plan::Plan;
use self::rows::RowReader;
pub(crate) use self::summary::Summary;

/// Compiles rows: an iterable of tuples, or whatever hands out Arrow record batches where the plan says so.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "arguments come from Python")]
pub(crate) fn compile_rows(
    rows: &Bound<'_, PyAny>,
    path: FilePath,
    plan: Plan,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Summary> {
    let py = rows.py();
    if !plan.arrow {
        let options = plan.options(plan.kind()?.unwrap_or(ValueKind::KeyOnly))?;
        let mut reader = RowReader::new(rows.try_iter()?, &options);
        return build(py, &plan, &path, &options, progress, |feed, clock| {
            reader.read(feed, clock)
        });
    }
    let batches = rows.extract::<AnyRecordBatch>()?.into_reader()?;
    let mut frame = Frame::new(py, batches, &plan)?;
    let options = frame.options(&plan)?;
    build(py, &plan, &path, &options, progress, |feed, clock| {
        frame.read(py, feed, clock)
    })
}

/// Has `read` feed a builder on other threads, which then writes the file.
fn build(
    py: Python<'_>,
    plan: &Plan,
    path: &FilePath,
    options: &Options,
    progress: Option<Bound<'_, PyAny>>,
    read: impl FnOnce(&mut Feed, &Clock<'_>) -> PyResult<()>,
) -> PyResult<Summary> {
    let watch = Arc::new(Watch::default());
    let (mut feed, builder) = feed::pair(options, plan.sorted, plan.skip, &watch)?;
    let clock = Clock::new(progress, &watch);
    let errors = Cell::new(Vec::new());
    let meanwhile = || {
        let result = read(&mut feed, &clock);
        if result.is_err() {
            watch.stop();
        }
        errors.set(feed.close());
        result
    };
    let work = || builder.finish(path.as_ref(), plan.replace);
    let summary = run(py, &watch, work, meanwhile, || {
        clock.tell(py, clock.rows.get())
    })?;
    clock.tell(py, summary.rows.read)?;
    Ok(Summary::new(&summary, errors.take()))
}

/// When signals are looked for and progress is told.
pub(crate) struct Clock<'a> {
    progress: Option<Bound<'a, PyAny>>,
    watch: &'a Watch,
    last: Cell<Instant>,
    rows: Cell<u64>,
}

impl<'a> Clock<'a> {
    fn new(progress: Option<Bound<'a, PyAny>>, watch: &'a Watch) -> Self {
        Clock {
            progress,
            watch,
            last: Cell::new(Instant::now()),
            rows: Cell::new(0),
        }
    }

    /// To be called now and then while rows are read.
    pub(crate) fn tick(&self, py: Python<'_>, rows: u64) -> PyResult<()> {
        self.rows.set(rows);
        if self.last.get().elapsed() < PAUSE {
            return Ok(());
        }
        self.last.set(Instant::now());
        py.check_signals()?;
        self.tell(py, rows)
    }

    fn tell(&self, _py: Python<'_>, rows: u64) -> PyResult<()> {
        match &self.progress {
            Some(progress) => progress.call1((rows, self.watch.keys())).map(drop),
            None => Ok(()),
        }
    }
}

/// Merges files, the oldest first.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "arguments come from Python")]
pub(crate) fn merge_files(
    py: Python<'_>,
    paths: Vec<FilePath>,
    path: FilePath,
    plan: Plan,
    append: bool,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Summary> {
    let mut options = plan.options(ValueKind::KeyOnly)?;
    let mode = if append {
        MergeMode::Append
    } else {
        MergeMode::Deduplicate
    };
    let watch = Arc::new(Watch::default());
    let merger: keyfold_compiler::Result<Merger> = py.detach(|| {
        let dictionaries = paths
            .iter()
            .map(|path| Dictionary::open(path.as_ref()))
            .collect::<keyfold_reader::Result<Vec<_>>>()?;
        let keyvi = |dictionary: &Dictionary| dictionary.fsa().sparse_array().is_some();
        if !plan.has_format() && dictionaries.iter().all(keyvi) {
            options.format = Format::Keyvi;
        }
        let mut merger = Merger::new(options, mode);
        for path in &paths {
            merger.add(path.as_ref())?;
        }
        Ok(merger)
    });
    let mut merger = merger.raise()?;
    merger.on_progress(watch.callback());
    let clock = Clock::new(progress, &watch);
    let work = || merger.finish(path.as_ref(), plan.replace);
    let summary = run(py, &watch, work, || Ok(()), || clock.tell(py, watch.rows()))?;
    clock.tell(py, summary.rows.read)?;
    Ok(Summary::new(&summary, Vec::new()))
}
