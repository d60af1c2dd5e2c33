use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// The least memory: some ten thousand short rows make several runs on disk.
const LITTLE: usize = 1 << 19;

fn options(folder: &Path, memory: usize) -> SortOptions {
    SortOptions {
        folder: folder.to_owned(),
        memory,
        parallel_threshold: 100,
        on_duplicate: OnDuplicate::Last,
        sample: 0,
    }
}

fn sort(rows: &[(Vec<u8>, Vec<u8>)], options: SortOptions) -> Sorted {
    let mut sorter = Sorter::new(options);
    for (key, value) in rows {
        sorter.add(key, value).unwrap();
    }
    sorter.finish().unwrap()
}

/// All rows, which must tell what their keys share, and the number of those dropped.
fn delivered(sorted: &mut Sorted) -> (Rows, u64) {
    let before = sorted.duplicates();
    let mut rows = Rows::new();
    let mut delivery = sorted.rows().unwrap();
    while let Some(block) = delivery.next_block().unwrap() {
        assert!(!block.is_empty());
        for (index, row) in block.rows().enumerate() {
            assert_eq!(row, block.row(index));
            let last = rows.last().map_or(&[][..], |(key, _)| key);
            assert_eq!(row.shared, shared_prefix(last, row.key));
            rows.push((row.key.to_vec(), row.value.to_vec()));
        }
    }
    (rows, before + delivery.duplicates())
}

/// Different rows in no order.
fn scattered(count: u32) -> Rows {
    (0..count)
        .map(|n| {
            let key = n.wrapping_mul(2_654_435_761);
            (
                format!("{key:08x} of many").into_bytes(),
                n.to_le_bytes().to_vec(),
            )
        })
        .collect()
}

/// Keys in which bytes, lengths and NULs at ends differ.
fn key() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![0, b'a', 255]), 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 50, ..ProptestConfig::default() })]

    #[test]
    fn like_a_map(
        rows in prop::collection::vec((key(), prop::collection::vec(any::<u8>(), 0..200)), 0..400),
        first in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut map = BTreeMap::new();
        for (key, value) in &rows {
            if !first || !map.contains_key(key) {
                map.insert(key.clone(), value.clone());
            }
        }
        let expected: Rows = map.into_iter().collect();
        let dropped = (rows.len() - expected.len()) as u64;
        let on_duplicate = if first { OnDuplicate::First } else { OnDuplicate::Last };
        // buffers are at least 16 KiB, so that the least memory sends some of them to disk
        for memory in [1, 1 << 30] {
            let options = SortOptions { on_duplicate, ..options(folder.path(), memory) };
            let mut sorted = sort(&rows, options);
            prop_assert_eq!(delivered(&mut sorted), (expected.clone(), dropped));
            prop_assert_eq!(delivered(&mut sorted), (expected.clone(), dropped), "once more");
        }
    }
}

#[test]
fn rows_beyond_memory_go_to_disk() {
    let folder = tempfile::tempdir().unwrap();
    let rows = scattered(100_000);
    let mut sorted = sort(&rows, options(folder.path(), LITTLE));
    let on_disk = |chain: &Chain| chain.iter().any(|run| run.in_memory().is_none());
    assert!(sorted.chains.iter().filter(|chain| on_disk(chain)).count() > 2);
    let mut expected = rows;
    expected.sort();
    assert!(delivered(&mut sorted) == (expected, 0));
}

#[test]
fn rows_in_order_are_not_merged() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = scattered(100_000);
    rows.sort();
    let mut sorted = sort(&rows, options(folder.path(), LITTLE));
    let places: Vec<Vec<bool>> = sorted
        .chains
        .iter()
        .map(|chain| chain.iter().map(|run| run.in_memory().is_some()).collect())
        .collect();
    assert_eq!(places.len(), 2, "{places:?}");
    assert_eq!(places[0], [false]);
    assert!(places[1].len() > 1 && places[1].iter().all(|&in_memory| in_memory));
    assert!(delivered(&mut sorted) == (rows, 0));
}

#[test]
fn a_sample_depends_on_the_rows_alone() {
    const SAMPLE: usize = 2000;
    let folder = tempfile::tempdir().unwrap();
    let mut rows = scattered(50_000);
    let mut sorted_rows = rows.clone();
    sorted_rows.sort();
    let mut first: Option<Vec<RowBlock>> = None;
    for (memory, parallel_threshold) in [(1 << 30, 0), (1 << 22, 1), (LITTLE, 100), (LITTLE, 0)] {
        let options = SortOptions {
            sample: SAMPLE,
            parallel_threshold,
            ..options(folder.path(), memory)
        };
        let sample = sort(&rows, options).sample(SAMPLE).unwrap();
        let count: usize = sample.iter().map(RowBlock::len).sum();
        assert!((SAMPLE / 2..=SAMPLE + 64).contains(&count), "{count} rows");
        for window in &sample {
            let start = sorted_rows.partition_point(|(key, _)| key.as_slice() < window.row(0).key);
            for (row, (key, value)) in window.rows().zip(&sorted_rows[start..]) {
                assert_eq!((row.key, row.value), (&key[..], &value[..]));
            }
        }
        assert!(*first.get_or_insert_with(|| sample.clone()) == sample);
        rows.rotate_left(12_345);
        rows[..20_000].reverse();
    }
    let all = sort(&rows, options(folder.path(), LITTLE))
        .sample(50_000)
        .unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].len(), 50_000);
}

#[test]
fn an_error_in_the_background_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut sorter = Sorter::new(options(folder.path(), LITTLE));
    drop(folder);
    let added: Result<()> = scattered(100_000)
        .iter()
        .try_for_each(|(key, value)| sorter.add(key, value));
    let told = added.and_then(|()| sorter.finish().map(drop));
    assert!(matches!(told, Err(Error::Io { .. })), "{told:?}");
}

#[test]
fn a_repeated_key_may_be_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for distance in [1, 60_000] {
        let mut rows = scattered(80_000);
        let repeated = rows[7].clone();
        rows.insert(7 + distance, repeated.clone());
        let mut sorter = Sorter::new(SortOptions {
            on_duplicate: OnDuplicate::Error,
            ..options(folder.path(), 1 << 24)
        });
        let told = (|| {
            rows.iter()
                .try_for_each(|(key, value)| sorter.add(key, value))?;
            let mut all = sorter.finish()?;
            let mut delivery = all.rows()?;
            while delivery.next_block()?.is_some() {}
            Ok(())
        })();
        assert!(
            matches!(told, Err(Error::DuplicateKey(key)) if key == repeated.0),
            "{distance}"
        );
    }
}

#[test]
fn a_delivery_may_be_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut sorted = sort(&scattered(100_000), options(folder.path(), LITTLE));
    let mut delivery = sorted.rows().unwrap();
    assert!(delivery.next_block().unwrap().is_some());
    drop(delivery);
    assert_eq!(delivered(&mut sorted).0.len(), 100_000);
}
