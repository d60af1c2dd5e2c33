//! Indexes: that of keyvi among the golden files, and folders put together of golden segments.

mod damage;
mod refresh;

use std::fs;
use std::path::{Path, PathBuf};

use keyfold_reader::automaton::Every;
use keyfold_reader::format::deleted;
use keyfold_reader::format::toc::{Details, SegmentCounts, TOC, Toc};
use keyfold_reader::index::{Field, FieldType, Index, Schema, Snapshot};
use keyfold_reader::{Dictionary, KeySet};
use serde_json::{Value as Json, json};

use crate::support::{golden, lines};

/// Segments of the golden index, oldest first.
const OLDEST: &str = "761e-070d-f973-5bd0.kv";
const MIDDLE: &str = "9ed8-e947-a48e-cce9.kv";
const NEWEST: &str = "3bd4-a5df-6501-95c2.kv";

/// A folder of an index that goes away with the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Adds a segment of the golden index under a name, with these keys deleted.
    fn add(&self, segment: &str, name: &str, deleted: &[&str]) {
        let path = golden(&format!("index/{segment}"));
        fs::copy(path, self.file(name)).unwrap();
        self.delete(name, deleted);
    }

    /// Writes the list of keys deleted in a segment.
    fn delete(&self, name: &str, keys: &[&str]) {
        if !keys.is_empty() {
            let list = deleted::write(keys.iter().map(|key| key.as_bytes()));
            fs::write(self.file(&format!("{name}.dk")), list).unwrap();
        }
    }

    /// Puts a table of contents in the place of the last one.
    fn publish(&self, toc: &Toc) {
        let next = self.file("index.toc.part");
        fs::write(&next, toc.write()).unwrap();
        fs::rename(next, self.file(TOC)).unwrap();
    }

    /// The table of these segments, which are there.
    fn toc(&self, generation: u64, names: &[&str]) -> Toc {
        let counts = names.iter().map(|name| {
            let list = fs::read(self.file(&format!("{name}.dk")));
            let list = list.map_or(KeySet::new(), |list| deleted::read(&list).unwrap());
            SegmentCounts {
                keys: Dictionary::open(self.file(name)).unwrap().len(),
                deleted: list.len() as u64,
                bytes: fs::metadata(self.file(name)).unwrap().len(),
            }
        });
        Toc {
            details: Some(Details {
                generation,
                format: "keyvi".into(),
                segments: counts.collect(),
                ..Details::default()
            }),
            ..keyvi_toc(names)
        }
    }
}

/// The table that keyvi writes.
fn keyvi_toc(names: &[&str]) -> Toc {
    Toc {
        files: names.iter().map(|&name| name.to_owned()).collect(),
        details: None,
    }
}

/// Keys and documents of a snapshot, as the golden files tell them.
fn contents(snapshot: &Snapshot) -> Vec<Json> {
    let entries = snapshot.entries().search(Every).unwrap();
    let contents = entries.map(|found| {
        let found = found.unwrap();
        let key = String::from_utf8(found.key.clone()).unwrap();
        json!({"key": key, "value": found.decode::<Json>().unwrap()})
    });
    contents.collect()
}

fn keys(snapshot: &Snapshot) -> Vec<String> {
    let keys = contents(snapshot);
    let keys = keys
        .iter()
        .map(|line| line["key"].as_str().unwrap().to_owned());
    keys.collect()
}

#[test]
fn an_index_of_keyvi() {
    assert!(Index::is_at(golden("index")) && !Index::is_at(golden("")));
    let index = Index::open(golden("index")).unwrap();
    let snapshot = index.snapshot();
    let lines = lines("index.jsonl");
    assert_eq!(contents(&snapshot), lines);
    assert_eq!(snapshot.len().unwrap(), lines.len() as u64);
    assert_eq!((snapshot.generation(), snapshot.schema()), (0, None));
    for line in &lines {
        let key = line["key"].as_str().unwrap().as_bytes();
        let found = index.get(key).unwrap().unwrap();
        assert_eq!(found.decode::<Json>().unwrap(), line["value"]);
        assert!(index.contains(key).unwrap());
        let names = ["n", "none", "segment"];
        let fields = index.get_fields(key, &names).unwrap().unwrap();
        let fields: Vec<_> = fields
            .iter()
            .map(|field| field.and_then(Field::as_i64))
            .collect();
        let expected = |name: &str| line["value"][name].as_i64();
        assert_eq!(fields, names.map(expected));
    }
    for deleted in ["gone", "zulu", "abd", "bat", "", "never"] {
        assert!(index.get(deleted.as_bytes()).unwrap().is_none());
        assert!(
            snapshot
                .get_fields(deleted.as_bytes(), &["n"])
                .unwrap()
                .is_none()
        );
    }
    assert!(!index.refresh().unwrap());
    assert!(index.entries().contains(b"abc").unwrap());
}

