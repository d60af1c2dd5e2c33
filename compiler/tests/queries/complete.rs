//! Completions, best first.

use keyfold_reader::{Completion, ValueKind};
use proptest::prelude::*;

use super::oracle::{characters, last_row};
use super::{Segments, found, keys, segments, segments_of};

fn prefixes() -> impl Strategy<Value = Vec<u8>> {
    (keys(), 0..4usize).prop_map(|(key, len)| key[..len.min(key.len())].to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_heaviest_come_first(
        segments in segments(),
        queries in prop::collection::vec((prefixes(), 0..12usize, prop_oneof![Just(0), 1..70_000u32]), 20),
    ) {
        let segments = Segments::new(&segments, ValueKind::Completion);
        for (prefix, top, minimum_weight) in &queries {
            let mut expected: Vec<_> = segments
                .expected
                .iter()
                .filter(|(key, weight)| key.starts_with(prefix) && **weight >= u64::from(*minimum_weight))
                .map(|(key, &weight)| (key.clone(), 0, weight))
                .collect();
            expected.sort_by_key(|(key, _, weight)| (u64::MAX - weight, key.clone()));
            let wanted = Completion::top(*top as u64).minimum_weight(*minimum_weight);
            let best = segments.entries.complete(prefix, &wanted).unwrap();
            prop_assert_eq!(found(best), &expected[..expected.len().min(*top)], "{:?} {}", prefix, top);
            expected.retain(|(key, _, weight)| key.len() % 2 == 0 && weight % 2 == 0);
            let wanted = wanted.filter(|key, value| key.len() % 2 == 0 && value.as_u64().unwrap() % 2 == 0);
            let best = segments.entries.complete(prefix, &wanted).unwrap();
            prop_assert_eq!(found(best), &expected[..expected.len().min(*top)], "{:?} {}", prefix, top);
        }
    }

    #[test]
    fn of_the_same_weight_in_byte_order_however_long(
        segments in segments_of(|| "a{8,10}[\0ab]{0,9}".prop_map(String::into_bytes)),
        start in 1..12usize,
        top in 1..30usize,
    ) {
        let segments = Segments::new(&segments, ValueKind::Completion);
        let prefix = &[b'a'; 12][..start];
        let below = segments.expected.iter().filter(|(key, _)| key.starts_with(prefix));
        let mut expected: Vec<_> = below.map(|(key, &weight)| (key.clone(), 0, weight)).collect();
        expected.sort_by_key(|(key, _, weight)| (u64::MAX - weight, key.clone()));
        expected.truncate(top);
        let best = segments.entries.complete(prefix, &Completion::top(top as u64)).unwrap();
        prop_assert_eq!(found(best), expected);
    }

    #[test]
    fn with_typing_errors(
        segments in segments(),
        queries in prop::collection::vec((keys(), 0..=4u32, 0..4usize, 0..12usize), 20),
    ) {
        let segments = Segments::new(&segments, ValueKind::Completion);
        for (prefix, max_distance, minimum_prefix, top) in &queries {
            let typed = characters(prefix);
            let exact = *minimum_prefix.min(&typed.len());
            let mut expected: Vec<_> = segments
                .expected
                .iter()
                .filter(|(key, _)| characters(key).starts_with(&typed[..exact]))
                .filter_map(|(key, &weight)| {
                    let starts = last_row(&typed, &characters(key));
                    let score = starts[exact..].iter().copied().min().filter(|score| score <= max_distance)?;
                    Some((key.clone(), score, weight))
                })
                .collect();
            expected.sort_by_key(|(key, score, weight)| (*score, u64::MAX - weight, key.clone()));
            let wanted = Completion::top(*top as u64);
            let best = segments.entries.complete_fuzzy(prefix, *max_distance, *minimum_prefix, &wanted).unwrap();
            prop_assert_eq!(
                found(best), &expected[..expected.len().min(*top)], "{:?} {} {}", prefix, max_distance, minimum_prefix
            );
        }
    }

    #[test]
    fn without_weights_the_first_keys_come(segments in segments(), prefix in prefixes(), top in 0..12usize) {
        let segments = Segments::new(&segments, ValueKind::Int);
        let below = segments.expected.iter().filter(|(key, _)| key.starts_with(&prefix));
        let expected: Vec<_> = below.map(|(key, &value)| (key.clone(), 0, value)).take(top).collect();
        let best = segments.entries.complete(&prefix, &Completion::top(top as u64)).unwrap();
        prop_assert_eq!(found(best), expected);
    }
}
