//! The same rows in every layout: each answer is the same, down to every position of the automaton.

use std::io::{BufRead as _, BufReader};
use std::path::Path;

use flate2::read::GzDecoder;
use keyfold_compiler::{Compiler, Input, Options};
use keyfold_reader::format::transition::WEIGHT_DEPTH;
use keyfold_reader::fsa::{Cursor, Fsa};
use keyfold_reader::{
    Compression, Dictionary, LoadingStrategy, SecondaryDictionary, Value, ValueKind, verify,
};
use proptest::prelude::*;

use crate::support::{
    Folder, LAYOUTS, Rows, compile, keys, laid_out, long_keys, map, options, values,
};

/// Rows of the bundled corpora that are walked.
const CUT: usize = 5_000;

/// The dictionary of these rows in each layout, keyvi's first.
fn dictionaries(
    options: &Options,
    rows: &[(Vec<u8>, Vec<u8>)],
    folder: &Folder,
) -> Vec<Dictionary> {
    LAYOUTS
        .iter()
        .enumerate()
        .map(|(number, &layout)| {
            let path = folder.file(&number.to_string());
            compile(&laid_out(layout, options.clone()), rows, &path);
            verify(&path).unwrap();
            Dictionary::open(&path).unwrap()
        })
        .collect()
}

/// A value in all its forms.
fn forms(value: Value<'_>) -> (Option<u64>, u32, Vec<u8>, Vec<u8>, Vec<u8>) {
    let (mut text, mut json) = (Vec::new(), Vec::new());
    value.write_text(&mut text).unwrap();
    value.write_json(&mut json).unwrap();
    let msgpack = value.msgpack().unwrap().into_owned();
    (value.as_u64(), value.weight(), text, json, msgpack)
}

fn children(fsa: &Fsa, at: Cursor) -> Vec<(u8, Cursor)> {
    let mut left = fsa.children(at).unwrap();
    let mut backwards = left;
    let mut taken = Vec::new();
    while let Some(child) = fsa.next_child(&mut left).unwrap() {
        taken.push(child);
    }
    for child in taken.iter().rev() {
        assert_eq!(fsa.last_child(&mut backwards).unwrap(), Some(*child));
    }
    assert_eq!(fsa.last_child(&mut backwards).unwrap(), None);
    taken
}

fn labels(children: &[(u8, Cursor)]) -> Vec<u8> {
    children.iter().map(|(label, _)| *label).collect()
}

/// Walks a keyvi file and a native one of the same rows in lockstep, over every prefix of every key; how many there
/// were.
fn assert_alike(one: &Dictionary, other: &Dictionary) -> usize {
    let (f, g) = (one.fsa(), other.fsa());
    let (Some(root), Some(other_root)) = (f.root(), g.root()) else {
        assert!(f.root().is_none() && g.root().is_none());
        return 0;
    };
    let mut positions = 0;
    let mut key = Vec::new();
    let mut waiting = vec![(root, other_root, None, 0)];
    while let Some((x, y, label, depth)) = waiting.pop() {
        key.truncate(depth);
        key.extend(label);
        positions += 1;
        let [value, other_value] = [f.value(x), g.value(y)].map(Result::unwrap);
        assert_eq!(value.is_some(), other_value.is_some(), "{key:?}");
        for (fsa, at) in [(f, x), (g, y)] {
            assert_eq!(fsa.is_final(at).unwrap(), value.is_some(), "{key:?}");
            // from the root, as long as that is not far
            if key.len() < 100 {
                let followed = fsa.follow(fsa.root().unwrap(), &key).unwrap();
                assert_eq!(followed, Some(at), "{key:?}");
            }
        }
        if value.is_some() {
            let [found, other_found] = [one, other].map(|it| it.get(&key).unwrap().unwrap());
            assert_eq!(Some(found.handle()), value);
            assert_eq!(Some(other_found.handle()), other_value);
            assert_eq!(forms(found), forms(other_found), "{key:?}");
        }
        // keyvi's layout has 16 bits for an inner weight, and none far from the root
        let [weight, exact] = [f.inner_weight(x), g.inner_weight(y)].map(Result::unwrap);
        let stored = if key.len() < WEIGHT_DEPTH { exact } else { 0 };
        assert_eq!(weight, stored.min(u16::MAX.into()), "{key:?}");

        let below = [children(f, x), children(g, y)];
        let stored = labels(&below[0]);
        assert_eq!(stored, labels(&below[1]), "{key:?}");
        for label in stored
            .iter()
            .flat_map(|&label| [label.wrapping_sub(1), label, label.wrapping_add(1)])
            .chain([0, 255])
        {
            for (fsa, at, below) in [(f, x, &below[0]), (g, y, &below[1])] {
                let child = below.iter().find(|child| child.0 == label);
                let stepped = fsa.step(at, label).unwrap();
                assert_eq!(stepped, child.map(|child| child.1), "{key:?} {label}");
            }
        }
        let mut chains = [Vec::new(), Vec::new()];
        f.chain(x, 9, &mut chains[0]).unwrap();
        g.chain(y, 9, &mut chains[1]).unwrap();
        assert_eq!(chains[0], chains[1], "{key:?}");

        let pairs = below[0].iter().zip(&below[1]).rev();
        waiting.extend(pairs.map(|(x, y)| (x.1, y.1, Some(x.0), key.len())));
    }
    positions
}

