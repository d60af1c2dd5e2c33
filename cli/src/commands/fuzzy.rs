//! `keyfold fuzzy`

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;

use super::lookup::LookupArgs;
use crate::error::Exit;

/// Find keys a few typing errors away
///
/// Prints a row `key<TAB>distance<TAB>value` for each key that so many edits of the query lead to, in byte order of
/// the keys. An edit inserts, removes or replaces a character or swaps two neighbours; characters are Unicode code
/// points. With several queries, or queries from standard input, each row starts with `query<TAB>`. Exits with 0
/// if each query found something, 1 if one found nothing, 2 after an error.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold fuzzy words.kf lighthuose
  keyfold fuzzy words.kf --distance 2 --minimum-prefix 1 --best --limit 5 montain
  keyfold fuzzy words.kf --json < misspelt.txt > found.jsonl")]
pub(crate) struct FuzzyArgs {
    /// File to look into
    file: PathBuf,

    /// What to look for; none, or `-` alone: one query per row of standard input
    #[arg(value_name = "QUERY")]
    queries: Vec<OsString>,

    /// Most edits, from 0 to 4
    #[arg(long, value_name = "N", default_value_t = 1)]
    distance: u32,

    /// Characters at the start that must be the same: the more, the faster
    #[arg(long, value_name = "N", default_value_t = 0)]
    minimum_prefix: usize,

    /// The nearest first, of those the heaviest first (in dictionaries of kind completion)
    #[arg(long)]
    best: bool,

    /// Most keys to print for each query
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    #[command(flatten)]
    lookup: LookupArgs,
}

pub(crate) fn run(args: &FuzzyArgs) -> Result<Exit> {
    let entries = args.lookup.entries(&args.file)?;
    let entries = entries.limit(args.limit.unwrap_or(u64::MAX));
    args.lookup.answer(&args.queries, true, |query| {
        let (distance, prefix) = (args.distance, args.minimum_prefix);
        if args.best {
            entries.fuzzy_best(query, distance, prefix)
        } else {
            entries.fuzzy(query, distance, prefix)
        }
    })
}
