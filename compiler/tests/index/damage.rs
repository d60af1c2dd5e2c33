//! Folders that a writer cannot use, or that were tampered with: an error, or all that was acknowledged.

use std::sync::Arc;

use keyfold_compiler::Error;
use keyfold_compiler::index::{Settings, Writer};
use keyfold_reader::format::filter::FILTER;
use keyfold_reader::format::toc::TOC;

use super::memory::{Files, Memory};
use super::queries::all;
use super::random::Random;
use super::step::{Model, Step};
use super::{is_segment, seeds};
use crate::support::Folder;

fn settings() -> Settings {
    Settings {
        max_merges: 0,
        memory_limit: 1 << 20,
        ..Settings::default()
    }
}

fn open(memory: &Memory, create: bool) -> keyfold_compiler::Result<Writer> {
    let settings = create.then(settings);
    Writer::open_storage(Arc::new(memory.clone()), settings, create)
}

fn contents(writer: &Writer) -> keyfold_compiler::Result<Model> {
    writer.entries().map(|entries| all(&entries))
}

fn document(n: u8) -> [u8; 4] {
    [0x81, 0xA1, b'n', n]
}

/// An index with two segments and a log of several records, whose writer was killed. Also what it held after each record.
fn killed() -> (Files, Vec<Model>) {
    let memory = Memory::new(Files::new());
    let writer = open(&memory, true).unwrap();
    let mut model = Model::new();
    for n in 0..4 {
        writer.set(&[b'a' + n], &document(n)).unwrap();
        model.insert(vec![b'a' + n], document(n).to_vec());
        if n % 2 == 1 {
            writer.flush().unwrap();
        }
    }
    let mut models = vec![model.clone()];
    for key in [b"a", b"c", b"b"] {
        writer.delete(key).unwrap();
        model.remove(&key[..]);
        models.push(model.clone());
    }
    let files = memory.files();
    drop(memory.next_life());
    (files, models)
}

#[test]
fn changed_bytes_are_found_or_lose_no_more_than_the_last_record() {
    let (files, models) = killed();
    let names: Vec<String> = files.keys().cloned().collect();
    let mut cut = 0;
    for name in names.iter().filter(|name| !is_segment(name)) {
        for at in 0..files[name].len() {
            for flip in [1, 0x80, 0xFF] {
                let mut damaged = files.clone();
                damaged.get_mut(name).unwrap()[at] ^= flip;
                let opened = open(&Memory::new(damaged), false);
                let Ok(writer) = opened else { continue };
                // a lost record may look like one that was not finished, if none behind it tells otherwise
                let found = contents(&writer).unwrap();
                let last = models.len() - 1;
                assert!(
                    found == models[last] || name != TOC && found == models[last - 1],
                    "{name}, byte {at}"
                );
                cut += usize::from(found != models[last]);
            }
        }
    }
    assert!(cut > 0, "the last record was cut off");
}

#[test]
fn files_that_are_missing_are_missed() {
    let (files, _) = killed();
    let needed = |name: &&String| !name.ends_with(FILTER);
    for name in files.keys().filter(needed) {
        let mut rest = files.clone();
        rest.remove(name);
        for create in [false, true] {
            let opened = open(&Memory::new(rest.clone()), create);
            assert!(opened.is_err(), "without {name}");
        }
    }
}

