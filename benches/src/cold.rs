//! Gets from a file of which nothing is in memory, and opening it.

use std::path::Path;

use anyhow::Result;
use harness::report;
use serde::Serialize;

use crate::cgroup::Cgroup;
use crate::definitions::{Engine, Operation};
use crate::get::check;
use crate::question::Question;
use crate::setting::Setting;
use crate::size::ratio;
use crate::table::{Table, distinct, median, number};

/// One run of one engine. Times are in nanoseconds.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub corpus: String,
    pub engine: String,
    pub round: usize,
    /// Opening the file.
    pub open: u64,
    pub open_read_bytes: u64,
    pub gets: u64,
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
    pub major_faults: u64,
    pub minor_faults: u64,
    pub read_bytes: u64,
}

/// Runs every corpus with every engine that has a file.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let cold = &setting.definitions.cold;
    let mut samples = Vec::new();
    for corpus in &setting.definitions.corpus {
        eprintln!("cold {}", corpus.name);
        let files = setting.files(corpus)?;
        for round in 0..setting.either(&cold.rounds, &cold.quick_rounds) {
            for engine in setting.in_turn(Operation::Cold, round) {
                samples.push(
                    Cold {
                        engine,
                        file: &setting.file(engine, corpus),
                        queries: &files.hits,
                        warm: 0,
                        gets: cold.gets,
                        cache_bytes: None,
                        within: None,
                    }
                    .sample(setting, &corpus.name, round)?,
                );
            }
        }
    }
    Ok(samples)
}

/// One engine asked for keys of a file whose pages are taken out of memory first.
#[derive(Debug)]
pub struct Cold<'a> {
    /// Who is asked.
    pub engine: &'a Engine,
    /// The file it opens.
    pub file: &'a Path,
    /// Keys that are there.
    pub queries: &'a Path,
    /// Gets that are not measured.
    pub warm: usize,
    /// Gets that are, after these.
    pub gets: usize,
    /// Most bytes for a cache of the engine's own, unless it may have as many as it takes.
    pub cache_bytes: Option<u64>,
    /// Memory that its process may use.
    pub within: Option<&'a Cgroup>,
}

impl Cold<'_> {
    /// Asks.
    pub fn sample(&self, setting: &Setting, corpus: &str, round: usize) -> Result<Sample> {
        let mut options = vec![
            ("warm", self.warm.to_string()),
            ("limit", (self.warm + self.gets).to_string()),
        ];
        options.extend(
            self.cache_bytes
                .map(|bytes| ("cache-bytes", bytes.to_string())),
        );
        let report: report::Cold = Question {
            engine: self.engine,
            file: self.file,
            operation: Operation::Cold,
            queries: Some(self.queries),
            options,
            within: self.within,
        }
        .ask(setting)?;
        check(&self.engine.name, "hits", report.queries, report.found)?;
        Ok(Sample {
            corpus: corpus.into(),
            engine: self.engine.name.clone(),
            round,
            open: report.open_nanoseconds,
            open_read_bytes: report.open_read_bytes,
            gets: report.queries,
            p50: report.p50,
            p99: report.p99,
            max: report.max,
            major_faults: report.major_faults,
            minor_faults: report.minor_faults,
            read_bytes: report.read_bytes,
        })
    }
}

/// The medians side by side.
#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52 ns")]
pub fn table(samples: &[Sample]) -> String {
    let mut table = Table::new(&[
        "rows",
        "engine",
        "#open, ms",
        "#read meanwhile, KiB",
        "#p50, us",
        "#p99, us",
        "#faults from disk per get",
        "#KiB read per get",
    ]);
    for (corpus, engine) in distinct(samples.iter().map(|s| (&s.corpus, &s.engine))) {
        let of = |value: fn(&Sample) -> f64| {
            let same = samples
                .iter()
                .filter(|sample| (&sample.corpus, &sample.engine) == (corpus, engine));
            median(same.map(value))
        };
        table.row(&[
            corpus.clone(),
            engine.clone(),
            number(of(|sample| sample.open as f64) / 1e6, 2),
            number(of(|sample| sample.open_read_bytes as f64) / 1024.0, 0),
            number(of(|sample| sample.p50 as f64) / 1e3, 1),
            number(of(|sample| sample.p99 as f64) / 1e3, 1),
            number(of(|sample| ratio(sample.major_faults, sample.gets)), 2),
            number(
                of(|sample| ratio(sample.read_bytes, sample.gets)) / 1024.0,
                1,
            ),
        ]);
    }
    table.finish()
}
