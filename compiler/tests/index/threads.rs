//! Several threads that write at once, with merges in the background.

use std::thread;
use std::time::Duration;

use keyfold_compiler::Error;
use keyfold_compiler::index::{
    Change, Durability, FieldPattern, PartitionedWriter, Settings, Writer,
};
use keyfold_reader::format::partitions::Partitions;
use keyfold_reader::index::{FieldType, Index, Schema};
use keyfold_reader::{MsgpackToken, msgpack, read_msgpack};

use super::is_segment;
use super::queries::all;
use super::step::Model;
use crate::support::Folder;

fn number(n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    msgpack::write_uint(n, &mut out);
    out
}

fn document(field: &str, n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    msgpack::write_map_header(1, &mut out);
    msgpack::write_str(field.as_bytes(), &mut out);
    msgpack::write_uint(n, &mut out);
    out
}

fn read(document: &[u8]) -> u64 {
    match read_msgpack(document, 0) {
        Ok((MsgpackToken::Unsigned(n), _)) => n,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_may_wait_is_not_written() {
    let set = [Change::Set {
        key: b"a",
        document: &number(1),
    }];
    for (durability, max_merges, is_written) in [
        (Durability::None, 1, true),
        (Durability::Interval(Duration::from_secs(9)), 1, true),
        (Durability::EveryCommit, 1, false),
        (Durability::None, 0, false),
    ] {
        let folder = Folder::new();
        let settings = Settings {
            durability,
            max_merges,
            table_bytes: 1,
            flush_interval: Duration::ZERO,
            ..Settings::default()
        };
        let writer = Writer::create(&folder.path().join("index"), settings).unwrap();
        assert_eq!(writer.try_write(&set).unwrap(), is_written);
        assert_eq!(writer.contains(b"a").unwrap(), is_written);
        writer.close().unwrap();
        assert!(matches!(
            writer.try_write(&set),
            Ok(false) | Err(Error::Closed)
        ));
    }
}

/// Many threads write, delete and read back; readers never see a number go down, nor a group in part.
fn write_at_once(durability: Durability) {
    const THREADS: usize = 4;
    const WRITES: u64 = 300;
    let folder = Folder::new();
    let path = folder.path().join("index");
    let settings = Settings {
        durability,
        table_bytes: 4096,
        flush_interval: Duration::from_millis(5),
        merge_width: 2,
        max_segments: 6,
        max_merges: 2,
        memory_limit: 1 << 20,
        ..Settings::default()
    };
    let writer = Writer::create(&path, settings).unwrap();
    thread::scope(|scope| {
        for name in 0..THREADS {
            let writer = writer.clone();
            scope.spawn(move || {
                let key = |part: &str| format!("{part} {name}").into_bytes();
                for n in 0..WRITES {
                    let (left, right) = (key("left"), key("right"));
                    let value = number(n);
                    writer
                        .set_many([(&left[..], &value[..]), (&right, &value)])
                        .unwrap();
                    let other = key(&format!("other {n}"));
                    writer.set(&other, &value).unwrap();
                    assert_eq!(read(&writer.get(&left).unwrap().unwrap()), n);
                    if n % 3 > 0 {
                        let delete = [Change::Delete { key: &other }];
                        if !writer.try_write(&delete).unwrap() {
                            writer.write(&delete).unwrap();
                        }
                        assert!(!writer.contains(&other).unwrap());
                    }
                }
            });
        }
        scope.spawn(|| {
            let reader = Index::open(&path).unwrap();
            let mut last = [0; THREADS];
            while last.iter().any(|&n| n + 1 < WRITES) {
                reader.refresh().unwrap();
                let snapshot = reader.snapshot();
                for (name, last) in last.iter_mut().enumerate() {
                    let at = |part: &str| {
                        let found = snapshot.get(format!("{part} {name}").as_bytes()).unwrap();
                        found.map_or(0, |value| read(&value.msgpack().unwrap()))
                    };
                    let n = at("left");
                    assert_eq!(n, at("right"), "a group is seen as a whole");
                    assert!(n >= *last, "{n} after {last}");
                    *last = n;
                }
            }
        });
    });
    writer.close().unwrap();
    let writer = Writer::open(&path).unwrap();
    writer.force_merge(1).unwrap();
    let report = writer.report();
    assert_eq!(report.stored_keys, THREADS as u64 * (2 + WRITES / 3));
    assert_eq!((report.segments, report.deleted_keys), (1, 0));
    let segments = path.read_dir().unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name().into_string().unwrap();
        is_segment(&name)
    });
    assert_eq!(segments.count(), 1, "nothing is left over");
}

