//! What does a key cost in a scan over everything, and in one over a prefix, in either layout?
//!
//! `cargo bench -p keyfold-benches --bench walk`, 2026-11-21, x86-64, 2 cores of a machine in use by others, keyvi's
//! layout: 90 ns for
//! a word of 7 bytes, 0.76 µs for a city of 33, 1.16 µs for a URL of 78: 12 to 23 ns per byte. Keys copied into vectors
//! of their own cost 1 to 10 % more.

mod compiled;
mod input;

use std::hint::black_box;
use std::time::Duration;

use compiled::{CORPORA, Compiled, LAYOUTS, lines};
use criterion::{Criterion, SamplingMode, Throughput};
use keyfold_reader::{Dictionary, Scan};

/// Prefixes that are scanned.
const PREFIXES: usize = 1000;
/// Of a prefix no more keys are read: what a page of results takes.
const PAGE: usize = 20;

fn count(scan: &mut Scan<'_>, limit: usize) -> usize {
    let mut n = 0;
    while n < limit && scan.advance().expect("a sound file") {
        black_box((scan.key(), scan.value().handle()));
        n += 1;
    }
    n
}

/// The first keys, cut to a length that depends on theirs.
fn shortened<'k>(keys: &[&'k [u8]], length: impl Fn(usize) -> usize) -> Vec<&'k [u8]> {
    let keys = keys.iter().take(PREFIXES);
    keys.map(|key| &key[..length(key.len()).min(key.len())])
        .collect()
}

fn bench(c: &mut Criterion) {
    let cases = CORPORA
        .iter()
        .flat_map(|corpus| LAYOUTS.map(|layout| (corpus, layout)));
    for (&(corpus, kind), (layout, format, profile)) in cases {
        let compiled = Compiled::new(corpus, kind, format, profile);
        let dictionary = Dictionary::open(&compiled.path).expect("a dictionary");
        let name = corpus.split('/').next().unwrap_or(corpus);
        let mut group = c.benchmark_group(format!("walk/{name}/{layout}"));
        group
            .sample_size(15)
            .sampling_mode(SamplingMode::Flat)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_secs(1));
        group.throughput(Throughput::Elements(dictionary.len()));
        group.bench_function("all", |b| {
            b.iter(|| count(&mut dictionary.scan(), usize::MAX));
        });
        group.bench_function("all/owned-keys", |b| b.iter(|| dictionary.keys().count()));
        let hits = lines(&compiled.hits);
        let misses = lines(&compiled.misses);
        // few keys below, many, and mostly none
        for (case, prefixes) in [
            ("long-prefixes", shortened(&hits, |len| len * 3 / 4)),
            ("short-prefixes", shortened(&hits, |_| 2)),
            ("absent-prefixes", shortened(&misses, |len| len)),
        ] {
            group.throughput(Throughput::Elements(PREFIXES as u64));
            group.bench_function(case, |b| {
                b.iter(|| {
                    let page = |prefix| {
                        let mut scan = dictionary.prefix(prefix).expect("a sound file");
                        count(&mut scan, PAGE)
                    };
                    prefixes.iter().copied().map(page).sum::<usize>()
                });
            });
        }
        group.finish();
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
}