/// Scans, prefixes and ranges of both are the same.
fn assert_scans_alike(one: &Dictionary, other: &Dictionary, probe: &[u8]) {
    let entries = |scan: keyfold_reader::Scan<'_>| -> Vec<_> {
        scan.map(|entry| entry.map(|it| (it.key.clone(), forms(it.value()))).unwrap())
            .collect()
    };
    let ends = [
        probe.to_vec(),
        [probe, b"\0"].concat(),
        [probe, b"\xFF"].concat(),
    ];
    for probe in &ends {
        let [prefix, other_prefix] = [one, other].map(|it| entries(it.prefix(probe).unwrap()));
        assert_eq!(prefix, other_prefix, "{probe:?}");
        let [range, other_range] = [one, other].map(|it| entries(it.range(probe).unwrap()));
        assert_eq!(range, other_range, "{probe:?}");
        let [before, other_before] = [one, other].map(|it| entries(it.scan().before(probe)));
        assert_eq!(before, other_before, "{probe:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_position((kind, compression, rows) in (
        prop::sample::select(&ValueKind::ALL[..]),
        prop::sample::select(vec![Compression::None, Compression::Zlib, Compression::Snappy, Compression::Zstd]),
    ).prop_flat_map(|(kind, compression)| {
        let many = prop::collection::vec((keys(), values(kind)), 0..300);
        let long = prop::collection::vec((long_keys(), values(kind)), 0..6);
        (Just(kind), Just(compression), prop_oneof![6 => many, 1 => long])
    })) {
        let folder = Folder::new();
        let options = Options { compression, ..options(kind) };
        let [keyvi, fast, small] = &dictionaries(&options, &rows, &folder)[..] else { unreachable!() };
        let positions = assert_alike(keyvi, fast);
        prop_assert_eq!(positions, assert_alike(keyvi, small));
        for (key, _) in rows.iter().take(5) {
            assert_scans_alike(keyvi, fast, key);
            assert_scans_alike(keyvi, small, &key[..key.len() / 2]);
        }
    }

    #[test]
    fn every_way_to_a_key(
        (kind, rows) in prop::sample::select(&ValueKind::ALL[..])
            .prop_flat_map(|kind| (Just(kind), prop::collection::vec((keys(), values(kind)), 0..200))),
        probes in prop::collection::vec(keys(), 12)
    ) {
        let folder = Folder::new();
        let map = map(&rows);
        for dictionary in dictionaries(&options(kind), &rows, &folder) {
            let fsa = dictionary.fsa();
            let Some(root) = fsa.root() else { continue };
            let probes: Vec<_> = probes.iter().chain(map.keys()).collect();
            for probe in &probes {
                let found = dictionary.get(probe).unwrap().map(Value::handle);
                prop_assert_eq!(found.is_some(), map.contains_key(*probe));
                for at in 0..=probe.len() {
                    let (front, rest) = probe.split_at(at);
                    let Some(middle) = fsa.follow(root, front).unwrap() else {
                        prop_assert!(found.is_none());
                        break;
                    };
                    prop_assert_eq!(fsa.get(middle, rest).unwrap(), found);
                    let mut many = Vec::new();
                    let longer = [rest, b"\0"].concat();
                    let asked = [rest, &longer, rest, b"", rest];
                    fsa.get_many(middle, &asked, |index, handle| many.push((index, handle))).unwrap();
                    many.sort_unstable();
                    let expected = asked.map(|rest| fsa.get(middle, rest).unwrap());
                    prop_assert_eq!(many, expected.into_iter().enumerate().collect::<Vec<_>>());
                }
            }
        }
    }

    #[test]
    fn every_view(rows in prop::collection::vec((keys(), 0..3u8, 0..3u8, any::<u64>()), 0..120)) {
        let folder = Folder::new();
        let dictionaries: Vec<_> = LAYOUTS.iter().enumerate().map(|(number, &layout)| {
            let options = Options { secondary: vec!["a".into(), "b".into()], ..options(ValueKind::Completion) };
            let mut compiler = Compiler::new(laid_out(layout, options)).unwrap();
            for (key, a, b, value) in &rows {
                let [a, b] = [a, b].map(|field| vec![255; usize::from(*field)]);
                compiler.add_under(&[&a, &b], key, Input::Int(value >> 4)).unwrap();
            }
            let path = folder.file(&number.to_string());
            compiler.finish(&path, false).unwrap();
            verify(&path).unwrap();
            SecondaryDictionary::open(path).unwrap()
        }).collect();
        let [keyvi, native @ ..] = &dictionaries[..] else { unreachable!() };
        for native in native {
            assert_alike(keyvi.dictionary(), native.dictionary());
            assert_alike(keyvi.codes(), native.codes());
            for (probe, a, b, _) in rows.iter().take(8) {
                let fields = [a, b].map(|field| vec![255; usize::from(*field)]);
                let fields = [&fields[0][..], &fields[1][..]];
                let views = [keyvi, native].map(|it| it.under(&fields).unwrap());
                let answers = views.map(|view| {
                    let weigh = |entry: keyfold_reader::Result<keyfold_reader::Match>| {
                        entry.map(|it| (it.key.clone(), it.value().as_u64())).unwrap()
                    };
                    let front = &probe[..probe.len() / 2];
                    (
                        view.get(probe).unwrap().map(Value::as_u64),
                        view.get_many(&[probe, front, probe]).unwrap().iter().map(|it| it.map(Value::as_u64)).collect::<Vec<_>>(),
                        view.prefix(front).unwrap().map(weigh).collect::<Vec<_>>(),
                        view.range(b"", probe).unwrap().map(weigh).collect::<Vec<_>>(),
                        view.range(front, probe).unwrap().map(weigh).collect::<Vec<_>>(),
                    )
                });
                prop_assert_eq!(&answers[0], &answers[1]);
            }
        }
    }
}

