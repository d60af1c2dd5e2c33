//! Patterns as in a shell, and strings that are spread out.

use keyfold_reader::automaton::{And, Glob, KeyRange, Subsequence};
use keyfold_reader::{Error, ValueKind};
use proptest::prelude::*;

use super::oracle::characters;
use super::{Segments, found, keys, segments};

/// A part of a pattern, and what it matches.
#[derive(Clone, Debug)]
enum Part {
    Star,
    Any,
    One(u32),
    Class(Vec<(u32, u32)>, bool),
}

fn part() -> impl Strategy<Value = (&'static [u8], Part)> {
    let one = |text: &'static [u8]| (text, Part::One(characters(text)[0]));
    let class = |text: &'static str, ranges: &[(char, char)], except| {
        let ranges = ranges
            .iter()
            .map(|&(from, to)| (u32::from(from), u32::from(to)));
        (text.as_bytes(), Part::Class(ranges.collect(), except))
    };
    prop_oneof![
        4 => Just((&b"*"[..], Part::Star)),
        2 => Just((&b"?"[..], Part::Any)),
        6 => prop::sample::select(vec![
            one(b"a"), one(b"b"), one(b"b"), one("ä".as_bytes()), one("€".as_bytes()), one("😀".as_bytes()), one(b" "),
            one(b"\x00"), one(b"\xff"), one(b"\xe2"), one(b"\x82"),
        ]),
        3 => prop::sample::select(vec![
            class("[a]", &[('a', 'a')], false),
            class("[a-b]", &[('a', 'b')], false),
            class("[!a-b]", &[('a', 'b')], true),
            class("[^ä€]", &[('ä', 'ä'), ('€', '€')], true),
            class("[]a-]", &[(']', ']'), ('a', 'a'), ('-', '-')], false),
            class("[\\a-\\ö ]", &[('a', 'ö'), (' ', ' ')], false),
        ]),
        1 => Just((&b"\\a"[..], Part::One(97))),
    ]
}

impl Part {
    fn matches(&self, character: u32) -> bool {
        match self {
            Part::Star => false,
            Part::Any => true,
            Part::One(one) => *one == character,
            Part::Class(ranges, except) => {
                let among = ranges
                    .iter()
                    .any(|&(from, to)| from <= character && character <= to);
                among != *except
            }
        }
    }
}

fn matches(parts: &[Part], text: &[u32]) -> bool {
    match (parts, text) {
        ([], _) => text.is_empty(),
        ([Part::Star, rest @ ..], _) => {
            (0..=text.len()).any(|skipped| matches(rest, &text[skipped..]))
        }
        ([part, rest @ ..], [first, behind @ ..]) => part.matches(*first) && matches(rest, behind),
        (_, []) => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn patterns(segments in segments(), patterns in prop::collection::vec(prop::collection::vec(part(), 0..7), 20), from in keys()) {
        let segments = Segments::new(&segments, ValueKind::Int);
        for pattern in patterns {
            let (bytes, parts): (Vec<&[u8]>, Vec<Part>) = pattern.into_iter().unzip();
            let bytes = bytes.concat();
            let expected: Vec<_> = segments.expected.iter()
                .filter(|(key, _)| matches(&parts, &characters(key)))
                .map(|(key, &value)| (key.clone(), 0, value))
                .collect();
            let glob = Glob::new(&bytes).unwrap();
            prop_assert_eq!(found(segments.entries.search(&glob).unwrap()), expected.clone(), "{:?}", String::from_utf8_lossy(&bytes));
            let bounded = found(segments.entries.search(And(glob, KeyRange::from(&from))).unwrap());
            let expected: Vec<_> = expected.into_iter().filter(|(key, _, _)| *key >= from).collect();
            prop_assert_eq!(bounded, expected);
        }
    }

    #[test]
    fn subsequences(segments in segments(), queries in prop::collection::vec(keys(), 20)) {
        let segments = Segments::new(&segments, ValueKind::Int);
        for query in &queries {
            let wanted = characters(query);
            let expected: Vec<_> = segments.expected.iter()
                .filter(|(key, _)| {
                    let mut left = &wanted[..];
                    for character in characters(key) {
                        if left.first() == Some(&character) {
                            left = &left[1..];
                        }
                    }
                    left.is_empty()
                })
                .map(|(key, &value)| (key.clone(), 0, value))
                .collect();
            prop_assert_eq!(found(segments.entries.search(Subsequence::new(query)).unwrap()), expected);
        }
    }
}

#[test]
fn mistakes_are_errors() {
    for pattern in ["[a", "a[", "[!", "[]", "[a-", "[b-a]", "a\\", "[\\"] {
        let error = Glob::new(pattern.as_bytes()).unwrap_err();
        assert!(matches!(error, Error::Query { .. }), "{error}");
        assert!(error.to_string().contains(pattern), "{error}");
    }
}
