//! The operations on an engine whose answers are known.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use harness::{Access, Engine, Form, Session, cold, get, iterate, latency, resident, rows};

struct Tree(BTreeMap<Vec<u8>, Vec<u8>>);

impl Engine for Tree {
    type Session<'e> = &'e Tree;

    fn open(file: &Path, _access: Access) -> Result<Self> {
        let text = std::fs::read(file)?;
        let rows = rows::rows(&text).map(|(key, value)| (key.to_vec(), value.to_vec()));
        Ok(Tree(rows.collect()))
    }

    fn session(&self) -> Result<&Tree> {
        Ok(self)
    }
}

impl Session for &Tree {
    fn get(&mut self, key: &[u8], form: Form, mut take: impl FnMut(&[u8])) -> Result<bool> {
        let value = self.0.get(key);
        if let (Some(value), Form::Text) = (value, form) {
            take(value);
        }
        Ok(value.is_some())
    }

    fn get_many(&mut self, keys: &[&[u8]]) -> Result<u64> {
        Ok(keys
            .iter()
            .map(|&key| u64::from(self.0.contains_key(key)))
            .sum())
    }

    fn iterate(&mut self, mut take: impl FnMut(&[u8])) -> Result<()> {
        self.0.keys().for_each(|key| take(key));
        Ok(())
    }
}

fn tree() -> (tempfile::TempDir, Tree) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows");
    std::fs::write(&file, "b\t2\na\t1\nc \t3\n").unwrap();
    let tree = Tree::open(&file, Access::InMemory).unwrap();
    (folder, tree)
}

const QUERIES: [&[u8]; 4] = [b"a", b"x", b"c ", b"b"];

#[test]
fn gets_alone_and_in_batches() {
    let (_folder, tree) = tree();
    let alone = get::single(&mut &tree, &QUERIES, 2, Form::Text).unwrap();
    let batches = get::many(&mut &tree, &QUERIES, 2, 3).unwrap();
    for report in [&alone, &batches] {
        assert_eq!(
            (report.queries, report.found, report.nanoseconds.len()),
            (4, 3, 2)
        );
    }
    let other = get::single(&mut &tree, &QUERIES[..3], 0, Form::Text).unwrap();
    assert_ne!(other.checksum, alone.checksum);
}

#[test]
fn gets_of_two_threads() {
    let (_folder, tree) = tree();
    let report = latency::measure(&tree, &QUERIES, 3, 2).unwrap();
    assert_eq!((report.queries, report.found), (4, 3));
    assert!(report.p50 <= report.p99 && report.p999 <= report.max);
    assert!(report.gets_per_second > 0.0);
}

#[test]
fn all_keys_in_order() {
    let (_folder, tree) = tree();
    let report = iterate::measure(&mut &tree, 1).unwrap();
    assert_eq!((report.keys, report.nanoseconds.len()), (3, 1));
}

#[test]
fn gets_after_the_pages_are_gone() {
    let (folder, _tree) = tree();
    let report = cold::measure::<Tree>(
        &folder.path().join("rows"),
        Access::FromDisk { cache_bytes: 0 },
        &QUERIES,
        1,
    )
    .unwrap();
    assert_eq!((report.queries, report.found), (3, 2));
}

#[test]
fn queries_are_repeated_until_there_are_enough() {
    let (folder, tree) = tree();
    let queries = folder.path().join("queries");
    std::fs::write(&queries, "c \nx\n").unwrap();
    let report = resident::measure(&mut &tree, &queries, 5).unwrap();
    assert_eq!((report.queries, report.found), (5, 3));
    std::fs::write(&queries, "").unwrap();
    assert!(resident::measure(&mut &tree, &queries, 5).is_err());
}
