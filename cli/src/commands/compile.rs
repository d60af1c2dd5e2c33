//! `keyfold compile`

mod arguments;

use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Result, anyhow, bail};
use keyfold_compiler::{Error, Format, Summary};

pub(crate) use self::arguments::{CompileArgs, InputFormat};
use crate::build::{Build, Refusal};
use crate::error::Exit;
use crate::input::{self, Source};
use crate::progress::Bar;
use crate::rejects::Rejects;
use crate::rows::{Batch, Manner, Pipeline, Settings, Shape};
use crate::{interrupt, output};

/// Bad rows whose reason is shown, of those that are skipped.
const REASONS_SHOWN: usize = 5;

pub(crate) fn run(args: &CompileArgs) -> Result<Exit> {
    let mut options = args.options()?;
    if args.kind.is_vector() {
        // there is no native layout of vectors, and no other packing of their values
        options.format = Format::Keyvi;
    }
    let sources = input::find(&args.inputs)?;
    let rejects_path = args.skip_bad_rows.as_deref();
    let outputs: Vec<_> = rejects_path.into_iter().chain([&*args.output]).collect();
    input::refuse_output(&sources, &outputs)?;
    if let Some(path) = rejects_path.filter(|path| absolute(path) == absolute(&args.output)) {
        bail!(
            "{}: output and rejected rows need files of their own",
            path.display()
        );
    }
    output::check(&args.output, args.force)?;
    interrupt::watch()?;

    let workers = args
        .threads
        .or_else(|| thread::available_parallelism().ok())
        .map_or(1, usize::from);
    rayon::ThreadPoolBuilder::new()
        .num_threads(workers)
        .build_global()?;
    let build = Build::new(args.kind, args.sorted, options.clone())?;
    let sort = build.sorts();
    let rejects = rejects_path
        .map(|path| Rejects::create(path, args.force))
        .transpose()?;
    let shape = Shape {
        kind: args.kind,
        secondary: options.secondary.clone(),
    };
    let mut intake = Intake {
        names: sources.iter().map(Source::name).collect(),
        build,
        rejects,
        bar: Bar::over_bytes(input::total_size(&sources), args.quiet),
        quiet: args.quiet,
        source: 0,
        rows: 0,
        total_rows: 0,
        rejected: 0,
    };
    let settings = Settings {
        sources,
        form: args.input_format.form(),
        shape,
        options,
        workers,
        manner: Manner {
            stop_at_bad: rejects_path.is_none(),
            sort,
        },
    };
    let summary = intake.read(settings).and_then(|()| finish(intake, args))?;
    if !args.quiet {
        let Summary { rows, keys, .. } = summary;
        let what = if args.kind.is_vector() {
            "values"
        } else {
            "keys"
        };
        eprintln!(
            "rows read {} = {what} written {keys} + duplicates {} + rejected {}",
            rows.read, rows.duplicates, rows.rejected
        );
    }
    Ok(Exit::Success)
}

/// A path that names a file whatever the current folder is; nothing where there is none.
fn absolute(path: &Path) -> Option<PathBuf> {
    std::path::absolute(path).ok()
}

/// Writes the file.
fn finish(intake: Intake, args: &CompileArgs) -> Result<Summary> {
    let Intake {
        mut build,
        rejects,
        rejected,
        total_rows,
        ..
    } = intake;
    if let Some(rejects) = rejects
        && rejected > REASONS_SHOWN
        && !args.quiet
    {
        eprintln!(
            "warning: {rejected} bad rows in all, see {}",
            rejects.path().display()
        );
    }
    let bar = Bar::over_entries(total_rows - rejected as u64, "writing", args.quiet);
    let shown = bar.clone();
    build.on_progress(Box::new(move |progress| {
        shown.set_position(progress.keys_written);
        !interrupt::requested()
    }));
    let finished = build.finish(&args.output, args.force);
    bar.clear();
    Ok(finished?)
}

/// Takes encoded rows into the build.
struct Intake {
    /// Names of the sources.
    names: Vec<String>,
    build: Build,
    rejects: Option<Rejects>,
    bar: Bar,
    quiet: bool,
    /// The source that rows come from, and those that came from it.
    source: usize,
    rows: u64,
    total_rows: u64,
    rejected: usize,
}

impl Intake {
    /// Reads all rows.
    fn read(&mut self, settings: Settings) -> Result<()> {
        self.build
            .on_progress(Box::new(|_| !interrupt::requested()));
        let mut pipeline = Pipeline::start(settings)?;
        let read = loop {
            match pipeline.next() {
                Ok(Some(mut batch)) => {
                    if let Err(e) = self.take(&mut batch) {
                        break Err(e);
                    }
                    pipeline.recycle(batch);
                    self.bar.set_position(pipeline.position());
                }
                Ok(None) => break Ok(()),
                Err(e) => break Err(e),
            }
        };
        self.bar.clear();
        read
    }

    fn take(&mut self, batch: &mut Batch) -> Result<()> {
        if batch.source != self.source {
            (self.source, self.rows) = (batch.source, 0);
        }
        match self.build.add(&mut batch.encoded) {
            Ok(()) => self.take_bad(batch)?,
            Err(Refusal { row: None, error }) => {
                // no row of the batch is at fault more than another, so the bad ones are told first
                self.take_bad(batch)?;
                return Err(error.into());
            }
            Err(Refusal {
                row: Some(row),
                error,
            }) => {
                // only what the row says is told with its place
                let tells = matches!(
                    error,
                    Error::Row(_) | Error::OutOfOrder { .. } | Error::DuplicateKey(_)
                );
                let error = anyhow::Error::new(error);
                return Err(if tells {
                    error.context(self.place(batch.position_of_good(row)))
                } else {
                    error
                });
            }
        }
        self.rows += batch.rows;
        self.total_rows += batch.rows;
        Ok(())
    }

    /// Deals with the rows that cannot be stored.
    fn take_bad(&mut self, batch: &Batch) -> Result<()> {
        let Some((first, reason)) = batch.bad.first().zip(batch.reasons.first()) else {
            return Ok(());
        };
        let Some(rejects) = &mut self.rejects else {
            return Err(anyhow!(reason.clone()).context(self.place(*first)));
        };
        rejects.add(&batch.bad_text)?;
        let shown = if self.quiet {
            0
        } else {
            REASONS_SHOWN.saturating_sub(self.rejected)
        };
        for (position, reason) in batch.bad.iter().zip(&batch.reasons).take(shown) {
            self.bar
                .note(&format!("warning: {}: {reason}", self.place(*position)));
        }
        for _ in &batch.bad {
            self.build.reject();
        }
        self.rejected += batch.bad.len();
        Ok(())
    }

    /// Where the row at `position` of the block stands.
    fn place(&self, position: u64) -> String {
        format!("{}:{}", self.names[self.source], self.rows + position + 1)
    }
}
