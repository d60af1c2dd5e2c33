//! The same queries under secondary values.

use std::collections::BTreeMap;

use keyfold_compiler::{Compiler, Input, Options};
use keyfold_reader::automaton::{Every, Subsequence};
use keyfold_reader::{Completion, Entries, SecondaryDictionary, ValueKind};
use proptest::prelude::*;

use super::near::nearest;
use super::oracle::{characters, distance};
use super::{found, keys, long_keys, weights};
use crate::support::{Folder, LAYOUTS, laid_out, options};

fn field() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(b"ab\x00".to_vec()), 0..2)
}

fn check(
    entries: &Entries,
    expected: &BTreeMap<Vec<u8>, u64>,
    query: &[u8],
) -> Result<(), TestCaseError> {
    let of = |score: &dyn Fn(&[u8]) -> Option<u32>| -> Vec<_> {
        let scored = expected
            .iter()
            .filter_map(|(key, &weight)| Some((key.clone(), score(key)?, weight)));
        scored.collect()
    };
    prop_assert_eq!(found(entries.search(Every).unwrap()), of(&|_| Some(0)));
    let spread = found(entries.search(Subsequence::new(b"ab")).unwrap());
    prop_assert_eq!(
        spread.len(),
        expected
            .keys()
            .filter(|key| {
                let first = key.iter().position(|&byte| byte == b'a');
                first.is_some_and(|first| key[first..].contains(&b'b'))
            })
            .count()
    );
    let wanted = characters(query);
    let near = of(&|key| Some(distance(&wanted, &characters(key))).filter(|&score| score <= 2));
    prop_assert_eq!(found(entries.fuzzy(query, 2, 0).unwrap()), near);
    for greedy in [false, true] {
        prop_assert_eq!(
            found(entries.near(query, 1, greedy).unwrap()),
            nearest(expected, query, 1, greedy)
        );
    }
    let mut best = of(&|key| key.starts_with(&query[..1]).then_some(0));
    best.sort_by_key(|(key, _, weight)| (u64::MAX - weight, key.clone()));
    best.truncate(5);
    prop_assert_eq!(
        found(entries.complete(&query[..1], &Completion::top(5)).unwrap()),
        best
    );
    let mut hits = of(&|key| key.starts_with(&query[..1]).then_some(0));
    let all = entries
        .as_keyvi()
        .complete_prefix(&query[..1], None)
        .unwrap();
    let mut all: Vec<_> = all
        .map(|hit| {
            let hit = hit.unwrap().matched;
            (hit.key.clone(), hit.score, hit.value().as_u64().unwrap())
        })
        .collect();
    all.sort();
    hits.sort();
    prop_assert_eq!(all, hits);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn views_and_views_side_by_side(
        rows in prop::collection::btree_map((field(), field(), prop_oneof![keys(), long_keys()]), weights(), 0..80),
        layout in prop::sample::select(&LAYOUTS[..]),
        queries in prop::collection::vec(keys(), 3),
    ) {
        let folder = Folder::new();
        let options = Options {
            secondary: vec!["tenant".into(), "user".into()],
            ..laid_out(layout, options(ValueKind::Completion))
        };
        let mut compiler = Compiler::new(options).unwrap();
        for ((tenant, user, key), weight) in &rows {
            compiler.add_under(&[tenant, user], key, Input::Text(weight.to_string().as_bytes())).unwrap();
        }
        let path = folder.file("secondary");
        compiler.finish(&path, true).unwrap();
        let dictionary = SecondaryDictionary::open(path).unwrap();
        let under = |fields: &[&[u8]; 2]| -> BTreeMap<Vec<u8>, u64> {
            let rows = rows.iter().filter(|((tenant, user, _), _)| fields == &[&tenant[..], user]);
            rows.map(|((_, _, key), &weight)| (key.clone(), weight)).collect()
        };
        let misspelled: Vec<_> = (rows.keys().step_by(9))
            .map(|(_, _, key)| String::from_utf8_lossy(key).replacen(['a', 'b', '€'], "x", 1).into_bytes())
            .collect();
        let newest: &[&[u8]; 2] = &[b"a", b""];
        for fields in [&[&b""[..], b""], newest, &[b"a", b"b"], &[b"b", b"none"]] {
            let view = dictionary.under(fields).unwrap();
            let both = Entries::new(vec![dictionary.under(newest).unwrap().source(), view.source()]);
            let mut merged = under(fields);
            merged.extend(under(newest));
            for query in queries.iter().chain(&misspelled) {
                check(&view.entries(), &under(fields), query)?;
                check(&both, &merged, query)?;
            }
        }
    }
}

#[test]
fn many_keys_under_a_secondary_value() {
    let mut all = Vec::new();
    let mut longest = vec![Vec::new()];
    for _ in 0..5 {
        let longer = longest
            .iter()
            .flat_map(|key: &Vec<u8>| (b'a'..=b'd').map(|label| [&key[..], &[label]].concat()));
        longest = longer.collect();
        all.extend_from_slice(&longest);
    }
    let tenants: [(&[u8], _); 3] = [(b"", 1), (b"one", 2), (b"two", 3)];
    let keys = |every| all.iter().step_by(every);
    for layout in LAYOUTS {
        let folder = Folder::new();
        let options = Options {
            secondary: vec!["tenant".into()],
            ..laid_out(layout, options(ValueKind::Completion))
        };
        let mut compiler = Compiler::new(options).unwrap();
        for (tenant, every) in tenants {
            for key in keys(every) {
                compiler
                    .add_under(&[tenant], key, Input::Text(b"1"))
                    .unwrap();
            }
        }
        let path = folder.file("secondary");
        compiler.finish(&path, true).unwrap();
        let dictionary = SecondaryDictionary::open(path).unwrap();
        for (tenant, every) in tenants {
            let entries = dictionary.under(&[tenant]).unwrap().entries();
            for query in [&b"abcd"[..], b"ddacb", b"aaxaa", b"ba"] {
                let wanted = characters(query);
                let mut near: Vec<_> = keys(every)
                    .map(|key| (key.clone(), distance(&wanted, &characters(key)), 1))
                    .filter(|&(_, score, _)| score <= 1)
                    .collect();
                near.sort();
                for prefix in 0..2 {
                    near.retain(|(key, ..)| key.starts_with(&query[..prefix]));
                    assert_eq!(found(entries.fuzzy(query, 1, prefix).unwrap()), near);
                }
            }
        }
    }
}
