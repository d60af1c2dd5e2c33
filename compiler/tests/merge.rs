//! A merge equals compiling the union.

use std::collections::{BTreeMap, BTreeSet};

use keyfold_compiler::{Compiler, Error, Input, MergeMode, Merger, Options, Summary};
use keyfold_reader::{
    Compression, Dictionary, KeySet, SecondaryDictionary, TextRule, ValueKind, verify,
};
use proptest::prelude::*;

use crate::support::{
    Folder, KEYVI, LAYOUTS, Layout, Rows, compile, keys, laid_out, map, options, texts, values,
};

fn merge(
    kind: ValueKind,
    inputs: &[(Rows, BTreeSet<Vec<u8>>)],
    mode: MergeMode,
    layout: Layout,
    folder: &Folder,
) -> Summary {
    let mut merger = Merger::new(laid_out(layout, options(kind)), mode);
    for (i, (rows, deleted)) in inputs.iter().enumerate() {
        let path = folder.file(&format!("input {i}.kv"));
        let compression = [Compression::None, Compression::Zstd, Compression::Snappy][i % 3];
        let options = Options {
            compression,
            ..options(kind)
        };
        // files of any layout, but only keyvi's values can be appended as a whole
        let layout = match mode {
            MergeMode::Append => KEYVI,
            MergeMode::Deduplicate => LAYOUTS[(i + rows.len()) % 3],
        };
        compile(&laid_out(layout, options), rows, &path);
        merger
            .add_dictionary(
                Dictionary::open(&path).unwrap(),
                deleted.iter().cloned().collect(),
            )
            .unwrap();
    }
    merger.finish(&folder.file("merged.kv"), true).unwrap()
}

/// Inner weights at every prefix of every key.
fn weights(dictionary: &Dictionary) -> BTreeMap<Vec<u8>, u32> {
    let fsa = dictionary.fsa();
    let mut weights = BTreeMap::new();
    for key in dictionary.keys().map(Result::unwrap) {
        for end in 0..=key.len() {
            let at = fsa
                .follow(fsa.root().unwrap(), &key[..end])
                .unwrap()
                .unwrap();
            weights.insert(key[..end].to_vec(), fsa.inner_weight(at).unwrap());
        }
    }
    weights
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn like_the_union(
        (kind, inputs) in prop::sample::select(&ValueKind::ALL[..]).prop_flat_map(|kind| {
            let rows = prop::collection::vec((keys(), values(kind)), 0..30);
            let deleted = prop::collection::btree_set(keys(), 0..6);
            (Just(kind), prop::collection::vec((rows, deleted), 1..5))
        }),
        layout in prop::sample::select(&LAYOUTS[..]),
        append in any::<bool>()
    ) {
        let folder = Folder::new();
        // keys that are deleted where they are stored, too
        let inputs: Vec<_> = inputs
            .into_iter()
            .map(|(rows, mut deleted)| {
                deleted.extend(rows.iter().map(|row| row.0.clone()).filter(|key| key.len() % 3 == 0));
                (rows, deleted)
            })
            .collect();
        let append = append && layout == KEYVI;
        let mode = if append { MergeMode::Append } else { MergeMode::Deduplicate };
        let summary = merge(kind, &inputs, mode, layout, &folder);

        let mut union = BTreeMap::new();
        for (rows, deleted) in &inputs {
            for (key, value) in map(rows) {
                union.insert(key.clone(), (value, deleted.contains(&key)));
            }
        }
        let union: Rows = union.into_iter().filter(|(_, (_, deleted))| !deleted).map(|(key, (value, _))| (key, value)).collect();
        let merged = Dictionary::open(folder.file("merged.kv")).unwrap();
        prop_assert_eq!(texts(&merged), union.clone());
        prop_assert_eq!(summary.keys, union.len() as u64);
        prop_assert_eq!(summary.rows.read, summary.keys + summary.rows.duplicates + summary.rows.rejected);
        prop_assert_eq!(merged.verify().unwrap().keys, summary.keys);

        let path = folder.file("union.kv");
        compile(&laid_out(layout, options(kind)), &union, &path);
        prop_assert_eq!(weights(&merged), weights(&Dictionary::open(&path).unwrap()));
    }
}

