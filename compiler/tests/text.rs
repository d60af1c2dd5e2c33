//! Keys found in running text, against an oracle that tries every stretch of it.

use std::collections::{BTreeMap, BTreeSet};

use keyfold_compiler::Options;
use keyfold_reader::{
    Boundaries, Dictionary, Entries, Finder, KeySet, Overlap, Source, Span, Spans, TextRule,
    ValueKind,
};
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use crate::support::{Folder, LAYOUTS, Layout, compile, laid_out, options};

/// Characters that melt into what stands before them when text is normalised.
const MELTING: [char; 2] = ['\u{301}', '\u{1161}'];

/// What keys and text are made of.
fn pieces() -> Vec<Vec<u8>> {
    let text = [
        "a", "a", "b", "A", " ", " ", ".", "'", "1", "é", "É", "e", "\u{301}", "ß", "s", "ﬁ", "f",
        "i", "漢", "ж", "Ж", "\u{1100}", "\u{1161}", "\u{2003}", "\0",
    ];
    let mut pieces: Vec<Vec<u8>> = text.iter().map(|text| text.as_bytes().to_vec()).collect();
    pieces.extend([vec![0xFF], vec![0x80], vec![0xC3]]);
    pieces
}

fn text(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(pieces()), 0..most)
        .prop_map(|pieces| pieces.concat())
}

/// Keys of a source, and which of them are deleted.
type Keys = BTreeMap<Vec<u8>, bool>;

fn keys() -> impl Strategy<Value = Keys> {
    let key = prop::collection::vec(prop::sample::select(pieces()), 1..5)
        .prop_map(|pieces| pieces.concat());
    prop::collection::btree_map(key, prop::bool::weighted(0.2), 0..30)
}

fn rules() -> impl Strategy<Value = TextRule> {
    (any::<bool>(), any::<bool>()).prop_map(|(fold_case, nfkc)| TextRule { fold_case, nfkc })
}

const ALL_BOUNDARIES: [Boundaries; 3] = [Boundaries::Words, Boundaries::Spaces, Boundaries::None];
const OVERLAPS: [Overlap; 3] = [Overlap::LeftmostLongest, Overlap::PerStart, Overlap::All];

/// A match as compared: where it stands, its key, and the source it is from.
type Hit = (Span, Vec<u8>, u64);

/// Where the characters of a text start, and where it ends.
fn characters(text: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut at = 0;
    for chunk in text.utf8_chunks() {
        places.extend(chunk.valid().char_indices().map(|(place, _)| at + place));
        at += chunk.valid().len();
        places.extend(at..at + chunk.invalid().len());
        at += chunk.invalid().len();
    }
    places.push(at);
    places
}

/// Whether the text may be parted at a place without tearing apart what is normalised together.
fn is_whole(rule: TextRule, text: &[u8], at: usize) -> bool {
    let valid = |text: &[u8]| {
        text.utf8_chunks()
            .next()
            .map(|chunk| chunk.valid().to_owned())
            .unwrap_or_default()
    };
    let melts = valid(&text[at..]).starts_with(MELTING);
    let alone = text[..at]
        .utf8_chunks()
        .last()
        .is_none_or(|chunk| !chunk.invalid().is_empty());
    !rule.nfkc || !melts || alone
}

/// Where matches may start and where they may end.
fn bounds(boundaries: Boundaries, text: &[u8]) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let all: BTreeSet<usize> = characters(text).into_iter().collect();
    match boundaries {
        Boundaries::None => (all.clone(), all),
        Boundaries::Spaces => {
            let starts = all
                .iter()
                .filter(|&&at| at == 0 || at > 1 && text[at - 1] == b' ');
            let ends = all
                .iter()
                .filter(|&&at| at == text.len() || text[at] == b' ');
            (starts.copied().collect(), ends.copied().collect())
        }
        Boundaries::Words => {
            let mut places = BTreeSet::from([text.len()]);
            let mut at = 0;
            for chunk in text.utf8_chunks() {
                places.extend(
                    chunk
                        .valid()
                        .split_word_bound_indices()
                        .map(|(word, _)| at + word),
                );
                at += chunk.valid().len();
                places.extend(at..=at + chunk.invalid().len());
                at += chunk.invalid().len();
            }
            (places.clone(), places)
        }
    }
}

