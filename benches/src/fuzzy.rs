//! Keys near misspelled ones.

use anyhow::Result;
use harness::report;
use serde::Serialize;

use crate::definitions::{Corpus, FuzzyCase, Operation};
use crate::figures::Figure;
use crate::queried::Due;
use crate::question::Question;
use crate::setting::Setting;
use crate::table::{Table, distinct, grouped, median, number};

/// One run of one engine.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub corpus: String,
    /// Most edits.
    pub distance: u32,
    /// Characters at the start that must be the same.
    pub minimum_prefix: usize,
    pub engine: String,
    pub round: usize,
    /// Median over the passes, per query.
    pub nanoseconds: f64,
    pub asked: u64,
    pub found: u64,
    pub checksum: String,
}

/// Runs every case with every engine; those that mean the same by an edit must find the same.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let fuzzy = &setting.definitions.fuzzy;
    let corpus = setting.definitions.corpus(&fuzzy.corpus)?;
    let mut samples = Vec::new();
    for case in &fuzzy.case {
        eprintln!(
            "fuzzy {}, distance {}, minimum prefix {}",
            corpus.name, case.distance, case.minimum_prefix
        );
        samples.extend(measure(setting, corpus, case)?);
    }
    Ok(samples)
}

fn measure(setting: &Setting, corpus: &Corpus, case: &FuzzyCase) -> Result<Vec<Sample>> {
    let fuzzy = &setting.definitions.fuzzy;
    let queries = setting.files(setting.definitions.corpus(&fuzzy.queries)?)?;
    let mut samples = Vec::new();
    let mut due = Due::default();
    for round in 0..setting.either(&fuzzy.rounds, &fuzzy.quick_rounds) {
        for engine in setting.in_turn(Operation::Fuzzy, round) {
            if case.without.contains(&engine.name) {
                continue;
            }
            let mut options = vec![
                ("passes", fuzzy.passes.to_string()),
                ("distance", case.distance.to_string()),
                ("minimum-prefix", case.minimum_prefix.to_string()),
            ];
            if setting.quick {
                options.push(("limit", fuzzy.quick_queries.to_string()));
            }
            let report: report::Get = Question {
                engine,
                file: &setting.file(engine, corpus),
                operation: Operation::Fuzzy,
                queries: Some(&queries.hits),
                options,
                within: None,
            }
            .ask(setting)?;
            if !fuzzy.other_answers.contains(&engine.name) {
                due.check(&engine.name, report.found, &report.checksum)?;
            }
            samples.push(Sample {
                corpus: corpus.name.clone(),
                distance: case.distance,
                minimum_prefix: case.minimum_prefix,
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
fn nanoseconds(samples: &[Sample], engine: &str, distance: u32, minimum_prefix: usize) -> Vec<f64> {
    let same = samples.iter().filter(|sample| {
        sample.engine == engine
            && (sample.distance, sample.minimum_prefix) == (distance, minimum_prefix)
    });
    same.map(|sample| sample.nanoseconds).collect()
}

/// The time per query of each case.
pub fn figures(setting: &Setting, samples: &[Sample]) -> Vec<Figure> {
    let engines = distinct(samples.iter().map(|s| (&s.corpus, &s.engine)));
    let mut figures = Vec::new();
    for case in &setting.definitions.fuzzy.case {
        for (rows, engine) in &engines {
            figures.push(Figure {
                quantity: case.quantity,
                rows: (*rows).clone(),
                engine: (*engine).clone(),
                rounds: nanoseconds(samples, engine, case.distance, case.minimum_prefix),
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
        "#distance",
        "#exact characters",
        "engine",
        "#matches",
        "#µs per query",
        "#others / ours",
    ]);
    // The first sample of each engine in each case.
    let firsts = samples.iter().filter(|sample| sample.round == 0);
    for first in firsts {
        let of = |engine| {
            let rounds = nanoseconds(samples, engine, first.distance, first.minimum_prefix);
            median(rounds)
        };
        let nanoseconds = of(&first.engine);
        table.row(&[
            first.corpus.clone(),
            first.distance.to_string(),
            first.minimum_prefix.to_string(),
            first.engine.clone(),
            grouped(first.found),
            number(nanoseconds / 1e3, 1),
            number(nanoseconds / of(ours), 2),
        ]);
    }
    table.finish()
}
