//! `keyfold complete`

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;
use keyfold_reader::Completion;

use super::lookup::LookupArgs;
use crate::error::Exit;

/// Complete what was typed, the heaviest keys first
///
/// Prints a row `key<TAB>value` for each of the best keys that start with the prefix: the heaviest first, those of
/// equal weight in byte order. The weight of a key is its value in dictionaries of kind completion; in others all weigh
/// the same.
///
/// With --distance the start of the key may differ from what was typed by so many edits, see `fuzzy`. Rows are
/// `key<TAB>distance<TAB>value` then, the nearest first.
///
/// With several prefixes, or prefixes from standard input, each row starts with `prefix<TAB>`. Exits with 0 if each
/// found something, 1 if one found nothing, 2 after an error.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold complete words.kf light
  keyfold complete words.kf --top 3 --distance 1 --minimum-prefix 1 moutain
  keyfold complete users.kf --secondary tenant=acme --json al")]
pub(crate) struct CompleteArgs {
    /// File to look into
    file: PathBuf,

    /// What was typed; none, or `-` alone: one prefix per row of standard input
    #[arg(value_name = "PREFIX")]
    prefixes: Vec<OsString>,

    #[command(flatten)]
    wanted: WantedArgs,

    #[command(flatten)]
    lookup: LookupArgs,
}

/// Which completions are wanted.
#[derive(Debug, clap::Args)]
pub(super) struct WantedArgs {
    /// Most completions to print for each query
    #[arg(long, visible_alias = "limit", value_name = "N", default_value_t = 10)]
    top: u64,

    /// None of less weight
    #[arg(long, value_name = "WEIGHT", default_value_t = 0)]
    minimum_weight: u32,

    /// Most typing errors to forgive, from 0 to 4
    #[arg(long, value_name = "N")]
    pub(super) distance: Option<u32>,

    /// Characters at the start that must be the same: the more, the faster
    #[arg(long, value_name = "N", default_value_t = 0, requires = "distance")]
    pub(super) minimum_prefix: usize,
}

impl WantedArgs {
    pub(super) fn completion(&self) -> Completion {
        Completion::top(self.top).minimum_weight(self.minimum_weight)
    }
}

pub(crate) fn run(args: &CompleteArgs) -> Result<Exit> {
    let entries = args.lookup.entries(&args.file)?;
    let wanted = args.wanted.completion();
    let measured = args.wanted.distance.is_some();
    args.lookup.answer(&args.prefixes, measured, |prefix| {
        match args.wanted.distance {
            Some(distance) => {
                entries.complete_fuzzy(prefix, distance, args.wanted.minimum_prefix, &wanted)
            }
            None => entries.complete(prefix, &wanted),
        }
    })
}
