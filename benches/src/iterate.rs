//! Visiting all keys in order.

use anyhow::{Result, ensure};
use harness::report;
use serde::Serialize;

use crate::definitions::Operation;
use crate::figures::{Figure, Quantity};
use crate::question::Question;
use crate::setting::Setting;
use crate::table::{Table, distinct, median, number};

/// One run of one engine.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub corpus: String,
    pub engine: String,
    pub round: usize,
    /// Median over the passes, per key.
    pub nanoseconds: f64,
    pub keys: u64,
    pub checksum: String,
}

/// Runs every corpus with every engine that keeps keys in order; all must see the same keys.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let iterate = &setting.definitions.iterate;
    let mut samples: Vec<Sample> = Vec::new();
    for corpus in &setting.definitions.corpus {
        eprintln!("iterate {}", corpus.name);
        let mut due: Option<(u64, String)> = None;
        for round in 0..setting.either(&iterate.rounds, &iterate.quick_rounds) {
            for engine in setting.in_turn(Operation::Iterate, round) {
                let report: report::Iterate = Question {
                    engine,
                    file: &setting.file(engine, corpus),
                    operation: Operation::Iterate,
                    queries: None,
                    options: vec![("passes", iterate.passes.to_string())],
                    within: None,
                }
                .ask(setting)?;
                let this = (report.keys, report.checksum.clone());
                let due = due.get_or_insert_with(|| this.clone());
                ensure!(
                    this == *due,
                    "{} sees other keys in {} than the engines before",
                    engine.name,
                    corpus.name
                );
                samples.push(Sample {
                    corpus: corpus.name.clone(),
                    engine: engine.name.clone(),
                    round,
                    nanoseconds: median(report.nanoseconds),
                    keys: report.keys,
                    checksum: report.checksum,
                });
            }
        }
    }
    Ok(samples)
}

/// The time per key.
pub fn figures(samples: &[Sample]) -> Vec<Figure> {
    let cases = distinct(samples.iter().map(|s| (&s.corpus, &s.engine)));
    let figure = |(rows, engine): (&String, &String)| Figure {
        quantity: Quantity::Iterate,
        rows: rows.clone(),
        engine: engine.clone(),
        rounds: nanoseconds(samples, rows, engine),
    };
    cases.into_iter().map(figure).collect()
}

/// The time in each round.
fn nanoseconds(samples: &[Sample], corpus: &str, engine: &str) -> Vec<f64> {
    let same = samples
        .iter()
        .filter(|sample| sample.corpus == corpus && sample.engine == engine);
    same.map(|sample| sample.nanoseconds).collect()
}

/// The medians side by side.
pub fn table(samples: &[Sample], ours: &str) -> String {
    let mut table = Table::new(&["rows", "engine", "#ns per key", "#others / ours"]);
    let of = |corpus: &str, engine: &str| median(nanoseconds(samples, corpus, engine));
    for (corpus, engine) in distinct(samples.iter().map(|s| (&s.corpus, &s.engine))) {
        let nanoseconds = of(corpus, engine);
        table.row(&[
            corpus.clone(),
            engine.clone(),
            number(nanoseconds, 1),
            number(nanoseconds / of(corpus, ours), 2),
        ]);
    }
    table.finish()
}
