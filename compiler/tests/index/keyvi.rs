//! Indexes of keyvi's.

use std::fs;
use std::path::Path;

use keyfold_compiler::index::Writer;
use keyfold_reader::index::Index;
use keyfold_reader::msgpack;

use super::queries::all;
use super::step::Model;
use crate::support::Folder;

/// keyvi's index, where it may be changed.
fn golden(folder: &Folder) -> std::path::PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/golden/keyvi-0.7.7/index");
    let to = folder.path().join("index");
    fs::create_dir(&to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    to
}

#[test]
fn an_index_of_keyvi_can_be_written_to() {
    let folder = Folder::new();
    let path = golden(&folder);
    let mut model = all(&Index::open(&path).unwrap().entries());
    assert!(!model.is_empty());
    let writer = Writer::open(&path).unwrap();
    let same = |writer: &Writer, model: &Model| {
        assert_eq!(&all(&writer.entries().unwrap()), model);
        for (key, document) in model {
            assert_eq!(writer.get(key).unwrap().as_ref(), Some(document));
        }
    };
    same(&writer, &model);
    // deletes one of keyvi's keys, replaces another, adds a third
    let mut nil = Vec::new();
    msgpack::write_nil(&mut nil);
    let (first, last) = (model.keys().next().unwrap().clone(), b"new".to_vec());
    let second = model.keys().nth(1).unwrap().clone();
    writer.delete(&first).unwrap();
    model.remove(&first);
    for key in [second, last] {
        writer.set(&key, &nil).unwrap();
        model.insert(key, nil.clone());
    }
    same(&writer, &model);
    writer.flush().unwrap();
    same(&writer, &model);
    assert_eq!(all(&Index::open(&path).unwrap().entries()), model);
    writer.force_merge(1).unwrap();
    same(&writer, &model);
    writer.close().unwrap();
    assert_eq!(all(&Index::open(&path).unwrap().entries()), model);
    let names = fs::read_dir(&path).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let lists = names.filter(|name| name.contains(".dk")).count();
    assert_eq!(lists, 0, "deleted keys are merged away");
}
