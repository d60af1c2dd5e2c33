//! Each kind of store that a key can be in, as SILT measures its three: how fast keys come in, how fast they are found, and what they take.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use harness::usage;
use keyfold_compiler::index::{Durability, Settings, Writer};
use keyfold_reader::index::Index;

use crate::rows::{asked, row, write_rows};
use crate::timing::{each, ratio, thousands};

/// Segments that stand for those on their way to one.
const SEGMENTS: usize = 8;
/// Look-ups of a pass.
const GETS: u64 = 200_000;

pub(crate) fn run(folder: &Path, keys: u64) -> Result<()> {
    println!("### Stores, {keys} keys of 20 bytes with values of 100\n");
    println!("Durability `none`. A hit's value is read; a miss is a key like the others.\n");
    println!(
        "*Memory* is what the process has for itself, measured: pages of files are the system's, which takes them back when it needs them.\n"
    );
    println!(
        "| store | made, K keys/s | get hit, ns | get miss, ns | memory, bytes per key | on disk, bytes per key | of these filter |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let rows: Vec<_> = (0..keys).map(row).collect();
    let settings = Settings {
        durability: Durability::None,
        table_bytes: 8 << 30,
        flush_interval: Duration::ZERO,
        max_merges: 0,
        ..Settings::default()
    };
    let path = folder.join("stores");
    let writer = Writer::create(&path, settings)?;
    let (hits, misses) = (asked(GETS, 0, keys), asked(GETS, keys, keys));

    let before = private()?;
    let start = Instant::now();
    write_rows(&writer, &rows)?;
    let made = start.elapsed();
    let memory = ratio(private()?.saturating_sub(before), keys);
    let get = |key: &[u8]| Ok(writer.get(key)?.is_some());
    let (hit, miss) = (each(&hits, get)?, each(&misses, get)?);
    ensure!((hit.1, miss.1) == (GETS, 0), "not all was found");
    let logged = ratio(writer.report().logged_bytes, keys);
    let rate = thousands(keys, made);
    println!(
        "| log and table in memory, `set_many` of 1000 | {rate:.0} | {:.0} | {:.0} | {memory:.1} | {logged:.1} | |",
        hit.0, miss.0
    );
    let start = Instant::now();
    writer.flush()?;
    let flushed = start.elapsed();
    let one = read(&path, &hits, &misses)?;
    line("a segment, by flush", thousands(keys, flushed), &one);

    writer.delete_all()?;
    let mut flushed = Duration::ZERO;
    for part in rows.chunks(rows.len().div_ceil(SEGMENTS)) {
        write_rows(&writer, part)?;
        let start = Instant::now();
        writer.flush()?;
        flushed += start.elapsed();
    }
    let eight = read(&path, &hits, &misses)?;
    line(
        &format!("{SEGMENTS} delta segments, by flush"),
        thousands(keys, flushed),
        &eight,
    );
    let start = Instant::now();
    writer.force_merge(1)?;
    let merged = start.elapsed();
    let one = read(&path, &hits, &misses)?;
    line("one segment, by merge", thousands(keys, merged), &one);
    writer.close()?;
    println!();
    Ok(())
}

/// Bytes of memory that are of no file, and of this process alone.
fn private() -> Result<u64> {
    Ok(usage::field("/proc/self/smaps_rollup", "Anonymous:")? * 1024)
}

/// Hit and miss in nanoseconds, and bytes per key: of memory, of files, and of filters among them.
fn read(path: &Path, hits: &[Vec<u8>], misses: &[Vec<u8>]) -> Result<[f64; 5]> {
    let before = private()?;
    let snapshot = Index::open(path)?.snapshot();
    let get = |key: &[u8]| match snapshot.get(key)? {
        Some(value) => Ok(!value.msgpack()?.is_empty()),
        None => Ok(false),
    };
    let (hit, miss) = (each(hits, get)?, each(misses, get)?);
    ensure!((hit.1, miss.1) == (GETS, 0), "not all was found");
    let told = snapshot.statistics();
    let filter = ratio(told.filter_bytes, told.keys);
    let memory = ratio(private()?.saturating_sub(before), told.keys);
    let bytes = ratio(told.bytes, told.keys) + filter;
    Ok([hit.0, miss.0, memory, bytes, filter])
}

fn line(store: &str, rate: f64, [hit, miss, memory, bytes, filter]: &[f64; 5]) {
    println!(
        "| {store} | {rate:.0} | {hit:.0} | {miss:.0} | {memory:.2} | {bytes:.1} | {filter:.2} |"
    );
}
