//! The same rows give the same bytes, whatever their order and the number of threads.

use keyfold_compiler::Options;
use keyfold_reader::{Compression, ValueKind};
use proptest::prelude::*;

use crate::support::{Folder, LAYOUTS, compile, keys, laid_out, map, options, values};

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn input_order_does_not_matter(
        (kind, rows) in prop::sample::select(&ValueKind::ALL[..])
            .prop_flat_map(|kind| (Just(kind), prop::collection::vec((keys(), values(kind)), 0..60))),
        layout in prop::sample::select(&LAYOUTS[..])
    ) {
        let folder = Folder::new();
        let mut rows: Vec<_> = map(&rows).into_iter().collect();
        let [sorted, reversed] = ["sorted.kv", "reversed.kv"].map(|name| folder.file(name));
        let options = Options { compression: Compression::Zstd, ..laid_out(layout, options(kind)) };
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
    for layout in LAYOUTS {
        let options = laid_out(layout, options(ValueKind::Int));
        let mut files = Vec::new();
        for threads in [1, 2, 3] {
            rows.rotate_left(12_345);
            let path = folder.file("threads.kv");
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| compile(&options, &rows, &path));
            files.push(std::fs::read(&path).unwrap());
        }
        rows.sort();
        let path = folder.file("sorted.kv");
        compile(&options, &rows, &path);
        files.push(std::fs::read(&path).unwrap());
        assert!(files.windows(2).all(|w| w[0] == w[1]), "{layout:?}");
    }
}

#[test]
fn memory_does_not_matter() {
    let folder = Folder::new();
    // more than a native file is trained on
    let mut rows: Vec<_> = (0..140_000u32)
        .map(|i| {
            let n = i.wrapping_mul(2_654_435_761);
            let value = format!("{{\"number\":{},\"name\":\"{:x}\"}}", n % 1000, n >> 12);
            (format!("key {n:x}").into_bytes(), value.into_bytes())
        })
        .collect();
    for layout in LAYOUTS {
        let mut files = Vec::new();
        for memory_limit in [1 << 23, 1 << 25, 1 << 30] {
            rows.rotate_left(12_345);
            let path = folder.file("memory.kv");
            let options = Options {
                memory_limit,
                // what is found equal depends on memory
                minimization: false,
                ..laid_out(layout, options(ValueKind::Json))
            };
            compile(&options, &rows, &path);
            files.push(std::fs::read(&path).unwrap());
        }
        assert!(files.windows(2).all(|w| w[0] == w[1]), "{layout:?}");
    }
}
