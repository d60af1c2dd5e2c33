//! One writer at full speed, and processes that read meanwhile: what is written together is seen together.
#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use keyfold_compiler::index::{Change, Durability, Settings, Writer};
use keyfold_reader::automaton::KeyRange;
use keyfold_reader::index::{Index, IndexOptions, Snapshot};
use keyfold_reader::{Precision, Value, json_to_msgpack};

use super::number;
use crate::tool::{Random, Sandbox};

const READERS: usize = 4;
/// Pairs of keys that get the same document at the same time.
const PAIRS: usize = 20_000;
/// Pairs of a group.
const GROUP: usize = 20;
/// The key whose document is the number of the group.
const ROUND: &[u8] = b"round";
const END: &[u8] = b"the end";

/// How a reading process is told its folder.
const FOLDER: &str = "KEYFOLD_TEST_READS";

fn pair(number: usize) -> [Vec<u8>; 2] {
    ["a", "b"].map(|side| format!("{number:06}{side}").into_bytes())
}

fn document(round: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let text = format!("{{\"round\":{round},\"text\":\"some text that takes room\"}}");
    json_to_msgpack(text.as_bytes(), Precision::Double, &mut out).unwrap();
    out
}

fn round_of(value: Value<'_>) -> u64 {
    let document: serde_json::Value = value.decode().unwrap();
    document["round"].as_u64().unwrap()
}

#[test]
fn readers_see_whole_groups_while_one_writes() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path("c");
    let settings = Settings {
        table_bytes: 1 << 20,
        flush_interval: Duration::from_millis(20),
        merge_width: 4,
        durability: Durability::Interval(Duration::from_millis(100)),
        ..Settings::default()
    };
    let writer = Writer::create(&folder, settings).unwrap();
    write_group(&writer, 1, &mut Random::new(0));
    writer.flush().unwrap();
    let mut readers: Vec<Reader> = (0..READERS).map(|_| Reader::start(&folder)).collect();

    let time = Duration::from_secs(number("KEYFOLD_LOAD_SECONDS", 3));
    let (start, mut round) = (Instant::now(), 1);
    let mut random = Random::new(number("KEYFOLD_SEED", 1));
    while start.elapsed() < time {
        round += 1;
        write_group(&writer, round, &mut random);
    }
    let report = writer.report();
    writer.set(END, &document(round)).unwrap();
    writer.close().unwrap();
    println!(
        "{round} groups, {} flushes, {} merges",
        report.flushes, report.merges
    );

    // all of them have the files mapped when the first one measures
    for reader in &mut readers {
        println!("{}", reader.answer("seen"));
    }
    let memory: Vec<Memory> = readers.iter_mut().map(Reader::memory).collect();
    let all: u64 = memory.iter().map(|reader| reader.proportional).sum();
    let most = memory.iter().map(|reader| reader.resident).max().unwrap();
    println!("{all} KiB for all, {most} KiB seen by one");
    assert!(most > 0 && all <= most + most / 4, "{all} > {most}");
    for reader in readers {
        reader.end();
    }
}

/// Writes a group: pairs that get the same document, or are deleted.
fn write_group(writer: &Writer, round: u64, random: &mut Random) {
    let document = document(round);
    let pairs: Vec<[Vec<u8>; 2]> = (0..GROUP).map(|_| pair(random.below(PAIRS))).collect();
    let mut changes = vec![Change::Set {
        key: ROUND,
        document: &document,
    }];
    for keys in &pairs {
        let deletes = random.below(4) == 0;
        changes.extend(keys.iter().map(|key| {
            if deletes {
                Change::Delete { key }
            } else {
                Change::Set {
                    key,
                    document: &document,
                }
            }
        }));
    }
    writer.write(&changes).unwrap();
}

