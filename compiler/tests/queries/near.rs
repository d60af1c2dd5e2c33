//! Keys with the longest start in common.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use keyfold_reader::ValueKind;
use proptest::prelude::*;

use super::{Segments, found, keys, segments};

fn in_common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

/// Keys with scores and values, in order.
pub(super) fn nearest(
    keys: &BTreeMap<Vec<u8>, u64>,
    query: &[u8],
    minimum_prefix: usize,
    greedy: bool,
) -> Vec<(Vec<u8>, u32, u64)> {
    let Some(prefix) = query.get(..minimum_prefix) else {
        return Vec::new();
    };
    let below = keys.keys().filter(|key| key.starts_with(prefix));
    let (mut along, mut others): (Vec<_>, Vec<_>) = below.partition(|key| query.starts_with(key));
    along.sort_by_key(|key| key.len());
    others.sort_by_key(|key| Reverse(in_common(key, query)));
    if !greedy {
        let floor = along.last().map_or(minimum_prefix, |key| key.len());
        let most = others
            .first()
            .map_or(0, |key| in_common(key, query))
            .max(floor);
        others.retain(|key| in_common(key, query) == most);
    }
    along.extend(others);
    let found = along.into_iter().map(|key| {
        let score = u32::try_from(in_common(key, query)).unwrap();
        (key.clone(), score, keys[key])
    });
    found.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn come_nearest_first(
        segments in segments(),
        queries in prop::collection::vec((keys(), 0..4usize, any::<bool>()), 30),
    ) {
        let segments = Segments::new(&segments, ValueKind::Int);
        for (query, minimum_prefix, greedy) in &queries {
            let near = segments.entries.near(query, *minimum_prefix, *greedy).unwrap();
            let expected = nearest(&segments.expected, query, *minimum_prefix, *greedy);
            prop_assert_eq!(found(near), expected, "{:?} {} {}", query, minimum_prefix, greedy);
        }
    }
}

#[test]
fn geohashes() {
    let hashes = ["u33d", "u33db2m", "u33db8q", "u33dc0", "u340"];
    let segment = super::Segment {
        rows: hashes
            .iter()
            .map(|hash| (hash.as_bytes().to_vec(), 1))
            .collect(),
        deleted: BTreeSet::default(),
        layout: crate::support::KEYVI,
    };
    let segments = Segments::new(&[segment], ValueKind::Int);
    let near = |query: &str, minimum_prefix, greedy| -> Vec<String> {
        let near = segments
            .entries
            .near(query.as_bytes(), minimum_prefix, greedy)
            .unwrap();
        let keys = near.map(|it| String::from_utf8(it.unwrap().key).unwrap());
        keys.collect()
    };
    assert_eq!(near("u33db2w", 3, false), ["u33d", "u33db2m"]);
    assert_eq!(near("u33dbz", 3, false), ["u33d", "u33db2m", "u33db8q"]);
    assert_eq!(
        near("u33dbz", 3, true),
        ["u33d", "u33db2m", "u33db8q", "u33dc0"]
    );
    assert_eq!(near("u33", 4, true), [""; 0]);
}
