//! Regular expressions beside the regex crate.

use keyfold_reader::automaton::Regex;
use keyfold_reader::{Error, ValueKind};
use proptest::prelude::*;

use super::{Segments, found, segments};

fn expressions() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "a",
        "b",
        "ä",
        "€",
        ".",
        "[ab]",
        "[^a]",
        "\\w",
        "\\p{L}",
        "(?-u:\\xff)",
        "(?s-u:.)",
        "a|b",
        "^",
        "$",
        "(?-u:\\b)",
        "",
        "(?i:A)",
        "\\x00",
    ]);
    let part = part.prop_map(str::to_owned);
    part.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("(?:{one}|{other})")),
            (
                inner,
                prop::sample::select(vec!["*", "+", "?", "{2}", "*?"])
            )
                .prop_map(|(one, repeat)| format!("(?:{one}){repeat}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn match_whole_keys(segments in segments(), expressions in prop::collection::vec(expressions(), 10)) {
        let segments = Segments::new(&segments, ValueKind::Int);
        for expression in &expressions {
            let oracle = regex::bytes::Regex::new(&format!("\\A(?:{expression})\\z")).unwrap();
            let expected: Vec<_> = segments.expected.iter()
                .filter(|(key, _)| oracle.is_match(key))
                .map(|(key, &value)| (key.clone(), 0, value))
                .collect();
            let regex = Regex::new(expression).unwrap();
            prop_assert_eq!(found(segments.entries.search(&regex).unwrap()), expected, "{}", expression);
        }
    }
}

#[test]
fn what_cannot_be_compiled_is_an_error() {
    for (expression, reason) in [
        ("(a", "unclosed group"),
        ("\\b", "word boundaries"),
        ("(?:\\pL{1000}){1000}", "exceeded"),
        ("(?:.*)[ab].{20}", "exceeded"),
    ] {
        let error = Regex::new(expression).unwrap_err();
        assert!(matches!(error, Error::Query { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}
