//! Keys near a string.

use keyfold_compiler::Format;
use keyfold_reader::automaton::MAX_DISTANCE;
use keyfold_reader::format::native::grams;
use keyfold_reader::{Completion, Dictionary, Entries, Error, ValueKind};
use proptest::prelude::*;

use super::oracle::{characters, distance, last_row};
use super::{Segments, found, keys, long_keys, segments, segments_of};
use crate::support::{Folder, LAYOUTS, Layout, Rows, compile, laid_out, options};

/// Asks for the keys near a query, against the definition.
fn check(
    segments: &Segments,
    query: &[u8],
    most: u32,
    minimum_prefix: usize,
) -> Result<(), TestCaseError> {
    let asked = format!("{query:?} {most} {minimum_prefix}");
    let wanted = characters(query);
    let mut expected: Vec<_> = segments
        .expected
        .iter()
        .map(|(key, &weight)| (key.clone(), distance(&wanted, &characters(key)), weight))
        .filter(|(key, score, _)| {
            let start = wanted.get(..minimum_prefix);
            *score <= most && start.is_some() && characters(key).get(..minimum_prefix) == start
        })
        .collect();
    let fuzzy = segments.entries.fuzzy(query, most, minimum_prefix).unwrap();
    prop_assert_eq!(found(fuzzy), expected.clone(), "{}", asked);
    expected.sort_by_key(|(key, score, weight)| (*score, u64::MAX - weight, key.clone()));
    let best = (segments.entries).fuzzy_best(query, most, minimum_prefix);
    prop_assert_eq!(found(best.unwrap()), expected.clone(), "{}", asked);
    let first = segments.entries.clone().limit(2);
    let first = first.fuzzy_best(query, most, minimum_prefix).unwrap();
    prop_assert_eq!(found(first), &expected[..expected.len().min(2)]);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn are_all_found(segments in segments(), queries in prop::collection::vec((keys(), 0..=MAX_DISTANCE, 0..4usize), 20)) {
        let segments = Segments::new(&segments, ValueKind::Completion);
        for (query, max_distance, minimum_prefix) in &queries {
            check(&segments, query, *max_distance, *minimum_prefix)?;
        }
    }

    #[test]
    fn are_all_found_among_long_ones(
        segments in segments_of(long_keys),
        queries in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec((any::<prop::sample::Index>(), 0..4), 0..4), 0..3usize), 20),
    ) {
        let segments = Segments::new(&segments, ValueKind::Completion);
        let keys: Vec<_> = segments.expected.keys().map(|key| String::from_utf8_lossy(key)).collect();
        prop_assume!(!keys.is_empty());
        for (key, edits, minimum_prefix) in &queries {
            let mut query: Vec<_> = key.get(&keys).chars().collect();
            for (place, edit) in edits {
                let at = place.index(query.len() + 1);
                match edit {
                    0 => query.insert(at, 'b'),
                    1 if at < query.len() => query[at] = 'x',
                    2 if at < query.len() => _ = query.remove(at),
                    _ if at + 1 < query.len() => query.swap(at, at + 1),
                    _ => {}
                }
            }
            let query: String = query.into_iter().collect();
            for most in 0..=MAX_DISTANCE {
                check(&segments, query.as_bytes(), most, *minimum_prefix)?;
                let wanted = characters(query.as_bytes());
                let exact = &wanted[..(*minimum_prefix).min(wanted.len())];
                let mut expected: Vec<_> = (segments.expected.iter())
                    .filter(|(key, _)| characters(key).starts_with(exact))
                    .filter_map(|(key, &weight)| {
                        let score = last_row(&wanted, &characters(key))[exact.len()..].iter().copied().min();
                        Some((key.clone(), score.filter(|&score| score <= most)?, weight))
                    })
                    .collect();
                expected.sort_by_key(|(key, score, weight)| (*score, u64::MAX - weight, key.clone()));
                let complete = segments.entries.complete_fuzzy(query.as_bytes(), most, *minimum_prefix, &Completion::top(1_000));
                prop_assert_eq!(found(complete.unwrap()), expected, "{} {} {}", query, most, minimum_prefix);
            }
        }
    }
}

