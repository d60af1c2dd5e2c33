//! `keyfold grep`

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result};
use keyfold_reader::automaton::{And, Glob, KeyRange, Regex, Subsequence};

use super::bytes;
use super::lookup::LookupArgs;
use crate::error::Exit;
use crate::range;
use crate::stdio::Output;

/// Search keys by a pattern
///
/// Prints a row `key<TAB>value` for each key that a regular expression matches anywhere, in byte order of the keys. Its
/// syntax is that of the Rust crate `regex`; `^` and `$` stand for the ends of the key. Only keys that can match are
/// looked at: with a start that is fixed, as in '^light', a search is quick. Exits with 0 if something was found,
/// 1 if not, 2 after an error.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold grep words.kf '^light.*s$'
  keyfold grep cities.kf --glob 'San *, Chile' --limit 10
  keyfold grep words.kf --subsequence --prefix l lgths")]
pub(crate) struct GrepArgs {
    /// File to search
    file: PathBuf,

    /// What to search for
    pattern: OsString,

    /// The pattern is one of file names, for the whole key: `*` any characters, `?` one, `[a-z]` or `[!a-z]` one of
    /// these or none of them, `\` before a character that stands for itself
    #[arg(long, conflicts_with = "subsequence")]
    glob: bool,

    /// The characters of the pattern are in the key, in this order, with any others between them
    #[arg(long)]
    subsequence: bool,

    /// Only keys that start with these bytes
    #[arg(long)]
    prefix: Option<OsString>,

    /// Only keys from this one on
    #[arg(long, value_name = "KEY")]
    from: Option<OsString>,

    /// Only keys below this one, itself excluded
    #[arg(long, value_name = "KEY")]
    to: Option<OsString>,

    /// Most keys to print
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    #[command(flatten)]
    lookup: LookupArgs,
}

impl GrepArgs {
    fn range(&self) -> KeyRange {
        let prefix = bytes(self.prefix.as_deref()).unwrap_or_default();
        let from = bytes(self.from.as_deref()).unwrap_or_default();
        let range = range::KeyRange::new(prefix, from, bytes(self.to.as_deref()));
        let bounded = KeyRange::from(&range.from);
        match &range.to {
            Some(to) => bounded.before(to),
            None => bounded,
        }
    }
}

pub(crate) fn run(args: &GrepArgs) -> Result<Exit> {
    let entries = args.lookup.entries(&args.file)?;
    let entries = entries.limit(args.limit.unwrap_or(u64::MAX));
    let (pattern, range) = (args.pattern.as_encoded_bytes(), args.range());
    let matches = if args.subsequence {
        entries.search(And(Subsequence::new(pattern), range))?
    } else if args.glob {
        entries.search(And(Glob::new(pattern)?, range))?
    } else {
        let expression = args.pattern.to_str().context("the pattern is not UTF-8")?;
        entries.search(And(Regex::anywhere(expression)?, range))?
    };
    let mut output = Output::new();
    let found = args.lookup.print(None, false, matches, &mut output);
    // what was found before an error is shown
    output.finish()?;
    Ok(if found? { Exit::Success } else { Exit::Missing })
}
