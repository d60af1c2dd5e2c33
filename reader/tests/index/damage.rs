//! Damaged indexes: a typed error, never another answer.

use std::fs;

use keyfold_reader::Error;
use keyfold_reader::format::log::{self, Header, Operation};
use keyfold_reader::format::toc::TOC;
use keyfold_reader::index::Index;

use super::{Folder, MIDDLE, OLDEST};
use crate::support::golden;

/// The message of the error with which a folder cannot be opened.
fn refused(folder: &Folder) -> String {
    let error = Index::open(folder.path()).unwrap_err();
    assert!(!matches!(error, Error::Io { .. }), "{error}");
    error.to_string()
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.add(OLDEST, "1.kv", &[]);
    folder.add(MIDDLE, "2.kv", &["bat"]);
    folder.publish(&folder.toc(1, &["1.kv", "2.kv"]));
    folder
}

#[test]
fn a_changed_bit_of_the_table() {
    let folder = folder();
    let text = fs::read(folder.file(TOC)).unwrap();
    for bit in 0..8 * text.len() {
        let mut damaged = text.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        fs::write(folder.file(TOC), damaged).unwrap();
        assert!(refused(&folder).contains("table of contents"));
    }
}

#[test]
fn files_that_are_not_what_the_table_says() {
    let folder = folder();
    fs::remove_file(folder.file("2.kv.dk")).unwrap();
    assert!(refused(&folder).contains("1 deleted is expected"));
    folder.delete("2.kv", &["bat", "abc"]);
    assert!(refused(&folder).contains("2 deleted is there"));
    fs::write(folder.file("2.kv.dk"), b"\x91").unwrap();
    assert!(refused(&folder).contains("deleted keys"));
    folder.delete("2.kv", &["bat"]);
    Index::open(folder.path()).unwrap();
    fs::copy(folder.file("2.kv"), folder.file("1.kv")).unwrap();
    assert!(refused(&folder).contains("9 keys"));
    let mut segment = fs::read(golden(&format!("index/{OLDEST}"))).unwrap();
    segment.push(0);
    fs::write(folder.file("1.kv"), segment).unwrap();
    assert!(refused(&folder).contains("bytes"));
    fs::copy(golden("secondary.kv"), folder.file("1.kv")).unwrap();
    assert!(refused(&folder).contains("secondary keys"));
}

#[test]
fn verification_finds_a_list_of_other_keys() {
    let folder = folder();
    let snapshot = || Index::open(folder.path()).unwrap().snapshot();
    snapshot().verify().unwrap();
    folder.delete("2.kv", &["bau"]);
    let error = snapshot().verify().unwrap_err().to_string();
    assert!(error.contains("does not store it"), "{error}");
}

#[test]
fn verification_reads_the_logs() {
    let folder = folder();
    let mut toc = folder.toc(2, &["1.kv"]);
    toc.details.as_mut().unwrap().log = 5;
    folder.publish(&toc);
    let snapshot = Index::open(folder.path()).unwrap().snapshot();
    let header = Header {
        number: 5,
        first: 1,
        synced: 0,
        salt: 3,
    };
    let mut file = Vec::new();
    header.write(&mut file);
    for sequence in 1..4 {
        let payload = |out: &mut Vec<u8>| Operation::Delete { key: b"abc" }.write(out);
        assert!(header.write_record(sequence, sequence - 1, payload, &mut file));
    }
    // a log of before, whose records the segments hold
    fs::write(folder.file(&log::file_name(4)), b"nonsense").unwrap();
    fs::write(folder.file(&log::file_name(6)), b"just being created").unwrap();
    let path = folder.file(&log::file_name(5));
    file.push(9);
    fs::write(&path, &file).unwrap();
    let found = snapshot.verify().unwrap();
    assert_eq!((found.logs, found.records, found.torn), (2, 3, 19));
    file[log::HEADER_LEN] ^= 1;
    fs::write(&path, &file).unwrap();
    let error = snapshot.verify().unwrap_err().to_string();
    assert!(error.contains("log at byte 56"), "{error}");
}
