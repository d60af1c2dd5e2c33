//! The operations on an engine whose answers are known.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use harness::{
    Access, Boundaries, Engine, Form, Session, cold, find, get, iterate, latency, matches,
    resident, rows,
};

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

    /// Keys of the same length: enough to be counted.
    fn fuzzy(
        &mut self,
        query: &[u8],
        distance: u32,
        _minimum_prefix: usize,
        mut take: impl FnMut(&[u8], u32),
    ) -> Result<()> {
        let near = self.0.keys().filter(|key| key.len() == query.len());
        near.for_each(|key| take(key, distance));
        Ok(())
    }

    /// Keys that start so, each as heavy as it is long.
    fn complete(
        &mut self,
        prefix: &[u8],
        top: usize,
        mut take: impl FnMut(&[u8], u32),
    ) -> Result<()> {
        let found = self.0.keys().filter(|key| key.starts_with(prefix));
        for key in found.take(top) {
            take(key, u32::try_from(key.len())?);
        }
        Ok(())
    }

    /// Keys of a single byte.
    fn find(
        &mut self,
        text: &[u8],
        _boundaries: Boundaries,
        mut take: impl FnMut(usize, usize),
    ) -> Result<()> {
        for (at, byte) in text.iter().enumerate() {
            if self.0.contains_key(std::slice::from_ref(byte)) {
                take(at, at + 1);
            }
        }
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
fn queries_with_several_matches() {
    let (_folder, tree) = tree();
    let near = matches::fuzzy(&mut &tree, &QUERIES, 2, 1, 0).unwrap();
    assert_eq!(
        (near.queries, near.found, near.nanoseconds.len()),
        (4, 7, 2)
    );
    let nearer = matches::fuzzy(&mut &tree, &QUERIES, 0, 0, 0).unwrap();
    assert_ne!(near.checksum, nearer.checksum);
    let all = matches::complete(&mut &tree, &[b"", b"a"], 1, 2).unwrap();
    assert_eq!((all.queries, all.found), (2, 3));
    // the same weights, but not of the same queries
    let others = matches::complete(&mut &tree, &[b"a", b""], 1, 2).unwrap();
    assert_eq!(others.found, all.found);
    assert_ne!(others.checksum, all.checksum);
}

#[test]
fn keys_in_a_text() {
    let (folder, _tree) = tree();
    let rows = folder.path().join("rows");
    let report = |text| find::measure::<Tree>(&rows, text, 2, Boundaries::None).unwrap();
    let first = report(b"a cab");
    assert_eq!(
        (first.bytes, first.found, first.nanoseconds.len()),
        (5, 3, 2)
    );
    assert_ne!(first.checksum, report(b"a abc").checksum);
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
