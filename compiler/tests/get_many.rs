//! `get_many` answers as `get` does, in every layout.

use keyfold_reader::{Dictionary, Value, ValueKind};
use proptest::prelude::*;

use crate::support::{Folder, LAYOUTS, compile, keys, laid_out, long_keys, options, values};

/// Runs of bytes to damage.
const ROUNDS: usize = 60;

/// What `get` says of each key, and what `get_many` says: the same, an error included.
fn assert_same(dictionary: &Dictionary, asked: &[Vec<u8>]) {
    let one_by_one: Result<Vec<_>, _> = asked
        .iter()
        .map(|key| Ok(dictionary.get(key)?.map(Value::handle)))
        .collect();
    let many = dictionary.get_many(asked).map(|values| {
        let handles = values.into_iter().map(|value| value.map(Value::handle));
        handles.collect::<Vec<_>>()
    });
    let told = |answers: keyfold_reader::Result<_>| answers.map_err(|e| e.to_string());
    assert_eq!(told(many), told(one_by_one));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, ..ProptestConfig::default() })]

    #[test]
    fn as_get(
        (kind, rows) in prop::sample::select(&ValueKind::ALL[..]).prop_flat_map(|kind| {
            let key = prop_oneof![9 => keys(), 1 => long_keys()];
            (Just(kind), prop::collection::vec((key, values(kind)), 0..300))
        }),
        misses in prop::collection::vec(keys(), 0..40),
        order in any::<prop::sample::Index>()
    ) {
        let folder = Folder::new();
        let path = folder.file("test.kf");
        // hits, misses, duplicates and the empty key among each other
        let mut asked: Vec<_> = rows.iter().map(|row| row.0.clone()).chain(misses).collect();
        asked.extend(asked.clone().into_iter().step_by(3));
        asked.push(Vec::new());
        let turn = order.index(asked.len());
        asked.rotate_left(turn);
        for layout in LAYOUTS {
            compile(&laid_out(layout, options(kind)), &rows, &path);
            let dictionary = Dictionary::open(&path).unwrap();
            for count in [0, 1, 2, 3, 4, 5, 31, 32, 33, 64, asked.len()] {
                assert_same(&dictionary, &asked[..count.min(asked.len())]);
            }
        }
    }
}

#[test]
fn damage_is_that_of_the_first_key_which_meets_it() {
    let folder = Folder::new();
    let path = folder.file("test.kf");
    let rows: Vec<_> = (0..3000u32)
        .map(|n| {
            (
                n.wrapping_mul(2_654_435_761).to_be_bytes().to_vec(),
                n.to_string().into(),
            )
        })
        .collect();
    let mut asked: Vec<Vec<u8>> = rows
        .iter()
        .map(|row: &(Vec<u8>, Vec<u8>)| row.0.clone())
        .collect();
    asked.extend((0..200u32).map(|n| n.to_be_bytes().to_vec()));
    for layout in LAYOUTS {
        compile(&laid_out(layout, options(ValueKind::Int)), &rows, &path);
        let file = std::fs::read(&path).unwrap();
        let statistics = Dictionary::open(&path).unwrap().statistics().unwrap();
        let [header, keys] = [statistics.sections[0].bytes, statistics.key_bytes]
            .map(|bytes| usize::try_from(bytes).unwrap());
        let mut damaged_answers = 0;
        for round in 0..ROUNDS {
            // a run of bytes, each time further on in the automaton
            let [start, end] = [round, round + 1].map(|round| header + keys * round / ROUNDS);
            let mut damaged = file.clone();
            damaged[start..end].fill([0xFF, 0x7F, 0x80][round % 3]);
            let Ok(dictionary) = Dictionary::from_bytes(damaged) else {
                continue;
            };
            damaged_answers += usize::from(dictionary.get_many(&asked).is_err());
            assert_same(&dictionary, &asked);
        }
        assert!(damaged_answers > 3, "{layout:?}: {damaged_answers}");
    }
}

#[test]
fn from_many_threads() {
    let folder = Folder::new();
    let path = folder.file("test.kf");
    let rows: Vec<_> = (0..5000u32)
        .map(|n| {
            (
                format!("key {}", n * 7919 % 5000).into_bytes(),
                n.to_string().into_bytes(),
            )
        })
        .collect();
    for layout in LAYOUTS {
        compile(&laid_out(layout, options(ValueKind::Int)), &rows, &path);
        let dictionary = Dictionary::open(&path).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (dictionary, rows) = (&dictionary, &rows);
                scope.spawn(move || {
                    let mut values = Vec::new();
                    for part in rows[thread * 100..].chunks(97) {
                        let keys: Vec<&[u8]> = part.iter().map(|row| &row.0[..]).collect();
                        dictionary.get_many_into(&keys, &mut values).unwrap();
                        for (value, row) in values.iter().zip(part) {
                            assert_eq!(value.unwrap().text().unwrap().as_bytes(), row.1);
                        }
                    }
                });
            }
        });
    }
}