#[test]
fn compression_goes_with_the_values() {
    let folder = Folder::new();
    let (path, out) = (folder.file("a.kv"), folder.file("merged.kv"));
    let value = format!("{{\"text\":\"{}\"}}", "again and ".repeat(40)).into_bytes();
    let rows: Rows = (0..20u8).map(|i| (vec![i], value.clone())).collect();
    for compression in [
        Compression::None,
        Compression::Zlib,
        Compression::Snappy,
        Compression::Zstd,
    ] {
        let packed = |layout| Options {
            compression,
            ..laid_out(layout, options(ValueKind::Json))
        };
        for (from, to) in LAYOUTS
            .iter()
            .flat_map(|from| LAYOUTS.map(|to| (*from, to)))
        {
            compile(&packed(from), &rows, &path);
            let mut merger = Merger::new(
                laid_out(to, options(ValueKind::KeyOnly)),
                MergeMode::default(),
            );
            merger.add(&path).unwrap();
            merger.finish(&out, true).unwrap();
            // as if compiled so
            compile(&packed(to), &rows, &path);
            assert!(
                std::fs::read(&out).unwrap() == std::fs::read(&path).unwrap(),
                "{compression:?} from {from:?} to {to:?}"
            );
            verify(&out).unwrap();
        }
    }
}

#[test]
fn files_that_do_not_fit_are_refused() {
    let folder = Folder::new();
    let [ints, strings, vectors, longer] =
        ["ints.kv", "strings.kv", "vectors.kv", "longer.kv"].map(|name| folder.file(name));
    let row = |value: &str| vec![(b"a".to_vec(), value.as_bytes().to_vec())];
    compile(&options(ValueKind::Int), &row("1"), &ints);
    compile(&options(ValueKind::String), &row("1"), &strings);
    compile(&options(ValueKind::FloatVector), &row("1, 2"), &vectors);
    compile(
        &Options {
            vector_size: 3,
            ..options(ValueKind::FloatVector)
        },
        &row("1, 2, 3"),
        &longer,
    );
    for (first, second) in [(&ints, &strings), (&vectors, &longer)] {
        let mut merger = Merger::new(options(ValueKind::Int), MergeMode::default());
        merger.add(first).unwrap();
        assert!(matches!(merger.add(second), Err(Error::Mismatch { .. })));
    }
    let nothing = Merger::new(options(ValueKind::Int), MergeMode::default());
    assert!(matches!(
        nothing.finish(&folder.file("out.kv"), false),
        Err(Error::Mismatch { .. })
    ));
}

#[test]
fn a_list_of_deleted_keys_beside_the_file_counts() {
    let folder = Folder::new();
    let path = folder.file("a.kv");
    let rows: Rows = ["k", "m", "z"]
        .map(|key| (key.into(), b"1".to_vec()))
        .to_vec();
    compile(&options(ValueKind::Int), &rows, &path);
    std::fs::write(folder.file("a.kv.dk"), b"\x92\xA1k\xA1m").unwrap();
    let newer = folder.file("b.kv");
    compile(
        &options(ValueKind::Int),
        &[(b"k".to_vec(), b"2".to_vec())],
        &newer,
    );
    let mut merger = Merger::new(options(ValueKind::Int), MergeMode::default());
    merger.add(&path).unwrap();
    merger.add(&newer).unwrap();
    let out = folder.file("merged.kv");
    merger.finish(&out, false).unwrap();
    // m stays deleted although k was written again
    let expected = [("k", "2"), ("z", "1")].map(|(key, value)| (key.into(), value.into()));
    assert_eq!(texts(&Dictionary::open(&out).unwrap()), expected);
}

