//! Filters: what is found with them, without them, and with damaged ones is the same.

use std::fs;
use std::path::{Path, PathBuf};

use keyfold_compiler::index::{Settings, Writer};
use keyfold_reader::format::filter::FILTER;
use keyfold_reader::index::{Index, IndexOptions};

use crate::support::Folder;

const KEYS: u32 = 2_000;

fn key(number: u32) -> Vec<u8> {
    format!("key {number}").into_bytes()
}

/// Four segments that overlap: every third key is in one of its own, every tenth is deleted again.
fn write(path: &Path, filter: bool) -> Writer {
    let settings = Settings {
        filter,
        max_merges: 0,
        memory_limit: 1 << 20,
        ..Settings::default()
    };
    let writer = Writer::create(path, settings).unwrap();
    let set = |step: usize, value: u8| {
        for number in (0..KEYS).step_by(step) {
            writer.set(&key(number), &[value]).unwrap();
        }
        writer.flush().unwrap();
    };
    set(2, 1);
    set(3, 2);
    set(7, 3);
    for number in (0..KEYS).step_by(10) {
        writer.delete(&key(number)).unwrap();
    }
    writer.flush().unwrap();
    writer
}

fn expected(number: u32) -> Option<u8> {
    let newest = [(10, None), (7, Some(3)), (3, Some(2)), (2, Some(1))];
    let wrote = newest
        .into_iter()
        .find(|(step, _)| number.is_multiple_of(*step));
    wrote.and_then(|(_, value)| value)
}

fn filters(path: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(path).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|file| file.extension() == Some(FILTER.as_ref()))
        .collect()
}

/// Asks a reader and a writer for all keys, in every way that asks filters.
fn check(index: &Index, writer: &Writer) {
    // the second half was never stored
    let keys: Vec<Vec<u8>> = (0..2 * KEYS).map(key).collect();
    let wanted: Vec<Option<u8>> = (0..2 * KEYS)
        .map(|number| expected(number).filter(|_| number < KEYS))
        .collect();
    let snapshot = index.snapshot();
    let many = snapshot.get_many(&keys).unwrap();
    for ((key, wanted), many) in keys.iter().zip(wanted).zip(many) {
        let one = snapshot.get(key).unwrap();
        for found in [one, many] {
            let found = found.map(|value| value.msgpack().unwrap().into_owned());
            assert_eq!(found, wanted.map(|value| vec![value]));
        }
        assert_eq!(writer.get(key).unwrap(), wanted.map(|value| vec![value]));
        assert_eq!(index.contains(key).unwrap(), wanted.is_some());
    }
}

#[test]
fn the_same_is_found_with_and_without() {
    let folder = Folder::new();
    let path = folder.path().join("index");
    let writer = write(&path, true);
    let index = Index::open(&path).unwrap();
    assert_eq!(filters(&path).len(), 4);
    assert_eq!(index.snapshot().verify().unwrap().filters, 4);
    check(&index, &writer);
    let report = writer.report();
    assert!(report.probes_per_get() < 1.1, "{report:?}");
    let bytes = index.snapshot().statistics().filter_bytes;
    assert_eq!(bytes, report.filter_bytes);
    assert!((2_000..8_000).contains(&bytes), "{bytes}");

    let open = |index: &Index| {
        let snapshot = index.snapshot();
        let open = snapshot.segments().filter(|one| one.filter().is_some());
        open.count()
    };
    assert_eq!(open(&index), 4);
    index.use_filters(false).unwrap();
    assert_eq!(open(&index), 0);
    check(&index, &writer);
    writer.force_merge(2).unwrap();
    assert_eq!(filters(&path).len(), 2, "filters go with their segments");
    index.refresh().unwrap();
    assert_eq!(open(&index), 0);
    index.use_filters(true).unwrap();
    assert_eq!(open(&index), 2);
    check(&index, &writer);
    let options = IndexOptions {
        filters: false,
        ..IndexOptions::default()
    };
    assert_eq!(open(&Index::open_with(&path, options).unwrap()), 0);
}

#[test]
fn a_setting_leaves_them_out() {
    let folder = Folder::new();
    let path = folder.path().join("index");
    let writer = write(&path, false);
    assert_eq!(filters(&path).len(), 0);
    let index = Index::open(&path).unwrap();
    check(&index, &writer);
    assert_eq!(index.snapshot().verify().unwrap().filters, 0);
}

#[test]
fn damaged_filters_are_done_without() {
    let folder = Folder::new();
    let path = folder.path().join("index");
    write(&path, true).close().unwrap();
    for (number, file) in filters(&path).into_iter().enumerate() {
        let mut bytes = fs::read(&file).unwrap();
        match number {
            0 => bytes.truncate(70),
            1 => *bytes.last_mut().unwrap() ^= 1,
            2 => bytes.clear(),
            _ => bytes[8] = 2,
        }
        fs::write(&file, bytes).unwrap();
    }
    let writer = Writer::open(&path).unwrap();
    let index = Index::open(&path).unwrap();
    check(&index, &writer);
    let soundness = index.snapshot().verify().unwrap();
    assert_eq!((soundness.filters, soundness.damaged_filters), (0, 4));
    writer.force_merge(1).unwrap();
    index.refresh().unwrap();
    let soundness = index.snapshot().verify().unwrap();
    assert_eq!((soundness.filters, soundness.damaged_filters), (1, 0));
    check(&index, &writer);
}