#[test]
fn many_keys_at_once() {
    let index = Index::open(golden("index")).unwrap();
    let asked = ["twice", "zulu", "abc", "none", "abc", "bar", ""];
    let found = index.get_many(&asked).unwrap();
    let snapshot = index.snapshot();
    let values = snapshot.get_many(&asked).unwrap();
    let columns = index.get_many_fields(&asked, &["segment", "n"]).unwrap();
    assert_eq!((columns.rows(), columns.names()), (asked.len(), 2));
    for (row, key) in asked.iter().enumerate() {
        let expected = snapshot.get(key.as_bytes()).unwrap();
        let text = expected.map(|value| value.text().unwrap());
        assert_eq!(values[row].map(|value| value.text().unwrap()), text);
        let matched = found[row].as_ref();
        assert_eq!(matched.map(|found| found.value().text().unwrap()), text);
        assert!(matched.is_none_or(|found| found.key == key.as_bytes()));
        assert_eq!(columns.is_stored(row), text.is_some());
        let document: Json = text.map_or(Json::Null, |text| serde_json::from_str(&text).unwrap());
        for (column, name) in ["segment", "n"].into_iter().enumerate() {
            let field = columns.get(row, column).and_then(Field::as_i64);
            assert_eq!(field, document[name].as_i64());
        }
    }
    assert_eq!(columns.column(0).flatten().count(), 4);
}

#[test]
fn statistics_and_verification() {
    let snapshot = Index::open(golden("index")).unwrap().snapshot();
    let statistics = snapshot.statistics();
    assert_eq!((statistics.keys, statistics.deleted), (15, 5));
    let names: Vec<_> = statistics
        .segments
        .iter()
        .map(|one| &one.name[..])
        .collect();
    assert_eq!(names, [OLDEST, MIDDLE, NEWEST]);
    let soundness = snapshot.verify().unwrap();
    assert!(!soundness.checksums);
    assert_eq!(
        (soundness.segments, soundness.keys, soundness.deleted),
        (3, 15, 5)
    );
}

#[test]
fn an_index_without_segments() {
    let folder = Folder::new();
    folder.publish(&folder.toc(1, &[]));
    let snapshot = Index::open(folder.path()).unwrap().snapshot();
    assert!(snapshot.is_empty().unwrap());
    assert!(snapshot.get(b"a").unwrap().is_none());
    assert_eq!(snapshot.get_many(&["a", "b"]).unwrap().len(), 2);
    assert_eq!(contents(&snapshot), [Json::Null; 0]);
    assert_eq!(snapshot.statistics().bytes_per_key, None);
}

#[test]
fn what_a_newer_segment_deletes_is_gone_from_older_ones() {
    let folder = Folder::new();
    folder.add(OLDEST, "1.kv", &[]);
    // stored and deleted in the same segment: a key of older ones, and one of no other
    folder.add(MIDDLE, "2.kv", &["abc", "bat"]);
    folder.publish(&folder.toc(1, &["1.kv", "2.kv"]));
    let snapshot = Index::open(folder.path()).unwrap().snapshot();
    let expected = [
        "abcd", "abcx", "abd", "bar", "baz", "gone", "straße", "twice", "zulu",
    ];
    assert_eq!(keys(&snapshot), expected);
    assert_eq!(snapshot.len().unwrap(), expected.len() as u64);
    assert!(
        snapshot
            .get_many(&["abc", "bat"])
            .unwrap()
            .iter()
            .all(Option::is_none)
    );
}

#[test]
fn schemas_are_told() {
    let folder = Folder::new();
    let mut toc = folder.toc(1, &[]);
    let schema = Schema::from_iter([("n".to_owned(), FieldType::Int64)]);
    toc.details.as_mut().unwrap().schema = Some(schema.clone());
    folder.publish(&toc);
    let snapshot = Index::open(folder.path()).unwrap().snapshot();
    assert_eq!(snapshot.schema(), Some(&schema));
    assert_eq!(snapshot.statistics().fields, 1);
}
