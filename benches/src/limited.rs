//! Gets from files larger than the memory that the process may use.

use anyhow::{Context, Result};
use serde::Serialize;

use crate::build::{Build, remove};
use crate::cgroup::Cgroup;
use crate::cold::Cold;
use crate::setting::Setting;
use crate::size::ratio;
use crate::table::{Table, grouped, number};

/// One run of one engine. Times are in nanoseconds.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub made: String,
    pub rows: usize,
    pub engine: String,
    pub file_bytes: u64,
    /// Nothing where memory was not limited: a cold file.
    pub limit_bytes: Option<u64>,
    pub gets: u64,
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
    pub major_faults: u64,
    pub read_bytes: u64,
}

/// Compiles made rows with every engine, and asks it with a cold file and plenty of memory, then within the limit. Where that
/// cannot be done, says why: the system lets nobody limit memory, or the engine does not run with so little.
pub fn run(setting: &Setting) -> Result<(Vec<Sample>, Vec<String>)> {
    let limited = &setting.definitions.limited;
    let rows = setting.either(&limited.rows, &limited.quick_rows);
    let corpus = setting.definitions.made(&limited.made)?.corpus(rows);
    let files = setting.files(&corpus)?;
    let mut samples = Vec::new();
    let mut failed = Vec::new();
    for name in &limited.engines {
        let engine = setting.definitions.engine(name)?;
        let file = setting.written(name, &corpus);
        let job = Build {
            input: &files.rows,
            file: &file,
            kind: &corpus.kind,
            compression: "none",
            memory_mib: 1024,
        };
        eprintln!("limited {}, {name}", corpus.name);
        let built = job.run(setting, engine)?;
        let bytes = built.context("an engine without files")?.file_bytes;
        let limit = bytes / limited.share + (limited.own_mib << 20);
        for limit in [None, Some(limit)] {
            let within = match limit.map(Cgroup::new).transpose() {
                Ok(within) => within,
                Err(error) => {
                    failed.push(format!("{name}: {}", error.root_cause()));
                    continue;
                }
            };
            let cold = Cold {
                engine,
                file: &file,
                queries: &files.hits,
                warm: if limit.is_some() { limited.warm } else { 0 },
                gets: limited.gets,
                // Half for what the engine keeps, half for what the system does.
                cache_bytes: limit.map(|limit| limit / 2),
                within: within.as_ref(),
            };
            let sample = match cold.sample(setting, &corpus.name, 0) {
                Err(error) if limit.is_some() => {
                    failed.push(format!("{name}: {}", error.root_cause()));
                    continue;
                }
                sample => sample?,
            };
            samples.push(Sample {
                made: limited.made.clone(),
                rows,
                engine: name.clone(),
                file_bytes: bytes,
                limit_bytes: limit,
                gets: sample.gets,
                p50: sample.p50,
                p99: sample.p99,
                max: sample.max,
                major_faults: sample.major_faults,
                read_bytes: sample.read_bytes,
            });
        }
        remove(&file)?;
    }
    files.remove()?;
    Ok((samples, failed))
}

/// The runs side by side.
#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52 ns")]
pub fn table(samples: &[Sample], failed: &[String]) -> String {
    let mut table = Table::new(&[
        "made rows",
        "engine",
        "#file, MiB",
        "#memory, MiB",
        "#p50, us",
        "#p99, us",
        "#faults from disk per get",
        "#KiB read per get",
    ]);
    for sample in samples {
        table.row(&[
            format!("{} {}", grouped(sample.rows as u64), sample.made),
            sample.engine.clone(),
            (sample.file_bytes >> 20).to_string(),
            sample.limit_bytes.map_or_else(
                || "unlimited, cold".into(),
                |bytes| (bytes >> 20).to_string(),
            ),
            number(sample.p50 as f64 / 1e3, 1),
            number(sample.p99 as f64 / 1e3, 1),
            number(ratio(sample.major_faults, sample.gets), 2),
            number(ratio(sample.read_bytes, sample.gets) / 1024.0, 1),
        ]);
    }
    let mut text = table.finish();
    if !failed.is_empty() {
        text += "\nNot measured with little memory, as a memory cgroup cannot be made here, or the engine does not run in it:\n\n";
    }
    text.extend(
        failed
            .iter()
            .map(|why| format!("- {}\n", why.trim_end_matches([':', ' ']))),
    );
    text
}
