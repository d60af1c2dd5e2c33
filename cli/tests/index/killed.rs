//! A writer that is killed: what it acknowledged is there, and nothing else.
#![cfg(unix)]

use std::time::Duration;

use super::number;
use super::replay::{Model, Verb, Work, contents, kill};
use crate::tool::{Random, Sandbox};

/// Settings under which much happens in a short time.
const BUSY: &str = "--setting table_bytes=20000 --setting flush_interval=3 --setting merge_width=2";

/// An index that has survived so far, with what it must hold.
struct Survivor {
    folder: &'static str,
    group: usize,
    model: Model,
}

fn seed() -> u64 {
    number("KEYFOLD_SEED", 1)
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let sandbox = Sandbox::new();
    let mut random = Random::new(seed());
    let kinds = [
        ("native", 5, ""),
        ("keyvi", 5, "--format keyvi"),
        // groups of a divided index are atomic within each part only
        ("divided", 1, "--partitions 3"),
        ("lazy", 5, "--setting flush_interval=0"),
    ];
    let mut survivors: Vec<Survivor> = Vec::new();
    for (folder, group, more) in kinds {
        let arguments = format!("index create {folder} {BUSY} {more}");
        sandbox.run(&arguments).ok();
        let model = Model::new();
        survivors.push(Survivor {
            folder,
            group,
            model,
        });
    }
    for round in 0..number("KEYFOLD_KILLS", 20) {
        let at = usize::try_from(round).unwrap() % survivors.len();
        let Survivor {
            folder,
            group,
            model,
        } = &mut survivors[at];
        let verb = [Verb::Set, Verb::Load, Verb::Upsert, Verb::Delete][random.below(4)];
        let work = Work::random(verb, 60, *group, &mut random);
        let after = random.below(work.groups() / 2);
        let pause = Duration::from_micros(random.next() % 3000);
        let acknowledged = kill(&sandbox, &work, folder, after, pause);

        // readers see a state of some moment, whatever the writer left
        sandbox.run(&format!("verify {folder}")).ok();
        sandbox.run(&format!("index flush {folder}")).ok();
        let found = contents(&sandbox, folder);
        work.apply(model, 0, acknowledged);
        let mut one_more = model.clone();
        work.apply(&mut one_more, acknowledged, acknowledged + 1);
        assert!(
            found == *model || found == one_more,
            "round {round}: {folder}, {verb:?}, {acknowledged} groups acknowledged"
        );
        *model = found;
    }
}

#[test]
fn without_durability_a_kill_leaves_what_was_there_at_some_moment() {
    let sandbox = Sandbox::new();
    let mut random = Random::new(seed());
    for round in 0..number("KEYFOLD_KILLS", 20) / 4 {
        let durability = ["none", "20"][random.below(2)];
        let folder = format!("c{round}");
        sandbox
            .run(&format!(
                "index create {folder} {BUSY} --durability {durability}"
            ))
            .ok();
        let work = Work::random(Verb::Set, 300, 5, &mut random);
        let pause = Duration::from_micros(random.next() % 50_000);
        let acknowledged = kill(&sandbox, &work, &folder, 1, pause);
        sandbox.run(&format!("index flush {folder}")).ok();
        let found = contents(&sandbox, &folder);
        let last = found.get("last").map_or(0, |document| {
            document[5..document.len() - 1].parse().unwrap()
        });
        assert!(last <= acknowledged + 1, "{last} of {acknowledged}");
        let mut model = Model::new();
        work.apply(&mut model, 0, last);
        assert!(found == model, "round {round}, durability {durability}");
    }
}