/// All matches, by trying every stretch of the text.
fn expected(
    sources: &[Keys],
    rule: TextRule,
    boundaries: Boundaries,
    overlap: Overlap,
    text: &[u8],
) -> Vec<Hit> {
    // the newest source that has a key decides
    let mut alive: BTreeMap<Vec<u8>, Vec<(Vec<u8>, u64)>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (source, keys) in (0..).zip(sources) {
        for (key, &deleted) in keys {
            if seen.insert(key) && !deleted {
                alive
                    .entry(rule.fold(key))
                    .or_default()
                    .push((key.clone(), source));
            }
        }
    }
    let characters = characters(text);
    let (starts, ends) = bounds(boundaries, text);
    let mut hits = Vec::new();
    let mut from = 0;
    for (char_start, &start) in (0..).zip(&characters) {
        if start < from || !starts.contains(&start) || !is_whole(rule, text, start) {
            continue;
        }
        let mut here = Vec::new();
        for (char_end, &end) in (0..).zip(&characters) {
            if end <= start || !ends.contains(&end) || !is_whole(rule, text, end) {
                continue;
            }
            let as_is = &text[start..end];
            let folded = rule.fold(as_is);
            let Some(keys) = alive.get(&folded) else {
                continue;
            };
            let mut keys = keys.clone();
            keys.sort_by_key(|(key, _)| (key != as_is, *key != folded, key.clone()));
            let span = Span {
                start: start as u64,
                end: end as u64,
                char_start,
                char_end,
            };
            here.push((
                end,
                keys.into_iter()
                    .map(|(key, source)| (span, key, source))
                    .collect::<Vec<_>>(),
            ));
        }
        if overlap != Overlap::All {
            here = here.pop().into_iter().collect();
        }
        for (end, found) in here {
            hits.extend(found);
            if overlap == Overlap::LeftmostLongest {
                from = end;
            }
        }
    }
    hits
}

fn hits(mut spans: Spans<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    while spans.advance().unwrap() {
        let source = spans.value().as_u64().unwrap();
        hits.push((spans.span(), spans.key().to_vec(), source));
    }
    hits
}

/// Files of sources whose values are their numbers.
fn entries(folder: &Folder, layout: Layout, rule: TextRule, sources: &[Keys]) -> Entries {
    let opened = (0..).zip(sources).map(|(number, keys): (u32, &Keys)| {
        let value = number.to_string().into_bytes();
        let rows: Vec<_> = keys
            .keys()
            .map(|key| (key.clone(), value.clone()))
            .collect();
        let path = folder.file(&value.escape_ascii().to_string());
        let options = Options {
            text_rule: rule,
            ..laid_out(layout, options(ValueKind::Int))
        };
        compile(&options, &rows, &path);
        let deleted = keys.iter().filter(|(_, deleted)| **deleted);
        let deleted: KeySet = deleted.map(|(key, _)| stored(rule, key)).collect();
        Source::new(&Dictionary::open(path).unwrap()).deleted(deleted)
    });
    Entries::new(opened.collect())
}

