//! The same rows give the same bytes, whatever their order and the number of threads.

use keyfold_compiler::Options;
use keyfold_reader::{Compression, ValueKind};
use proptest::prelude::*;

use crate::support::{Folder, compile, keys, map, options, values};

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn input_order_does_not_matter(
        rows in prop::sample::select(&ValueKind::ALL[..])
            .prop_flat_map(|kind| (Just(kind), prop::collection::vec((keys(), values(kind)), 0..60)))
    ) {
        let (kind, rows) = rows;
        let folder = Folder::new();
        let mut rows: Vec<_> = map(&rows).into_iter().collect();
        let [sorted, reversed] = ["sorted.kv", "reversed.kv"].map(|name| folder.file(name));
        let options = Options { compression: Compression::Zstd, ..options(kind) };
        compile(&options, &rows, &sorted);
        rows.reverse();
        compile(&options, &rows, &reversed);
        prop_assert_eq!(std::fs::read(sorted).unwrap(), std::fs::read(reversed).unwrap());
    }
}

#[test]
fn runs_and_threads_do_not_matter() {
    let folder = Folder::new();
    let mut rows: Vec<_> = (0..100_000u32)
        .map(|i| {
            (
                format!("{:x}", i.wrapping_mul(2_654_435_761)).into_bytes(),
                (i % 1000).to_string().into_bytes(),
            )
        })
        .collect();
    let mut files = Vec::new();
    for threads in [1, 2, 3] {
        rows.rotate_left(12_345);
        let path = folder.file("threads.kv");
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| compile(&options(ValueKind::Int), &rows, &path));
        files.push(std::fs::read(&path).unwrap());
    }
    rows.sort();
    let path = folder.file("sorted.kv");
    compile(&options(ValueKind::Int), &rows, &path);
    files.push(std::fs::read(&path).unwrap());
    assert!(files.windows(2).all(|w| w[0] == w[1]));
}