#[test]
fn a_log_that_was_cut_ends_there() {
    let (files, models) = killed();
    let name = files.keys().find(|name| name.starts_with("log-")).unwrap();
    for len in 0..files[name].len() {
        let mut cut = files.clone();
        cut.get_mut(name).unwrap().truncate(len);
        let memory = Memory::new(cut);
        let writer = open(&memory, false).unwrap();
        let found = contents(&writer).unwrap();
        assert!(models.contains(&found), "cut to {len}");
        // and goes on
        writer.set(b"abc", &document(9)).unwrap();
        drop(writer);
        let writer = open(&memory.next_life(), false).unwrap();
        assert!(writer.contains(b"abc").unwrap());
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    for seed in seeds(60) {
        let mut random = Random::new(seed);
        let mut memory = Memory::new(Files::new());
        let mut writer = open(&memory, true).unwrap();
        let mut model = Model::new();
        let mut failures = 0;
        memory.set_room(Some(random.below(1500)));
        for _ in 0..40 {
            let step = Step::random(&mut random, 8);
            let done = match step {
                Step::Reopen => writer.close(),
                _ => step.run(&writer),
            };
            if done.is_ok() && !matches!(step, Step::Reopen) {
                step.apply(&mut model);
                assert_eq!(contents(&writer).unwrap(), model, "seed {seed}: {step:?}");
                continue;
            }
            failures += usize::from(done.is_err());
            // somebody makes room, and the index is opened again
            memory.set_room(None);
            drop(writer);
            memory = memory.next_life();
            writer = open(&memory, false).unwrap();
            let found = contents(&writer).unwrap();
            let mut after = model.clone();
            step.apply(&mut after);
            assert!(found == model || found == after, "seed {seed}: {step:?}");
            model = found;
            memory.set_room(Some(random.below(1500)));
        }
        assert!(failures > 0, "the disk was full");
    }
}

#[test]
fn a_flush_that_fails_can_be_done_again() {
    let memory = Memory::new(Files::new());
    let writer = open(&memory, true).unwrap();
    writer.set(b"a", &document(1)).unwrap();
    memory.set_room(Some(100));
    let failed = writer.flush();
    assert!(matches!(failed, Err(Error::Io { .. })), "{failed:?}");
    assert_eq!(writer.get(b"a").unwrap().unwrap(), document(1));
    memory.set_room(None);
    writer.set(b"b", &document(2)).unwrap();
    writer.flush().unwrap();
    let report = writer.report();
    assert_eq!((report.stored_keys, report.table_keys), (2, 0));
    let files = memory.files();
    let segments = files.keys().filter(|name| is_segment(name)).count();
    assert_eq!(segments as u64, report.segments, "nothing is left over");
}

#[test]
fn a_log_that_fails_takes_no_more_writes() {
    let memory = Memory::new(Files::new());
    let writer = open(&memory, true).unwrap();
    memory.set_room(Some(10));
    assert!(matches!(
        writer.set(b"a", &document(1)),
        Err(Error::Io { .. })
    ));
    memory.set_room(None);
    let refused = writer.set(b"b", &document(1));
    assert!(matches!(refused, Err(Error::Broken { .. })), "{refused:?}");
    drop(writer);
    let writer = open(&memory, false).unwrap();
    assert_eq!(contents(&writer).unwrap(), Model::new());
    writer.set(b"b", &document(1)).unwrap();
}

#[test]
fn a_folder_that_may_not_be_changed_is_an_error() {
    let (files, _) = killed();
    let memory = Memory::new(files);
    memory.set_read_only();
    assert!(matches!(open(&memory, false), Err(Error::Io { .. })));
}

#[test]
fn a_second_writer_is_an_error() {
    let folder = Folder::new();
    let path = folder.path().join("index");
    let writer = Writer::create(&path, settings()).unwrap();
    for _ in 0..2 {
        assert!(matches!(Writer::open(&path), Err(Error::Locked(_))));
    }
    let exists = Writer::create(&path, settings());
    assert!(matches!(exists, Err(Error::Exists(_))));
    writer.set(b"a", &document(1)).unwrap();
    writer.clone().close().unwrap();
    assert!(matches!(writer.set(b"a", &document(1)), Err(Error::Closed)));
    assert!(matches!(writer.get(b"a"), Err(Error::Closed)));
    writer.close().unwrap();
    let writer = Writer::open(&path).unwrap();
    assert_eq!(writer.get(b"a").unwrap().unwrap(), document(1));
}

#[test]
fn an_index_that_is_not_there_is_an_error() {
    let folder = Folder::new();
    let missing = Writer::open(&folder.path().join("index"));
    assert!(matches!(missing, Err(Error::Io { .. })));
    let empty = Writer::open(folder.path());
    assert!(matches!(empty, Err(Error::Index { .. })), "{empty:?}");
    assert!(!folder.file("index.toc").exists());
}
