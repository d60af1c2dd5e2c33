//! keyvi's queries, with its own hits.

use std::task::Poll;

use keyfold_reader::ValueKind;
use keyfold_reader::keyvi::Hits;
use proptest::prelude::*;

use super::keyvi_oracle::{Hit, Tree};
use super::near::nearest;
use super::oracle::{characters, distance};
use super::{Segments, keys, segments, segments_of};

/// Text, with spaces and separators. NUL bytes are left out: where they stand keyvi's layout shows weights that are none.
fn text_keys() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(vec![
        "a", "a", "b", "b", "ä", "ö", "€", "₮", "😀", " ", "\x1b",
    ]);
    prop::collection::vec(part, 1..7).prop_map(|parts| parts.concat().into_bytes())
}

/// Keys of about as many bytes as keyvi's layout stores weights for, NUL among them.
fn deep_keys() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(vec![b'a', b'a', b'b', 0]);
    let end = prop::collection::vec(part, 1..7);
    (26..33usize, end).prop_map(|(len, end)| [vec![b'n'; len], end].concat())
}

fn told(hits: Hits) -> Vec<Hit> {
    let told = hits.map(|hit| {
        let hit = hit.unwrap();
        let (score, value) = (hit.matched.score, hit.matched.value().as_u64().unwrap());
        (hit.matched.key, hit.end, score, value)
    });
    told.collect()
}

