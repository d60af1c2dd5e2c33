//! Keys near a string.

use keyfold_reader::automaton::MAX_DISTANCE;
use keyfold_reader::{Error, ValueKind};
use proptest::prelude::*;

use super::oracle::{characters, distance};
use super::{Segments, found, keys, segments};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn are_all_found(segments in segments(), queries in prop::collection::vec((keys(), 0..=MAX_DISTANCE, 0..4usize), 20)) {
        let segments = Segments::new(&segments, ValueKind::Completion);
        for (query, max_distance, minimum_prefix) in &queries {
            let wanted = characters(query);
            let mut expected: Vec<_> = segments
                .expected
                .iter()
                .map(|(key, &weight)| (key.clone(), distance(&wanted, &characters(key)), weight))
                .filter(|(key, score, _)| {
                    let start = wanted.get(..*minimum_prefix);
                    score <= max_distance && start.is_some() && characters(key).get(..*minimum_prefix) == start
                })
                .collect();
            let fuzzy = segments.entries.fuzzy(query, *max_distance, *minimum_prefix).unwrap();
            prop_assert_eq!(found(fuzzy), expected.clone(), "{:?} {} {}", query, max_distance, minimum_prefix);
            expected.sort_by_key(|(key, score, weight)| (*score, u64::MAX - weight, key.clone()));
            let best = segments.entries.fuzzy_best(query, *max_distance, *minimum_prefix).unwrap();
            prop_assert_eq!(found(best), expected.clone(), "{:?} {} {}", query, max_distance, minimum_prefix);
            let first = segments.entries.clone().limit(2).fuzzy_best(query, *max_distance, *minimum_prefix).unwrap();
            prop_assert_eq!(found(first), &expected[..expected.len().min(2)]);
        }
    }
}

#[test]
fn a_distance_that_is_too_large_is_an_error() {
    let segments = Segments::new(&[], ValueKind::Int);
    let error = segments
        .entries
        .fuzzy(b"query", MAX_DISTANCE + 1, 0)
        .unwrap_err();
    assert!(matches!(error, Error::Query { .. }), "{error}");
    assert_eq!(found(segments.entries.fuzzy(b"query", 1, 0).unwrap()), []);
}
