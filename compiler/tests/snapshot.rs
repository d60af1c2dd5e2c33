//! Indexes put together of segments, in one part or several, compared with a map.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use keyfold_compiler::{Format, Options};
use keyfold_reader::ValueKind;
use keyfold_reader::automaton::{And, Every, KeyRange};
use keyfold_reader::format::deleted;
use keyfold_reader::format::partitions::{PARTITIONS, Partitions};
use keyfold_reader::format::toc::{Details, Partition, SegmentCounts, TOC, Toc};
use keyfold_reader::index::{Field, Index, Snapshot};
use proptest::prelude::*;

use crate::support::{Folder, compile, keys};

/// What one segment changes: a number for a key, or none where it is deleted.
type Changes = BTreeMap<Vec<u8>, Option<u8>>;

fn document(number: Option<u8>) -> Vec<u8> {
    number.map_or(b"null".to_vec(), |number| {
        format!("{{\"n\":{number}}}").into()
    })
}

/// Writes an index of these segments, oldest first.
fn write(folder: &Path, segments: &[Changes], partition: Option<Partition>) {
    fs::create_dir_all(folder).unwrap();
    let mut files = Vec::new();
    let mut counts = Vec::new();
    for (number, changes) in segments.iter().enumerate() {
        let native = number % 2 == 0;
        let name = format!("{number}.{}", if native { "kf" } else { "kv" });
        let options = Options {
            format: if native {
                Format::Native
            } else {
                Format::Keyvi
            },
            ..Options::new(ValueKind::Json)
        };
        let rows: Vec<_> = changes
            .iter()
            .map(|(key, number)| (key.clone(), document(*number)))
            .collect();
        compile(&options, &rows, &folder.join(&name));
        let gone: Vec<&[u8]> = changes
            .iter()
            .filter(|(_, number)| number.is_none())
            .map(|(key, _)| &key[..])
            .collect();
        if !gone.is_empty() {
            let list = deleted::write(gone.iter().copied());
            fs::write(folder.join(format!("{name}.dk")), list).unwrap();
        }
        counts.push(SegmentCounts {
            keys: changes.len() as u64,
            deleted: gone.len() as u64,
            bytes: fs::metadata(folder.join(&name)).unwrap().len(),
        });
        files.push(name);
    }
    let details = Details {
        generation: 1,
        format: "native".into(),
        segments: counts,
        partition,
        ..Details::default()
    };
    let toc = Toc {
        files,
        details: Some(details),
    };
    fs::write(folder.join(TOC), toc.write()).unwrap();
}

/// Writes an index of several parts.
fn write_parts(folder: &Path, segments: &[Changes], partitions: Partitions) {
    fs::write(folder.join(PARTITIONS), partitions.write()).unwrap();
    for number in 0..partitions.of {
        let mine = |changes: &Changes| {
            let of_part = changes
                .iter()
                .filter(|(key, _)| partitions.of_key(key) == number);
            of_part.map(|(key, value)| (key.clone(), *value)).collect()
        };
        let segments: Vec<Changes> = segments.iter().map(mine).collect();
        let part = folder.join(Partitions::folder(number));
        write(&part, &segments, Some(Partition { number, partitions }));
    }
}

fn check(snapshot: &Snapshot, segments: &[Changes]) {
    let mut model: BTreeMap<&[u8], u8> = BTreeMap::new();
    for (key, number) in segments.iter().flatten() {
        match number {
            Some(number) => model.insert(key, *number),
            None => model.remove(&key[..]),
        };
    }
    let mut asked: BTreeSet<&[u8]> = segments.iter().flatten().map(|(key, _)| &key[..]).collect();
    asked.insert(b"not stored");
    let asked: Vec<&[u8]> = asked.into_iter().collect();
    let many = snapshot.get_many(&asked).unwrap();
    let entries = snapshot.get_many_matches(&asked).unwrap();
    let columns = snapshot.get_many_fields(&asked, &["n"]).unwrap();
    for (row, key) in asked.iter().enumerate() {
        let expected = model.get(key);
        let number = expected.map(|&number| i64::from(number));
        let text = expected.map(|&number| String::from_utf8(document(Some(number))).unwrap());
        let found = snapshot.get(key).unwrap();
        assert_eq!(found.map(|value| value.text().unwrap()), text);
        assert_eq!(many[row].map(|value| value.text().unwrap()), text);
        let matched = entries[row].as_ref();
        assert_eq!(matched.map(|found| found.value().text().unwrap()), text);
        assert_eq!(columns.get(row, 0).and_then(Field::as_i64), number);
    }
    assert_eq!(snapshot.len().unwrap(), model.len() as u64);
    let listed = snapshot.entries().search(Every).unwrap();
    let listed: Vec<_> = listed.map(|found| found.unwrap().key).collect();
    assert_eq!(listed, model.keys().copied().collect::<Vec<_>>());
    let range = And(Every, KeyRange::from(b"a").before(b"b"));
    let range = snapshot.entries().search(range).unwrap().count();
    assert_eq!(range, model.range(&b"a"[..]..&b"b"[..]).count());
    snapshot.verify().unwrap();
}

fn changes() -> impl Strategy<Value = Vec<Changes>> {
    let change = prop::collection::btree_map(keys(), prop::option::weighted(0.7, 0..9u8), 0..20);
    prop::collection::vec(change, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn segments_count_as_one_dictionary(segments in changes(), of in 1..4u32, separator: bool) {
        let folder = Folder::new();
        let one = folder.file("one");
        write(&one, &segments, None);
        check(&Index::open(&one).unwrap().snapshot(), &segments);
        let separator = separator.then_some(b'a');
        write_parts(folder.path(), &segments, Partitions { of, separator });
        let index = Index::open(folder.path()).unwrap();
        assert!(!index.refresh().unwrap());
        check(&index.snapshot(), &segments);
    }
}

#[test]
fn a_part_is_not_taken_for_another() {
    let folder = Folder::new();
    let partitions = Partitions {
        of: 2,
        separator: None,
    };
    let changes: Changes = (0..50).map(|number| (vec![number], Some(number))).collect();
    write_parts(folder.path(), &[changes], partitions);
    assert!(Index::is_at(folder.path()));
    let snapshot = Index::open(folder.path()).unwrap().snapshot();
    assert_eq!((snapshot.parts().len(), snapshot.generation()), (2, 2));
    assert_eq!(snapshot.len().unwrap(), 50);
    // each part can be opened by itself
    let [first, second] = [0, 1].map(|number| folder.file(&Partitions::folder(number)));
    let alone = Index::open(&second).unwrap().snapshot();
    assert!((1..50).contains(&alone.len().unwrap()));
    fs::remove_dir_all(&first).unwrap();
    fs::rename(second, first).unwrap();
    let error = Index::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("not this part"), "{error}");
}
