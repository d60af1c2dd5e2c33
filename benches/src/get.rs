//! Looking up single keys: every engine on the same file, asked the same queries in the same order.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::compile;
use crate::process;
use crate::query::Report;
use crate::setting::{Build, Setting, text};
use crate::table::{Table, median};

/// One run of one engine.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub corpus: String,
    /// Who wrote the file.
    pub file: String,
    pub queries: String,
    /// What is taken from a match.
    pub value: String,
    pub engine: String,
    pub round: usize,
    /// Median over the passes, per look-up.
    pub nanoseconds: f64,
    pub asked: u64,
    pub found: u64,
    pub checksum: String,
}

/// Runs every corpus of the definitions with every engine's file that another can read.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for corpus in &setting.definitions.corpus {
        let files = setting.files(corpus)?;
        for writer in &setting.definitions.engine {
            let file = compile::file(setting, &corpus.name, "none", writer);
            let build = Build {
                input: &files.rows,
                file: &file,
                kind: &corpus.kind,
                compression: "none",
                memory_mib: 1024,
            };
            let Some(command) = setting.build_command(writer, build)? else {
                continue;
            };
            process::run(&command, Stdio::null())?;
            for queries in &setting.definitions.get.queries {
                for value in &setting.definitions.get.values {
                    // A miss has no value to take.
                    if queries == "misses" && value != "none" {
                        continue;
                    }
                    eprintln!(
                        "get {}, file of {}, {queries}, value {value}",
                        corpus.name, writer.name
                    );
                    let case = Case {
                        corpus: &corpus.name,
                        writer: &writer.name,
                        queries,
                        value,
                    };
                    samples.extend(case.run(setting, &file, files.queries(queries)?)?);
                }
            }
        }
    }
    Ok(samples)
}

struct Case<'a> {
    corpus: &'a str,
    writer: &'a str,
    queries: &'a str,
    value: &'a str,
}

impl Case<'_> {
    fn run(&self, setting: &Setting, file: &Path, queries: &Path) -> Result<Vec<Sample>> {
        let get = &setting.definitions.get;
        let mut samples: Vec<Sample> = Vec::new();
        for round in 0..setting.either(&get.rounds, &get.quick_rounds) {
            for engine in compile::in_turn(&setting.definitions.engine, round) {
                if engine.name != self.writer
                    && !engine.reads.iter().any(|name| name == self.writer)
                {
                    continue;
                }
                let Some(mut command) = setting.query_command(engine)? else {
                    continue;
                };
                command.extend(["get".into(), text(file), text(queries)]);
                command.extend([
                    "--passes".into(),
                    get.passes.to_string(),
                    "--value".into(),
                    self.value.into(),
                ]);
                let outcome = process::run(&command, Stdio::null())?;
                let report: Report = serde_json::from_str(outcome.output.trim())
                    .with_context(|| format!("{} does not report as it should", engine.name))?;
                let sample = Sample {
                    corpus: self.corpus.into(),
                    file: self.writer.into(),
                    queries: self.queries.into(),
                    value: self.value.into(),
                    engine: engine.name.clone(),
                    round,
                    nanoseconds: median(report.nanoseconds),
                    asked: report.queries,
                    found: report.found,
                    checksum: report.checksum,
                };
                self.check(
                    &sample,
                    samples.first(),
                    get.same_bytes.contains(&sample.value),
                )?;
                samples.push(sample);
            }
        }
        Ok(samples)
    }

    /// The measurement counts for nothing unless all engines found the same.
    fn check(&self, sample: &Sample, first: Option<&Sample>, same_bytes: bool) -> Result<()> {
        let due = if self.queries == "hits" {
            sample.asked
        } else {
            0
        };
        ensure!(
            sample.found == due,
            "{} found {} of {} {}",
            sample.engine,
            sample.found,
            sample.asked,
            self.queries
        );
        if let Some(first) = first.filter(|_| same_bytes) {
            ensure!(
                (sample.asked, &sample.checksum) == (first.asked, &first.checksum),
                "{} and {} found different values in {} ({})",
                sample.engine,
                first.engine,
                self.corpus,
                self.value
            );
        }
        Ok(())
    }
}

/// The medians side by side.
pub fn table(samples: &[Sample], ours: &str) -> String {
    let mut table = Table::new(&[
        "rows",
        "file by",
        "queries",
        "value",
        "engine",
        "#ns per look-up",
        "#look-ups per s",
        "#others / ours",
    ]);
    let case = |sample: &Sample| {
        (
            sample.corpus.clone(),
            sample.file.clone(),
            sample.queries.clone(),
            sample.value.clone(),
        )
    };
    for first in samples.iter().filter(|sample| sample.round == 0) {
        let this = case(first);
        let of = |engine: &str| {
            let same = samples
                .iter()
                .filter(|sample| case(sample) == this && sample.engine == engine);
            median(same.map(|sample| sample.nanoseconds))
        };
        let nanoseconds = of(&first.engine);
        let slower = if first.engine == ours {
            String::new()
        } else {
            format!("{:.2}", nanoseconds / of(ours))
        };
        table.row(&[
            first.corpus.clone(),
            first.file.clone(),
            first.queries.clone(),
            first.value.clone(),
            first.engine.clone(),
            format!("{nanoseconds:.0}"),
            format!("{:.2} M", 1e3 / nanoseconds),
            slower,
        ]);
    }
    table.finish()
}