#[test]
fn every_loading_strategy_serves_the_same() {
    let folder = Folder::new();
    let rows: Rows = (0..2000)
        .map(|n| {
            (
                format!("key {n}").into(),
                format!("value {}", n % 70).into(),
            )
        })
        .collect();
    for dictionary in dictionaries(&options(ValueKind::String), &rows, &folder) {
        for (name, strategy) in LoadingStrategy::ALL {
            let opened = Dictionary::open_with(dictionary.path(), strategy).unwrap();
            for (key, value) in &rows {
                let found = opened.get(key).unwrap().unwrap();
                assert_eq!(found.text().unwrap().as_bytes(), value, "{name}");
            }
        }
    }
}

/// The first rows of a bundled corpus.
fn corpus(name: &str) -> Rows {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../testdata")
        .join(name);
    let file = std::fs::File::open(path).unwrap();
    let lines = BufReader::new(GzDecoder::new(file)).split(b'\n').take(CUT);
    lines
        .map(|line| {
            let line = line.unwrap();
            let tab = line.iter().position(|&byte| byte == b'\t').unwrap();
            (line[..tab].to_vec(), line[tab + 1..].to_vec())
        })
        .collect()
}

#[test]
fn the_bundled_corpora() {
    let folder = Folder::new();
    for (name, kind) in [
        ("words/words-en-200k.tsv.gz", ValueKind::Completion),
        ("names/names.tsv.gz", ValueKind::String),
        ("urls/urls-100k.tsv.gz", ValueKind::Json),
        ("cities/cities-120k.tsv.gz", ValueKind::Json),
    ] {
        let rows = corpus(name);
        let dictionaries = dictionaries(&options(kind), &rows, &folder);
        for native in &dictionaries[1..] {
            assert!(assert_alike(&dictionaries[0], native) > CUT, "{name}");
        }
    }
}
