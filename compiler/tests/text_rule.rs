//! Keys that are folded when they are compiled.

use keyfold_compiler::{
    Chunk, Compiler, Encoder, Error, Generator, Input, MergeMode, Merger, Options, RowError,
};
use keyfold_reader::{Dictionary, MAX_KEY_LEN, SeparatorInKey, TextRule, ValueKind, verify};

use crate::support::{Folder, KEYVI, LAYOUTS, Layout, compile, laid_out, options, texts};

const RULE: TextRule = TextRule {
    fold_case: true,
    nfkc: true,
};

fn folding(layout: Layout, kind: ValueKind) -> Options {
    Options {
        text_rule: RULE,
        ..laid_out(layout, options(kind))
    }
}

fn rows(rows: &[(&str, &str)]) -> Vec<(Vec<u8>, Vec<u8>)> {
    rows.iter()
        .map(|(key, value)| (key.as_bytes().to_vec(), value.as_bytes().to_vec()))
        .collect()
}

#[test]
fn every_spelling_keeps_its_value() {
    let folder = Folder::new();
    for layout in LAYOUTS {
        for (kind, values) in [
            (ValueKind::KeyOnly, ["", "", ""]),
            (ValueKind::Int, ["1", "2", "3"]),
            (ValueKind::Completion, ["1", "2", "3"]),
            (ValueKind::String, ["x", "y", "z"]),
            (ValueKind::Json, ["[1]", "{\"a\":2}", "null"]),
            (ValueKind::FloatVector, ["1, 2", "3, 4", "5, 6"]),
        ] {
            let path = folder.file("a");
            let [a, b, c] = values;
            compile(
                &folding(layout, kind),
                &rows(&[("STRASSE", a), ("Straße", b), ("strasse", c)]),
                &path,
            );
            let dictionary = Dictionary::open(&path).unwrap();
            assert_eq!(dictionary.text_rule(), RULE);
            let wanted = rows(&[
                ("strasse\x1B", c),
                ("strasse\x1BSTRASSE", a),
                ("strasse\x1BStraße", b),
            ]);
            assert_eq!(texts(&dictionary), wanted, "{kind}");
            assert!(verify(&path).unwrap().checksums);
        }
    }
}

#[test]
fn what_cannot_be_folded_is_refused() {
    let mut compiler = Compiler::new(folding(LAYOUTS[1], ValueKind::KeyOnly)).unwrap();
    let separator = compiler.add(b"a\x1Bb", Input::None);
    assert!(matches!(
        separator,
        Err(Error::Row(RowError::Separator(SeparatorInKey)))
    ));
    let long = compiler.add(&vec![b'A'; MAX_KEY_LEN / 2], Input::None);
    assert!(matches!(
        long,
        Err(Error::Row(RowError::KeyTooLong(65_537)))
    ));
    assert!(matches!(
        compiler.add(b"", Input::None),
        Err(Error::Row(RowError::EmptyKey))
    ));
    compiler
        .add(&vec![b'a'; MAX_KEY_LEN - 1], Input::None)
        .unwrap();
    let folder = Folder::new();
    let summary = compiler.finish(&folder.file("a"), false).unwrap();
    assert_eq!((summary.keys, summary.rows.rejected), (1, 3));
    let secondary = Options {
        secondary: vec!["tenant".into()],
        ..folding(KEYVI, ValueKind::Int)
    };
    let refused = |error: Option<Error>| matches!(error, Some(Error::Option { name, .. }) if name == "text_rule");
    assert!(refused(Compiler::new(secondary.clone()).err()));
    assert!(refused(Generator::new(secondary).err()));
}

#[test]
fn all_ways_to_add_rows_agree() {
    let folder = Folder::new();
    let options = folding(LAYOUTS[1], ValueKind::Int);
    // in the order of their folded form
    let keys = ["Ärger", "oslo", "OSLO", "Oslo"];
    let mut sorted: Vec<&str> = keys.to_vec();
    sorted.sort_by_key(|key| RULE.stored_key(key.as_bytes()).unwrap());
    let mut generator = Generator::new(options.clone()).unwrap();
    let mut compiler = Compiler::new(options.clone()).unwrap();
    let (mut encoder, mut chunk) = (Encoder::new(&options), Chunk::new(&options));
    for (key, value) in sorted.iter().zip(1..) {
        generator.add(key.as_bytes(), Input::Int(value)).unwrap();
        let encode = |out: &mut Vec<u8>| encoder.encode(Input::Int(value), out);
        chunk.add(&[], key.as_bytes(), encode).unwrap();
    }
    compiler.add_chunk(&mut chunk).unwrap();
    generator.finish(&folder.file("a"), false).unwrap();
    compiler.finish(&folder.file("b"), false).unwrap();
    let read = |name| texts(&Dictionary::open(folder.file(name)).unwrap());
    assert_eq!(read("a"), read("b"));
    assert_eq!(read("a").len(), 4);
}

#[test]
fn a_merge_keeps_the_rule() {
    let folder = Folder::new();
    let (a, b, plain, merged) = (
        folder.file("a"),
        folder.file("b"),
        folder.file("plain"),
        folder.file("merged"),
    );
    compile(
        &folding(KEYVI, ValueKind::Int),
        &rows(&[("Oslo", "1"), ("Bergen", "2")]),
        &a,
    );
    compile(
        &folding(LAYOUTS[1], ValueKind::Int),
        &rows(&[("OSLO", "3"), ("Bergen", "4")]),
        &b,
    );
    compile(
        &laid_out(KEYVI, options(ValueKind::Int)),
        &rows(&[("Oslo", "1")]),
        &plain,
    );
    for layout in LAYOUTS {
        let mut inputs = Merger::new(
            laid_out(layout, options(ValueKind::Int)),
            MergeMode::Deduplicate,
        );
        inputs.add(&a).unwrap();
        inputs.add(&b).unwrap();
        let mixed = inputs.add(&plain).unwrap_err();
        assert!(
            matches!(&mixed, Error::Mismatch { reason, .. } if reason.contains("text rule")),
            "{mixed}"
        );
        inputs.finish(&merged, true).unwrap();
        let merged = Dictionary::open(&merged).unwrap();
        assert_eq!(merged.text_rule(), RULE);
        let wanted = [
            ("bergen\x1BBergen", "4"),
            ("oslo\x1BOSLO", "3"),
            ("oslo\x1BOslo", "1"),
        ];
        assert_eq!(texts(&merged), rows(&wanted));
    }
}
