//! Keys that an automaton accepts.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use keyfold_reader::automaton::{And, Every, KeyRange};
use keyfold_reader::{Error, ValueKind};
use proptest::prelude::*;

use super::{Segments, found, keys, segments};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn bounds_and_single_keys(segments in segments(), from in keys(), to in keys(), limit in 0..9usize) {
        let segments = Segments::new(&segments, ValueKind::Int);
        let entries = &segments.entries;
        let expected = |wanted: &dyn Fn(&[u8]) -> bool| -> Vec<_> {
            let wanted = segments.expected.iter().filter(|(key, _)| wanted(key));
            wanted.map(|(key, &value)| (key.clone(), 0, value)).collect()
        };
        prop_assert_eq!(found(entries.search(Every).unwrap()), expected(&|_| true));
        let range = KeyRange::from(&from).before(&to);
        prop_assert_eq!(found(entries.search(&range).unwrap()), expected(&|key| key >= &from[..] && key < &to[..]));
        let both = And(KeyRange::prefix(&from[..1]), KeyRange::from(&to));
        let all = expected(&|key| key.starts_with(&from[..1]) && key >= &to[..]);
        prop_assert_eq!(found(entries.search(both.clone()).unwrap()), all.clone());
        let limited = entries.clone().limit(limit as u64).search(both).unwrap();
        prop_assert_eq!(found(limited), &all[..all.len().min(limit)]);
        for key in segments.expected.keys().chain([&from, &to]) {
            let entry = entries.get(key).unwrap();
            prop_assert_eq!(entry.is_some(), entries.contains(key).unwrap());
            prop_assert_eq!(entry.and_then(|it| it.value().as_u64()), segments.expected.get(key).copied());
        }
    }
}

#[test]
fn a_query_can_be_stopped() {
    let segment = super::Segment {
        rows: (0..1000u64)
            .map(|n| (n.to_string().into_bytes(), n))
            .collect(),
        deleted: BTreeSet::default(),
        layout: crate::support::KEYVI,
    };
    let segments = Segments::new(&[segment], ValueKind::Int);
    let stop = Arc::new(AtomicBool::new(false));
    let mut matches = segments
        .entries
        .stopped_by(stop.clone())
        .search(Every)
        .unwrap();
    assert!(matches.advance().unwrap());
    stop.store(true, Ordering::Relaxed);
    assert!(matches!(matches.advance(), Err(Error::Stopped)));
    assert!(!matches.advance().unwrap());
}
