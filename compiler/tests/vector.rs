//! Value vectors.

use keyfold_compiler::{Error, Input, Options, VectorWriter};
use keyfold_reader::{Compression, ValueKind, ValueVector};

use crate::support::{Folder, options};

#[test]
fn values_come_back_by_position() {
    let folder = Folder::new();
    for (kind, values) in [
        (
            ValueKind::Json,
            ["{\"a\":[1,2.5,null]}", "\"text\"", "\"text\"", "17"],
        ),
        (
            ValueKind::String,
            [
                "",
                "a string",
                "a string",
                "a string of more than a few bytes",
            ],
        ),
    ] {
        for compression in [
            Compression::None,
            Compression::Zlib,
            Compression::Snappy,
            Compression::Zstd,
        ] {
            let path = folder.file("test.kvv");
            let manifest = "a manifest".to_owned();
            let mut writer = VectorWriter::new(Options {
                compression,
                manifest,
                ..options(kind)
            })
            .unwrap();
            for value in values {
                writer.push(Input::Text(value.as_bytes())).unwrap();
            }
            let summary = writer.finish(&path, true).unwrap();
            assert_eq!((summary.keys, summary.rows.read), (4, 4));
            let vector = ValueVector::open(&path).unwrap();
            assert_eq!(vector.manifest(), "a manifest");
            let texts: Vec<_> = vector
                .iter()
                .map(|value| value.unwrap().text().unwrap())
                .collect();
            assert_eq!(texts, values);
            assert_eq!(vector.verify().unwrap().values, 4);
        }
    }
}

#[test]
fn values_are_compressed() {
    let folder = Folder::new();
    let value = format!("{:?}", "again and ".repeat(100));
    let sizes = [Compression::None, Compression::Zstd].map(|compression| {
        let options = Options {
            compression,
            ..options(ValueKind::Json)
        };
        let mut writer = VectorWriter::new(options).unwrap();
        writer.push(Input::Text(value.as_bytes())).unwrap();
        let path = folder.file("test.kvv");
        writer.finish(&path, true).unwrap().file_bytes
    });
    assert!(sizes[1] + 900 < sizes[0], "{sizes:?}");
}

#[test]
fn other_kinds_and_bad_values_are_refused() {
    assert!(matches!(
        VectorWriter::new(options(ValueKind::Int)),
        Err(Error::Option { .. })
    ));
    let mut writer = VectorWriter::new(options(ValueKind::Json)).unwrap();
    assert!(matches!(writer.push(Input::Text(b"{")), Err(Error::Row(_))));
    let folder = Folder::new();
    let summary = writer.finish(&folder.file("empty.kvv"), false).unwrap();
    assert_eq!((summary.keys, summary.rows.rejected), (0, 1));
    assert!(
        ValueVector::open(folder.file("empty.kvv"))
            .unwrap()
            .is_empty()
    );
}
