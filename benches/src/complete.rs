//! The heaviest completions of prefixes.

use anyhow::Result;
use harness::report;
use serde::Serialize;

use crate::definitions::Operation;
use crate::figures::{Figure, Quantity};
use crate::queried::{self, Due};
use crate::question::Question;
use crate::setting::Setting;
use crate::table::{Table, distinct, grouped, median, number};

/// One run of one engine.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub corpus: String,
    /// Most completions of a prefix.
    pub top: usize,
    pub engine: String,
    pub round: usize,
    /// Median over the passes, per prefix.
    pub nanoseconds: f64,
    pub asked: u64,
    pub found: u64,
    pub checksum: String,
}

/// Runs every engine; all must find completions of the same weights.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let complete = &setting.definitions.complete;
    let corpus = setting.definitions.corpus(&complete.corpus)?;
    eprintln!("complete {}", corpus.name);
    queried::compile(setting, corpus, Operation::Complete)?;
    let queries = queried::prefixes(setting, corpus, complete.prefix_bytes, complete.prefixes)?;
    let mut samples = Vec::new();
    let mut due = Due::default();
    for round in 0..setting.either(&complete.rounds, &complete.quick_rounds) {
        for engine in setting.in_turn(Operation::Complete, round) {
            let mut options = vec![
                ("passes", complete.passes.to_string()),
                ("top", complete.top.to_string()),
            ];
            if setting.quick {
                options.push(("limit", complete.quick_prefixes.to_string()));
            }
            let report: report::Get = Question {
                engine,
                file: &setting.file(engine, corpus),
                operation: Operation::Complete,
                queries: Some(&queries),
                options,
                within: None,
            }
            .ask(setting)?;
            due.check(&engine.name, report.found, &report.checksum)?;
            samples.push(Sample {
                corpus: corpus.name.clone(),
                top: complete.top,
                engine: engine.name.clone(),
                round,
                nanoseconds: median(report.nanoseconds),
                asked: report.queries,
                found: report.found,
                checksum: report.checksum,
            });
        }
    }
    Ok(samples)
}

/// The time in each round.
fn nanoseconds(samples: &[Sample], engine: &str) -> Vec<f64> {
    let same = samples.iter().filter(|sample| sample.engine == engine);
    same.map(|sample| sample.nanoseconds).collect()
}

/// The time per prefix.
pub fn figures(samples: &[Sample]) -> Vec<Figure> {
    let cases = distinct(samples.iter().map(|s| (&s.corpus, &s.engine)));
    let figure = |(rows, engine): (&String, &String)| Figure {
        quantity: Quantity::Complete,
        rows: rows.clone(),
        engine: engine.clone(),
        rounds: nanoseconds(samples, engine),
    };
    cases.into_iter().map(figure).collect()
}

/// The medians side by side.
pub fn table(samples: &[Sample], ours: &str) -> String {
    let mut table = Table::new(&[
        "rows",
        "#top",
        "engine",
        "#found",
        "#µs per prefix",
        "#others / ours",
    ]);
    for first in samples.iter().filter(|sample| sample.round == 0) {
        let nanoseconds_here = median(nanoseconds(samples, &first.engine));
        table.row(&[
            first.corpus.clone(),
            first.top.to_string(),
            first.engine.clone(),
            grouped(first.found),
            number(nanoseconds_here / 1e3, 1),
            number(nanoseconds_here / median(nanoseconds(samples, ours)), 2),
        ]);
    }
    table.finish()
}
