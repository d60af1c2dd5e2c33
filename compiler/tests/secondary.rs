//! Secondary keys: any values, any number of them, the same file whatever the order of the rows.

use std::collections::BTreeSet;

use keyfold_compiler::{Compiler, Error, Input, Options, RowError};
use keyfold_reader::{SecondaryDictionary, ValueKind, verify};
use proptest::prelude::*;

use crate::support::{Folder, LAYOUTS, Layout, keys, laid_out, options};

type Row = (Vec<u8>, Vec<u8>, Vec<u8>);

fn compile(rows: &[Row], layout: Layout, folder: &Folder, name: &str) -> SecondaryDictionary {
    let options = Options {
        secondary: vec!["tenant".into(), "user".into()],
        ..laid_out(layout, options(ValueKind::String))
    };
    let mut compiler = Compiler::new(options).unwrap();
    for (tenant, user, key) in rows {
        let value = [&key[..], b"!"]
            .concat()
            .into_iter()
            .filter(|&b| b != 0)
            .collect::<Vec<u8>>();
        compiler
            .add_under(&[tenant, user], key, Input::Text(&value))
            .unwrap();
    }
    let path = folder.file(name);
    compiler.finish(&path, true).unwrap();
    verify(&path).unwrap();
    SecondaryDictionary::open(path).unwrap()
}

fn field() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![0u8, 1, 255, b'a', b'b']), 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn like_a_map(
        mut rows in prop::collection::vec((field(), field(), keys()), 0..40),
        layout in prop::sample::select(&LAYOUTS[..])
    ) {
        let folder = Folder::new();
        let dictionary = compile(&rows, layout, &folder, "a.kv");
        let set: BTreeSet<_> = rows.iter().cloned().collect();
        let mut scan = dictionary.scan().unwrap();
        for (tenant, user, key) in &set {
            prop_assert!(scan.advance().unwrap());
            prop_assert_eq!(scan.fields().collect::<Vec<_>>(), vec![&tenant[..], user]);
            prop_assert_eq!(scan.key(), &key[..]);
            prop_assert!(dictionary.under(&[tenant, user]).unwrap().contains(key).unwrap());
        }
        prop_assert!(!scan.advance().unwrap());
        for (tenant, user, _) in &set {
            let found: Vec<_> = dictionary.under(&[tenant, user]).unwrap().prefix(b"").unwrap().map(|m| m.unwrap().key).collect();
            let expected: Vec<_> = set.iter().filter(|row| (&row.0, &row.1) == (tenant, user)).map(|row| row.2.clone()).collect();
            prop_assert_eq!(found, expected);
        }
        rows.reverse();
        compile(&rows, layout, &folder, "b.kv");
        if set.len() == rows.len() {
            prop_assert_eq!(std::fs::read(folder.file("a.kv")).unwrap(), std::fs::read(folder.file("b.kv")).unwrap());
        }
    }
}

#[test]
fn more_values_than_fit_one_run() {
    let folder = Folder::new();
    let rows: Vec<Row> = (0..40_000u32)
        .map(|i| {
            (
                format!("tenant {}", i * 7919 % 20_011).into_bytes(),
                (i % 300).to_string().into_bytes(),
                b"k".to_vec(),
            )
        })
        .collect();
    for layout in LAYOUTS {
        let dictionary = compile(&rows, layout, &folder, "many.kv");
        assert!(dictionary.codes().len() > 20_000);
        for (tenant, user, key) in &rows {
            assert!(
                dictionary
                    .under(&[tenant, user])
                    .unwrap()
                    .contains(key)
                    .unwrap()
            );
        }
    }
}

#[test]
fn rows_need_all_secondary_values() {
    let options = Options {
        secondary: vec!["tenant".into()],
        ..options(ValueKind::KeyOnly)
    };
    let mut compiler = Compiler::new(options).unwrap();
    let error = compiler.add(b"k", Input::None).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Row(RowError::Secondary {
                found: 0,
                needed: 1
            })
        ),
        "{error}"
    );
}
