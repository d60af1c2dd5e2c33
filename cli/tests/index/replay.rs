//! What an index must hold after some of the groups of rows that a command was to write.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use crate::tool::{Random, Sandbox};

/// Keys and documents.
pub(super) type Model = BTreeMap<String, String>;

/// A command that changes single keys by rows of standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Set,
    Load,
    Upsert,
    Delete,
}

/// Rows for a command, in groups.
pub(super) struct Work {
    verb: Verb,
    group: usize,
    rows: Vec<(String, u64)>,
}

/// Different keys: so few that rows meet those of others.
const KEYS: usize = 400;

impl Work {
    /// So many groups of random rows; each group of more than one row begins with a row for the key `last`, by which one can
    /// tell it.
    pub(super) fn random(verb: Verb, groups: u64, group: usize, random: &mut Random) -> Self {
        let mut rows = Vec::new();
        for number in 1..=groups {
            for place in 0..group {
                let marks = place == 0 && group > 1 && verb != Verb::Delete;
                let key = if marks {
                    "last".to_owned()
                } else {
                    format!("key {:03}", random.below(KEYS))
                };
                rows.push((key, number));
            }
        }
        Work { verb, group, rows }
    }

    pub(super) fn arguments(&self, folder: &str) -> String {
        let verb = match self.verb {
            Verb::Set => "set",
            Verb::Load => "load --quiet",
            Verb::Upsert => "upsert",
            Verb::Delete => "delete",
        };
        let group = self.group;
        format!("index {verb} {folder} - --acknowledge --group {group}")
    }

    /// The rows as text.
    pub(super) fn text(&self) -> Vec<u8> {
        let row = |(key, number): &(String, u64)| match self.verb {
            Verb::Delete => format!("{key}\n"),
            _ => format!("{key}\t{{\"{}\":{number}}}\n", self.field()),
        };
        self.rows.iter().map(row).collect::<String>().into_bytes()
    }

    fn field(&self) -> &'static str {
        if self.verb == Verb::Upsert { "u" } else { "n" }
    }

    /// Makes the changes of the groups from `from` to `to`, itself excluded.
    pub(super) fn apply(&self, model: &mut Model, from: usize, to: usize) {
        let end = self.rows.len().min(to * self.group);
        for (key, number) in &self.rows[from * self.group..end] {
            let new = format!("{{\"{}\":{number}}}", self.field());
            match (self.verb, model.get_mut(key)) {
                (Verb::Delete, _) => drop(model.remove(key)),
                (Verb::Upsert, Some(old)) => *old = upserted(old, &new),
                _ => drop(model.insert(key.clone(), new)),
            }
        }
    }

    pub(super) fn groups(&self) -> usize {
        self.rows.len() / self.group
    }

    /// The number of groups that so many rows are.
    pub(super) fn groups_of(&self, rows: usize) -> usize {
        rows / self.group
    }
}

/// A document with a field added, as `upsert` orders them.
fn upserted(old: &str, new: &str) -> String {
    let read = |text| serde_json::from_str::<serde_json::Map<_, _>>(text).unwrap();
    let mut document = read(old);
    document.extend(read(new));
    serde_json::Value::from(document).to_string()
}

/// Starts the command, has it killed after it has acknowledged so many groups and some time, and tells how many it had
/// acknowledged by then.
pub(super) fn kill(
    sandbox: &Sandbox,
    work: &Work,
    folder: &str,
    after: usize,
    pause: Duration,
) -> usize {
    let mut child = start(sandbox, work, folder);
    let mut stdin = child.stdin.take().unwrap();
    let (text, reads_ahead) = (work.text(), work.verb == Verb::Load);
    // what takes rows as they come is not told their end, so that it cannot come to its own
    let feeder = thread::spawn(move || {
        let _ended = stdin.write_all(&text);
        (!reads_ahead).then_some(stdin)
    });
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut rows = 0;
    while work.groups_of(rows) < after {
        rows = lines.next().unwrap().unwrap().parse().unwrap();
    }
    thread::sleep(pause);
    child.kill().unwrap();
    child.wait().unwrap();
    drop(feeder.join().unwrap());
    // a line may be cut
    for line in lines.map_while(Result::ok) {
        rows = line.parse().unwrap_or(rows).max(rows);
    }
    let mut told = String::new();
    let mut stderr = child.stderr.take().unwrap();
    stderr.read_to_string(&mut told).unwrap();
    assert_eq!(told, "");
    work.groups_of(rows)
}

fn start(sandbox: &Sandbox, work: &Work, folder: &str) -> Child {
    let arguments = work.arguments(folder);
    let mut command = sandbox.command();
    command.args(arguments.split(' ')).stdin(Stdio::piped());
    command.spawn().unwrap()
}

/// All that an index holds.
pub(super) fn contents(sandbox: &Sandbox, folder: &str) -> Model {
    let text = sandbox.run(&format!("dump {folder}")).text();
    let pair = |row: &str| {
        let (key, document) = row.split_once('\t').unwrap();
        (key.to_owned(), document.to_owned())
    };
    text.lines().map(pair).collect()
}
