//! What a writer does, seen by readers.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use keyfold_reader::format::toc::{TOC, Toc};
use keyfold_reader::index::{Index, IndexOptions};

use super::{Folder, MIDDLE, NEWEST, OLDEST, keys, keyvi_toc};

const OLD: [&str; 9] = [
    "abc", "abcx", "abd", "bar", "baz", "gone", "straße", "twice", "zulu",
];

#[test]
fn a_snapshot_stays_and_the_next_one_shows_the_change() {
    let folder = Folder::new();
    folder.add(OLDEST, "1.kv", &[]);
    folder.publish(&folder.toc(1, &["1.kv"]));
    let index = Index::open(folder.path()).unwrap();
    let before = index.snapshot();
    assert!(!index.refresh().unwrap());
    folder.add(NEWEST, "2.kv", &["twice"]);
    folder.publish(&folder.toc(2, &["1.kv", "2.kv"]));
    assert!(index.refresh().unwrap());
    let after = index.snapshot();
    assert_eq!((before.generation(), after.generation()), (1, 2));
    assert_eq!(keys(&before), OLD);
    let expected = [
        "ab", "abc", "abcx", "abd", "bar", "baz", "gone", "strasse", "straße", "zulu",
    ];
    assert_eq!(keys(&after), expected);
    // the segment that stayed is the same mapping
    let [one, other] = [&before, &after].map(|snapshot| snapshot.segments().next().unwrap());
    assert!(std::ptr::eq(
        one.dictionary().fsa(),
        other.dictionary().fsa()
    ));
    // files that are removed stay open
    folder.publish(&folder.toc(3, &[]));
    fs::remove_file(folder.file("1.kv")).unwrap();
    fs::remove_file(folder.file("2.kv")).unwrap();
    assert!(index.refresh().unwrap());
    assert_eq!(keys(&before), OLD);
    assert_eq!(keys(&after), expected);
    assert!(index.snapshot().is_empty().unwrap());
}

#[test]
fn lists_of_keyvi_change_under_the_same_table() {
    let folder = Folder::new();
    folder.add(OLDEST, "1.kv", &[]);
    folder.publish(&keyvi_toc(&["1.kv"]));
    let index = Index::open(folder.path()).unwrap();
    assert!(!index.refresh().unwrap());
    folder.delete("1.kv", &["abc"]);
    assert!(index.refresh().unwrap());
    assert!(!index.contains(b"abc").unwrap() && index.contains(b"gone").unwrap());
    // what is deleted while keyvi merges stands in a list of its own
    fs::copy(folder.file("1.kv.dk"), folder.file("1.kv.dkm")).unwrap();
    folder.delete("1.kv", &["gone"]);
    assert!(index.refresh().unwrap());
    assert!(!index.contains(b"abc").unwrap() && !index.contains(b"gone").unwrap());
    assert!(!index.refresh().unwrap());
}

#[test]
fn another_index_in_the_same_place() {
    let folder = Folder::new();
    folder.add(OLDEST, "1.kv", &[]);
    folder.publish(&folder.toc(7, &["1.kv"]));
    let index = Index::open(folder.path()).unwrap();
    let before = index.snapshot();
    fs::remove_file(folder.file("1.kv")).unwrap();
    folder.add(MIDDLE, "1.kv", &[]);
    folder.publish(&folder.toc(1, &["1.kv"]));
    assert!(index.refresh().unwrap());
    assert_eq!(keys(&index.snapshot()), ["abc", "abcd", "bat"]);
    assert_eq!(keys(&before), OLD);
}

/// Readers beside a writer that replaces all files, lists of deleted keys among them, again and again.
fn never_miss_a_file(toc: impl Fn(&Folder, u64, &str) -> Toc) {
    let folder = Folder::new();
    let publish = |generation: u64| {
        let segment = [OLDEST, MIDDLE][usize::try_from(generation % 2).unwrap()];
        let name = format!("{generation}.kv");
        folder.add(segment, &name, &["abc"]);
        folder.publish(&toc(&folder, generation, &name));
        for list in ["", ".dk"] {
            let name = format!("{}.kv{list}", generation.wrapping_sub(1));
            let _first_has_no_predecessor = fs::remove_file(folder.file(&name));
        }
    };
    publish(0);
    let done = AtomicBool::new(false);
    let index = Index::open(folder.path()).unwrap();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut last = 0;
                while !done.load(Ordering::Relaxed) {
                    let opened = Index::open(folder.path()).unwrap().snapshot();
                    index.refresh().unwrap();
                    let snapshot = index.snapshot();
                    assert!(snapshot.generation() >= last);
                    last = snapshot.generation();
                    for snapshot in [opened, snapshot] {
                        let segment = snapshot.segments().next().unwrap();
                        let stored = segment.dictionary().len();
                        assert_eq!(snapshot.len().unwrap(), stored - 1);
                    }
                }
            });
        }
        for generation in 1..500 {
            publish(generation);
        }
        done.store(true, Ordering::Relaxed);
    });
    index.refresh().unwrap();
    let snapshot = index.snapshot();
    assert_eq!(snapshot.segments().next().unwrap().name(), "499.kv");
}

#[test]
fn readers_never_miss_a_file_while_a_writer_replaces_all_of_them() {
    never_miss_a_file(|folder, generation, name| folder.toc(generation, &[name]));
}

#[test]
fn readers_never_miss_a_file_while_keyvi_replaces_all_of_them() {
    never_miss_a_file(|_, _, name| keyvi_toc(&[name]));
}

#[test]
fn a_file_that_is_missing_for_good_is_an_error() {
    let folder = Folder::new();
    folder.add(OLDEST, "1.kv", &[]);
    folder.publish(&folder.toc(1, &["1.kv"]));
    let index = Index::open(folder.path()).unwrap();
    let mut toc = folder.toc(2, &["1.kv"]);
    toc.files = vec!["2.kv".into()];
    folder.publish(&toc);
    let error = index.refresh().unwrap_err().to_string();
    assert!(error.contains("2.kv"), "{error}");
    assert!(Index::open(folder.path()).is_err());
    // what was there is still served
    assert_eq!(keys(&index.snapshot()), OLD);
    fs::remove_file(folder.file(TOC)).unwrap();
    assert!(index.refresh().unwrap_err().to_string().contains(TOC));
}

/// Waits until something holds; a minute is forever.
fn wait_until(holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(60), "still not");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn changes_are_seen_without_a_call() {
    // long enough that only a notification can be it, where there is one
    let told = if cfg!(target_os = "linux") {
        3_600_000
    } else {
        5
    };
    for interval in [5, told] {
        let folder = Folder::new();
        folder.add(OLDEST, "1.kv", &[]);
        folder.publish(&folder.toc(1, &["1.kv"]));
        let options = IndexOptions {
            refresh: Some(Duration::from_millis(interval)),
            ..IndexOptions::default()
        };
        let index = Index::open_with(folder.path(), options).unwrap();
        for generation in 2..10 {
            folder.publish(&folder.toc(generation, &["1.kv"]));
            wait_until(|| index.snapshot().generation() == generation);
        }
        assert!(index.problem().is_none());
        fs::write(folder.file("broken"), "{").unwrap();
        fs::rename(folder.file("broken"), folder.file(TOC)).unwrap();
        wait_until(|| index.problem().is_some());
        assert_eq!(index.snapshot().generation(), 9);
        folder.publish(&folder.toc(10, &["1.kv"]));
        wait_until(|| index.snapshot().generation() == 10);
        wait_until(|| index.problem().is_none());
    }
}
