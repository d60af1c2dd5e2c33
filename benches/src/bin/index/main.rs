//! What an index costs: tables of Markdown on standard output.
//!
//! ```text
//! index [--keys 1000000] [--folder FOLDER] [stores] [filters] [durability] [trade] [live]
//! ```
//!
//! Keys are 20 bytes, values 100 bytes that cannot be compressed, as in the measurements of SILT (Lim and others, SOSP 2011). Each
//! part makes indexes below a temporary folder in `FOLDER` and removes them. `live` runs this program once more, as the reader.
#![forbid(unsafe_code)]

mod durability;
mod filters;
mod live;
mod rows;
mod stores;
mod timing;
mod trade;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Parser, ValueEnum};

/// Measures what an index costs.
#[derive(Parser)]
struct Arguments {
    /// What to measure; nothing: all of it.
    parts: Vec<Part>,
    /// Keys of an index.
    #[arg(long, default_value_t = 1_000_000)]
    keys: u64,
    /// Where indexes are made.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// Seconds of each measurement that goes by time.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Be the reader of `live`: the index that is read.
    #[arg(long, hide = true)]
    read: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// Construction and look-ups of each kind of store.
    Stores,
    /// Look-ups with and without filters.
    Filters,
    /// Writes per second, by durability.
    Durability,
    /// Writing against reading, by settings.
    Trade,
    /// One process that writes, one that reads.
    Live,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(index) = &arguments.read {
        return live::read(index);
    }
    let folder = tempfile::tempdir_in(&arguments.folder)?;
    let (folder, keys): (&Path, u64) = (folder.path(), arguments.keys);
    let parts = match &arguments.parts[..] {
        [] => Part::value_variants(),
        parts => parts,
    };
    for part in parts {
        match part {
            Part::Stores => stores::run(folder, keys)?,
            Part::Filters => filters::run(folder, keys)?,
            Part::Durability => durability::run(folder, arguments.seconds)?,
            Part::Trade => trade::run(folder, keys)?,
            Part::Live => live::run(folder, keys, arguments.seconds)?,
        }
    }
    Ok(())
}
