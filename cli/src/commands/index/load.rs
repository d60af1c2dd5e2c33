//! `keyfold index load`

use std::num::NonZero;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use keyfold_compiler::index::{Change, Report};
use keyfold_compiler::{Error, Options};
use keyfold_reader::ValueKind;

use super::group::{Group, Origin};
use super::target::Target;
use crate::commands::compile::InputFormat;
use crate::error::Exit;
use crate::input::{self, Source};
use crate::interrupt;
use crate::kind::Kind;
use crate::progress::Bar;
use crate::rejects::Rejects;
use crate::rows::{Batch, Manner, Pipeline, Settings, Shape, rows};
use crate::size::human;
use crate::stdio::Output;

/// Memory for rows on their way to the index, which has a limit of its own.
const MEMORY: usize = 64 << 20;

/// Write many rows to an index
///
/// Input is TSV or JSON lines, plain or packed with gzip or zstd, as `keyfold compile --kind json` takes it: a row is a key, a tab and a
/// JSON document, or an object {"key":"..","value":..}. A row replaces what its key had; of rows with the same key the last one stays.
///
/// Rows are written in groups, all of a group or none. A row that cannot be stored stops the load with its file and line, unless
/// --skip-bad-rows says where to put it; what came before it is written. Readers see what was loaded bit by bit.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold index load cities cities.tsv.gz
  zcat changes.jsonl.gz | keyfold index load users --upsert --group 100 -

The last lines on standard error:
  rows read 9 = written 8 + rejected 1
  bytes accepted 812 B, written 2.1 times: log 901 B, segments 790 B, merges 0 B")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of the command line"
)]
pub(crate) struct LoadArgs {
    /// Folder of the index
    folder: PathBuf,

    /// Files, folders (all files in them, by name), or `-` for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// Form of the rows
    #[arg(long, value_enum, value_name = "FORM", default_value_t = InputFormat::Auto)]
    input_format: InputFormat,

    /// Add the fields of each row to the document that its key has, as `upsert` does
    #[arg(long)]
    upsert: bool,

    /// Rows that are written together, all or none
    #[arg(long, value_name = "ROWS", default_value = "1000")]
    group: NonZero<usize>,

    /// Print the number of rows written so far after each group, when it is as durable as the index was created for
    #[arg(long)]
    acknowledge: bool,

    /// Put rows that cannot be stored into this file and go on
    #[arg(long, value_name = "FILE")]
    skip_bad_rows: Option<PathBuf>,

    /// Replace the file of bad rows if it exists
    #[arg(long, requires = "skip_bad_rows")]
    force: bool,

    /// Keep text that is not JSON as a string, as keyvi does
    #[arg(long)]
    json_or_text: bool,

    /// Print nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

pub(crate) fn run(args: &LoadArgs) -> Result<Exit> {
    let sources = input::find(&args.inputs)?;
    interrupt::watch()?;
    let report = Target::with(&args.folder, |target| {
        let rejects = args.skip_bad_rows.as_deref();
        let mut load = Load {
            args,
            target,
            names: sources.iter().map(Source::name).collect(),
            rejects: rejects
                .map(|path| Rejects::create(path, args.force))
                .transpose()?,
            bar: Bar::over_bytes(input::total_size(&sources), args.quiet),
            output: args.acknowledge.then(Output::new),
            group: Group::default(),
            source: 0,
            rows: 0,
            written: 0,
            rejected: 0,
        };
        let loaded = load.read(sources);
        load.bar.clear();
        if !args.quiet {
            let (written, rejected) = (load.written, load.rejected);
            let read = written + rejected;
            eprintln!("rows read {read} = written {written} + rejected {rejected}");
        }
        loaded?;
        target.flush()?;
        Ok(target.report())
    })?;
    if !args.quiet {
        tell(&report);
    }
    Ok(Exit::Success)
}

/// Tells what it cost.
fn tell(report: &Report) {
    eprintln!(
        "bytes accepted {}, written {:.1} times: log {}, segments {}, merges {}",
        human(report.accepted_bytes),
        report.write_amplification(),
        human(report.logged_bytes),
        human(report.flushed_bytes),
        human(report.merged_bytes)
    );
}

/// Rows on their way into an index.
struct Load<'a> {
    args: &'a LoadArgs,
    target: &'a Target,
    /// Names of the sources.
    names: Vec<String>,
    rejects: Option<Rejects>,
    bar: Bar,
    /// Where it is told that a group was written.
    output: Option<Output>,
    group: Group,
    /// The source that rows come from, and those that came from it.
    source: usize,
    rows: u64,
    written: u64,
    rejected: u64,
}