/// A process that reads.
struct Reader {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// Memory that the segments take, in KiB.
struct Memory {
    /// A page that several processes have counts for each as its share.
    proportional: u64,
    resident: u64,
}

impl Reader {
    fn start(folder: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "index::load::reading_process", "--ignored"]);
        command.arg("--nocapture").env(FOLDER, folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        Reader {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }

    /// The next line that it says about something.
    fn answer(&mut self, about: &str) -> String {
        let mut line = String::new();
        while self.output.read_line(&mut line).unwrap() > 0 {
            // the first line may stand behind one that the test runner has begun
            if let Some(at) = line.find(&format!("{about}: ")) {
                return line[at..].trim_end().to_owned();
            }
            line.clear();
        }
        panic!("a reader ended early: {:?}", self.process.wait());
    }

    fn memory(&mut self) -> Memory {
        self.input.write_all(b"measure\n").unwrap();
        let line = self.answer("memory");
        let numbers: Vec<u64> = line
            .split(' ')
            .filter_map(|word| word.parse().ok())
            .collect();
        Memory {
            proportional: numbers[0],
            resident: numbers[1],
        }
    }

    fn end(mut self) {
        self.input.write_all(b"end\n").unwrap();
        assert!(self.process.wait().unwrap().success());
    }
}

/// What a reading process does. It is started by the test above.
#[test]
#[ignore = "not a test by itself"]
fn reading_process() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let automatic = std::process::id().is_multiple_of(2);
    let refresh = automatic.then_some(Duration::from_millis(10));
    let options = IndexOptions {
        refresh,
        ..IndexOptions::default()
    };
    let index = Index::open_with(folder, options).unwrap();
    let mut random = Random::new(std::process::id().into());
    let (mut last, mut looks, mut snapshots) = (0, 0_u64, 0_u64);
    loop {
        if !automatic {
            index.refresh().unwrap();
        }
        let snapshot = index.snapshot();
        let round = round_of(snapshot.get(ROUND).unwrap().unwrap());
        assert!(round >= last, "{round} after {last}");
        snapshots += u64::from(round > last);
        last = round;
        for _ in 0..200 {
            look_at_pair(&snapshot, random.below(PAIRS), round);
        }
        look_at_all(&snapshot, pair(random.below(PAIRS)), round);
        looks += 1;
        if snapshot.contains(END).unwrap() {
            break;
        }
    }
    assert!(index.problem().is_none());
    let snapshot = index.snapshot();
    look_at_all(&snapshot, pair(0), last);
    let all: Vec<Vec<u8>> = (0..PAIRS).flat_map(pair).collect();
    snapshot.get_many(&all).unwrap();
    println!("seen: {snapshots} snapshots, looked {looks} times");
    let stdin = std::io::stdin();
    for line in stdin.lines().map_while(Result::ok) {
        if line == "end" {
            break;
        }
        let (proportional, resident) = memory_of_segments();
        println!("memory: {proportional} of {resident} KiB");
    }
}

/// Both keys of a pair are there with the same document, or neither is.
fn look_at_pair(snapshot: &Snapshot, number: usize, round: u64) {
    let rounds = pair(number).map(|key| snapshot.get(&key).unwrap().map(round_of));
    assert_eq!(rounds[0], rounds[1], "pair {number}");
    assert!(rounds[0].is_none_or(|of_pair| of_pair <= round));
    let both = snapshot.get_many(&pair(number)).unwrap();
    let again: Vec<Option<u64>> = both.into_iter().map(|it| it.map(round_of)).collect();
    assert_eq!(again, rounds);
}

/// The same for all pairs behind a key, by iteration.
fn look_at_all(snapshot: &Snapshot, [from, _]: [Vec<u8>; 2], round: u64) {
    let entries = snapshot.entries().limit(2000);
    let mut matches = entries.search(KeyRange::from(&from).before(ROUND)).unwrap();
    while matches.advance().unwrap() {
        let (key, first) = (matches.key().to_vec(), round_of(matches.value()));
        assert!(key.ends_with(b"a") && first <= round);
        assert!(matches.advance().unwrap(), "{}", key.escape_ascii());
        let (other, second) = (matches.key(), round_of(matches.value()));
        assert_eq!(key[..6], other[..6]);
        assert!(other.ends_with(b"b") && second == first);
    }
}

/// KiB of memory that segments take: as a share, and resident.
fn memory_of_segments() -> (u64, u64) {
    let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
    let (mut proportional, mut resident, mut ours) = (0, 0, false);
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let number = |word: Option<&str>| word.and_then(|it| it.parse::<u64>().ok()).unwrap();
        match words.next() {
            Some("Pss:") if ours => proportional += number(words.next()),
            Some("Rss:") if ours => resident += number(words.next()),
            Some(range) if range.contains('-') => ours = line.rsplit('.').next() == Some("kf"),
            _ => {}
        }
    }
    (proportional, resident)
}
