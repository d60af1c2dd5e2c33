//! Compiling a file: wall time, processor time, peak memory; all engines fed from the same rows.

use anyhow::Result;
use serde::Serialize;

use crate::build::{Build, compresses, limits_memory, remove};
use crate::figures::{Figure, Quantity};
use crate::setting::{Setting, in_turn};
use crate::size::ratio;
use crate::table::{Table, distinct, grouped, mebibytes, median, number};

/// One build.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub corpus: String,
    pub kind: String,
    pub compression: String,
    pub memory_mib: u64,
    pub engine: String,
    pub round: usize,
    /// The whole process.
    pub wall_seconds: f64,
    /// Without starting an interpreter and importing, where the engine says so; else the whole process.
    pub compile_seconds: f64,
    pub processor_seconds: f64,
    pub peak_kib: u64,
    pub file_bytes: u64,
}

/// Runs all cases.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let compile = &setting.definitions.compile;
    let rounds = setting.either(&compile.rounds, &compile.quick_rounds);
    let limits = setting.either(&compile.memory_mib, &compile.quick_memory_mib);
    let mut samples = Vec::new();
    for (place, &memory_mib) in limits.iter().enumerate() {
        for case in &compile.case {
            let corpus = setting.definitions.corpus(&case.corpus)?;
            let files = setting.files(corpus)?;
            let file = setting.work.join("compile");
            let job = Build {
                input: &files.rows,
                file: &file,
                kind: &corpus.kind,
                compression: &case.compression,
                memory_mib,
            };
            eprintln!(
                "compile {}, {}, {memory_mib} MiB",
                corpus.name, case.compression
            );
            let engines = || {
                setting.definitions.engine.iter().filter(|engine| {
                    (case.compression == "none" || compresses(engine))
                        && (place == 0 || limits_memory(engine))
                })
            };
            for round in 0..rounds {
                for engine in in_turn(engines(), round) {
                    let Some(built) = job.run(setting, engine)? else {
                        continue;
                    };
                    samples.push(Sample {
                        corpus: corpus.name.clone(),
                        kind: corpus.kind.clone(),
                        compression: case.compression.clone(),
                        memory_mib,
                        engine: engine.name.clone(),
                        round,
                        wall_seconds: built.wall_seconds,
                        compile_seconds: built.compile_seconds,
                        processor_seconds: built.processor_seconds,
                        peak_kib: built.peak_kib,
                        file_bytes: built.file_bytes,
                    });
                }
            }
            remove(&file)?;
        }
    }
    Ok(samples)
}

/// The times without compression, with the first of the memory limits.
pub fn figures(samples: &[Sample]) -> Vec<Figure> {
    let first = samples.first().map(|sample| sample.memory_mib);
    let plain = || {
        let plain = samples.iter().filter(|s| s.compression == "none");
        plain.filter(|s| Some(s.memory_mib) == first)
    };
    let figure = |(rows, engine): (&String, &String)| {
        let same = plain().filter(|s| (&s.corpus, &s.engine) == (rows, engine));
        Figure {
            quantity: Quantity::Compile,
            rows: rows.clone(),
            engine: engine.clone(),
            rounds: same.map(|sample| sample.compile_seconds).collect(),
        }
    };
    let cases = distinct(plain().map(|s| (&s.corpus, &s.engine)));
    cases.into_iter().map(figure).collect()
}

/// The medians side by side.
pub fn table(samples: &[Sample], ours: &str) -> String {
    let mut table = Table::new(&[
        "rows",
        "compression",
        "#limit MiB",
        "engine",
        "#seconds",
        "#others / ours",
        "#processor s",
        "#peak MiB",
        "#file bytes",
        "#ours / others",
    ]);
    let case = |sample: &Sample| {
        (
            sample.memory_mib,
            sample.corpus.clone(),
            sample.compression.clone(),
        )
    };
    for this in distinct(samples.iter().map(case)) {
        let same = || samples.iter().filter(|sample| case(sample) == this);
        let of = |engine: &str, value: fn(&Sample) -> f64| {
            median(same().filter(|sample| sample.engine == engine).map(value))
        };
        for engine in distinct(same().map(|sample| &sample.engine)) {
            let mut of_engine = same().filter(|sample| sample.engine == *engine);
            let peak = of_engine.clone().map(|sample| sample.peak_kib).max();
            let bytes = of_engine.next().map_or(0, |sample| sample.file_bytes);
            let seconds = of(engine, |sample| sample.compile_seconds);
            let our_bytes = same().find(|sample| sample.engine == ours);
            table.row(&[
                this.1.clone(),
                this.2.clone(),
                this.0.to_string(),
                engine.clone(),
                number(seconds, 3),
                number(seconds / of(ours, |sample| sample.compile_seconds), 2),
                number(of(engine, |sample| sample.processor_seconds), 3),
                mebibytes(peak.unwrap_or_default()),
                grouped(bytes),
                our_bytes.map_or_else(String::new, |our| number(ratio(our.file_bytes, bytes), 4)),
            ]);
        }
    }
    table.finish()
}
