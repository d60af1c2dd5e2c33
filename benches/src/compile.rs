//! Compiling a file: wall time, processor time, peak memory, size; all engines fed from the same rows.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::definitions::Engine;
use crate::process;
use crate::setting::{Build, Setting};
use crate::table::{Table, grouped, mebibytes, median};

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

/// What a builder may print as its last line.
#[derive(Deserialize)]
struct Said {
    seconds: f64,
}

/// Where the file of an engine goes.
pub fn file(setting: &Setting, corpus: &str, compression: &str, engine: &Engine) -> PathBuf {
    setting
        .work
        .join(format!("{corpus}-{compression}.{}", engine.name))
}

/// Runs all cases.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let compile = &setting.definitions.compile;
    let rounds = setting.either(&compile.rounds, &compile.quick_rounds);
    let limits = setting.either(&compile.memory_mib, &compile.quick_memory_mib);
    let mut samples = Vec::new();
    for &memory_mib in &limits {
        for case in &compile.case {
            let corpus = setting.definitions.corpus(&case.corpus)?;
            let files = setting.files(corpus)?;
            eprintln!(
                "compile {}, {}, {memory_mib} MiB",
                corpus.name, case.compression
            );
            for round in 0..rounds {
                for engine in in_turn(&setting.definitions.engine, round) {
                    let file = file(setting, &corpus.name, &case.compression, engine);
                    let build = Build {
                        input: &files.rows,
                        file: &file,
                        kind: &corpus.kind,
                        compression: &case.compression,
                        memory_mib,
                    };
                    let Some(command) = setting.build_command(engine, build)? else {
                        continue;
                    };
                    let outcome = process::run(&command, Stdio::null())?;
                    let wall = outcome.wall.as_secs_f64();
                    let said = outcome
                        .output
                        .lines()
                        .last()
                        .and_then(|line| serde_json::from_str::<Said>(line).ok());
                    samples.push(Sample {
                        corpus: corpus.name.clone(),
                        kind: corpus.kind.clone(),
                        compression: case.compression.clone(),
                        memory_mib,
                        engine: engine.name.clone(),
                        round,
                        wall_seconds: wall,
                        compile_seconds: said.map_or(wall, |said| said.seconds),
                        processor_seconds: outcome.processor.as_secs_f64(),
                        peak_kib: outcome.peak_kib,
                        file_bytes: std::fs::metadata(&file)?.len(),
                    });
                }
            }
        }
    }
    Ok(samples)
}

/// The engines, the other way round in every second round, so that none always follows the same one.
pub fn in_turn(engines: &[Engine], round: usize) -> Vec<&Engine> {
    if round.is_multiple_of(2) {
        engines.iter().collect()
    } else {
        engines.iter().rev().collect()
    }
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
    let mut seen = Vec::new();
    for first in samples.iter().filter(|sample| sample.round == 0) {
        let this = (case(first), first.engine.clone());
        if seen.contains(&this) {
            continue;
        }
        let of = |engine: &str, value: fn(&Sample) -> f64| {
            let engine = engine.to_owned();
            median(
                samples
                    .iter()
                    .filter(|sample| case(sample) == this.0 && sample.engine == engine)
                    .map(value),
            )
        };
        let seconds = of(&first.engine, |sample| sample.compile_seconds);
        let (mut slower, mut larger) = (String::new(), String::new());
        if first.engine != ours {
            slower = format!("{:.2}", seconds / of(ours, |sample| sample.compile_seconds));
            let sizes = |engine| of(engine, |sample| precise(sample.file_bytes));
            larger = format!("{:.4}", sizes(ours) / sizes(&first.engine));
        }
        let peak = samples
            .iter()
            .filter(|sample| case(sample) == this.0 && sample.engine == first.engine)
            .map(|sample| sample.peak_kib)
            .max();
        table.row(&[
            first.corpus.clone(),
            first.compression.clone(),
            first.memory_mib.to_string(),
            first.engine.clone(),
            format!("{seconds:.3}"),
            slower,
            format!(
                "{:.3}",
                of(&first.engine, |sample| sample.processor_seconds)
            ),
            mebibytes(peak.unwrap_or_default()),
            grouped(first.file_bytes),
            larger,
        ]);
        seen.push(this);
    }
    table.finish()
}

#[expect(clippy::cast_precision_loss, reason = "files are far below 2^52 bytes")]
fn precise(bytes: u64) -> f64 {
    bytes as f64
}
