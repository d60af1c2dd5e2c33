//! Keys in running text.

use std::path::Path;

use anyhow::Result;
use harness::report;
use serde::Serialize;

use crate::definitions::{Corpus, FindCase, Operation};
use crate::figures::Figure;
use crate::queried::{self, Due};
use crate::question::Question;
use crate::setting::Setting;
use crate::size::ratio;
use crate::table::{Table, distinct, grouped, median, number};

/// One run of one engine.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub corpus: String,
    /// Where keys may stand.
    pub boundaries: String,
    pub engine: String,
    pub round: usize,
    /// Of the text.
    pub bytes: u64,
    /// Median over the passes, for the whole text.
    pub nanoseconds: f64,
    /// Before a first text can be looked through.
    pub ready_nanoseconds: f64,
    pub found: u64,
    pub checksum: String,
}

/// Runs every case with every engine; all must find the same places.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let find = &setting.definitions.find;
    let corpus = setting.definitions.corpus(&find.corpus)?;
    queried::compile(setting, corpus, Operation::Find)?;
    let text = queried::unpacked(setting, &find.text)?;
    let mut samples = Vec::new();
    for case in &find.case {
        eprintln!("find {}, boundaries {}", corpus.name, case.boundaries);
        samples.extend(measure(setting, corpus, &text, case)?);
    }
    Ok(samples)
}

fn measure(
    setting: &Setting,
    corpus: &Corpus,
    text: &Path,
    case: &FindCase,
) -> Result<Vec<Sample>> {
    let find = &setting.definitions.find;
    let mut samples = Vec::new();
    let mut due = Due::default();
    for round in 0..setting.either(&find.rounds, &find.quick_rounds) {
        for engine in setting.in_turn(Operation::Find, round) {
            if case.without.contains(&engine.name) {
                continue;
            }
            let report: report::Find = Question {
                engine,
                file: &setting.file(engine, corpus),
                operation: Operation::Find,
                queries: Some(text),
                options: vec![
                    ("passes", find.passes.to_string()),
                    ("boundaries", case.boundaries.clone()),
                ],
                within: None,
            }
            .ask(setting)?;
            due.check(&engine.name, report.found, &report.checksum)?;
            samples.push(Sample {
                corpus: corpus.name.clone(),
                boundaries: case.boundaries.clone(),
                engine: engine.name.clone(),
                round,
                bytes: report.bytes,
                nanoseconds: median(report.nanoseconds),
                ready_nanoseconds: report.ready_nanoseconds,
                found: report.found,
                checksum: report.checksum,
            });
        }
    }
    Ok(samples)
}

/// What was measured in each round.
fn rounds(samples: &[Sample], engine: &str, boundaries: &str, of: fn(&Sample) -> f64) -> Vec<f64> {
    let same = samples
        .iter()
        .filter(|sample| sample.engine == engine && sample.boundaries == boundaries);
    same.map(of).collect()
}

/// The time for the text of each case.
pub fn figures(setting: &Setting, samples: &[Sample]) -> Vec<Figure> {
    let engines = distinct(samples.iter().map(|s| (&s.corpus, &s.engine)));
    let mut figures = Vec::new();
    for case in &setting.definitions.find.case {
        for (rows, engine) in &engines {
            figures.push(Figure {
                quantity: case.quantity,
                rows: (*rows).clone(),
                engine: (*engine).clone(),
                rounds: rounds(samples, engine, &case.boundaries, |s| s.nanoseconds),
            });
        }
    }
    figures.retain(|figure| !figure.rounds.is_empty());
    figures
}

/// The medians side by side.
pub fn table(samples: &[Sample], ours: &str) -> String {
    let mut table = Table::new(&[
        "rows",
        "boundaries",
        "engine",
        "#found",
        "#MB/s",
        "#others / ours, time",
        "#ready after, ms",
    ]);
    for first in samples.iter().filter(|sample| sample.round == 0) {
        let time = |engine| {
            median(rounds(samples, engine, &first.boundaries, |s| {
                s.nanoseconds
            }))
        };
        let nanoseconds = time(&first.engine);
        let ready = median(rounds(samples, &first.engine, &first.boundaries, |s| {
            s.ready_nanoseconds
        }));
        table.row(&[
            first.corpus.clone(),
            first.boundaries.clone(),
            first.engine.clone(),
            grouped(first.found),
            number(ratio(first.bytes, 1) / nanoseconds * 1e3, 0),
            number(nanoseconds / time(ours), 2),
            number(ready / 1e6, 0),
        ]);
    }
    table.finish()
}
