//! The times of single gets, and how many there are in a second, with one and more threads asking.

use anyhow::Result;
use harness::report;
use serde::Serialize;

use crate::definitions::Operation;
use crate::figures::{Figure, Quantity};
use crate::get::check;
use crate::question::{Question, limit};
use crate::setting::Setting;
use crate::table::{Table, distinct, median, number};

/// One run of one engine. Times are in nanoseconds.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub corpus: String,
    pub threads: usize,
    pub engine: String,
    pub round: usize,
    pub p50: u64,
    pub p99: u64,
    pub p999: u64,
    pub max: u64,
    /// What the clock takes of each.
    pub clock: f64,
    pub gets_per_second: f64,
}

/// Runs every corpus with every engine.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let latency = &setting.definitions.latency;
    let mut samples = Vec::new();
    for corpus in &setting.definitions.corpus {
        eprintln!("latency {}", corpus.name);
        let files = setting.files(corpus)?;
        for round in 0..setting.either(&latency.rounds, &latency.quick_rounds) {
            for &threads in &latency.threads {
                for engine in setting.in_turn(Operation::Latency, round) {
                    let mut options = vec![
                        ("passes", latency.passes.to_string()),
                        ("threads", threads.to_string()),
                    ];
                    options.extend(limit(engine));
                    let report: report::Latency = Question {
                        engine,
                        file: &setting.file(engine, corpus),
                        operation: Operation::Latency,
                        queries: Some(&files.hits),
                        options,
                        within: None,
                    }
                    .ask(setting)?;
                    check(&engine.name, "hits", report.queries, report.found)?;
                    samples.push(Sample {
                        corpus: corpus.name.clone(),
                        threads,
                        engine: engine.name.clone(),
                        round,
                        p50: report.p50,
                        p99: report.p99,
                        p999: report.p999,
                        max: report.max,
                        clock: report.clock,
                        gets_per_second: report.gets_per_second,
                    });
                }
            }
        }
    }
    Ok(samples)
}

/// What two threads get.
#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52 ns")]
pub fn figures(samples: &[Sample]) -> Vec<Figure> {
    let two = || samples.iter().filter(|sample| sample.threads == 2);
    let mut figures = Vec::new();
    for (rows, engine) in distinct(two().map(|s| (&s.corpus, &s.engine))) {
        let mut add = |quantity, value: fn(&Sample) -> f64| {
            let same = two().filter(|s| (&s.corpus, &s.engine) == (rows, engine));
            figures.push(Figure {
                quantity,
                rows: rows.clone(),
                engine: engine.clone(),
                rounds: same.map(value).collect(),
            });
        };
        add(Quantity::P99OfTwo, |sample| sample.p99 as f64);
        add(Quantity::RateOfTwo, |sample| sample.gets_per_second);
    }
    figures
}

/// The medians side by side.
#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52 ns")]
pub fn table(samples: &[Sample]) -> String {
    let mut table = Table::new(&[
        "rows",
        "#threads",
        "engine",
        "#p50, ns",
        "#p99, ns",
        "#p99.9, ns",
        "#clock, ns",
        "#gets per s",
    ]);
    for (corpus, threads, engine) in
        distinct(samples.iter().map(|s| (&s.corpus, s.threads, &s.engine)))
    {
        let of = |value: fn(&Sample) -> f64| {
            let same = samples
                .iter()
                .filter(|s| (&s.corpus, s.threads, &s.engine) == (corpus, threads, engine));
            median(same.map(value))
        };
        table.row(&[
            corpus.clone(),
            threads.to_string(),
            engine.clone(),
            number(of(|sample| sample.p50 as f64), 0),
            number(of(|sample| sample.p99 as f64), 0),
            number(of(|sample| sample.p999 as f64), 0),
            number(of(|sample| sample.clock), 0),
            format!("{} M", number(of(|sample| sample.gets_per_second) / 1e6, 2)),
        ]);
    }
    table.finish()
}
