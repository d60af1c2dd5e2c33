//! What the settings trade: writing against reading.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use keyfold_compiler::index::{Durability, Settings, Writer};
use keyfold_compiler::{Format, Profile};

use crate::rows::{asked, write};
use crate::timing::{each, thousands};

/// Look-ups of a pass.
const GETS: u64 = 100_000;
/// Keys that are made at a time.
const PART: u64 = 10_000;

pub(crate) fn run(folder: &Path, keys: u64) -> Result<()> {
    println!("### Settings, {keys} keys written in random order, durability `none`\n");
    println!(
        "| table | width | format | filter | K keys/s | write amplification | segments | bytes per key | reads per get | get hit, ns | get miss, ns |"
    );
    println!("|---:|---:|---|---|---:|---:|---:|---:|---:|---:|---:|");
    let usual = Settings {
        durability: Durability::None,
        flush_interval: Duration::ZERO,
        ..Settings::default()
    };
    for table in [4, 16, 64] {
        for merge_width in [2, 8, 32] {
            let settings = Settings {
                table_bytes: table << 20,
                merge_width,
                ..usual.clone()
            };
            measure(folder, keys, settings)?;
        }
    }
    let small = Settings {
        table_bytes: 4 << 20,
        ..usual
    };
    measure(
        folder,
        keys,
        Settings {
            filter: false,
            ..small.clone()
        },
    )?;
    let layouts = [
        (Format::Native, Profile::Small),
        (Format::Keyvi, Profile::default()),
    ];
    for (format, profile) in layouts {
        measure(
            folder,
            keys,
            Settings {
                format,
                profile,
                ..small.clone()
            },
        )?;
    }
    println!();
    Ok(())
}

fn measure(folder: &Path, keys: u64, settings: Settings) -> Result<()> {
    let path = folder.join("trade");
    let told = format!(
        "{} MiB | {} | {}, {} | {}",
        settings.table_bytes >> 20,
        settings.merge_width,
        settings.format.name(),
        settings.profile.name(),
        if settings.filter { "on" } else { "off" },
    );
    let writer = Writer::create(&path, settings)?;
    let start = Instant::now();
    for first in (0..keys).step_by(to_usize(PART)) {
        write(&writer, first..keys.min(first + PART))?;
    }
    writer.flush()?;
    let time = start.elapsed();
    let get = |key: &[u8]| Ok(writer.contains(key)?);
    let hit = each(&asked(GETS, 0, keys), get)?;
    let miss = each(&asked(GETS, keys, keys), get)?;
    let report = writer.report();
    println!(
        "| {told} | {:.0} | {:.1} | {} | {:.1} | {:.2} | {:.0} | {:.0} |",
        thousands(keys, time),
        report.write_amplification(),
        report.segments,
        report.bytes_per_key(),
        report.probes_per_get(),
        hit.0,
        miss.0,
    );
    writer.close()?;
    std::fs::remove_dir_all(&path)?;
    Ok(())
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).expect("a small number")
}