/// A file in a layout, which stays mapped without its folder.
fn dictionary_of(layout: Layout, rows: &Rows) -> Dictionary {
    let folder = Folder::new();
    let path = folder.file("many");
    compile(
        &laid_out(layout, options(ValueKind::Completion)),
        rows,
        &path,
    );
    Dictionary::open(path).unwrap()
}

fn entries_of(layout: Layout, rows: &Rows) -> Entries {
    dictionary_of(layout, rows).entries()
}

/// So many that there are nodes above the leaves, and leaves whose keys start by several labels, ASCII and others.
#[test]
fn are_found_among_many() {
    let letters = ["a", "c", "d", "x", "é"].map(str::as_bytes);
    let queries = ["acdx", "ddéac", "aaxaa", "éa", "xxyxx", "édéca", "c"].map(str::as_bytes);
    found_among_many(&letters, 5, &queries);
}

/// Characters of two and three bytes, of which many start by the same ones, and bytes that are no characters.
#[test]
fn are_found_among_many_of_other_scripts() {
    let mut letters: Vec<_> = ["б", "д", "к", "м", "п", "т", "я", "ш", "ы", "京", "亭", "x"]
        .map(str::as_bytes)
        .into();
    letters.push(b"\xd0");
    let mut queries: Vec<_> = ["бдк", "пкя", "ышш", "я", "дx", "京п", "亭京", "жбд"]
        .map(str::as_bytes)
        .into();
    queries.extend([
        &b"\xd0\xd0\xba"[..],
        b"\xd1",
        b"\xd0\xbf\x8f",
        b"\xe4\xba\xd0\xbf",
    ]);
    found_among_many(&letters, 3, &queries);
}

/// Asks for keys that are made of up to so many letters, against the definition.
fn found_among_many(letters: &[&[u8]], most_letters: u32, queries: &[&[u8]]) {
    let mut all = Vec::new();
    let mut longest = vec![Vec::new()];
    for len in 1..=most_letters {
        let longer = longest.iter().flat_map(|key: &Vec<u8>| {
            let longer = letters.iter().map(|last| [&key[..], last].concat());
            // not all, so that keys have chains and codes of several bytes too
            let kept = longer.into_iter().enumerate();
            kept.filter(move |(i, key)| len + 1 < most_letters || (i + key.len()) % 3 != 0)
        });
        longest = longer.map(|(_, key)| key).collect();
        all.extend_from_slice(&longest);
    }
    assert!(all.len() > 1_000, "{}", all.len());
    all.sort();
    all.dedup();
    let rows: Rows = (all.iter())
        .map(|key| (key.clone(), b"1".to_vec()))
        .collect();
    for layout in LAYOUTS {
        let entries = entries_of(layout, &rows);
        for &query in queries {
            let asked = String::from_utf8_lossy(query);
            let wanted = characters(query);
            let mut near: Vec<_> = all
                .iter()
                .map(|key| (key.clone(), distance(&wanted, &characters(key)), 1))
                .collect();
            for prefix in 0..3 {
                let start = wanted.get(..prefix);
                near.retain(|(key, ..)| start.is_some() && characters(key).get(..prefix) == start);
                for most in 1..=3 {
                    let expected = near.iter().filter(|&&(_, score, _)| score <= most);
                    let expected: Vec<_> = expected.cloned().collect();
                    let fuzzy = entries.fuzzy(query, most, prefix).unwrap();
                    assert_eq!(found(fuzzy), expected, "{asked} {most} {prefix} {layout:?}");
                    let started = all.iter().filter_map(|key| {
                        let starts = last_row(&wanted, &characters(key));
                        let score = starts[prefix.min(wanted.len())..].iter().copied().min();
                        let score = score.filter(|&score| score <= most)?;
                        let has_prefix =
                            characters(key).starts_with(&wanted[..prefix.min(wanted.len())]);
                        has_prefix.then(|| (key.clone(), score, 1))
                    });
                    let mut expected: Vec<_> = started.collect();
                    expected.sort_by_key(|&(_, score, _)| score);
                    expected.truncate(50);
                    let complete = entries
                        .complete_fuzzy(query, most, prefix, &Completion::top(50))
                        .unwrap();
                    assert_eq!(
                        found(complete),
                        expected,
                        "{asked} {most} {prefix} {layout:?}"
                    );
                }
            }
        }
    }
}

