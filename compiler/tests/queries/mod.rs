//! Queries beside an oracle that looks at every key, over one dictionary and over several.

mod complete;
mod damage;
mod fst;
mod fuzzy;
mod glob;
mod keyvi;
mod keyvi_oracle;
mod multiword;
mod near;
mod normalize;
mod oracle;
mod regex;
mod search;
mod secondary;

use std::collections::{BTreeMap, BTreeSet};

use keyfold_compiler::Options;
use keyfold_reader::{Dictionary, Entries, KeySet, Matches, Source, ValueKind};
use proptest::prelude::*;

use crate::support::{Folder, LAYOUTS, Layout, compile, laid_out, options};

/// A source to be: its keys with their weights, those that are deleted in it, and its layout.
#[derive(Clone, Debug)]
struct Segment {
    rows: BTreeMap<Vec<u8>, u64>,
    deleted: BTreeSet<Vec<u8>>,
    layout: Layout,
}

/// Several sources to be, newest first, as files.
struct Segments {
    entries: Entries,
    /// What is left of them: the newest one that stores a key decides.
    expected: BTreeMap<Vec<u8>, u64>,
    _folder: Folder,
}

/// Keys over a tiny alphabet with characters of several bytes, bytes that are no text, 0 and 255.
fn keys() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(vec![
        "a".as_bytes(),
        b"a",
        b"b",
        b"b",
        "ä".as_bytes(),
        "ö".as_bytes(),
        "€".as_bytes(),
        "₮".as_bytes(),
        "😀".as_bytes(),
        b"\x00",
        b"\xff",
        b"\xe2",
        b"\xe2\x82",
        b"\x82",
        b" ",
    ]);
    prop::collection::vec(part, 1..7).prop_map(|parts| parts.concat())
}

/// Keys long enough for grams, of characters and of bytes that are none.
fn long_keys() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(vec![
        &b"a"[..],
        b"b",
        "é".as_bytes(),
        "京".as_bytes(),
        b"\xc3",
    ]);
    prop::collection::vec(part, 5..16).prop_map(|parts| parts.concat())
}

/// Weights with many ties, some beyond what keyvi's layout can tell apart.
fn weights() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..4u64,
        0..100u64,
        65_530..65_540u64,
        (1u64 << 20)..(1 << 21)
    ]
}

fn segment(keys: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Segment> {
    let rows = prop::collection::btree_map(keys, weights(), 0..60);
    (rows, prop::sample::select(LAYOUTS.to_vec()), any::<u64>()).prop_map(|(rows, layout, seed)| {
        let keys = rows
            .keys()
            .zip(0..)
            .filter(|(_, i)| (seed >> (i % 64)).trailing_zeros() >= 3);
        let deleted = keys.map(|(key, _)| key.clone()).collect();
        Segment {
            rows,
            deleted,
            layout,
        }
    })
}

/// One source without deleted keys, or several.
fn segments() -> impl Strategy<Value = Vec<Segment>> {
    segments_of(keys)
}

/// As [`segments`], with keys of another sort.
fn segments_of<K: Strategy<Value = Vec<u8>>>(
    keys: impl Fn() -> K,
) -> impl Strategy<Value = Vec<Segment>> {
    let one = segment(keys()).prop_map(|segment| {
        let deleted = BTreeSet::new();
        vec![Segment { deleted, ..segment }]
    });
    prop_oneof![one, prop::collection::vec(segment(keys()), 1..=5)]
}

impl Segments {
    fn new(segments: &[Segment], kind: ValueKind) -> Self {
        let folder = Folder::new();
        let mut sources = Vec::new();
        let mut expected = BTreeMap::new();
        for (number, segment) in segments.iter().enumerate() {
            let rows: Vec<(Vec<u8>, Vec<u8>)> = segment
                .rows
                .iter()
                .map(|(key, weight)| (key.clone(), weight.to_string().into_bytes()))
                .collect();
            let path = folder.file(&number.to_string());
            let options: Options = laid_out(segment.layout, options(kind));
            compile(&options, &rows, &path);
            let dictionary = Dictionary::open(&path).unwrap();
            let deleted: KeySet = segment.deleted.iter().cloned().collect();
            sources.push(Source::new(&dictionary).deleted(deleted));
            for (key, &weight) in &segment.rows {
                let weight = (!segment.deleted.contains(key)).then_some(weight);
                expected.entry(key.clone()).or_insert(weight);
            }
        }
        let expected = expected
            .into_iter()
            .filter_map(|(key, weight)| Some((key, weight?)))
            .collect();
        Segments {
            entries: Entries::new(sources),
            expected,
            _folder: folder,
        }
    }
}

/// Keys with their scores and values, in the order they are found in.
fn found(mut matches: Matches<'_>) -> Vec<(Vec<u8>, u32, u64)> {
    let mut found = Vec::new();
    while matches.advance().unwrap() {
        let value = matches.value().as_u64().unwrap_or(0);
        found.push((matches.key().to_vec(), matches.score(), value));
    }
    assert!(!matches.advance().unwrap());
    found
}
