//! A dictionary is shared: between clones, threads and processes.

use keyfold_reader::{Dictionary, Error, SecondaryDictionary, ValueVector};

use crate::support::{bytes, golden, lines};

#[test]
fn readers_are_send_sync_and_clone() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<Dictionary>();
    check::<SecondaryDictionary>();
    check::<ValueVector>();
}

#[test]
fn many_threads_read_one_dictionary() {
    let dictionary = Dictionary::open(golden("random_int.kv")).unwrap();
    let lines = lines("random_int.jsonl");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let (dictionary, lines) = (dictionary.clone(), &lines);
            scope.spawn(move || {
                for line in lines {
                    let value = dictionary.get(&bytes(line, "key")).unwrap().unwrap();
                    assert_eq!(value.as_u64(), line["value"].as_u64());
                }
            });
        }
    });
}

#[test]
fn files_that_are_no_dictionaries_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a file.kv");
    for (content, reason) in [
        (&b""[..], "not a dictionary"),
        (b"KEYVIFSA", "ends"),
        (b"hello, world", "not a dictionary"),
    ] {
        std::fs::write(&path, content).unwrap();
        let error = Dictionary::open(&path).unwrap_err();
        assert!(matches!(error, Error::Format(_)));
        let error = error.to_string();
        assert!(
            error.contains(reason) && error.contains("a file.kv"),
            "{error}"
        );
        assert!(ValueVector::open(&path).is_err());
    }
    for missing in [folder.path().join("missing.kv"), folder.path().to_owned()] {
        assert!(matches!(Dictionary::open(missing), Err(Error::Io { .. })));
    }
}
