//! Power failures: every state that the disk can be in is opened, and holds what was acknowledged, and nothing else.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use keyfold_compiler::Format;
use keyfold_compiler::index::{Durability, Settings, SyncPoint, Writer};

use super::memory::{Call, Fate, Files, Memory, Power};
use super::random::Random;
use super::seeds;
use super::step::{Model, Step, contents};

fn settings(random: &mut Random) -> Settings {
    Settings {
        format: random.pick(&[Format::Native, Format::Keyvi]),
        max_merges: 0,
        table_bytes: 1 << random.below(12),
        memory_limit: 1 << 20,
        ..Settings::default()
    }
}

fn open(memory: &Memory, settings: Option<Settings>) -> keyfold_compiler::Result<Writer> {
    let create = settings.is_some();
    Writer::open_storage(Arc::new(memory.clone()), settings, create)
}

/// What happened: the calls, and what the index held after so many operations had returned.
struct History {
    start: Files,
    memory: Memory,
    models: Vec<Model>,
    steps: Vec<String>,
}

/// Does operations by chance, and kills the process now and then. Where it was killed, either the operation was done or it was not.
/// It begins with what is on disk, or makes an index.
fn play(seed: u64, start: Files, count: usize, ignored: Option<SyncPoint>) -> History {
    let mut random = Random::new(seed);
    let mut memory = Memory::new(start.clone());
    if let Some(point) = ignored {
        memory.ignore(point);
    }
    let settings = start.is_empty().then(|| settings(&mut random));
    let mut writer = open(&memory, settings).unwrap();
    let mut model = contents(&writer).unwrap();
    let mut models = vec![model.clone()];
    let mut steps = vec!["opened".to_owned()];
    memory.note(0);
    for _ in 0..count {
        let mut step = Step::random(&mut random, 6);
        let killed = random.below(8) == 0;
        if killed {
            memory.kill_after(random.below(12));
        }
        steps.push(format!("{step:?} {killed}"));
        let mut done = match step {
            Step::Reopen => writer.close(),
            _ => step.run(&writer),
        };
        if killed && done.is_ok() {
            done = Err(keyfold_compiler::Error::Closed);
            step.apply(&mut model);
            step = Step::Commit;
        }
        if done.is_err() {
            assert!(killed, "{seed}: {step:?}: {done:?}");
            memory = memory.next_life();
        } else {
            step.apply(&mut model);
        }
        if killed || matches!(step, Step::Reopen) {
            drop(writer);
            writer = open(&memory, None).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
            let found = contents(&writer).unwrap();
            let mut after = model.clone();
            step.apply(&mut after);
            assert!(found == model || found == after, "seed {seed}: {steps:#?}");
            model = found;
        }
        models.push(model.clone());
        memory.note(models.len() - 1);
    }
    // the end must not sync what the steps did not
    drop(memory.next_life());
    History {
        start,
        memory,
        models,
        steps,
    }
}

/// Opens what power failures at every call can leave; all of it, or what was found wrong first.
fn check(seed: u64, history: &History) -> Result<Vec<Files>, String> {
    let mut random = Random::new(seed);
    let mut power = Power::new(&history.start);
    let mut returned = (!history.start.is_empty()).then_some(0);
    let mut known = HashSet::new();
    let mut images = Vec::new();
    for call in history.memory.calls() {
        power.call(&call);
        if let Call::Returned(count) = call {
            returned = Some(count);
        }
        for fate in Fate::ALL {
            let image = power.image(fate, &mut random);
            let mut hasher = DefaultHasher::new();
            (&image, returned).hash(&mut hasher);
            if known.insert(hasher.finish()) {
                let step = returned.map_or(0, |count| count + 1);
                let during = history.steps.get(step);
                if returned.is_some() {
                    images.push(image.clone());
                }
                check_image(image, history, returned).map_err(|reason| {
                    format!("seed {seed}, {fate:?} at {call:?} during {during:?}: {reason}")
                })?;
            }
        }
    }
    Ok(images)
}

fn check_image(image: Files, history: &History, returned: Option<usize>) -> Result<(), String> {
    let names: Vec<_> = image.keys().cloned().collect();
    let memory = Memory::new(image);
    let Some(returned) = returned else {
        // it was not there yet: it may be, or can be made
        let writer = open(&memory, Some(Settings::default()));
        let writer = writer.map_err(|e| format!("{e} of {names:?}"))?;
        let found = contents(&writer).map_err(|e| e.to_string())?;
        if found.is_empty() {
            return Ok(());
        }
        return Err("a new index is not empty".to_owned());
    };
    let writer = open(&memory, None).map_err(|e| format!("{e} of {names:?}"))?;
    let found = contents(&writer).map_err(|e| e.to_string())?;
    let next = history.models.get(returned + 1);
    if found == history.models[returned] || Some(&found) == next {
        return Ok(());
    }
    Err(format!(
        "{found:?} instead of {:?} or {next:?}",
        history.models[returned]
    ))
}

#[test]
fn power_failures_lose_nothing() {
    let mut syncs = HashSet::new();
    for seed in seeds(12) {
        let history = play(seed, Files::new(), 30, None);
        let images = check(seed, &history).unwrap_or_else(|reason| panic!("{reason}"));
        syncs.extend(history.memory.syncs());
        // and once more, on what a failure left
        let mut random = Random::new(seed);
        for _ in 0..10 {
            let history = play(random.next(), random.pick(&images), 6, None);
            check(seed, &history).unwrap_or_else(|reason| panic!("again: {reason}"));
        }
    }
    let all: HashSet<SyncPoint> = SyncPoint::ALL.into();
    assert_eq!(syncs, all, "every place that syncs took part");
}

#[test]
fn each_sync_is_needed() {
    for point in SyncPoint::ALL {
        let mut histories = (0..200).map(|seed| (seed, play(seed, Files::new(), 30, Some(point))));
        let missed = histories.find_map(|(seed, history)| check(seed, &history).err());
        assert!(missed.is_some(), "without {point:?} nothing is lost");
    }
}

#[test]
fn durability_can_be_raised() {
    let memory = Memory::new(Files::new());
    let settings = |durability| Settings {
        durability,
        max_merges: 0,
        memory_limit: 1 << 20,
        ..Settings::default()
    };
    let writer = open(&memory, Some(settings(Durability::None))).unwrap();
    let document = [0x80];
    writer.set(b"a", &document).unwrap();
    writer.set(b"ab", &document).unwrap();
    writer.flush().unwrap();
    writer.delete(b"a").unwrap();
    writer.flush().unwrap();
    writer.set(b"b", &document).unwrap();
    writer.commit().unwrap();
    assert!(memory.syncs().is_empty(), "nothing is synced so far");
    let memory = memory.next_life();
    drop(writer);
    let writer = open(&memory, Some(settings(Durability::EveryCommit))).unwrap();
    let model = contents(&writer).unwrap();
    assert_eq!(model.len(), 2);
    let mut power = Power::default();
    memory.calls().iter().for_each(|call| power.call(call));
    let mut random = Random::new(0);
    for fate in Fate::ALL {
        let image = Memory::new(power.image(fate, &mut random));
        let writer = open(&image, None).unwrap();
        assert_eq!(contents(&writer).unwrap(), model, "{fate:?}");
    }
}
