//! `keyfold rank`

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;
use keyfold_reader::MAX_KEY_LEN;

use super::numbered;
use crate::asked;
use crate::error::Exit;
use crate::file::File;
use crate::print::{Rank, write_row};
use crate::rows::Form;
use crate::stdio::Output;

/// Tell how many keys come before others
///
/// Prints a row `key<TAB>rank` for each key: how many keys of the file come before it in byte order, whether it is
/// stored or not. The rank of a stored key is its ordinal, which `select` takes. Exits with 0 if all keys are
/// stored, 1 if some are not, 2 after an error. Only native files have ordinals.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold rank words.kf mountain lighthouse
  keyfold rank words.kf --json aardvark")]
pub(crate) struct RankArgs {
    /// File to look into
    file: PathBuf,

    /// Keys; none, or `-` alone: one per row of standard input
    #[arg(value_name = "KEY")]
    keys: Vec<OsString>,

    /// Print JSON lines: {"key":..,"rank":..,"stored":..}, with `key_b64` for what is not UTF-8
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &RankArgs) -> Result<Exit> {
    let file = File::open(&args.file)?;
    let dictionary = numbered(&file)?;
    let form = Form::printed(args.json);
    let mut exit = Exit::Success;
    let mut output = Output::new();
    let asked = asked::each(&args.keys, MAX_KEY_LEN, &mut output, |key, output| {
        let before = dictionary.rank(key)?;
        let stored = dictionary.contains(key)?;
        if !stored {
            exit = Exit::Missing;
        }
        let terminal = output.is_terminal();
        let row = Rank {
            key,
            before,
            stored,
        };
        write_row(&row, form, terminal, output.buffer())?;
        output.end_row()
    });
    // what was found before an error is shown
    output.finish()?;
    asked.map(|()| exit)
}
