//! What does a look-up cost in either layout, alone and with others, and what does the walk of
//! `reader/src/fsa/sparse_array.rs` save over the plain loop that keyvi's layout suggests?
//!
//! Every key is looked up in random order, or as many keys with a letter changed; the plain loop does the same over the
//! same mapped pages. `get-many` asks for a thousand keys at a time. `open-and-get` opens a file whose pages the system
//! holds, and looks up one key.
//!
//! `cargo bench -p keyfold-benches --bench lookup`, 2026-11-21, x86-64, 2 cores of a machine in use by others, two runs:
//! the plain loop took 1.13 times as long over words (misses 1.16), 1.2 to 1.5 times over URLs (misses 1.2 to 1.3), and
//! over cities 1.4 times (misses 1.06 to 1.12); hits of cities came out equal once, within an error of 12 %.

mod compiled;
mod input;

use std::hint::black_box;
use std::time::Duration;

use compiled::{CORPORA, Compiled, LAYOUTS, lines};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use keyfold_benches::sampler::Sampler;
use keyfold_compiler::{Format, Profile};
use keyfold_reader::format::native::header::NativeHeader;
use keyfold_reader::format::native::ints::{BLOCK, Ints};
use keyfold_reader::format::properties::{ArrayProperties, Header};
use keyfold_reader::format::to_usize;
use keyfold_reader::format::transition::{FINAL, FINAL_LABEL, Pointer, pointer};
use keyfold_reader::format::varint::read_varshort;
use keyfold_reader::{Bytes, Dictionary, LoadingStrategy, Section};

/// The arrays of a file, walked byte by byte.
struct Plain<'f> {
    labels: &'f [u8],
    words: &'f [[u8; 2]],
    root: u64,
}

impl<'f> Plain<'f> {
    fn new(file: &'f [u8]) -> Self {
        let (header, at) = Header::read(file, 0).expect("a header");
        let (array, at) = ArrayProperties::read(file, at).expect("properties");
        let slots = to_usize(array.slots);
        let (labels, words) = file[at..at + 3 * slots].split_at(slots);
        let words = words.as_chunks().0;
        Plain {
            labels,
            words,
            root: header.start_state,
        }
    }

    fn get(&self, key: &[u8]) -> Option<u64> {
        let mut state = self.root;
        for &label in key {
            state = self.child(state, label)?;
        }
        let at = to_usize(state + FINAL);
        if *self.labels.get(at)? != FINAL_LABEL {
            return None;
        }
        read_varshort(self.words.get(at..)?)
    }

    fn child(&self, state: u64, label: u8) -> Option<u64> {
        let p = state + u64::from(label);
        if *self.labels.get(to_usize(p))? != label {
            return None;
        }
        let word = u16::from_le_bytes(*self.words.get(to_usize(p))?);
        let target = match pointer(p, word)? {
            Pointer::Direct(target) => target,
            Pointer::Overflow { units, low } => {
                low.target(p, read_varshort(self.words.get(to_usize(units)..)?)?)?
            }
        };
        (target != 0).then_some(target)
    }
}

/// Keys of one call of `get_many`.
const BATCH: usize = 1000;

type Group<'c> = BenchmarkGroup<'c, WallTime>;

fn bench(c: &mut Criterion) {
    let cases = CORPORA
        .iter()
        .flat_map(|corpus| LAYOUTS.map(|layout| (corpus, layout)));
    for (&(corpus, kind), (layout, format, profile)) in cases {
        let compiled = Compiled::new(corpus, kind, format, profile);
        let name = corpus.split('/').next().unwrap_or(corpus);
        let mut group = c.benchmark_group(format!("lookup/{name}/{layout}"));
        group
            .sample_size(20)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_millis(800));
        look_ups(&mut group, &compiled);
        if format == Format::Keyvi {
            plain_loop(&mut group, &compiled);
        }
        // the file's pages are in memory, but not yet this mapping's
        let first = lines(&compiled.hits)[0];
        group.throughput(Throughput::Elements(1));
        group.bench_function("open-and-get", |b| {
            b.iter(|| {
                let dictionary = Dictionary::open(&compiled.path).expect("a dictionary");
                dictionary.contains(black_box(first)).expect("a sound file")
            });
        });
        group.finish();
    }
}

/// Queries by name, and whether they are there.
fn queries(compiled: &Compiled) -> [(&'static str, Vec<&[u8]>, bool); 2] {
    [
        ("hits", lines(&compiled.hits), true),
        ("misses", lines(&compiled.misses), false),
    ]
}

fn look_ups(group: &mut Group<'_>, compiled: &Compiled) {
    let dictionary = Dictionary::open(&compiled.path).expect("a dictionary");
    for (case, queries, stored) in queries(compiled) {
        let mut found = queries.iter().map(|key| dictionary.contains(key));
        assert!(found.all(|found| found.is_ok_and(|found| found == stored)));
        group.throughput(Throughput::Elements(queries.len() as u64));
        group.bench_function(format!("{case}/get"), |b| {
            b.iter(|| {
                for key in &queries {
                    black_box(dictionary.get(key).expect("a sound file"));
                }
            });
        });
        group.bench_function(format!("{case}/get-many"), |b| {
            let mut values = Vec::new();
            b.iter(|| {
                for keys in queries.chunks(BATCH) {
                    let done = dictionary.get_many_into(keys, &mut values);
                    done.expect("a sound file");
                    black_box(&values);
                }
            });
        });
    }
}

fn plain_loop(group: &mut Group<'_>, compiled: &Compiled) {
    let file = Bytes::open(&compiled.path, LoadingStrategy::default()).expect("a file");
    let plain = Plain::new(&file);
    for (case, queries, stored) in queries(compiled) {
        assert!(queries.iter().all(|key| plain.get(key).is_some() == stored));
        group.throughput(Throughput::Elements(queries.len() as u64));
        group.bench_function(format!("{case}/plain-loop"), |b| {
            b.iter(|| {
                for key in &queries {
                    black_box(plain.get(key));
                }
            });
        });
    }
}

/// The values of a native file of integers, in random order and in blocks.
fn integers(c: &mut Criterion) {
    let (corpus, kind) = CORPORA[0];
    let compiled = Compiled::new(corpus, kind, Format::Native, Profile::Fast);
    let file = Bytes::open(&compiled.path, LoadingStrategy::default()).expect("a file");
    let (header, _) = NativeHeader::read(&file, 0).expect("a header");
    let section = Section::Integers;
    let ints = Ints::read(&file, header.range(section), section).expect("integers");
    let mut ordinals: Vec<u64> = (0..ints.len()).collect();
    Sampler::new(11).shuffle(&mut ordinals);
    let mut group = c.benchmark_group("lookup/words/integers");
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
        .throughput(Throughput::Elements(ints.len()));
    group.bench_function("get", |b| {
        b.iter(|| {
            let all = ordinals.iter().map(|&ordinal| ints.get(ordinal));
            all.fold(0, u64::wrapping_add)
        });
    });
    group.bench_function("block", |b| {
        let blocks = ints.len().div_ceil(BLOCK as u64);
        let mut out = [0; BLOCK];
        b.iter(|| {
            for index in 0..blocks {
                black_box(ints.block(index, &mut out));
            }
        });
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    integers(&mut criterion);
    criterion.final_summary();
}
