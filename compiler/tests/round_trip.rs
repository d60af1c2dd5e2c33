//! What is compiled is read back, by every look-up, as a `BTreeMap` would answer.

use std::ops::Bound::{Excluded, Included, Unbounded};

use keyfold_compiler::{Compiler, Error, Generator, Input, OnDuplicate, Options, RowError};
use keyfold_reader::{Compression, Dictionary, MAX_KEY_LEN, Soundness, ValueKind};
use proptest::prelude::*;

use crate::support::{
    Folder, LAYOUTS, Rows, compile, input, keys, laid_out, map, options, texts, values,
};

fn dictionaries() -> impl Strategy<Value = (Options, Rows)> {
    let kind = prop::sample::select(&ValueKind::ALL[..]);
    let compression = prop::sample::select(vec![
        Compression::None,
        Compression::Zlib,
        Compression::Snappy,
        Compression::Zstd,
    ]);
    let layout = prop::sample::select(&LAYOUTS[..]);
    let choices = (kind, layout, compression, any::<bool>());
    choices.prop_flat_map(|(kind, layout, compression, minimization)| {
        let options = Options {
            compression,
            minimization,
            ..laid_out(layout, options(kind))
        };
        (
            Just(options),
            prop::collection::vec((keys(), values(kind)), 0..80),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn like_a_map((options, rows) in dictionaries(), probes in prop::collection::vec(keys(), 12)) {
        let folder = Folder::new();
        let path = folder.file("test.kv");
        let summary = compile(&options, &rows, &path);
        let map = map(&rows);
        prop_assert_eq!(summary.keys, map.len() as u64);
        prop_assert_eq!(summary.rows.read, summary.keys + summary.rows.duplicates + summary.rows.rejected);

        let dictionary = Dictionary::open(&path).unwrap();
        prop_assert_eq!(dictionary.verify().unwrap(), Soundness { keys: summary.keys, states: summary.states, ..dictionary.verify().unwrap() });
        prop_assert!(dictionary.verify().unwrap().checksums);
        let expected: Vec<_> = map.clone().into_iter().collect();
        prop_assert_eq!(texts(&dictionary), expected);
        prop_assert_eq!(dictionary.first().unwrap().map(|m| m.key), map.keys().next().cloned());
        prop_assert_eq!(dictionary.last().unwrap().map(|m| m.key), map.keys().next_back().cloned());

        for probe in probes.iter().chain(map.keys()) {
            let found = dictionary.get(probe).unwrap().map(|value| {
                let mut text = Vec::new();
                value.write_text(&mut text).unwrap();
                text
            });
            prop_assert_eq!(found.as_ref(), map.get(probe));
            prop_assert_eq!(dictionary.contains(probe).unwrap(), map.contains_key(probe));

            let under: Vec<_> = dictionary.prefix(&probe[..1]).unwrap().map(|m| m.unwrap().key).collect();
            let expected: Vec<_> = map.keys().filter(|key| key.starts_with(&probe[..1])).cloned().collect();
            prop_assert_eq!(under, expected);

            let from: Vec<_> = dictionary.range(probe).unwrap().map(|m| m.unwrap().key).collect();
            let expected: Vec<_> = map.range::<[u8], _>((Included(&probe[..]), Unbounded)).map(|(k, _)| k.clone()).collect();
            prop_assert_eq!(from, expected);

            let before: Vec<_> = dictionary.scan().before(probe).map(|m| m.unwrap().key).collect();
            let expected: Vec<_> = map.range::<[u8], _>((Unbounded, Excluded(&probe[..]))).map(|(k, _)| k.clone()).collect();
            prop_assert_eq!(before, expected);

            let prefixes: Vec<_> = dictionary.prefixes_of(probe).map(|p| p.unwrap().0).collect();
            let expected: Vec<_> = (1..=probe.len()).filter(|&n| map.contains_key(&probe[..n])).collect();
            prop_assert_eq!(&prefixes, &expected);
            let longest = dictionary.longest_prefix_of(probe).unwrap().map(|(n, _)| n);
            prop_assert_eq!(longest, expected.last().copied());
        }
    }
}

#[test]
fn the_empty_dictionary_answers_everything_with_nothing() {
    let folder = Folder::new();
    let kinds = ValueKind::ALL.into_iter();
    for (kind, layout) in kinds.flat_map(|kind| LAYOUTS.map(|layout| (kind, layout))) {
        let path = folder.file("empty.kv");
        compile(&laid_out(layout, options(kind)), &[], &path);
        let empty = Dictionary::open(&path).unwrap();
        assert!(empty.is_empty() && empty.fsa().root().is_none());
        assert!(empty.get(b"").unwrap().is_none() && empty.get(b"a").unwrap().is_none());
        assert_eq!(empty.scan().count(), 0);
        assert_eq!(
            empty.prefix(b"").unwrap().count() + empty.range(b"a").unwrap().count(),
            0
        );
        assert!(empty.first().unwrap().is_none() && empty.last().unwrap().is_none());
        assert!(empty.longest_prefix_of(b"a").unwrap().is_none());
        assert_eq!(empty.verify().unwrap().keys, 0);
    }
}

#[test]
fn keys_at_the_limits() {
    let folder = Folder::new();
    let path = folder.file("limits.kv");
    let longest = vec![b'x'; MAX_KEY_LEN];
    for layout in LAYOUTS {
        let mut compiler = Compiler::new(laid_out(layout, options(ValueKind::Int))).unwrap();
        compiler.add(&longest, Input::Int(1)).unwrap();
        compiler.add(b"\0", Input::Int(2)).unwrap();
        compiler.add(b"\xFF\xFE", Input::Int(3)).unwrap();
        let refused = |result| match result {
            Err(Error::Row(e)) => e,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            refused(compiler.add(b"", Input::Int(4))),
            RowError::EmptyKey
        );
        assert_eq!(
            refused(compiler.add(&vec![0; MAX_KEY_LEN + 1], Input::Int(4))),
            RowError::KeyTooLong(MAX_KEY_LEN + 1)
        );
        let summary = compiler.finish(&path, true).unwrap();
        assert_eq!(
            (summary.rows.read, summary.rows.rejected, summary.keys),
            (5, 2, 3)
        );
        let dictionary = Dictionary::open(&path).unwrap();
        assert_eq!(dictionary.get(&longest).unwrap().unwrap().as_u64(), Some(1));
        assert!(
            dictionary
                .get(&[longest.clone(), b"x".to_vec()].concat())
                .unwrap()
                .is_none()
        );
        assert!(dictionary.get(b"").unwrap().is_none());
        assert_eq!(dictionary.last().unwrap().unwrap().key, b"\xFF\xFE");
        let keys: Vec<_> = dictionary.keys().collect::<Result<_, _>>().unwrap();
        assert_eq!(
            keys,
            [b"\0".to_vec(), longest.clone(), b"\xFF\xFE".to_vec()]
        );
        assert_eq!(dictionary.verify().unwrap().keys, 3);
    }
}

#[test]
fn missing_and_empty_values_differ() {
    let folder = Folder::new();
    let path = folder.file("strings.kv");
    compile(
        &options(ValueKind::String),
        &[(b"empty".to_vec(), Vec::new())],
        &path,
    );
    let dictionary = Dictionary::open(&path).unwrap();
    assert_eq!(
        dictionary.get(b"empty").unwrap().unwrap().text().unwrap(),
        ""
    );
    assert!(dictionary.get(b"missing").unwrap().is_none());
}

#[test]
fn values_that_cannot_be_stored_are_refused() {
    let refused = |kind, value| {
        let mut compiler = Compiler::new(options(kind)).unwrap();
        match compiler.add(b"key", value) {
            Err(Error::Row(e)) => e.to_string(),
            other => panic!("{kind} took {value:?}: {other:?}"),
        }
    };
    for text in [
        &b"-1"[..],
        b"",
        b"1.0",
        b"18446744073709551616",
        b" 1",
        b"\xFF",
    ] {
        assert!(refused(ValueKind::Int, Input::Text(text)).contains("is not an integer"));
    }
    assert!(refused(ValueKind::Completion, Input::Int(1 << 60)).contains("2^60"));
    assert!(refused(ValueKind::String, Input::Text(b"a\0b")).contains("NUL at byte 1"));
    assert!(refused(ValueKind::Json, Input::Text(b"{\"a\":}")).contains("not JSON"));
    assert!(
        refused(ValueKind::FloatVector, Input::Text(b"1, 2, 3"))
            .contains("3 components, 2 are needed")
    );
    assert!(refused(ValueKind::KeyOnly, Input::Text(b"x")).contains("takes none"));
    assert!(refused(ValueKind::Int, Input::None).contains("there is no value"));
}

#[test]
fn duplicates_follow_the_policy() {
    let folder = Folder::new();
    // enough rows that the first and the last of a key land in different runs
    let rows: Vec<_> = (0..60_000u64)
        .map(|i| (format!("key {}", i * 7919 % 20_000), i))
        .collect();
    let build = |on_duplicate| {
        let path = folder.file("duplicates.kv");
        let options = Options {
            on_duplicate,
            ..options(ValueKind::Int)
        };
        let mut compiler = Compiler::new(options)?;
        for (key, i) in &rows {
            compiler.add(key.as_bytes(), Input::Int(*i))?;
        }
        compiler
            .finish(&path, true)
            .map(|summary| (summary, Dictionary::open(&path).unwrap()))
    };
    for (policy, newest) in [(OnDuplicate::Last, true), (OnDuplicate::First, false)] {
        let (summary, dictionary) = build(policy).unwrap();
        assert_eq!((summary.keys, summary.rows.duplicates), (20_000, 40_000));
        for (key, i) in &rows {
            let stored = dictionary
                .get(key.as_bytes())
                .unwrap()
                .unwrap()
                .as_u64()
                .unwrap();
            assert!(if newest { stored >= *i } else { stored <= *i });
        }
    }
    assert!(matches!(
        build(OnDuplicate::Error),
        Err(Error::DuplicateKey(_))
    ));
}

#[test]
fn the_generator_wants_order() {
    let mut generator = Generator::new(options(ValueKind::KeyOnly)).unwrap();
    generator.add(b"b", Input::None).unwrap();
    generator.add(b"b", Input::None).unwrap();
    let error = generator
        .add(b"a", input(ValueKind::KeyOnly, b""))
        .unwrap_err();
    assert!(
        matches!(&error, Error::OutOfOrder { previous, key } if previous == b"b" && key == b"a"),
        "{error}"
    );
}

#[test]
fn a_cancelled_or_failed_build_leaves_nothing() {
    let folder = Folder::new();
    let path = folder.file("cancelled.kv");
    std::fs::write(&path, "precious").unwrap();
    let temporary = Folder::new();
    let options = Options {
        temporary_path: temporary.path().to_owned(),
        ..options(ValueKind::Int)
    };
    let mut compiler = Compiler::new(options).unwrap();
    compiler.on_progress(Box::new(|progress| progress.keys_written < 50_000));
    for i in 0..100_000u64 {
        compiler
            .add(format!("{i:x}").as_bytes(), Input::Int(i))
            .unwrap();
    }
    assert!(matches!(
        compiler.finish(&path, true),
        Err(Error::Cancelled)
    ));
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    let compiler = Compiler::new(Options::new(ValueKind::Int)).unwrap();
    assert!(matches!(
        compiler.finish(&path, false),
        Err(Error::Exists(_))
    ));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
}
