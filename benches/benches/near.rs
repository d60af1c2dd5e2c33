//! What do the nearest keys cost beside all that are near, and completions of what was mistyped beside those of what was typed?
//!
//! Queries are words with a letter changed; prefixes are the first letters of these and of words as they are. `fuzzy` gives matches
//! in byte order, `fuzzy-best` the nearest first; `fuzzy-first` is asked for one match.
//!
//! `cargo bench -p keyfold-benches --bench near`, 2026-11-22, x86-64, 2 cores of a machine in use by others: in all layouts `fuzzy-best` takes
//! up to 1.3 times as long as `fuzzy`, and its first match at two edits is there after a quarter of that time.

mod compiled;
mod input;

use std::hint::black_box;
use std::time::Duration;

use compiled::{CORPORA, Compiled, LAYOUTS, lines};
use criterion::{Criterion, Throughput};
use keyfold_reader::{Completion, Dictionary, Matches, Result};

/// Words that are asked for.
const QUERIES: usize = 400;
/// Most bytes of a prefix.
const PREFIX: usize = 5;
/// Completions that are wanted.
const TOP: u64 = 10;
/// First characters that must be the same.
const EXACT: usize = 1;

fn count(matches: Result<Matches<'_>>) -> usize {
    let mut matches = matches.expect("a query");
    let mut n = 0;
    while matches.advance().expect("a sound file") {
        black_box((matches.key(), matches.score()));
        n += 1;
    }
    n
}

/// The letters from a to z as the first ones of the Cyrillic alphabet, as text of two bytes a letter.
fn cyrillic(text: &[u8]) -> Vec<u8> {
    let spell = |letter: char| match letter {
        'a'..='z' => char::from_u32(letter as u32 - 'a' as u32 + 'а' as u32).unwrap_or(letter),
        _ => letter,
    };
    let text = String::from_utf8_lossy(text);
    text.chars().map(spell).collect::<String>().into_bytes()
}

type Spell = fn(&[u8]) -> Vec<u8>;

/// Fuzzy queries where most labels are no ASCII, and where leaves have long labels and keys.
fn bench_others(c: &mut Criterion) {
    let spellings: [(&str, usize, Spell); 2] =
        [("cyrillic", 0, cyrillic), ("cities", 2, <[u8]>::to_vec)];
    for (name, corpus, spell) in spellings {
        let (corpus, kind) = CORPORA[corpus];
        for (layout, format, profile) in LAYOUTS {
            let compiled = Compiled::spelled(corpus, kind, (format, profile), spell);
            let entries = Dictionary::open(&compiled.path)
                .expect("a dictionary")
                .entries();
            let changed: Vec<_> = lines(&compiled.misses)[..QUERIES]
                .iter()
                .map(|query| spell(query))
                .collect();
            let mut group = c.benchmark_group(format!("near-{name}/{layout}"));
            group
                .sample_size(10)
                .warm_up_time(Duration::from_millis(200))
                .measurement_time(Duration::from_secs(1))
                .throughput(Throughput::Elements(QUERIES as u64));
            for most in 1..=2 {
                group.bench_function(format!("fuzzy/{most}"), |b| {
                    b.iter(|| {
                        let queries = changed.iter();
                        queries
                            .map(|query| count(entries.fuzzy(query, most, EXACT)))
                            .sum::<usize>()
                    });
                });
            }
            group.finish();
        }
    }
}

fn bench(c: &mut Criterion) {
    let (corpus, kind) = CORPORA[0];
    for (layout, format, profile) in LAYOUTS {
        let compiled = Compiled::new(corpus, kind, format, profile);
        let dictionary = Dictionary::open(&compiled.path).expect("a dictionary");
        let entries = dictionary.entries();
        let first = dictionary.entries().limit(1);
        let words = |text| lines(text)[..QUERIES].to_vec();
        let (right, changed) = (words(&compiled.hits), words(&compiled.misses));
        let mut group = c.benchmark_group(format!("near/{layout}"));
        group
            .sample_size(10)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_secs(1))
            .throughput(Throughput::Elements(QUERIES as u64));
        let mut ask = |name: &str, queries: &[&[u8]], ask: &dyn Fn(&[u8]) -> usize| {
            group.bench_function(name, |b| {
                b.iter(|| queries.iter().map(|query| ask(query)).sum::<usize>());
            });
        };
        for most in 1..=2 {
            ask(&format!("fuzzy/{most}"), &changed, &|query| {
                count(entries.fuzzy(query, most, EXACT))
            });
            ask(&format!("fuzzy-best/{most}"), &changed, &|query| {
                count(entries.fuzzy_best(query, most, EXACT))
            });
            ask(&format!("fuzzy-first/{most}"), &changed, &|query| {
                count(first.fuzzy_best(query, most, EXACT))
            });
        }
        let wanted = Completion::top(TOP);
        let prefix = |query: &[u8]| query[..PREFIX.min(query.len())].to_vec();
        for (name, queries) in [("right", &right), ("changed", &changed)] {
            ask(&format!("complete/{name}"), queries, &|query| {
                count(entries.complete(&prefix(query), &wanted))
            });
            ask(&format!("complete-fuzzy/{name}"), queries, &|query| {
                count(entries.complete_fuzzy(&prefix(query), 1, EXACT, &wanted))
            });
        }
        group.finish();
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    bench_others(&mut criterion);
    criterion.final_summary();
}
