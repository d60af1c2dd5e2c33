//! What filters save, and what they take.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use keyfold_compiler::index::{Durability, Settings, Writer};
use keyfold_reader::index::Index;

use crate::rows::{asked, row, write_rows};
use crate::timing::{each, per, ratio};

/// Look-ups of a pass.
const GETS: u64 = 200_000;
/// Keys that `get_many` is asked for at a time.
const BATCH: usize = 1000;

pub(crate) fn run(folder: &Path, keys: u64) -> Result<()> {
    println!("### Filters, nanoseconds of a look-up\n");
    println!("*Dropped* is the same index after `Index::use_filters(false)`.\n");
    println!(
        "| keys | segments | filters | hit | miss | hit, `get_many` | miss, `get_many` | filter, bytes per key | flushes, K keys/s |"
    );
    println!("|---:|---:|---|---:|---:|---:|---:|---:|---:|");
    for (keys, segments) in [(keys / 100, 8), (keys, 1), (keys, 8), (keys, 32)] {
        let rows: Vec<_> = (0..keys).map(row).collect();
        for filter in [false, true] {
            measure(&folder.join("filters"), &rows, segments, filter)?;
        }
    }
    println!();
    Ok(())
}

fn measure(path: &Path, rows: &[(Vec<u8>, Vec<u8>)], segments: usize, filter: bool) -> Result<()> {
    let settings = Settings {
        durability: Durability::None,
        table_bytes: 8 << 30,
        flush_interval: Duration::ZERO,
        max_merges: 0,
        filter,
        ..Settings::default()
    };
    let writer = Writer::create(path, settings)?;
    let mut flushed = Duration::ZERO;
    for part in rows.chunks(rows.len().div_ceil(segments)) {
        write_rows(&writer, part)?;
        let start = Instant::now();
        writer.flush()?;
        flushed += start.elapsed();
    }
    writer.close()?;
    let index = Index::open(path)?;
    let keys = rows.len() as u64;
    let made = 1e6 / per(flushed, rows.len());
    for name in if filter {
        &["on", "dropped"][..]
    } else {
        &["off"]
    } {
        index.use_filters(*name == "on")?;
        let snapshot = index.snapshot();
        let mut times = Vec::new();
        for first in [0, keys] {
            let asked = asked(GETS, first, keys);
            let one = each(&asked, |key| Ok(snapshot.contains(key)?))?;
            let mut best = f64::INFINITY;
            for _ in 0..3 {
                let start = Instant::now();
                for batch in asked.chunks(BATCH) {
                    std::hint::black_box(snapshot.get_many(batch)?);
                }
                best = best.min(per(start.elapsed(), asked.len()));
            }
            times.push((one.0, best));
        }
        let bytes = ratio(snapshot.statistics().filter_bytes, keys);
        println!(
            "| {keys} | {segments} | {name} | {:.0} | {:.0} | {:.0} | {:.0} | {bytes:.2} | {made:.0} |",
            times[0].0, times[1].0, times[0].1, times[1].1
        );
    }
    std::fs::remove_dir_all(path)?;
    Ok(())
}