impl Load<'_> {
    /// Reads and writes all rows.
    fn read(&mut self, sources: Vec<Source>) -> Result<()> {
        let mut options = Options::new(ValueKind::Json);
        options.memory_limit = MEMORY;
        options.json_or_text = self.args.json_or_text;
        let shape = Shape {
            kind: Kind::Json,
            secondary: Vec::new(),
        };
        let mut pipeline = Pipeline::start(Settings {
            sources,
            form: self.args.input_format.form(),
            shape,
            options,
            // the writer is what takes the time
            workers: 1,
            manner: Manner {
                stop_at_bad: self.rejects.is_none(),
                sort: false,
            },
        })?;
        while let Some(batch) = pipeline.next()? {
            self.take(&batch)?;
            pipeline.recycle(batch);
            self.bar.set_position(pipeline.position());
        }
        self.write()
    }

    /// Takes the rows of a batch.
    fn take(&mut self, batch: &Batch) -> Result<()> {
        if batch.source != self.source {
            (self.source, self.rows) = (batch.source, 0);
        }
        let mut bad = batch.bad.iter().peekable();
        let numbered = (0..).zip(rows(&batch.text));
        let good = numbered.filter(|(position, _)| bad.next_if_eq(&position).is_none());
        for ((key, value), (position, text)) in batch.encoded.rows().zip(good) {
            interrupt::check()?;
            // what is not compressed is a code and the document
            let document = value.get(1..).unwrap_or_default();
            let origin = Origin {
                text,
                source: self.source,
                number: self.rows + position + 1,
            };
            self.group.push(key, document, origin);
            if self.group.len() >= self.args.group.get() {
                self.write()?;
            }
        }
        if let Some((position, reason)) = batch.bad.first().zip(batch.reasons.first()) {
            let place = self.place(self.source, self.rows + position + 1);
            let Some(rejects) = &mut self.rejects else {
                self.write()?;
                self.rejected += 1;
                return Err(anyhow!(reason.clone()).context(place));
            };
            rejects.add(&batch.bad_text)?;
            self.rejected += batch.bad.len() as u64;
        }
        self.rows += batch.rows;
        Ok(())
    }

    /// Writes what is waiting.
    fn write(&mut self) -> Result<()> {
        let group = std::mem::take(&mut self.group);
        let changes: Vec<Change<'_>> = group.changes(self.args.upsert).map(|it| it.0).collect();
        match self.target.write(&changes) {
            Ok(()) => self.written += changes.len() as u64,
            // who is to blame is found out one by one
            Err(Error::Row(_)) => self.write_each(&group)?,
            Err(e) => return Err(e.into()),
        }
        drop(changes);
        self.group = group;
        self.group.clear();
        if let Some(output) = &mut self.output {
            let line = format!("{}\n", self.written);
            output.buffer().extend_from_slice(line.as_bytes());
            output.flush()?;
        }
        Ok(())
    }

    fn write_each(&mut self, group: &Group) -> Result<()> {
        for (change, origin) in group.changes(self.args.upsert) {
            match self.target.write(&[change]) {
                Ok(()) => self.written += 1,
                Err(Error::Row(e)) => {
                    self.rejected += 1;
                    let Some(rejects) = &mut self.rejects else {
                        let place = self.place(origin.source, origin.number);
                        return Err(Error::Row(e)).context(place);
                    };
                    rejects.add(origin.text)?;
                    rejects.add(b"\n")?;
                }
                Err(e) => bail!(e),
            }
        }
        Ok(())
    }

    fn place(&self, source: usize, number: u64) -> String {
        format!("{}:{number}", self.names[source])
    }
}
