//! File sizes. This comes first: what it compiles is what all look-ups use.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::build::{Build, bytes, compresses, remove};
use crate::definitions::{Corpus, Engine, Operation, fill};
use crate::figures::{Figure, Quantity};
use crate::setting::{Setting, text};
use crate::table::{Table, distinct, grouped};
use crate::{process, resident};

/// A file.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub corpus: String,
    pub kind: String,
    pub compression: String,
    pub engine: String,
    pub keys: u64,
    /// Of the file, or resident for engines that hold everything in memory.
    pub bytes: u64,
    /// What keys are found with, and what holds values; nothing for engines that have both in one.
    pub key_bytes: Option<u64>,
    pub value_bytes: Option<u64>,
}

/// The parts of a file.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Parts {
    key_bytes: Option<u64>,
    value_bytes: Option<u64>,
}

impl Parts {
    /// Of a file that an engine wrote.
    fn of(setting: &Setting, engine: &Engine, file: &Path) -> Result<Self> {
        if let Some(template) = &engine.parts {
            let mut words = setting.words();
            words.insert("file", text(file));
            let said = process::run(&fill(template, &words)?, Stdio::null())?.output;
            return Ok(serde_json::from_str(&said)?);
        }
        let part = |name: &str| {
            let path = file.join(name);
            path.exists().then(|| bytes(&path)).transpose()
        };
        Ok(Self {
            key_bytes: part("keys")?,
            value_bytes: part("values")?,
        })
    }
}

/// The engine whose files others are measured against.
const REFERENCE: &str = "keyvi";
/// The one for the keys alone.
const KEYS_REFERENCE: &str = "marisa";
/// The kind of files that hold keys alone.
pub const KEY_ONLY: &str = "key-only";
/// No compression of values.
pub const NONE: &str = "none";
const MEMORY_MIB: u64 = 1024;

/// Compiles every corpus with every engine, the keys alone, and the values with every compression.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for corpus in &setting.definitions.corpus {
        eprintln!("size {}", corpus.name);
        let files = setting.files(corpus)?;
        let keys = count_lines(&files.rows)?;
        let mut add = |engine: &Engine, kind: &str, compression: &str, bytes, parts: Parts| {
            samples.push(Sample {
                corpus: corpus.name.clone(),
                kind: kind.into(),
                compression: compression.into(),
                engine: engine.name.clone(),
                keys,
                bytes,
                key_bytes: parts.key_bytes,
                value_bytes: parts.value_bytes,
            });
        };
        for engine in &setting.definitions.engine {
            let file = setting.written(&engine.name, corpus);
            let job = Build {
                input: &files.rows,
                file: &file,
                kind: &corpus.kind,
                compression: NONE,
                memory_mib: MEMORY_MIB,
            };
            let built = job.run(setting, engine)?;
            if engine.in_memory {
                let memory = in_memory(setting, engine, corpus)?;
                add(engine, &corpus.kind, NONE, memory, Parts::default());
                continue;
            }
            let Some(built) = built else { continue };
            let parts = Parts::of(setting, engine, &file)?;
            add(engine, &corpus.kind, NONE, built.file_bytes, parts);
            let trial = setting.work.join(format!("size.{}", engine.name));
            let others = setting.definitions.size.compressions.iter();
            // Integers are not compressed by anybody.
            let compressed = compresses(engine) && corpus.kind != "int";
            for compression in others.filter(|name| *name != NONE && compressed) {
                let job = Build {
                    file: &trial,
                    compression,
                    ..job
                };
                job.run(setting, engine)?;
                let parts = Parts::of(setting, engine, &trial)?;
                add(engine, &corpus.kind, compression, bytes(&trial)?, parts);
            }
            // The queries of hits are the keys, one per line.
            let job = Build {
                input: &files.hits,
                file: &trial,
                kind: KEY_ONLY,
                ..job
            };
            job.run(setting, engine)?;
            let parts = Parts::of(setting, engine, &trial)?;
            add(engine, KEY_ONLY, NONE, bytes(&trial)?, parts);
            remove(&trial)?;
        }
    }
    Ok(samples)
}

/// Memory of an engine that has opened a corpus, its server included.
fn in_memory(setting: &Setting, engine: &Engine, corpus: &Corpus) -> Result<u64> {
    debug_assert!(engine.can(Operation::Resident));
    Ok(resident::processes(setting, engine, corpus, 1, 1)?.pss_kib << 10)
}

fn count_lines(path: &Path) -> Result<u64> {
    let mut lines = BufReader::new(File::open(path)?);
    let (mut count, mut line) = (0, Vec::new());
    while lines.read_until(b'\n', &mut line)? > 0 {
        count += 1;
        line.clear();
    }
    Ok(count)
}

/// The smallest file of every engine, and the key part of the one without compression.
pub fn figures(samples: &[Sample]) -> Vec<Figure> {
    let files = || samples.iter().filter(|sample| sample.kind != KEY_ONLY);
    let mut figures = Vec::new();
    for (rows, engine) in distinct(files().map(|s| (&s.corpus, &s.engine))) {
        let same = || files().filter(|s| (&s.corpus, &s.engine) == (rows, engine));
        let mut add = |quantity, bytes: Option<u64>| {
            figures.extend(bytes.map(|bytes| Figure {
                quantity,
                rows: rows.clone(),
                engine: engine.clone(),
                rounds: vec![ratio(bytes, 1)],
            }));
        };
        add(Quantity::File, same().map(|sample| sample.bytes).min());
        let plain = same().find(|sample| sample.compression == NONE);
        add(Quantity::KeyPart, plain.and_then(|sample| sample.key_bytes));
    }
    figures
}

/// Sizes side by side.
pub fn table(samples: &[Sample]) -> String {
    let mut table = Table::new(&[
        "rows",
        "values",
        "engine",
        "compression",
        "#bytes",
        "#of keys",
        "#of values",
        "#bytes per key",
        "#of keyvi's smallest",
        "#of marisa",
    ]);
    for case in distinct(samples.iter().map(|s| (&s.corpus, &s.kind))) {
        let same = || samples.iter().filter(|s| (&s.corpus, &s.kind) == case);
        let smallest = |engine: &str| {
            let files = same().filter(|sample| sample.engine == engine);
            files.map(|sample| sample.bytes).min()
        };
        let (keyvi, marisa) = (smallest(REFERENCE), smallest(KEYS_REFERENCE));
        let marisa = marisa.filter(|_| case.1 == KEY_ONLY);
        for sample in same() {
            let bytes = sample.bytes;
            let share = |of: Option<u64>| {
                of.map_or_else(String::new, |of| format!("{:.3}", ratio(bytes, of)))
            };
            table.row(&[
                sample.corpus.clone(),
                sample.kind.clone(),
                sample.engine.clone(),
                sample.compression.clone(),
                grouped(sample.bytes),
                sample.key_bytes.map_or_else(String::new, grouped),
                sample.value_bytes.map_or_else(String::new, grouped),
                format!("{:.2}", ratio(sample.bytes, sample.keys)),
                share(keyvi),
                share(marisa),
            ]);
        }
    }
    table.finish()
}

/// One number over another.
#[expect(clippy::cast_precision_loss, reason = "files are far below 2^52 bytes")]
pub fn ratio(number: u64, over: u64) -> f64 {
    number as f64 / over as f64
}
