//! `keyfold index stats`

use anyhow::Result;

use crate::commands::stats::{self, StatsArgs};
use crate::error::Exit;

/// Show what an index consists of, as `keyfold stats` does
///
/// Generation, settings, segments with their keys and bytes, and the types of the fields. A key counts in each segment that stores it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  keyfold index stats cities --json | jq .generation")]
pub(crate) struct IndexStatsArgs {
    #[command(flatten)]
    stats: StatsArgs,
}

pub(crate) fn run(args: &IndexStatsArgs) -> Result<Exit> {
    stats::run(&args.stats)
}
