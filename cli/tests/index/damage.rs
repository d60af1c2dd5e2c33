//! Indexes with a byte that was flipped: an error, or what was there but for the last write; never a silent loss of more.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::replay::{Model, Verb, Work, contents, kill};
use crate::tool::{Ran, Random, Sandbox};

/// Bytes flipped in each file.
const FLIPS: usize = 40;

/// An index whose writer was killed with all its writes in the log.
fn killed() -> (Sandbox, Work, Random) {
    let sandbox = Sandbox::new();
    let mut random = Random::new(3);
    sandbox
        .run("index create c --setting flush_interval=0")
        .ok();
    sandbox.run("index set c before {\"n\":0}").ok();
    let work = Work::random(Verb::Set, 12, 3, &mut random);
    let acknowledged = kill(&sandbox, &work, "c", work.groups(), Duration::ZERO);
    assert_eq!(acknowledged, work.groups());
    (sandbox, work, random)
}

/// The state after so many groups.
fn state(work: &Work, groups: usize) -> Model {
    let mut model = Model::from([("before".to_owned(), "{\"n\":0}".to_owned())]);
    work.apply(&mut model, 0, groups);
    model
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths
}

/// A copy of the index `c`, called `d`, with one byte changed.
fn flipped(sandbox: &Sandbox, path: &Path, at: usize, bit: u8) {
    let copy = sandbox.path("d");
    let _none = fs::remove_dir_all(&copy);
    fs::create_dir(&copy).unwrap();
    for file in files(&sandbox.path("c")) {
        fs::copy(&file, copy.join(file.file_name().unwrap())).unwrap();
    }
    let path = copy.join(path.file_name().unwrap());
    let mut bytes = fs::read(&path).unwrap();
    bytes[at] ^= bit;
    fs::write(&path, bytes).unwrap();
}

/// It ended well, or with an error that one line tells.
fn typed(ran: Ran) -> bool {
    match ran.code {
        Some(0) => true,
        Some(2) => {
            let lines = ran.stderr.lines().count();
            assert_eq!(lines, 1, "{}", ran.stderr);
            ran.error();
            false
        }
        _ => panic!("{:?}: {}", ran.code, ran.stderr),
    }
}

#[test]
fn a_flipped_byte_of_the_log_loses_no_more_than_the_last_write() {
    let (sandbox, work, mut random) = killed();
    let logs = files(&sandbox.path("c"));
    let is_log = |path: &&PathBuf| {
        path.file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("log-")
    };
    let (mut refused, mut opened) = (0, 0);
    for log in logs.iter().filter(is_log) {
        let len = fs::read(log).unwrap().len();
        for _ in 0..FLIPS {
            let (at, bit) = (random.below(len), 1 << random.below(8));
            flipped(&sandbox, log, at, bit);
            typed(sandbox.run("verify d"));
            if !typed(sandbox.run("index flush d")) {
                refused += 1;
                continue;
            }
            opened += 1;
            let found = contents(&sandbox, "d");
            let all = work.groups();
            assert!(
                found == state(&work, all) || found == state(&work, all - 1),
                "{}: byte {at}",
                log.display()
            );
        }
    }
    assert!(refused > opened, "{refused} {opened}");
}

#[test]
fn a_flipped_byte_of_the_table_of_contents_is_an_error() {
    let (sandbox, work, mut random) = killed();
    let table = sandbox.path("c").join("index.toc");
    let len = fs::read(&table).unwrap().len();
    for _ in 0..FLIPS {
        let (at, bit) = (random.below(len), 1 << random.below(8));
        flipped(&sandbox, &table, at, bit);
        for command in ["index flush d", "verify d", "dump d"] {
            let error = sandbox.run(command).error();
            assert!(error.contains("d/index.toc"), "byte {at}: {error}");
        }
    }
    // and the index itself was not touched
    sandbox.run("index flush c").ok();
    assert_eq!(contents(&sandbox, "c"), state(&work, work.groups()));
}

#[test]
fn a_damaged_filter_is_told_and_done_without() {
    let (sandbox, _, _) = killed();
    let all = files(&sandbox.path("c"));
    let is_filter = |path: &&PathBuf| path.extension().is_some_and(|ending| ending == "bf");
    let filter = all.iter().find(is_filter).unwrap();
    let middle = fs::read(filter).unwrap().len() / 2;
    flipped(&sandbox, filter, middle, 1);
    assert!(sandbox.run("verify d").text().contains("1 damaged filters"));
    assert_eq!(sandbox.run("get d before").text(), "before\t{\"n\":0}\n");
    sandbox.run("index compact d").ok();
}

#[test]
fn missing_files_are_errors() {
    let (sandbox, _, _) = killed();
    for ending in ["index.toc", ".kf", "log-"] {
        let whole = files(&sandbox.path("c"));
        let named = |path: &&PathBuf| path.to_str().unwrap().contains(ending);
        let gone = whole.iter().find(named).unwrap();
        flipped(&sandbox, &whole[0], 0, 0);
        fs::remove_file(sandbox.path("d").join(gone.file_name().unwrap())).unwrap();
        sandbox.run("index flush d").error();
    }
}
