use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Levenshtein, MAX_DISTANCE};
use crate::automaton::Automaton;

/// The optimal string alignment distance, by its definition.
fn distance(one: &[char], other: &[char]) -> u32 {
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            let mut least = if i == 0 || j == 0 { i + j } else { usize::MAX };
            if i > 0 && j > 0 {
                let replaced = rows[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
                least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            }
            if i > 1 && j > 1 && (one[i - 1], one[i - 2]) == (other[j - 2], other[j - 1]) {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    u32::try_from(rows[one.len()][other.len()]).unwrap()
}

fn score(query: &str, key: &str, max_distance: u32) -> Option<u32> {
    let near = Levenshtein::new(query.as_bytes(), max_distance).unwrap();
    let found = score_of(&near, key);
    // no matter which other keys there are, and if there are none
    let in_key = |gram: &[u8]| key.as_bytes().windows(gram.len()).any(|part| part == gram);
    let few = near.clone().among(in_key);
    assert_eq!(score_of(&few, key), found);
    let even = near.among(|gram| gram[0] % 2 == 0 || in_key(gram));
    assert_eq!(score_of(&even, key), found);
    found
}

fn score_of(near: &Levenshtein, key: &str) -> Option<u32> {
    let mut state = near.start();
    let (mut least, mut is_wanted) = (0, true);
    let (mut ids, mut named) = (HashMap::new(), Vec::new());
    for (at, byte) in key.bytes().enumerate() {
        let mut score = None;
        let is_rest = |rest: &[u8]| rest == &key.as_bytes()[at..];
        if near.endings(&state, |rest, here| {
            score = score.or(is_rest(rest).then_some(here));
        }) {
            named.push(score);
        }
        least = least.max(near.least_score(&state));
        is_wanted &= near.labels(&state).contains(byte);
        if let Some(id) = near.id(&state) {
            assert!(*ids.entry(id).or_insert(state) == state);
        }
        for label in [byte, b'a', b'x', 0xC3, 0xA4, 0x85, 0xFF] {
            let (own, other) = near.default_step(&state);
            assert!(own.contains(label) || near.step(&state, label) == other);
        }
        let Some(next) = near.step(&state, byte) else {
            assert!(named.iter().all(Option::is_none));
            return None;
        };
        state = next;
    }
    let found = near.accepts(&state).then(|| near.score(&state));
    assert!(named.iter().all(|&named| named == found));
    assert!(found.is_none_or(|score| is_wanted && least <= score));
    found
}

/// The queries that may lead to a key that has none of their grams are those that so few edits change in all of them.
#[test]
fn grams_that_no_key_has() {
    let start = |query: &str, max_distance| {
        let near = Levenshtein::new(query.as_bytes(), max_distance).unwrap();
        let near = near.among(|_| false);
        near.start().reached != 0
    };
    for (query, edits) in [
        ("abcde", 0),
        ("äbcdef", 1),
        ("äbcdefghijkl", 1),
        ("äbcdefghijklm", 2),
        (&"a".repeat(27), 4),
    ] {
        for max_distance in 0..=MAX_DISTANCE {
            assert_eq!(
                start(query, max_distance),
                edits <= max_distance,
                "{query} {max_distance}"
            );
        }
    }
    assert!((0..=MAX_DISTANCE).all(|max_distance| !start(&"a".repeat(34), max_distance)));
}

proptest! {
    #[test]
    fn queries_of_any_length(
        query in prop_oneof![vec(prop::sample::select(vec!['a', 'b', 'ä']), 0..9), vec(prop::sample::select(vec!['a', 'b', 'ä']), 54..70)],
        edits in vec((any::<prop::sample::Index>(), 0..4, prop::sample::select(vec!['a', 'c', 'ä', 'ß'])), 0..6),
    ) {
        let mut key = query.clone();
        for (place, edit, character) in edits {
            let at = place.index(key.len() + 1);
            match edit {
                0 => key.insert(at, character),
                1 if at < key.len() => key[at] = character,
                2 if at < key.len() => _ = key.remove(at),
                3 if at + 1 < key.len() => key.swap(at, at + 1),
                _ => {}
            }
        }
        let due = distance(&query, &key);
        let (query, key): (String, String) = (query.iter().collect(), key.iter().collect());
        for max_distance in 0..=MAX_DISTANCE {
            let expected = (due <= max_distance).then_some(due);
            prop_assert_eq!(score(&query, &key, max_distance), expected, "{} {}", query, key);
        }
    }
}