#[test]
fn threads_write_at_once() {
    write_at_once(Durability::None);
    write_at_once(Durability::Interval(Duration::from_millis(3)));
}

#[test]
fn threads_share_syncs() {
    write_at_once(Durability::EveryCommit);
}

#[test]
fn a_field_has_one_type() {
    let folder = Folder::new();
    let path = folder.path().join("index");
    let settings = || Settings {
        durability: Durability::None,
        schema: Some(
            [("size".to_owned(), FieldType::Int32)]
                .into_iter()
                .collect(),
        ),
        ..Settings::default()
    };
    let writer = Writer::create(&path, settings()).unwrap();
    writer.set(b"a", &document("size", 7)).unwrap();
    for wrong in [document("size", 1 << 40), number(7)] {
        let refused = writer.set(b"b", &wrong);
        assert!(matches!(refused, Err(Error::Row(_))), "{refused:?}");
        // all or none
        let refused = writer.set_many([(&b"c"[..], &document("new", 1)[..]), (b"b", &wrong)]);
        assert!(matches!(refused, Err(Error::Row(_))), "{refused:?}");
    }
    assert!(!writer.contains(b"c").unwrap());
    let kind = |writer: &Writer, name: &str| writer.schema().unwrap().get(name);
    assert_eq!(kind(&writer, "new"), None);
    writer.upsert(b"a", &document("seen", 1)).unwrap();
    assert_eq!(kind(&writer, "seen"), Some(FieldType::Int64));
    writer.close().unwrap();

    let writer = Writer::open(&path).unwrap();
    assert_eq!(kind(&writer, "seen"), Some(FieldType::Int64));
    writer.drop_field(FieldPattern::Named("seen")).unwrap();
    assert_eq!(kind(&writer, "seen"), None);
    assert_eq!(writer.get(b"a").unwrap().unwrap(), document("size", 7));
    writer.close().unwrap();
    let other = Settings {
        schema: Some(Schema::from_iter([("size".into(), FieldType::String)])),
        ..settings()
    };
    let refused = Writer::open_or_create(&path, other);
    assert!(matches!(refused, Err(Error::Index { .. })));
    assert!(Writer::open_or_create(&path, settings()).is_ok());
}

#[test]
fn parts_count_as_one() {
    let folder = Folder::new();
    let path = folder.path().join("index");
    let partitions = Partitions {
        of: 3,
        separator: Some(b'/'),
    };
    let settings = Settings {
        durability: Durability::None,
        schema: Some(Schema::default()),
        ..Settings::default()
    };
    let mut model = Model::new();
    let writer = PartitionedWriter::create(&path, partitions, &settings).unwrap();
    for n in 0..60 {
        let key = format!("{}/{n}", n % 7).into_bytes();
        let value = document("size", n);
        writer.set(&key, &value).unwrap();
        model.insert(key, value);
        if n % 20 == 19 {
            writer.flush().unwrap();
        }
    }
    let (gone, _) = model.pop_first().unwrap();
    writer.delete(&gone).unwrap();
    assert_eq!(all(&writer.entries().unwrap()), model);
    // a field has one type in all parts
    let mut text = Vec::new();
    msgpack::write_map_header(1, &mut text);
    msgpack::write_str(b"size", &mut text);
    msgpack::write_str(b"large", &mut text);
    for n in 0..9 {
        let refused = writer.set(format!("{n}/x").as_bytes(), &text);
        assert!(matches!(refused, Err(Error::Row(_))), "{refused:?}");
    }
    writer.close().unwrap();
    let again = PartitionedWriter::create(&path, partitions, &settings);
    assert!(matches!(again, Err(Error::Exists(_))));

    let reader = Index::open(&path).unwrap();
    assert_eq!(all(&reader.entries()), model);
    for (key, document) in &model {
        let found = reader.get(key).unwrap().unwrap();
        assert_eq!(&found.value().msgpack().unwrap()[..], document);
    }
    let writer = PartitionedWriter::open(&path).unwrap();
    assert!(
        writer
            .parts()
            .iter()
            .all(|part| part.report().stored_keys > 0)
    );
    assert!(matches!(
        PartitionedWriter::open(&path),
        Err(Error::Locked(_))
    ));
    writer.drop_field(FieldPattern::Named("size")).unwrap();
    writer.set(b"1/x", &text).unwrap();
    assert_eq!(writer.get(b"1/x").unwrap(), Some(text));
    writer.delete_all().unwrap();
    reader.refresh().unwrap();
    assert_eq!(reader.snapshot().len().unwrap(), 0);
}
