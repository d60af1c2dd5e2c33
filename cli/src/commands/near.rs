//! `keyfold near`

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;

use super::lookup::LookupArgs;
use crate::error::Exit;

/// Find the keys that start most like others
///
/// Prints a row `key<TAB>score<TAB>value` for each key that has as many bytes in common with the one asked for, from
/// the first byte on, as any key has: where keys are geohashes, the places nearby. The score is the number of bytes
/// in common. Stored keys that the one asked for starts with come first.
///
/// With several keys, or keys from standard input, each row starts with the key asked for. Exits with 0 if each found
/// something, 1 if one found nothing, 2 after an error.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold near places.kf u4pruydqqvj
  keyfold near places.kf --minimum-prefix 4 --greedy --limit 20 u4pruydqqvj")]
pub(crate) struct NearArgs {
    /// File to look into
    file: PathBuf,

    /// Keys; none, or `-` alone: one per row of standard input
    #[arg(value_name = "KEY")]
    keys: Vec<OsString>,

    /// Bytes at the start that must be the same
    #[arg(long, value_name = "N", default_value_t = 2)]
    minimum_prefix: usize,

    /// Go on with keys that have less in common, down to the minimum prefix
    #[arg(long)]
    greedy: bool,

    /// Most keys to print for each key asked for
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    #[command(flatten)]
    lookup: LookupArgs,
}

pub(crate) fn run(args: &NearArgs) -> Result<Exit> {
    let entries = args.lookup.entries(&args.file)?;
    let entries = entries.limit(args.limit.unwrap_or(u64::MAX));
    args.lookup.answer(&args.keys, true, |key| {
        entries.near(key, args.minimum_prefix, args.greedy)
    })
}
