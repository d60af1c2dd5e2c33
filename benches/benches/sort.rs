//! Why are rows not sorted by the `extsort` package?
//!
//! A million made rows, pairs of words in random order with a number each, are sorted within 16 MiB, which sends them to
//! disk in several runs, and without a limit. Both sort in parallel where they can, write the same folder, and give the
//! same rows. `extsort` limits the number of rows, so that is computed from what it keeps of a row of this size.
//!
//! `cargo bench -p keyfold-benches --bench sort`, 2026-11-21, x86-64, 2 cores of a machine in use by others, extsort
//! 0.5. Ratios are extsort's over ours.
//!
//! ```text
//!                                         Sorter : extsort
//! time, spilled                           1.71 and 1.70, two runs
//! time, in memory                         1.28 and 1.53, two runs
//! peak of 16 MiB, rows of this size       24 MiB : 16 MiB
//! peak of 16 MiB, keys 32 times as long   28 MiB : 126 MiB
//! ```
//!
//! More than time it is the limit. With the number of rows right for the rows at hand, extsort keeps to it, closer than the
//! `Sorter`, which sorts and writes on other threads meanwhile and whose peak is up to 1.75 times the limit. But rows are not
//! known beforehand, and as keys get longer extsort's memory grows with them; 18 GiB it would be with the longest keys allowed.
//!
//! Besides, read in its source: which of several rows with the same key is the newest is lost, as it sorts unstably;
//! its files in a given folder have fixed names, so that two sorts there overwrite each other, and stay behind; all are
//! open at once in the merge; and a file that ends within a row is taken for one that is complete.

mod input;
mod memory;

use std::hint::black_box;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput};
use extsort::{ExternalSorter, Sortable};
use keyfold_benches::sampler::Sampler;
use keyfold_compiler::OnDuplicate;
use keyfold_compiler::internals::{SortOptions, Sorter};

const ROWS: usize = 1_000_000;
/// How many words come second in a pair.
const SECONDS: usize = 8;
/// Rows in memory: the rest goes to disk.
const MEMORY: usize = 16 << 20;
/// The case of rows that are longer than expected.
const LONG_KEYS: &str = "long-keys";
/// As in the compiler's options.
const PARALLEL_THRESHOLD: usize = 10_000;

/// A made row: pair of words, and a number.
type Row = (Vec<u8>, u64);

/// A row as the named package sorts it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Boxed {
    key: Box<[u8]>,
    value: u64,
}

/// Bytes of a row in its buffer, for the keys of this benchmark: the item, and the smallest piece that glibc's
/// allocator gives. That its vector doubles as it grows is not held against it.
const BOXED: usize = size_of::<Boxed>() + 32;

impl Sortable for Boxed {
    fn encode<W: Write>(&self, out: &mut W) -> io::Result<()> {
        let length = u32::try_from(self.key.len()).map_err(io::Error::other)?;
        out.write_all(&length.to_le_bytes())?;
        out.write_all(&self.key)?;
        out.write_all(&self.value.to_le_bytes())
    }

    fn decode<R: Read>(input: &mut R) -> io::Result<Self> {
        let mut length = [0; 4];
        input.read_exact(&mut length)?;
        let mut key = vec![0; u32::from_le_bytes(length) as usize];
        input.read_exact(&mut key)?;
        let mut value = [0; 8];
        input.read_exact(&mut value)?;
        Ok(Boxed {
            key: key.into(),
            value: u64::from_le_bytes(value),
        })
    }
}

/// Sorts with ours; a sum over what comes out, in order.
fn sorter(rows: &[Row], memory: usize, folder: &Path) -> u64 {
    let mut sorter = Sorter::new(SortOptions {
        folder: folder.to_owned(),
        memory,
        parallel_threshold: PARALLEL_THRESHOLD,
        on_duplicate: OnDuplicate::Last,
        sample: 0,
    });
    for (key, value) in rows {
        sorter.add(key, &value.to_le_bytes()).expect("room on disk");
    }
    let mut output = sorter.finish().expect("room on disk");
    let mut rows = output.rows().expect("runs");
    let mut sum = 0;
    while let Some(block) = rows.next_block().expect("runs") {
        for row in block.rows() {
            let value = row.value.first_chunk().copied();
            sum = fold(sum, row.key, u64::from_le_bytes(value.unwrap_or_default()));
        }
    }
    sum
}

/// Sorts with the named package, `items` rows at once.
fn extsort(rows: &[Row], items: usize, folder: &Path) -> u64 {
    let sorter = ExternalSorter::new()
        .with_segment_size(items)
        .with_sort_dir(folder.to_owned())
        .with_parallel_sort();
    let boxed = rows.iter().map(|(key, value)| Boxed {
        key: key.as_slice().into(),
        value: *value,
    });
    sorter
        .sort(boxed)
        .expect("room on disk")
        .fold(0, |sum, row| {
            let row = row.expect("a row");
            fold(sum, &row.key, row.value)
        })
}

fn fold(sum: u64, key: &[u8], value: u64) -> u64 {
    sum.rotate_left(1) ^ value ^ u64::from(key.last().copied().unwrap_or(0))
}

/// Different pairs in random order.
fn pairs() -> Vec<Row> {
    // leaked, so that the memory of the words is not used again in what is measured
    let words = input::rows("words/words-en-200k").leak();
    let mut rows: Vec<Row> = (0..ROWS)
        .map(|i| {
            let (first, second) = (&words[i / SECONDS].0, &words[i % SECONDS].0);
            ([first, &b" "[..], second].concat(), i as u64)
        })
        .collect();
    Sampler::new(7).shuffle(&mut rows);
    rows
}

/// Prints peak memory above the input, for these rows or for fewer whose keys are 32 times as long.
fn measure(case: &str, structure: &str) {
    let mut rows = pairs();
    if case == LONG_KEYS {
        rows.truncate(ROWS / 4);
        for (key, _) in &mut rows {
            *key = key.repeat(32);
        }
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (_, peak) = memory::peak(|| match structure {
        "extsort" => extsort(&rows, MEMORY / BOXED, folder.path()),
        _ => sorter(&rows, MEMORY, folder.path()),
    });
    let (mib, limit) = (peak >> 20, MEMORY >> 20);
    println!("{case}: {structure} takes {mib} MiB where it should keep to {limit} MiB");
}

fn bench(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let rows = pairs();
    assert_eq!(
        sorter(&rows, MEMORY, folder),
        extsort(&rows, MEMORY / BOXED, folder),
        "the same rows in the same order"
    );
    for case in ["pairs", LONG_KEYS] {
        for structure in ["Sorter", "extsort"] {
            memory::measure([case, structure]);
        }
    }
    let mut group = c.benchmark_group("sort");
    group
        .sample_size(20)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_secs(3))
        .throughput(Throughput::Elements(rows.len() as u64));
    group.bench_function("spilled/Sorter", |b| {
        b.iter(|| sorter(black_box(&rows), MEMORY, folder));
    });
    group.bench_function("spilled/extsort", |b| {
        b.iter(|| extsort(black_box(&rows), MEMORY / BOXED, folder));
    });
    group.bench_function("in-memory/Sorter", |b| {
        b.iter(|| sorter(black_box(&rows), usize::MAX, folder));
    });
    group.bench_function("in-memory/extsort", |b| {
        b.iter(|| extsort(black_box(&rows), usize::MAX, folder));
    });
    group.finish();
}

fn main() {
    if let Some([case, structure]) = memory::wanted() {
        return measure(&case, &structure);
    }
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
}
