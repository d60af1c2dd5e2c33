//! Operations by chance, on an index and on a model of it: both hold the same, whatever is asked, and whoever asks.

use std::sync::Arc;
use std::time::Duration;

use keyfold_compiler::index::{Durability, Settings, Writer};
use keyfold_compiler::{Format, Profile};
use keyfold_reader::index::{Index, Schema, Snapshot};

use super::memory::{Files, Memory};
use super::queries::{all, check};
use super::random::Random;
use super::seeds;
use super::step::{Model, Step};
use crate::support::Folder;

/// Cases of one round.
const CASES: u64 = 10_000;

fn settings(random: &mut Random) -> Settings {
    Settings {
        format: random.pick(&[Format::Native, Format::Keyvi]),
        profile: random.pick(&[Profile::Fast, Profile::Small]),
        durability: Durability::None,
        max_merges: 0,
        table_bytes: 1 << (6 + random.below(8)),
        merge_width: 2 + random.below(3),
        memory_limit: 1 << 20,
        schema: random.pick(&[None, Some(Schema::default())]),
        ..Settings::default()
    }
}

fn case(seed: u64) {
    let mut random = Random::new(seed);
    let memory = Memory::new(Files::new());
    let settings = settings(&mut random);
    let keys = random.pick(&[3, 8, 16]);
    let open = |settings: Option<Settings>| {
        let create = settings.is_some();
        Writer::open_storage(Arc::new(memory.clone()), settings, create).unwrap()
    };
    let mut writer = open(Some(settings));
    let mut model = Model::new();
    for _ in 0..=random.below(24) {
        let step = Step::random(&mut random, keys);
        if matches!(step, Step::Reopen) {
            writer.close().unwrap();
            writer = open(None);
        } else {
            step.run(&writer).unwrap();
        }
        step.apply(&mut model);
    }
    let told = format!("seed {seed}");
    check(&writer.entries().unwrap(), &model, &mut random, &told);
    writer.force_merge(1).unwrap();
    let report = writer.report();
    assert!(report.segments <= 1 && report.deleted_keys == 0, "{told}");
    assert_eq!(report.stored_keys, model.len() as u64, "{told}");
    assert_eq!(all(&writer.entries().unwrap()), model, "{told}");
}

#[test]
fn an_index_is_what_its_model_is() {
    for seed in seeds(CASES) {
        case(seed);
    }
}

/// A snapshot of a reader, and what it has to hold as long as it is held.
struct Held {
    snapshot: Arc<Snapshot>,
    model: Model,
}

fn case_with_readers(seed: u64) {
    let mut random = Random::new(seed);
    let folder = Folder::new();
    let path = folder.path().join("index");
    let mut settings = settings(&mut random);
    if random.below(2) == 0 {
        settings.max_merges = 2;
        settings.flush_interval = Duration::from_millis(random.below(3) as u64);
    }
    let told = format!("seed {seed}");
    let mut writer = Writer::create(&path, settings).unwrap();
    let mut model = Model::new();
    let readers: Vec<Index> = (0..3).map(|_| Index::open(&path).unwrap()).collect();
    let mut held: Vec<Held> = Vec::new();
    for _ in 0..30 {
        let step = Step::random(&mut random, 8);
        if matches!(step, Step::Reopen) {
            writer.close().unwrap();
            writer = Writer::open(&path).unwrap();
        } else {
            step.run(&writer).unwrap();
        }
        step.apply(&mut model);
        assert_eq!(all(&writer.entries().unwrap()), model, "{told}");
        if random.below(3) == 0 {
            // what was flushed is seen at the next refresh
            writer.flush().unwrap();
            let reader = random.pick(&readers);
            reader.refresh().unwrap();
            let snapshot = reader.snapshot();
            check(&snapshot.entries(), &model, &mut random, &told);
            assert_eq!(snapshot.len().unwrap(), model.len() as u64, "{told}");
            let model = model.clone();
            held.push(Held { snapshot, model });
        }
        if let Some(Held { snapshot, model }) = held.get(random.below(held.len() + 1)) {
            assert_eq!(&all(&snapshot.entries()), model, "{told}");
        }
    }
    for Held { snapshot, model } in held {
        check(&snapshot.entries(), &model, &mut random, &told);
    }
    writer.close().unwrap();
    let reader = Index::open(&path).unwrap();
    check(&reader.entries(), &model, &mut random, &told);
}

#[test]
fn readers_see_what_was_flushed_and_keep_what_they_hold() {
    for seed in seeds(100) {
        case_with_readers(seed);
    }
}