/// As [`told`], found a few positions at a time.
fn told_in_steps(mut hits: Hits, positions: usize) -> Vec<Hit> {
    let mut told = Vec::new();
    loop {
        match hits.poll(positions).unwrap() {
            Poll::Pending => {}
            Poll::Ready(false) => return told,
            Poll::Ready(true) => {
                let value = hits.value().as_u64().unwrap();
                told.push((hits.key().to_vec(), hits.end(), hits.score(), value));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn completions(
        segments in segments_of(text_keys),
        weighted: bool,
        queries in prop::collection::vec((text_keys(), 0..5usize, 1..6usize), 20),
    ) {
        let kind = if weighted { ValueKind::Completion } else { ValueKind::Int };
        let merged = Segments::new(&segments, kind);
        let tree = Tree::new(&segments, &merged, weighted);
        let keyvi = merged.entries.as_keyvi();
        for (query, len, top) in &queries {
            let query = &query[..(*len).min(query.len())];
            let all = tree.completions(query, false, None);
            prop_assert_eq!(told(keyvi.complete_prefix(query, None).unwrap()), all.clone());
            let phrases = tree.completions(query, true, None);
            prop_assert_eq!(told(keyvi.complete_multiword(query, None).unwrap()), phrases.clone());
            let steps = told_in_steps(keyvi.complete_prefix(query, None).unwrap(), *top);
            prop_assert_eq!(&steps, &all);
            let best = keyvi.complete_multiword(query, Some(*top)).unwrap();
            let steps = told_in_steps(keyvi.complete_multiword(query, Some(*top)).unwrap(), *top);
            prop_assert_eq!(steps, told(best));
            let none = (Tree::top(all.clone(), query, 0), Tree::top(phrases.clone(), query, 0));
            prop_assert_eq!(told(keyvi.prefix_completion(query, 0).unwrap()), none.0);
            prop_assert_eq!(told(keyvi.complete_multiword(query, Some(0)).unwrap()), none.1);
            let (bounded, bounded_phrases) = (
                told(keyvi.prefix_completion(query, *top).unwrap()),
                told(keyvi.multiword_completion(query, *top).unwrap()),
            );
            if weighted {
                let (all, phrases) = (Tree::top(all, query, *top), Tree::top(phrases, query, *top));
                prop_assert_eq!(told(keyvi.complete_prefix(query, Some(*top)).unwrap()), all.clone());
                prop_assert_eq!(told(keyvi.complete_multiword(query, Some(*top)).unwrap()), phrases.clone());
                if segments.len() > 1 || !segments[0].deleted.is_empty() {
                    prop_assert_eq!(&bounded, &all);
                    prop_assert_eq!(&bounded_phrases, &phrases);
                }
            }
            if segments.len() == 1 && segments[0].deleted.is_empty() {
                prop_assert_eq!(&bounded, &tree.completions(query, false, Some(*top)));
                prop_assert_eq!(&bounded_phrases, &tree.completions(query, true, Some(*top)));
            }
        }
    }

    #[test]
    fn the_best_among_keys_deeper_than_weights(
        segments in segments_of(deep_keys),
        queries in prop::collection::vec((deep_keys(), 0..40usize, 1..6usize), 10),
    ) {
        let merged = Segments::new(&segments, ValueKind::Completion);
        let keyvi = merged.entries.as_keyvi();
        for (query, len, top) in &queries {
            let query = &query[..(*len).min(query.len())];
            let all = told(keyvi.complete_prefix(query, None).unwrap());
            let best = told(keyvi.complete_prefix(query, Some(*top)).unwrap());
            prop_assert_eq!(best, Tree::top(all, query, *top));
        }
    }

    #[test]
    fn with_typing_errors(
        segments in segments_of(text_keys),
        weighted: bool,
        queries in prop::collection::vec((text_keys(), 0..=4u32, 0..4usize), 15),
    ) {
        let kind = if weighted { ValueKind::Completion } else { ValueKind::Int };
        let merged = Segments::new(&segments, kind);
        let tree = Tree::new(&segments, &merged, weighted);
        let keyvi = merged.entries.as_keyvi();
        for (query, max_distance, minimum_prefix) in &queries {
            let (max_distance, minimum_prefix) = (*max_distance, *minimum_prefix);
            let k = max_distance as usize;
            prop_assert_eq!(
                told(keyvi.complete_fuzzy_multiword(query, max_distance, minimum_prefix).unwrap()),
                tree.fuzzy_completions(query, k, minimum_prefix, true),
                "{:?} {} {}", String::from_utf8_lossy(query), k, minimum_prefix
            );
            prop_assert_eq!(
                told(keyvi.fuzzy_prefix_completion(query, max_distance, minimum_prefix).unwrap()),
                tree.fuzzy_completions(query, k, minimum_prefix, false),
                "{:?} {} {}", String::from_utf8_lossy(query), k, minimum_prefix
            );
            let wanted = characters(query);
            let found = told(keyvi.fuzzy(query, max_distance, minimum_prefix).unwrap());
            if wanted.len() < minimum_prefix {
                prop_assert_eq!(found, []);
                continue;
            }
            let prefix: String = std::str::from_utf8(query).unwrap().chars().take(minimum_prefix).collect();
            let score = |key: &[u8]| Some(distance(&wanted, &characters(key))).filter(|&score| score <= max_distance);
            prop_assert_eq!(found, tree.fuzzy(&score, prefix.as_bytes()));
        }
    }

    #[test]
    fn near_keys(segments in segments(), query in keys(), minimum_prefix in 0..4usize, greedy: bool) {
        let merged = Segments::new(&segments, ValueKind::Int);
        let nearest = nearest(&merged.expected, &query, minimum_prefix, greedy);
        let expected: Vec<Hit> = nearest
            .into_iter()
            .map(|(key, score, value)| {
                let key = if key.len() == minimum_prefix { query.clone() } else { key };
                (key.clone(), key.len(), score, value)
            })
            .collect();
        prop_assert_eq!(told(merged.entries.as_keyvi().near(&query, minimum_prefix, greedy).unwrap()), expected);
    }

    #[test]
    fn what_is_no_text_does_no_harm(segments in segments(), query in prop_oneof![Just(Vec::new()), keys()], number in 0..4usize) {
        let merged = Segments::new(&segments, ValueKind::Completion);
        let keyvi = merged.entries.as_keyvi();
        let below = merged.expected.keys().filter(|key| key.starts_with(&query)).count();
        prop_assert_eq!(told(keyvi.complete_prefix(&query, None).unwrap()).len(), below);
        prop_assert!(told(keyvi.prefix_completion(&query, number).unwrap()).len() <= below);
        let fuzzy = told(keyvi.fuzzy(&query, 2, number).unwrap());
        let expected = merged.entries.fuzzy(&query, 2, number).unwrap();
        let mut found: Vec<_> = fuzzy.into_iter().map(|(key, ..)| key).collect();
        found.sort();
        prop_assert_eq!(found, expected.map(|it| it.unwrap().key).collect::<Vec<_>>());
        let all = merged.expected.len();
        prop_assert!(told(keyvi.complete_fuzzy_multiword(&query, 2, number).unwrap()).len() <= all);
        prop_assert!(told(keyvi.fuzzy_prefix_completion(&query, 2, number).unwrap()).len() <= all);
        for hit in keyvi.forward_backward_completion(&keyvi, &query, number).unwrap() {
            let value = merged.expected.get(&hit.matched.key).copied();
            let mut reversed = hit.matched.key.clone();
            reversed.reverse();
            let value = value.or(merged.expected.get(&reversed).copied());
            prop_assert!(value.is_some());
        }
    }

    #[test]
    fn the_minimum_weight_may_rise(segments in segments_of(text_keys), query in text_keys(), minimum in 1..100u32) {
        let merged = Segments::new(&segments, ValueKind::Completion);
        let query = &query[..1];
        let mut hits = merged.entries.as_keyvi().complete_prefix(query, None).unwrap();
        let first = hits.next();
        hits.set_minimum_weight(minimum);
        let found: Vec<_> = hits.map(|hit| hit.unwrap().matched.key).collect();
        // a key of less weight is still met on the way to one of more, or has the weight 0 and inherits another
        for (key, &weight) in &merged.expected {
            let is_first = first.as_ref().is_some_and(|hit| hit.as_ref().unwrap().matched.key == *key);
            if key.starts_with(query) && weight >= u64::from(minimum) && !is_first {
                prop_assert!(found.contains(key), "{:?}", key);
            }
        }
    }
}
