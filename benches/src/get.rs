//! Looking up single keys: every engine on its own file of the same rows, asked the same queries in the same order.

use anyhow::{Result, ensure};
use harness::report;
use serde::Serialize;

use crate::definitions::{Corpus, Operation};
use crate::figures::{Figure, Quantity};
use crate::question::{Question, limit};
use crate::setting::Setting;
use crate::table::{Table, distinct, median, number};

/// One run of one engine.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub corpus: String,
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

/// Runs every corpus with every engine.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for corpus in &setting.definitions.corpus {
        for queries in &setting.definitions.get.queries {
            for value in &setting.definitions.get.values {
                // A miss has no value to take.
                if queries == "misses" && value != "none" {
                    continue;
                }
                eprintln!("get {}, {queries}, value {value}", corpus.name);
                samples.extend(case(setting, corpus, queries, value)?);
            }
        }
    }
    Ok(samples)
}

fn case(setting: &Setting, corpus: &Corpus, queries: &str, value: &str) -> Result<Vec<Sample>> {
    let get = &setting.definitions.get;
    let files = setting.files(corpus)?;
    let mut samples: Vec<Sample> = Vec::new();
    // What the first engine found.
    let mut due: Option<(u64, String)> = None;
    let rounds = match value {
        "none" => get.rounds,
        _ => get.value_rounds,
    };
    for round in 0..setting.either(&rounds, &get.quick_rounds) {
        for engine in setting.in_turn(Operation::Get, round) {
            if !engine.values.iter().any(|form| form == value) {
                continue;
            }
            let mut options = vec![("passes", get.passes.to_string()), ("value", value.into())];
            options.extend(limit(engine));
            let report: report::Get = Question {
                engine,
                file: &setting.file(engine, corpus),
                operation: Operation::Get,
                queries: Some(files.queries(queries)?),
                options,
                within: None,
            }
            .ask(setting)?;
            check(&engine.name, queries, report.queries, report.found)?;
            if limit(engine).is_none() {
                let this = (report.queries, report.checksum.clone());
                let due = due.get_or_insert_with(|| this.clone());
                ensure!(
                    this == *due,
                    "{} found other values ({value}) in {} than the engines before",
                    engine.name,
                    corpus.name
                );
            }
            samples.push(Sample {
                corpus: corpus.name.clone(),
                queries: queries.into(),
                value: value.into(),
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

/// A measurement counts for nothing unless all hits were found, and no miss.
pub fn check(engine: &str, queries: &str, asked: u64, found: u64) -> Result<()> {
    let due = if queries == "hits" { asked } else { 0 };
    ensure!(
        asked > 0 && found == due,
        "{engine} found {found} of {asked} {queries}"
    );
    Ok(())
}

/// The time of one engine's look-ups in each round.
fn nanoseconds(
    samples: &[Sample],
    corpus: &str,
    engine: &str,
    queries: &str,
    value: &str,
) -> Vec<f64> {
    let same = samples.iter().filter(|sample| {
        sample.corpus == corpus
            && sample.engine == engine
            && sample.queries == queries
            && sample.value == value
    });
    same.map(|sample| sample.nanoseconds).collect()
}

/// The times of hits, nothing taken.
pub fn figures(samples: &[Sample]) -> Vec<Figure> {
    let cases = distinct(samples.iter().map(|s| (&s.corpus, &s.engine)));
    let figure = |(rows, engine): (&String, &String)| Figure {
        quantity: Quantity::Get,
        rows: rows.clone(),
        engine: engine.clone(),
        rounds: nanoseconds(samples, rows, engine, "hits", "none"),
    };
    cases.into_iter().map(figure).collect()
}

/// The medians side by side.
pub fn table(samples: &[Sample], ours: &str) -> String {
    let mut table = Table::new(&[
        "rows",
        "engine",
        "#hit, ns",
        "#others / ours",
        "#hit, value as text",
        "#hit, value packed",
        "#miss, ns",
        "#others / ours",
    ]);
    for (corpus, engine) in distinct(samples.iter().map(|s| (&s.corpus, &s.engine))) {
        let of =
            |engine, queries, value| median(nanoseconds(samples, corpus, engine, queries, value));
        let hit = of(engine, "hits", "none");
        let miss = of(engine, "misses", "none");
        table.row(&[
            corpus.clone(),
            engine.clone(),
            number(hit, 0),
            number(hit / of(ours, "hits", "none"), 2),
            number(of(engine, "hits", "text"), 0),
            number(of(engine, "hits", "packed"), 0),
            number(miss, 0),
            number(miss / of(ours, "misses", "none"), 2),
        ]);
    }
    table.finish()
}
