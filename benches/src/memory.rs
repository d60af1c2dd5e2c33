//! Peak memory within a limit: many made rows in random order through `keyfold compile`, every kind.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::build::{Build, bytes, remove};
use crate::definitions::Engine;
use crate::process;
use crate::setting::{Setting, text};
use crate::table::{Table, grouped, mebibytes};

/// One build.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub engine: String,
    pub kind: String,
    pub rows: usize,
    pub memory_mib: u64,
    pub seconds: f64,
    pub processor_seconds: f64,
    pub peak_kib: u64,
    pub allowed_kib: u64,
    pub file_bytes: u64,
}

/// Runs every kind; more memory than allowed is reported, not an error, so that a record shows it.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let memory = &setting.definitions.memory;
    let mut samples = Vec::new();
    for name in &memory.engines {
        let engine = setting.definitions.engine(name)?;
        for kind in &memory.kinds {
            samples.push(case(setting, engine, kind)?);
        }
    }
    Ok(samples)
}

fn case(setting: &Setting, engine: &Engine, kind: &str) -> Result<Sample> {
    let memory = &setting.definitions.memory;
    let rows = setting.either(&memory.rows, &memory.quick_rows);
    let words = setting
        .root
        .join(&setting.definitions.corpus("words-en-200k")?.source);
    eprintln!(
        "memory {}, {kind}, {} made rows",
        engine.name,
        grouped(rows as u64)
    );
    let file = setting.work.join(format!("made-{kind}"));
    let job = Build {
        input: "-".as_ref(),
        file: &file,
        kind,
        compression: "none",
        memory_mib: memory.memory_mib,
    };
    let mut command = job.command(setting, engine)?.context("no build command")?;
    command.extend(["--input-format".into(), "tsv".into()]);
    let mut maker = Command::new(setting.prepare()?)
        .args(["made", &text(&words), kind, &rows.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let made = maker.stdout.take().context("no standard output")?;
    let outcome = process::run(&command, made.into())?;
    ensure!(maker.wait()?.success(), "making rows failed");
    let file_bytes = bytes(&file)?;
    remove(&file)?;
    Ok(Sample {
        engine: engine.name.clone(),
        kind: kind.into(),
        rows,
        memory_mib: memory.memory_mib,
        seconds: outcome.wall.as_secs_f64(),
        processor_seconds: outcome.processor.as_secs_f64(),
        peak_kib: outcome.peak_kib,
        allowed_kib: allowed_kib(memory.memory_mib, memory.factor, memory.slack_mib),
        file_bytes,
    })
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small and positive"
)]
fn allowed_kib(limit_mib: u64, factor: f64, slack_mib: u64) -> u64 {
    ((limit_mib as f64 * factor + slack_mib as f64) * 1024.0) as u64
}

/// Peak memory beside what is allowed.
pub fn table(samples: &[Sample]) -> String {
    let mut table = Table::new(&[
        "engine",
        "kind",
        "#made rows",
        "#limit MiB",
        "#peak MiB (VmHWM)",
        "#allowed MiB",
        "kept",
        "#seconds",
        "#file bytes",
    ]);
    for sample in samples {
        table.row(&[
            sample.engine.clone(),
            sample.kind.clone(),
            grouped(sample.rows as u64),
            sample.memory_mib.to_string(),
            mebibytes(sample.peak_kib),
            mebibytes(sample.allowed_kib),
            if sample.peak_kib <= sample.allowed_kib {
                "yes"
            } else {
                "NO"
            }
            .into(),
            format!("{:.1}", sample.seconds),
            grouped(sample.file_bytes),
        ]);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::allowed_kib;

    #[test]
    fn the_limit_of_the_project() {
        assert_eq!(allowed_kib(64, 1.3, 64), 150_732);
    }
}