#[test]
fn dictionaries_with_secondary_keys_merge() {
    for layout in LAYOUTS {
        let folder = Folder::new();
        let options = Options {
            secondary: vec!["tenant".into()],
            ..laid_out(layout, options(ValueKind::Int))
        };
        let build = |name: &str, rows: &[(&str, &str, u64)]| {
            let mut compiler = Compiler::new(options.clone()).unwrap();
            for (tenant, key, value) in rows {
                compiler
                    .add_under(&[tenant.as_bytes()], key.as_bytes(), Input::Int(*value))
                    .unwrap();
            }
            compiler.finish(&folder.file(name), false).unwrap();
        };
        build("a.kv", &[("x", "k", 1), ("y", "k", 2)]);
        build("b.kv", &[("a", "k", 3), ("y", "k", 4), ("", "k", 5)]);
        let mut merger = Merger::new(options.clone(), MergeMode::default());
        merger.add(&folder.file("a.kv")).unwrap();
        merger.add(&folder.file("b.kv")).unwrap();
        let out = folder.file("merged.kv");
        assert_eq!(merger.finish(&out, false).unwrap().keys, 4);
        let dictionary = SecondaryDictionary::open(&out).unwrap();
        for (tenant, value) in [("x", 1), ("y", 4), ("a", 3), ("", 5)] {
            let view = dictionary.under(&[tenant.as_bytes()]).unwrap();
            assert_eq!(view.get(b"k").unwrap().unwrap().as_u64(), Some(value));
        }
    }
}

#[test]
fn secondary_dictionaries_keep_their_version_and_refuse_deleted_keys() {
    let folder = Folder::new();
    let path = folder.file("a.kv");
    let options = Options {
        secondary: vec!["tenant".into()],
        compression: Compression::Zstd,
        ..laid_out(KEYVI, options(ValueKind::Json))
    };
    let mut compiler = Compiler::new(options.clone()).unwrap();
    compiler
        .add_under(
            &[b"x"],
            b"",
            Input::Text(b"\"below a tenant the empty key can be stored\""),
        )
        .unwrap();
    compiler.finish(&path, false).unwrap();
    let out = folder.file("merged.kv");
    let mut merger = Merger::new(options.clone(), MergeMode::default());
    merger.add(&path).unwrap();
    merger.finish(&out, false).unwrap();
    let dictionary = SecondaryDictionary::open(&out).unwrap();
    assert_eq!(dictionary.dictionary().header().version, 3);
    assert!(dictionary.under(&[b"x"]).unwrap().contains(b"").unwrap());
    std::fs::write(folder.file("a.kv.dk"), b"\x91\xA1k").unwrap();
    let mut merger = Merger::new(options, MergeMode::default());
    merger.add(&path).unwrap();
    assert!(matches!(
        merger.finish(&out, true),
        Err(Error::Mismatch { .. })
    ));
}

#[test]
fn values_that_leave_no_room_for_a_weight_are_not_merged() {
    use keyfold_reader::format::properties::{ArrayProperties, Header};

    // only keyvi writes such a file: a is final with the value 2^60, of five units, and has no weight
    let mut file = Vec::new();
    Header {
        version: 2,
        start_state: 1,
        keys: 1,
        kind: ValueKind::Completion,
        states: 2,
        manifest: String::new(),
        secondary: Vec::new(),
        text_rule: TextRule::default(),
        provenance: None,
        oddity: None,
    }
    .write(&mut file);
    ArrayProperties::new(600).write(&mut file);
    let (mut labels, mut words) = (vec![0u8; 600], vec![0u16; 600]);
    (labels[1], labels[300]) = (0xFF, 0xFF);
    (labels[1 + 97], words[1 + 97]) = (b'a', 0xC000 + 300);
    for (unit, word) in [0x8000, 0x8000, 0x8000, 0x8000, 1].into_iter().enumerate() {
        (labels[556 + unit], words[556 + unit]) = (1 + u8::try_from(unit).unwrap(), word);
    }
    file.extend(labels);
    file.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    let dictionary = Dictionary::from_bytes(file).unwrap();
    assert_eq!(
        dictionary.get(b"a").unwrap().unwrap().as_u64(),
        Some(1 << 60)
    );

    let folder = Folder::new();
    let mut merger = Merger::new(options(ValueKind::Completion), MergeMode::default());
    merger.add_dictionary(dictionary, KeySet::new()).unwrap();
    let error = merger.finish(&folder.file("out.kv"), false).unwrap_err();
    assert!(error.to_string().contains("2^60"), "{error}");
}
