//! Writes per second, by what a write promises.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use keyfold_compiler::index::{Settings, Writer};

use crate::rows::row;
use crate::timing::{quantile, thousands};

pub(crate) fn run(folder: &Path, seconds: u64) -> Result<()> {
    println!("### Durability\n");
    println!("| durability | keys in a call | threads | K keys/s | call p50, µs | call p99, µs |");
    println!("|---|---:|---:|---:|---:|---:|");
    for durability in ["none", "100", "every-commit"] {
        for (group, threads) in [(1, 1), (1, 8), (1000, 1)] {
            let path = folder.join("durability");
            let mut settings = Settings::default();
            settings.set("durability", durability)?;
            let writer = Writer::create(&path, settings)?;
            let limit = Duration::from_secs(seconds) / 4;
            let start = Instant::now();
            let calls: Vec<_> = std::thread::scope(|scope| {
                let running: Vec<_> = (0..threads)
                    .map(|thread| {
                        let writer = &writer;
                        scope.spawn(move || work(writer, thread, group, limit))
                    })
                    .collect();
                running
                    .into_iter()
                    .map(std::thread::ScopedJoinHandle::join)
                    .collect()
            });
            let time = start.elapsed();
            let mut times = Vec::new();
            for calls in calls {
                times.extend(calls.expect("a thread that does not panic")?);
            }
            times.sort_unstable();
            let rate = thousands(times.len() as u64 * group, time);
            println!(
                "| {durability} | {group} | {threads} | {rate:.1} | {:.1} | {:.0} |",
                quantile(&times, 500),
                quantile(&times, 990)
            );
            writer.close()?;
            std::fs::remove_dir_all(&path)?;
        }
    }
    println!("\nA number is an interval in milliseconds.\n");
    Ok(())
}

/// Writes until the time is over; how long each call took.
fn work(writer: &Writer, thread: u64, group: u64, limit: Duration) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    let start = Instant::now();
    let mut next = thread << 40;
    while start.elapsed() < limit {
        let rows: Vec<_> = (next..next + group).map(row).collect();
        next += group;
        let begin = Instant::now();
        writer.set_many(rows.iter().map(|(key, value)| (&key[..], &value[..])))?;
        times.push(begin.elapsed());
    }
    Ok(times)
}
