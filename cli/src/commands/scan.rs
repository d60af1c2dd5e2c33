//! `keyfold scan`

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, bail};
use keyfold_reader::{Entries, Scan, SecondaryDictionary, automaton};

use super::{bytes, refuse_secondary, secondary_values};
use crate::entries::each_stored;
use crate::error::Exit;
use crate::file::File;
use crate::print::{Entry, Place, write_row};
use crate::range::KeyRange;
use crate::rows::Form;
use crate::stdio::Output;

/// List entries in byte order of their keys
///
/// Prints rows `key<TAB>value` of all entries, or of those that a prefix and bounds leave. In a dictionary
/// with secondary keys whose values are not given, these come first in each row.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold scan words.kf --prefix light --limit 10
  keyfold scan cities.kf --from Oslo --to Osm --keys-only
  keyfold scan users.kf --secondary tenant=acme --json")]
pub(crate) struct ScanArgs {
    /// File to list
    file: PathBuf,

    /// Only keys that start with these bytes
    #[arg(long)]
    prefix: Option<OsString>,

    /// Only keys from this one on
    #[arg(long, value_name = "KEY")]
    from: Option<OsString>,

    /// Only keys below this one, itself excluded
    #[arg(long, value_name = "KEY")]
    to: Option<OsString>,

    /// Most entries to print
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    /// Print no values
    #[arg(long)]
    keys_only: bool,

    /// Print JSON lines: {"key":..,"value":..}, with `key_b64` or `value_b64` for what is not UTF-8
    #[arg(long)]
    json: bool,

    /// Value of a secondary key, in a dictionary that has them; to be given for each or for none
    #[arg(long, value_name = "NAME=VALUE")]
    secondary: Vec<OsString>,
}

impl ScanArgs {
    fn range(&self) -> KeyRange {
        let prefix = bytes(self.prefix.as_deref()).unwrap_or_default();
        let from = bytes(self.from.as_deref()).unwrap_or_default();
        KeyRange::new(prefix, from, bytes(self.to.as_deref()))
    }

    fn limit(&self) -> u64 {
        self.limit.unwrap_or(u64::MAX)
    }

    fn print(&self, entry: &Entry<'_>, output: &mut Output) -> Result<()> {
        let form = Form::printed(self.json);
        let value = entry.value.filter(|_| !self.keys_only);
        let terminal = output.is_terminal();
        write_row(&Entry { value, ..*entry }, form, terminal, output.buffer())?;
        output.end_row()
    }
}

pub(crate) fn run(args: &ScanArgs) -> Result<Exit> {
    let file = File::open(&args.file)?;
    let mut output = Output::new();
    let range = args.range();
    let scanned = match &file {
        File::Dictionary(dictionary) => {
            refuse_secondary(&args.secondary, &args.file)?;
            print_scan(
                args,
                below(dictionary.range(&range.from)?, &range),
                &mut output,
            )
        }
        File::Secondary(dictionary) if args.secondary.is_empty() => {
            print_all(args, dictionary, &mut output)
        }
        File::Secondary(dictionary) => {
            let view = dictionary.under(&secondary_values(&args.secondary, dictionary)?)?;
            print_scan(
                args,
                below(view.range(b"", &range.from)?, &range),
                &mut output,
            )
        }
        File::Index(index) => {
            refuse_secondary(&args.secondary, &args.file)?;
            print_range(args, &index.entries(), &range, &mut output)
        }
        File::Vector(_) => {
            let path = args.file.display();
            bail!(
                "{path}: a vector has no keys (hint: get takes positions, dump lists all values)"
            );
        }
    };
    // what came before an error is shown
    output.finish()?;
    scanned.map(|()| Exit::Success)
}

fn below<'d>(scan: Scan<'d>, range: &KeyRange) -> Scan<'d> {
    match &range.to {
        Some(to) => scan.before(to),
        None => scan,
    }
}

fn print_scan(args: &ScanArgs, mut scan: Scan<'_>, output: &mut Output) -> Result<()> {
    let mut left = args.limit();
    while left > 0 && scan.advance()? {
        let place = Place::Key(scan.key());
        args.print(
            &Entry {
                names: &[],
                fields: &[],
                place,
                value: Some(scan.value()),
            },
            output,
        )?;
        left -= 1;
    }
    Ok(())
}

/// The entries of an index within a range.
fn print_range(
    args: &ScanArgs,
    entries: &Entries,
    range: &KeyRange,
    output: &mut Output,
) -> Result<()> {
    let bounded = automaton::KeyRange::from(&range.from);
    let bounded = match &range.to {
        Some(to) => bounded.before(to),
        None => bounded,
    };
    let entries = entries.clone().limit(args.limit());
    let mut matches = entries.search(bounded)?;
    while matches.advance()? {
        args.print(
            &Entry {
                names: &[],
                fields: &[],
                place: Place::Key(matches.key()),
                value: Some(matches.value()),
            },
            output,
        )?;
    }
    Ok(())
}

/// All entries, whatever their secondary values.
fn print_all(args: &ScanArgs, dictionary: &SecondaryDictionary, output: &mut Output) -> Result<()> {
    if args.prefix.is_some() || args.from.is_some() || args.to.is_some() {
        // keys are in order below the same secondary values only; says which are missing
        secondary_values(&args.secondary, dictionary)?;
    }
    let mut left = args.limit();
    each_stored(dictionary, |entry| {
        if left == 0 {
            return Ok(false);
        }
        left -= 1;
        args.print(entry, output).map(|()| true)
    })
}