/// Files know their grams, unless these would take too much room beside the keys.
#[test]
fn grams_are_known_where_they_are_few() {
    let syllables = ["ba", "ce", "di", "fö", "gu"];
    let mut few = vec![String::new()];
    for _ in 0..5 {
        let longer = |key: &String| syllables.map(|last| format!("{key}{last}"));
        few = few.iter().flat_map(longer).collect();
    }
    let random = |seed: u64| {
        let states = std::iter::successors(Some(seed | 1), |x| {
            Some(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1))
        });
        states
            .skip(1)
            .map(|x| char::from(b'a' + (x >> 60).to_le_bytes()[0]))
    };
    let many: Vec<String> = (0..300)
        .map(|seed| random(seed * 99).take(200).collect())
        .collect();
    for (keys, are_known) in [(few, true), (many, false)] {
        let mut rows: Rows = (keys.iter())
            .map(|key| (key.clone().into_bytes(), b"1".to_vec()))
            .collect();
        rows.sort();
        rows.dedup();
        for layout in LAYOUTS {
            let dictionary = dictionary_of(layout, &rows);
            let fsa = dictionary.fsa();
            let is_native = layout.0 == Format::Native;
            let absent = ["cebabz", "xxxxxx", "öööööö"].map(str::as_bytes);
            let unknown = absent.iter().filter(|gram| !fsa.may_have(gram)).count();
            assert_eq!(unknown > 0, is_native && are_known, "{layout:?}");
            for key in &keys {
                grams::each(key.as_bytes(), 0, |gram| assert!(fsa.may_have(gram)));
            }
        }
    }
}

/// More than are kept to be sorted.
#[test]
fn the_nearest_come_first_however_many() {
    let letters = || (b' '..=b'~').chain(*b"\t\n");
    let mut all: Vec<_> = letters().map(|letter| vec![letter]).collect();
    all.extend(letters().flat_map(|one| letters().map(move |other| vec![one, other])));
    all.sort();
    let weight = |key: &[u8]| key.iter().fold(0, |sum, &byte| sum * 7 + u64::from(byte)) % 100;
    let mut expected: Vec<_> = (all.iter())
        .map(|key| (key.clone(), u32::try_from(key.len()).unwrap(), weight(key)))
        .collect();
    expected.sort_by_key(|(key, score, weight)| (*score, u64::MAX - weight, key.clone()));
    assert!(expected.len() > 2 * 4096);
    let rows: Rows = (all.iter())
        .map(|key| (key.clone(), weight(key).to_string().into_bytes()))
        .collect();
    for layout in LAYOUTS {
        let entries = entries_of(layout, &rows);
        for most in [1, 2, 4] {
            let expected: Vec<_> = (expected.iter())
                .filter(|&&(_, score, _)| score <= most)
                .cloned()
                .collect();
            let best = entries.fuzzy_best(b"", most, 0).unwrap();
            assert_eq!(found(best), expected, "{most} {layout:?}");
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
    let error = segments
        .entries
        .fuzzy_best(b"query", MAX_DISTANCE + 1, 0)
        .unwrap_err();
    assert!(matches!(error, Error::Query { .. }), "{error}");
    assert_eq!(found(segments.entries.fuzzy(b"query", 1, 0).unwrap()), []);
}
