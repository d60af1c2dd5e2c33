//! Texts in which keys are replaced by their values.

use keyfold_reader::ValueKind;
use proptest::prelude::*;

use super::{Segments, keys, segments};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_longest_key_is_replaced(segments in segments(), texts in prop::collection::vec(prop::collection::vec(keys(), 0..6), 10)) {
        let segments = Segments::new(&segments, ValueKind::Int);
        for text in &texts {
            let text = text.concat();
            let mut expected = Vec::new();
            let mut rest = &text[..];
            while let [first, behind @ ..] = rest {
                let keys = segments.expected.iter().filter(|(key, _)| rest.starts_with(key));
                rest = if let Some((key, value)) = keys.max_by_key(|(key, _)| key.len()) {
                    expected.extend(value.to_string().into_bytes());
                    &rest[key.len()..]
                } else {
                    expected.push(*first);
                    behind
                };
            }
            prop_assert_eq!(segments.entries.normalize(&text).unwrap(), expected, "{:?}", text);
        }
    }
}

/// keyvi 0.7.7 gives `a[ABCD]`, nothing and `Z` for the last three.
#[test]
fn parts_of_keys_stay() {
    let folder = crate::support::Folder::new();
    let path = folder.file("normalize.kv");
    let rows = [
        ("a", "A"),
        ("ab", "[AB]"),
        ("abcd", "[ABCD]"),
        ("x", ""),
        ("zz", "Z"),
    ];
    let rows: Vec<_> = rows
        .iter()
        .map(|(key, value)| (key.as_bytes().to_vec(), value.as_bytes().to_vec()))
        .collect();
    crate::support::compile(&crate::support::options(ValueKind::String), &rows, &path);
    let entries = keyfold_reader::Dictionary::open(&path).unwrap().entries();
    for (text, expected) in [
        ("", ""),
        ("a", "A"),
        ("abca bcd", "[AB]cA bcd"),
        ("xyx", "y"),
        ("abcx", "[AB]c"),
        ("q\0a", "q\0A"),
        ("zabcdz", "z[ABCD]z"),
        ("z", "z"),
        ("zzz", "Zz"),
    ] {
        let normalized = entries.normalize(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(normalized).unwrap(), expected);
    }
}
