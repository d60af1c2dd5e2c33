//! What does a look-up cost, and what does the walk of `reader/src/fsa/sparse_array.rs` save over the plain loop that
//! the format suggests?
//!
//! Every key is looked up in random order, or as many keys with a letter changed; the plain loop does the same over the
//! same mapped pages. `open-and-get` opens a file whose pages the system holds, and looks up one key.
//!
//! `cargo bench -p keyfold-benches --bench lookup`, 2026-11-21, x86-64, 2 cores of a machine in use by others, two runs:
//! the plain loop took 1.13 times as long over words (misses 1.16), 1.2 to 1.5 times over URLs (misses 1.2 to 1.3), and
//! over cities 1.4 times (misses 1.06 to 1.12); hits of cities came out equal once, within an error of 12 %.

mod compiled;
mod input;

use std::hint::black_box;
use std::time::Duration;

use compiled::{CORPORA, Compiled, lines};
use criterion::{Criterion, Throughput};
use keyfold_reader::format::properties::{ArrayProperties, Header};
use keyfold_reader::format::to_usize;
use keyfold_reader::format::transition::{FINAL, FINAL_LABEL, Pointer, pointer};
use keyfold_reader::format::varint::read_varshort;
use keyfold_reader::{Bytes, Dictionary, LoadingStrategy};

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

fn bench(c: &mut Criterion) {
    for (corpus, kind) in CORPORA {
        let compiled = Compiled::new(corpus, kind);
        let dictionary = Dictionary::open(&compiled.path).expect("a dictionary");
        let file = Bytes::open(&compiled.path, LoadingStrategy::default()).expect("a file");
        let plain = Plain::new(&file);
        let name = corpus.split('/').next().unwrap_or(corpus);
        let mut group = c.benchmark_group(format!("lookup/{name}"));
        group
            .sample_size(20)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_millis(800));
        for (case, queries) in [("hits", &compiled.hits), ("misses", &compiled.misses)] {
            let queries = lines(queries);
            let found = |get: &dyn Fn(&[u8]) -> bool| queries.iter().filter(|key| get(key)).count();
            let expected = if case == "hits" { queries.len() } else { 0 };
            assert_eq!(
                found(&|key| dictionary.contains(key).is_ok_and(|f| f)),
                expected
            );
            assert_eq!(found(&|key| plain.get(key).is_some()), expected);
            group.throughput(Throughput::Elements(queries.len() as u64));
            group.bench_function(format!("{case}/get"), |b| {
                b.iter(|| {
                    for key in &queries {
                        black_box(dictionary.get(key).expect("a sound file"));
                    }
                });
            });
            group.bench_function(format!("{case}/plain-loop"), |b| {
                b.iter(|| {
                    for key in &queries {
                        black_box(plain.get(key));
                    }
                });
            });
        }
        let misses = lines(&compiled.misses);
        group.bench_function("misses/contains", |b| {
            b.iter(|| {
                misses
                    .iter()
                    .filter(|key| dictionary.contains(key).expect("a sound file"))
                    .count()
            });
        });
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

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
}
