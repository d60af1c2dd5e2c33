//! One process that writes at full speed, one that reads.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use keyfold_compiler::index::{Settings, Writer};
use keyfold_reader::index::{Index, IndexOptions};
use keyfold_reader::msgpack;

use crate::rows::{asked, row, write};
use crate::timing::{quantile, thousands};

/// The key whose value is the time when it was written.
const CLOCK: &[u8] = b"clock";

pub(crate) fn run(folder: &Path, keys: u64, seconds: u64) -> Result<()> {
    println!("### One writer, one reader process, {seconds} s over an index of {keys} keys\n");
    println!(
        "The writer replaces values in groups of 100, at full speed or so many in a second; the table in memory has 4 MiB, so that \
         segments are merged all the time. The reader looks up keys at random and refreshes by itself. *Visible* is how old the newest write of a flush is \
         when the reader first sees it.\n"
    );
    println!(
        "| durability | flush interval | writes asked | K writes/s | reads, K/s | read p50, µs | p99 | p99.9 | longest \
         | visible p50, ms | p99 | flushes | merges |"
    );
    println!("|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (durability, interval, pace) in [
        ("none", 1000, None),
        ("every-commit", 1000, None),
        ("every-commit", 1000, Some(10_000)),
        ("every-commit", 50, Some(10_000)),
    ] {
        let path = folder.join("live");
        let mut settings = Settings {
            table_bytes: 4 << 20,
            flush_interval: Duration::from_millis(interval),
            ..Settings::default()
        };
        settings.set("durability", durability)?;
        let writer = Writer::create(&path, settings)?;
        write(&writer, 0..keys)?;
        writer.set(CLOCK, &now())?;
        writer.force_merge(1)?;
        let mut reader = Command::new(std::env::current_exe()?)
            .arg("--read")
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (before, start) = (writer.report(), Instant::now());
        let mut written = 0;
        while start.elapsed() < Duration::from_secs(seconds) {
            let mut rows: Vec<_> = (written..written + 99)
                .map(|n| row(n * 7919 % keys))
                .collect();
            rows.push((CLOCK.to_vec(), now()));
            writer.set_many(rows.iter().map(|(key, value)| (&key[..], &value[..])))?;
            written += 100;
            if let Some(pace) = pace {
                let due = Duration::from_micros(written * 1_000_000 / pace);
                std::thread::sleep(due.saturating_sub(start.elapsed()));
            }
        }
        let rate = thousands(written, start.elapsed());
        drop(reader.stdin.take());
        let mut told = String::new();
        let output = reader.stdout.take().context("output of the reader")?;
        BufReader::new(output).read_line(&mut told)?;
        reader.wait()?;
        let report = writer.report();
        let (flushes, merges) = (
            report.flushes - before.flushes,
            report.merges - before.merges,
        );
        let pace = pace.map_or("all".to_owned(), |pace| format!("{pace}/s"));
        println!(
            "| {durability} | {interval} ms | {pace} | {rate:.1} | {} | {flushes} | {merges} |",
            told.trim()
        );
        writer.close()?;
        std::fs::remove_dir_all(&path)?;
    }
    println!();
    Ok(())
}

/// Reads until standard input ends, then prints its part of the line.
pub(crate) fn read(path: &Path) -> Result<()> {
    let options = IndexOptions {
        refresh: Some(Duration::from_millis(10)),
        ..IndexOptions::default()
    };
    let index = Index::open_with(path, options)?;
    let ends = AtomicBool::new(false);
    let keys = asked(1 << 16, 0, index.snapshot().statistics().keys);
    let (mut times, mut ages, mut last) = (Vec::new(), Vec::new(), Vec::new());
    std::thread::scope(|scope| -> Result<()> {
        scope.spawn(|| {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            ends.store(true, Ordering::Relaxed);
        });
        for key in keys.iter().cycle() {
            if ends.load(Ordering::Relaxed) {
                break;
            }
            let begin = Instant::now();
            std::hint::black_box(index.get(key)?);
            times.push(begin.elapsed());
            if times.len() % 64 == 0 {
                let clock = index.get(CLOCK)?.context("the clock")?;
                let value = clock.value().msgpack()?.into_owned();
                if value != last {
                    // the first was written before this process began
                    if !last.is_empty() {
                        ages.push(age(&value));
                    }
                    last = value;
                }
            }
        }
        Ok(())
    })?;
    let total: Duration = times.iter().sum();
    let rate = thousands(times.len() as u64, total);
    times.sort_unstable();
    ages.sort_unstable();
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{rate:.0} | {:.2} | {:.2} | {:.1} | {:.0} | {:.0} | {:.0}",
        quantile(&times, 500),
        quantile(&times, 990),
        quantile(&times, 999),
        quantile(&times, 1000),
        quantile(&ages, 500) / 1e3,
        quantile(&ages, 990) / 1e3,
    )?;
    Ok(())
}

/// Microseconds of the day's clock, as MessagePack.
fn now() -> Vec<u8> {
    let mut value = Vec::new();
    msgpack::write_bin(&micros().to_le_bytes(), &mut value);
    value
}

/// How long ago that was.
fn age(value: &[u8]) -> Duration {
    let at = value.len() - 8;
    let then = u64::from_le_bytes(std::array::from_fn(|byte| value[at + byte]));
    Duration::from_micros(micros().saturating_sub(then))
}

fn micros() -> u64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH);
    time.map_or(0, |time| u64::try_from(time.as_micros()).unwrap_or(0))
}
