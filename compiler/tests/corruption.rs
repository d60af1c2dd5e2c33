//! A changed byte in a file of ours is an error or does not matter: it never gives another answer unnoticed.

use keyfold_reader::{Compression, Dictionary, ValueKind};

use crate::support::{Folder, compile, options, texts};
use keyfold_compiler::Options;

fn rows(kind: ValueKind) -> Vec<(Vec<u8>, Vec<u8>)> {
    let value = |i: u32| match kind {
        ValueKind::KeyOnly => String::new(),
        ValueKind::Int | ValueKind::Completion => (i * 70_001).to_string(),
        ValueKind::String => format!("value {i}"),
        ValueKind::Json => {
            format!("{{\"number\":{i},\"text\":\"a document of more than 32 bytes\"}}")
        }
        ValueKind::FloatVector => format!("{i}, 0.5"),
    };
    (0..12u32)
        .map(|i| {
            (
                format!("key {}", i * 37 % 101).into_bytes(),
                value(i).into_bytes(),
            )
        })
        .collect()
}

#[test]
fn every_changed_byte_is_noticed() {
    let folder = Folder::new();
    let path = folder.file("test.kv");
    for kind in ValueKind::ALL {
        compile(
            &Options {
                compression: Compression::Snappy,
                ..options(kind)
            },
            &rows(kind),
            &path,
        );
        let file = std::fs::read(&path).unwrap();
        assert!(
            Dictionary::from_bytes(file.clone())
                .unwrap()
                .verify()
                .unwrap()
                .checksums
        );
        for at in 0..file.len() {
            for change in [0x01, 0x20, 0x80, 0xFF] {
                let mut damaged = file.clone();
                damaged[at] ^= change;
                let Ok(dictionary) = Dictionary::from_bytes(damaged) else {
                    continue;
                };
                assert!(
                    dictionary.verify().is_err(),
                    "{kind}: byte {at} changed by {change:#x}"
                );
            }
        }
    }
}

#[test]
fn look_ups_in_damaged_files_return() {
    let folder = Folder::new();
    let path = folder.file("test.kv");
    for kind in ValueKind::ALL {
        let rows = rows(kind);
        compile(&options(kind), &rows, &path);
        let file = std::fs::read(&path).unwrap();
        let whole = texts(&Dictionary::from_bytes(file.clone()).unwrap());
        for length in 0..file.len() {
            assert!(
                Dictionary::from_bytes(file[..length].to_vec()).is_err(),
                "{kind}: {length} bytes"
            );
        }
        let trailing = Dictionary::from_bytes([&file[..], b"trailing"].concat()).unwrap();
        assert_eq!(texts(&trailing), whole);
        for at in 0..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 0xFF;
            let Ok(dictionary) = Dictionary::from_bytes(damaged) else {
                continue;
            };
            for (key, _) in &rows {
                if let Ok(Some(value)) = dictionary.get(key) {
                    let _error_or_answer = value.write_text(&mut Vec::new());
                }
            }
            let _error_or_end = dictionary.scan().take(100).find(Result::is_err);
        }
    }
}
