//! `keyfold select`

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, bail};

use super::{numbered, shown};
use crate::asked;
use crate::error::Exit;
use crate::file::File;
use crate::print::{Entry, Place, write_row};
use crate::rows::Form;
use crate::stdio::Output;

/// Digits of the largest ordinal, and some zeros before them.
const LONGEST: usize = 64;

/// Get entries by the place of their keys in byte order
///
/// Prints a row `key<TAB>value` for each ordinal, in the order asked for. The first key has the ordinal 0; `rank`
/// tells that of a key. An ordinal behind the last key prints nothing. Exits with 0 if all ordinals are those of
/// keys, 1 if some are not, 2 after an error. Only native files have ordinals.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold select words.kf 0 1000
  shuf -i 0-99999 -n 10 | keyfold select words.kf --keys-only")]
pub(crate) struct SelectArgs {
    /// File to look into
    file: PathBuf,

    /// Ordinals; none, or `-` alone: one per row of standard input
    #[arg(value_name = "ORDINAL")]
    ordinals: Vec<OsString>,

    /// Print no values
    #[arg(long)]
    keys_only: bool,

    /// Print JSON lines: {"key":..,"value":..}, with `key_b64` or `value_b64` for what is not UTF-8
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &SelectArgs) -> Result<Exit> {
    let file = File::open(&args.file)?;
    let dictionary = numbered(&file)?;
    let form = Form::printed(args.json);
    let mut exit = Exit::Success;
    let mut output = Output::new();
    let asked = asked::each(&args.ordinals, LONGEST, &mut output, |row, output| {
        let ordinal = std::str::from_utf8(row)
            .ok()
            .and_then(|ordinal| ordinal.parse().ok());
        let Some(ordinal) = ordinal else {
            bail!("{}: not an ordinal", shown(row));
        };
        let Some(found) = dictionary.select(ordinal)? else {
            exit = Exit::Missing;
            return Ok(());
        };
        let entry = Entry {
            names: &[],
            fields: &[],
            place: Place::Key(&found.key),
            value: Some(found.value()).filter(|_| !args.keys_only),
        };
        let terminal = output.is_terminal();
        write_row(&entry, form, terminal, output.buffer())?;
        output.end_row()
    });
    // what was found before an error is shown
    output.finish()?;
    asked.map(|()| exit)
}
