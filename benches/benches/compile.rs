//! What does a build cost from rows in memory to the file on disk: in either layout, within little memory, and without
//! minimization?
//!
//! The time includes waiting until the file is on disk. The sizes printed are what a change to the packing is to be
//! judged by, beside the time.
//!
//! `cargo bench -p keyfold-benches --bench compile`, 2026-11-21, x86-64, 2 cores of a machine in use by others, keyvi's
//! layout, ratios to 1 GiB with minimization: without minimization 0.7 to 0.9 of the time, and files 1.52 times (words), 1.28 times
//! (URLs) and 1.00 times (cities) as large. Within 2 MiB, where rows go to disk and states are forgotten, 1.03 to 1.14
//! of the time, and files 1.04 times (words) and 1.01 times (URLs) as large.

mod input;

use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput};
use keyfold_compiler::{Compiler, Format, Input, Options, Profile, Summary};
use keyfold_reader::ValueKind;

/// Corpora, the kind of their values, and how many rows are taken.
const CORPORA: [(&str, ValueKind, usize); 3] = [
    ("words/words-en-200k", ValueKind::Int, 100_000),
    ("urls/urls-100k", ValueKind::Json, 25_000),
    ("cities/cities-120k", ValueKind::Json, 40_000),
];

/// Layouts, limits and minimization. Only the last of the limits has the rows go to disk first.
const CASES: [(&str, Format, Profile, usize, bool); 7] = [
    ("fast", Format::Native, Profile::Fast, 1 << 30, true),
    ("small", Format::Native, Profile::Small, 1 << 30, true),
    ("fast-2MiB", Format::Native, Profile::Fast, 2 << 20, true),
    ("keyvi", Format::Keyvi, Profile::Fast, 1 << 30, true),
    (
        "keyvi-unminimized",
        Format::Keyvi,
        Profile::Fast,
        1 << 30,
        false,
    ),
    ("keyvi-64MiB", Format::Keyvi, Profile::Fast, 64 << 20, true),
    ("keyvi-2MiB", Format::Keyvi, Profile::Fast, 2 << 20, true),
];

fn compile(rows: &[(Vec<u8>, Vec<u8>)], options: &Options) -> Summary {
    let mut compiler = Compiler::new(options.clone()).expect("options that fit");
    for (key, value) in rows {
        compiler
            .add(key, Input::Text(value))
            .expect("rows that can be stored");
    }
    let path = options.temporary_path.join("corpus.kv");
    compiler.finish(&path, true).expect("a dictionary")
}

fn bench(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (corpus, kind, count) in CORPORA {
        let mut rows = input::rows(corpus);
        rows.truncate(count);
        let name = corpus.split('/').next().unwrap_or(corpus);
        let mut group = c.benchmark_group(format!("compile/{name}"));
        group
            .sample_size(10)
            .sampling_mode(SamplingMode::Flat)
            .warm_up_time(Duration::from_millis(100))
            .measurement_time(Duration::from_secs(1))
            .throughput(Throughput::Elements(rows.len() as u64));
        for (case, format, profile, memory_limit, minimization) in CASES {
            let mut options = Options::new(kind);
            options.format = format;
            options.profile = profile;
            options.memory_limit = memory_limit;
            options.minimization = minimization;
            options.temporary_path = folder.path().into();
            let Summary {
                keys,
                states,
                file_bytes,
                ..
            } = compile(&rows, &options);
            println!("{name}, {case}: {keys} keys, {states} states, {file_bytes} bytes");
            group.bench_function(case, |b| b.iter(|| compile(&rows, &options)));
        }
        group.finish();
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
}
