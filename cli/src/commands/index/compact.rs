//! `keyfold index compact`

use std::num::NonZero;
use std::path::PathBuf;

use anyhow::Result;

use super::target::Target;
use crate::error::Exit;
use crate::size::human;

/// Merge the segments of an index
///
/// With one segment left, replaced and deleted entries are gone for good and reads are the fastest. Readers go on meanwhile;
/// as long as one of them has a replaced segment open, its space stays taken.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold index compact cities
  keyfold index compact cities --segments 4")]
pub(crate) struct CompactArgs {
    /// Folder of the index
    folder: PathBuf,

    /// Most segments to leave, in each part of a divided index
    #[arg(long, value_name = "N", default_value = "1")]
    segments: NonZero<usize>,

    /// Print nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

pub(crate) fn run(args: &CompactArgs) -> Result<Exit> {
    let (before, after) = Target::with(&args.folder, |target| {
        target.flush()?;
        let before = target.report();
        target.merge(args.segments.get())?;
        Ok((before, target.report()))
    })?;
    if !args.quiet {
        eprintln!(
            "segments {} -> {}, {} -> {}",
            before.segments,
            after.segments,
            human(before.segment_bytes),
            human(after.segment_bytes)
        );
    }
    Ok(Exit::Success)
}