fn stored(rule: TextRule, key: &[u8]) -> Vec<u8> {
    if rule.is_none() {
        key.to_vec()
    } else {
        rule.stored_key(key).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_way_to_ask(
        sources in prop::collection::vec(keys(), 1..4),
        rule in rules(),
        layout in prop::sample::select(LAYOUTS.to_vec()),
        text in text(40),
    ) {
        let folder = Folder::new();
        let finder = Finder::new(&entries(&folder, layout, rule, &sources)).unwrap();
        for boundaries in ALL_BOUNDARIES {
            for overlap in OVERLAPS {
                let finder = finder.clone().boundaries(boundaries).overlap(overlap);
                let wanted = expected(&sources, rule, boundaries, overlap, &text);
                prop_assert_eq!(hits(finder.find_all(&text)), wanted.clone(), "{:?} {:?}", boundaries, overlap);
                prop_assert_eq!(hits(finder.find_in(&text[..])), wanted.clone());
                let owned: Vec<_> = finder.find_all(&text).map(|found| found.unwrap().1.key).collect();
                let keys: Vec<_> = wanted.into_iter().map(|(_, key, _)| key).collect();
                prop_assert_eq!(owned, keys);
            }
            let wanted = expected(&sources, rule, boundaries, Overlap::PerStart, &text);
            let finder = finder.clone().boundaries(boundaries);
            for offset in 0..=text.len() {
                let found = finder.longest_match_at(&text, offset).unwrap();
                let found = found.map(|(end, found)| (end as u64, found.key));
                let wanted = wanted.iter().find(|(span, ..)| span.start == offset as u64);
                prop_assert_eq!(found, wanted.map(|(span, key, _)| (span.end, key.clone())), "at {}", offset);
            }
        }
    }

    #[test]
    fn a_text_in_pieces_is_a_whole_one(
        sources in prop::collection::vec(keys(), 1..3),
        rule in rules(),
        layout in prop::sample::select(LAYOUTS.to_vec()),
        parts in prop::collection::vec((text(12), 0..15_000usize), 1..12),
    ) {
        let folder = Folder::new();
        let finder = Finder::new(&entries(&folder, layout, rule, &sources)).unwrap();
        let text: Vec<u8> = parts.iter().flat_map(|(part, repeat)| part.repeat(repeat / (part.len() + 1) + 1)).collect();
        for boundaries in ALL_BOUNDARIES {
            let finder = finder.clone().boundaries(boundaries);
            let whole = hits(finder.find_all(&text));
            prop_assert!(whole == hits(finder.find_in(&text[..])), "{:?}", boundaries);
        }
    }
}

#[test]
fn a_long_key_is_found_across_pieces() {
    let folder = Folder::new();
    let long = b"ab ".repeat(9000);
    let keys = Keys::from([(long[..26_999].to_vec(), false), (b"ab ab".to_vec(), false)]);
    let text = [
        &b"x ".repeat(30_000)[..],
        &long,
        &b"y ".repeat(30_000),
        b"ab ab",
    ]
    .concat();
    for layout in LAYOUTS {
        for rule in [
            TextRule::default(),
            TextRule {
                fold_case: true,
                nfkc: true,
            },
        ] {
            let found = entries(&folder, layout, rule, std::slice::from_ref(&keys));
            let finder = Finder::new(&found).unwrap();
            let spans = |spans| {
                hits(spans)
                    .iter()
                    .map(|(span, ..)| (span.start, span.end))
                    .collect::<Vec<_>>()
            };
            let wanted = vec![(60_000, 86_999), (147_000, 147_005)];
            assert_eq!(spans(finder.find_all(&text)), wanted);
            assert_eq!(spans(finder.find_in(&text[..])), wanted);
        }
    }
}

#[test]
fn many_keys_are_found_though_the_filter_knows_few_of_their_bytes() {
    let folder = Folder::new();
    let key = |n: u64| {
        n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .to_string()
            .into_bytes()
    };
    let keys: Keys = (0..300_000).map(|n| (key(n), false)).collect();
    let text: Vec<u8> = (0..3000)
        .flat_map(|n| [key(n * 200), b", ".to_vec()].concat())
        .collect();
    for layout in LAYOUTS {
        let found = entries(
            &folder,
            layout,
            TextRule::default(),
            std::slice::from_ref(&keys),
        );
        let finder = Finder::new(&found).unwrap();
        let wanted = (0..3000)
            .filter(|n| keys.contains_key(&key(n * 200)))
            .count();
        assert_eq!(hits(finder.find_all(&text)).len(), wanted);
    }
}

#[test]
fn rules_do_not_mix_and_limits_hold() {
    let folder = Folder::new();
    let keys = Keys::from([(b"a".to_vec(), false)]);
    let plain = entries(
        &folder,
        LAYOUTS[0],
        TextRule::default(),
        std::slice::from_ref(&keys),
    );
    let finder = Finder::new(&plain.clone().limit(2)).unwrap();
    assert_eq!(finder.find_all(b"a a a a").count(), 2);
    let folder = Folder::new();
    let rule = TextRule {
        fold_case: true,
        nfkc: false,
    };
    let other = entries(&folder, LAYOUTS[1], rule, &[keys]);
    let both = [other.sources(), plain.sources()].concat();
    let error = Finder::new(&Entries::new(both)).unwrap_err();
    assert!(
        error.to_string().contains("the text rule is none"),
        "{error}"
    );
}
