//! What does it cost to train a token table, to encode and decode with it, and to encode leaves?
//!
//! Texts are what sorted keys do not share with the one before, a megabyte of them at most.
//!
//! `cargo bench -p keyfold-benches --bench fold`, 2026-11-21, x86-64, 2 cores of a machine in use by others; codes are the
//! bytes of a text's codes over its own.
//!
//! ```text
//!                        words     URLs      cities
//! training, per MB       92 ms     186 ms    132 ms
//! codes                  0.62      0.32      0.18
//! encoding, MB/s         28        29        38
//! decoding, MB/s         216       1,110     1,460
//! leaves, million keys/s 10.8      0.93      1.9
//! ```

mod input;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput};
use keyfold_compiler::internals::{Leaves, Tokens};
use keyfold_reader::format::native::tokens;
use keyfold_reader::{Bytes, Section};

const CORPORA: [&str; 3] = [
    "words/words-en-200k",
    "urls/urls-100k",
    "cities/cities-120k",
];
/// Bytes of text that tables are trained on.
const SAMPLE: usize = 1 << 20;
/// Keys whose leaves are encoded.
const KEYS: usize = 50_000;

/// What each of sorted keys does not share with the one before.
fn tails<'k>(keys: &[&'k [u8]]) -> Vec<&'k [u8]> {
    let mut before: &[u8] = &[];
    let tail = |&key: &&'k [u8]| {
        let shared = before.iter().zip(key).take_while(|(a, b)| a == b).count();
        before = key;
        &key[shared..]
    };
    keys.iter().map(tail).collect()
}

fn keys(c: &mut Criterion, corpus: &str) {
    let mut rows = input::rows(corpus);
    rows.sort_unstable();
    let keys: Vec<&[u8]> = rows.iter().map(|(key, _)| &**key).collect();
    let tails = tails(&keys);
    let mut total = 0;
    let fits = |tail: &&&[u8]| {
        total += tail.len();
        total <= SAMPLE
    };
    let sample: Vec<&[u8]> = tails.iter().take_while(fits).copied().collect();
    let bytes = |texts: &[&[u8]]| texts.iter().map(|text| text.len() as u64).sum::<u64>();
    let all = bytes(&tails);
    let name = corpus.split('/').next().unwrap_or(corpus);
    let mut group = c.benchmark_group(format!("fold/{name}"));
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(1));
    group.throughput(Throughput::Bytes(bytes(&sample)));
    group.bench_function("tokens/train", |b| {
        b.iter(|| Tokens::train(black_box(&sample), all));
    });
    let table = Tokens::train(&sample, all);
    let (mut codes, mut ends) = (Vec::new(), Vec::new());
    for text in &sample {
        table.encode(text, &mut codes);
        ends.push(codes.len());
    }
    println!(
        "{name}: {} bytes of text, {} of codes",
        bytes(&sample),
        codes.len()
    );
    group.bench_function("tokens/encode", |b| {
        let mut codes = Vec::new();
        b.iter(|| {
            codes.clear();
            for text in &sample {
                table.encode(text, &mut codes);
            }
            codes.len()
        });
    });
    let section = Bytes::from(table.section());
    let reader = tokens::Tokens::read(&section, 0..section.len(), Section::Tokens);
    let reader = reader.expect("a sound table");
    group.bench_function("tokens/decode", |b| {
        let mut text = Vec::new();
        b.iter(|| {
            let mut start = 0;
            for &end in &ends {
                text.clear();
                reader.decode(&codes[start..end], &mut text).expect("codes");
                black_box(&text);
                start = end;
            }
        });
    });
    let keys = &keys[..KEYS];
    let leaves = Leaves::train(keys);
    group.throughput(Throughput::Elements(KEYS as u64));
    group.bench_function("leaves/encode", |b| {
        b.iter(|| leaves.encode(black_box(keys)).expect("sorted keys"));
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for corpus in CORPORA {
        keys(&mut criterion, corpus);
    }
    criterion.final_summary();
}
