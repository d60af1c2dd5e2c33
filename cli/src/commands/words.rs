//! `keyfold words`

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;

use super::complete::WantedArgs;
use super::lookup::LookupArgs;
use crate::error::Exit;

/// Complete phrases of several words, typed in any order
///
/// For dictionaries that hold, beside each phrase, what it is to be found by: keys `WORDS<separator>PHRASE` with some
/// of its words, all but the last of them in byte order. A query finds the keys with as many words, of which the last
/// one may be longer than what was typed. Prints a row `phrase<TAB>value` for each of the best phrases, the heaviest
/// first.
///
/// With --distance the words may differ from what was typed by so many edits in all, see `fuzzy`. Rows are
/// `phrase<TAB>distance<TAB>value` then, the nearest first.
///
/// With several queries, or queries from standard input, each row starts with `query<TAB>`. Exits with 0 if each found
/// something, 1 if one found nothing, 2 after an error.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold words phrases.kf 'york new c'
  keyfold words phrases.kf --distance 1 --top 3 'yrok new'")]
pub(crate) struct WordsArgs {
    /// File to look into
    file: PathBuf,

    /// What was typed; none, or `-` alone: one query per row of standard input
    #[arg(value_name = "QUERY")]
    queries: Vec<OsString>,

    #[command(flatten)]
    wanted: WantedArgs,

    /// The byte between words and phrase, itself or as a number
    #[arg(long, value_name = "BYTE", value_parser = byte, default_value = "0x1b")]
    separator: u8,

    #[command(flatten)]
    lookup: LookupArgs,
}

pub(crate) fn run(args: &WordsArgs) -> Result<Exit> {
    let entries = args.lookup.entries(&args.file)?;
    let wanted = args.wanted.completion();
    let measured = args.wanted.distance.is_some();
    args.lookup.answer(&args.queries, measured, |query| {
        match args.wanted.distance {
            Some(distance) => entries.complete_fuzzy_multiword(
                query,
                distance,
                args.wanted.minimum_prefix,
                args.separator,
                &wanted,
            ),
            None => entries.complete_multiword(query, args.separator, &wanted),
        }
    })
}

/// A byte: a character that is no digit, or a number such as 27 or 0x1b.
pub(super) fn byte(text: &str) -> Result<u8, String> {
    if let [byte] = text.as_bytes()
        && !byte.is_ascii_digit()
    {
        return Ok(*byte);
    }
    let number = match text.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.map_err(|_| "one byte is needed: a character, or a number such as 0x1b".to_owned())
}
