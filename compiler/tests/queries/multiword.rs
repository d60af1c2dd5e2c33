//! Phrases by the starts of their words.

use std::collections::HashSet;

use keyfold_reader::{Completion, ValueKind};
use proptest::prelude::*;

use super::oracle::{characters, last_row};
use super::{Segments, found, segments_of};

pub(super) const SEPARATOR: u8 = 0x1B;

/// Words with a space between two.
fn words(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "".as_bytes(),
        b"a",
        b"ab",
        b"b",
        b"ba",
        "ä".as_bytes(),
        "a€".as_bytes(),
        b"\xff",
        b"b\xe2",
    ]);
    prop::collection::vec(word, count).prop_map(|words| words.join(&b' '))
}

/// Words alone, or in front of a phrase; now and then with one more separator.
fn stored() -> impl Strategy<Value = Vec<u8>> {
    let phrase = prop::option::weighted(0.7, words(1..3));
    (words(1..4), prop::collection::vec(phrase, 1..3)).prop_map(|(words, phrases)| {
        let parts: Vec<Vec<u8>> = [words]
            .into_iter()
            .chain(phrases.into_iter().flatten())
            .collect();
        let key = parts.join(&SEPARATOR);
        if key.is_empty() { b"a".to_vec() } else { key }
    })
}

/// The words of a query in the order they are stored in, and the number of spaces.
pub(super) fn bag(query: &[u8]) -> (Vec<u8>, usize) {
    let mut words: Vec<&[u8]> = query.split(|&byte| byte == b' ' || byte == b'\t').collect();
    let last = words.pop().unwrap();
    words.sort();
    words.push(last);
    (words.join(&b' '), words.len() - 1)
}

/// Phrases with scores and weights in order, of the keys whose words have a score.
fn phrases(
    segments: &Segments,
    spaces: usize,
    score: impl Fn(&[u8]) -> Option<u32>,
) -> Vec<(Vec<u8>, u32, u64)> {
    let mut found: Vec<_> = segments
        .expected
        .iter()
        .filter_map(|(key, &weight)| {
            let separator = key.iter().position(|&byte| byte == SEPARATOR);
            let (words, phrase) = match separator {
                Some(separator) => (&key[..separator], &key[separator + 1..]),
                None => (&key[..], &key[..]),
            };
            let score = score(words)?;
            let counts = words.split(|&byte| byte == b' ').count() == spaces + 1;
            counts.then_some((score, u64::MAX - weight, key, phrase.to_vec()))
        })
        .collect();
    found.sort();
    let mut given = HashSet::new();
    found.retain(|(_, _, _, phrase)| given.insert(phrase.clone()));
    let found = found.into_iter();
    found
        .map(|(score, light, _, phrase)| (phrase, score, u64::MAX - light))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_phrase_is_found_once(
        segments in segments_of(stored),
        queries in prop::collection::vec((words(1..4), 0..12usize, prop_oneof![Just(0), 1..100u32]), 20),
    ) {
        let segments = Segments::new(&segments, ValueKind::Completion);
        for (query, top, minimum_weight) in &queries {
            let (typed, spaces) = bag(query);
            let mut expected = phrases(&segments, spaces, |words| words.starts_with(&typed).then_some(0));
            expected.retain(|(_, _, weight)| *weight >= u64::from(*minimum_weight));
            let wanted = Completion::top(*top as u64).minimum_weight(*minimum_weight);
            let best = segments.entries.complete_multiword(query, SEPARATOR, &wanted).unwrap();
            prop_assert_eq!(found(best), &expected[..expected.len().min(*top)], "{:?}", query);
            expected.retain(|(phrase, _, _)| phrase.len() % 2 == 0);
            let wanted = wanted.filter(|phrase, _value| phrase.len() % 2 == 0);
            let best = segments.entries.complete_multiword(query, SEPARATOR, &wanted).unwrap();
            prop_assert_eq!(found(best), &expected[..expected.len().min(*top)], "{:?}", query);
        }
    }

    #[test]
    fn with_typing_errors(
        segments in segments_of(stored),
        queries in prop::collection::vec((words(1..4), 0..=3u32, 0..4usize, 0..12usize), 20),
    ) {
        let segments = Segments::new(&segments, ValueKind::Completion);
        for (query, max_distance, minimum_prefix, top) in &queries {
            let (typed, spaces) = bag(query);
            let typed = characters(&typed);
            let exact = *minimum_prefix.min(&typed.len());
            let expected = phrases(&segments, spaces, |words| {
                let words = characters(words);
                let starts = words.starts_with(&typed[..exact]).then(|| last_row(&typed, &words))?;
                starts[exact..].iter().copied().min().filter(|score| score <= max_distance)
            });
            let wanted = Completion::top(*top as u64);
            let best = segments.entries
                .complete_fuzzy_multiword(query, *max_distance, *minimum_prefix, SEPARATOR, &wanted)
                .unwrap();
            prop_assert_eq!(
                found(best), &expected[..expected.len().min(*top)], "{:?} {} {}", query, max_distance, minimum_prefix
            );
        }
    }
}
