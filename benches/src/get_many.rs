//! Looking up keys in batches.

use anyhow::Result;
use harness::report;
use serde::Serialize;

use crate::definitions::Operation;
use crate::figures::{Figure, Quantity};
use crate::get::check;
use crate::question::{Question, limit};
use crate::setting::Setting;
use crate::table::{Table, distinct, median, number};

/// Stands for look-ups of single keys, at the same time as the batches.
const ALONE: usize = 1;

/// One run of one engine.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub corpus: String,
    /// Keys in one call.
    pub batch: usize,
    pub engine: String,
    pub round: usize,
    /// Median over the passes, per key.
    pub nanoseconds: f64,
    pub asked: u64,
    pub found: u64,
}

/// Runs every corpus with every engine: keys alone, then in batches. An engine without a call for many keys asks them one
/// after the other.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let many = &setting.definitions.get_many;
    let mut samples = Vec::new();
    for corpus in &setting.definitions.corpus {
        eprintln!("get-many {}", corpus.name);
        let files = setting.files(corpus)?;
        for round in 0..setting.either(&many.rounds, &many.quick_rounds) {
            for engine in setting.in_turn(Operation::GetMany, round) {
                for batch in std::iter::once(ALONE).chain(many.batches.iter().copied()) {
                    let mut options = vec![("passes", many.passes.to_string())];
                    let operation = match batch {
                        ALONE => Operation::Get,
                        _ => Operation::GetMany,
                    };
                    if operation == Operation::GetMany {
                        options.push(("batch", batch.to_string()));
                    }
                    options.extend(limit(engine));
                    let report: report::Get = Question {
                        engine,
                        file: &setting.file(engine, corpus),
                        operation,
                        queries: Some(&files.hits),
                        options,
                        within: None,
                    }
                    .ask(setting)?;
                    check(&engine.name, "hits", report.queries, report.found)?;
                    samples.push(Sample {
                        corpus: corpus.name.clone(),
                        batch,
                        engine: engine.name.clone(),
                        round,
                        nanoseconds: median(report.nanoseconds),
                        asked: report.queries,
                        found: report.found,
                    });
                }
            }
        }
    }
    Ok(samples)
}

/// The times in the largest batches.
pub fn figures(samples: &[Sample]) -> Vec<Figure> {
    let largest = samples.iter().map(|sample| sample.batch).max();
    let cases = distinct(samples.iter().map(|s| (&s.corpus, &s.engine)));
    let figure = |(rows, engine): (&String, &String)| Figure {
        quantity: Quantity::GetMany,
        rows: rows.clone(),
        engine: engine.clone(),
        rounds: nanoseconds(samples, rows, engine, largest.unwrap_or_default()),
    };
    cases.into_iter().map(figure).collect()
}

/// The time in each round.
fn nanoseconds(samples: &[Sample], corpus: &str, engine: &str, batch: usize) -> Vec<f64> {
    let same = samples.iter().filter(|sample| {
        sample.corpus == corpus && sample.engine == engine && sample.batch == batch
    });
    same.map(|sample| sample.nanoseconds).collect()
}

/// The medians side by side, and beside those of single look-ups.
pub fn table(samples: &[Sample]) -> String {
    let mut table = Table::new(&[
        "rows",
        "engine",
        "#batch",
        "#ns per key",
        "#single, ns",
        "#single / batch",
    ]);
    let batches = samples.iter().filter(|sample| sample.batch != ALONE);
    for (corpus, engine, batch) in distinct(batches.map(|s| (&s.corpus, &s.engine, s.batch))) {
        let many = median(nanoseconds(samples, corpus, engine, batch));
        let single = median(nanoseconds(samples, corpus, engine, ALONE));
        table.row(&[
            corpus.clone(),
            engine.clone(),
            batch.to_string(),
            number(many, 0),
            number(single, 0),
            number(single / many, 2),
        ]);
    }
    table.finish()
}
