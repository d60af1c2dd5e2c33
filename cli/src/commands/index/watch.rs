//! `keyfold index watch`

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use keyfold_reader::index::{Index, Snapshot};
use serde_json::json;

use crate::error::Exit;
use crate::file::open_index;
use crate::stdio::Output;

/// Print a row whenever an index changes
///
/// Prints a row `generation<TAB>segments<TAB>keys` for the index as it is, and one more for each change that readers see, until it
/// is interrupted. Keys are those that the segments store: one that several of them store counts for each. Changes that follow
/// one another closely may share a row.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  keyfold index watch cities --changes 1 && keyfold get cities Oslo")]
pub(crate) struct WatchArgs {
    /// Folder of the index
    folder: PathBuf,

    /// End after so many changes
    #[arg(long, value_name = "N")]
    changes: Option<u64>,

    /// Milliseconds between two looks
    #[arg(long, value_name = "N", default_value_t = 100)]
    interval: u64,

    /// Print JSON lines
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &WatchArgs) -> Result<Exit> {
    let index = open_index(&args.folder)?;
    let mut output = Output::new();
    show(&index.snapshot(), args.json, &mut output)?;
    let mut left = args.changes;
    while left != Some(0) {
        wait(&index, Duration::from_millis(args.interval))?;
        show(&index.snapshot(), args.json, &mut output)?;
        left = left.map(|left| left - 1);
    }
    output.finish()?;
    Ok(Exit::Success)
}

/// Waits for a change.
fn wait(index: &Index, interval: Duration) -> Result<()> {
    while !index.refresh()? {
        thread::sleep(interval);
    }
    Ok(())
}

fn show(snapshot: &Snapshot, json: bool, output: &mut Output) -> Result<()> {
    let statistics = snapshot.statistics();
    let (generation, keys) = (statistics.generation, statistics.keys);
    let segments = statistics.segments.len();
    let row = if json {
        json!({"generation": generation, "segments": segments, "keys": keys}).to_string()
    } else {
        format!("{generation}\t{segments}\t{keys}")
    };
    output.buffer().extend_from_slice(row.as_bytes());
    output.buffer().push(b'\n');
    output.flush()
}
