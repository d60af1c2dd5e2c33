//! `keyfold index get`

use anyhow::Result;

use crate::commands::get::{self, GetArgs};
use crate::error::Exit;

/// Look up keys of an index, as `keyfold get` does
///
/// Prints a row `key<TAB>document` for each key that is stored, in the order asked for; a key that is not stored prints
/// nothing. Exits with 0 if all keys were found, 1 if some were not, 2 after an error.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold index get cities Oslo Bergen
  keyfold index get cities --fields population,country Oslo")]
pub(crate) struct IndexGetArgs {
    #[command(flatten)]
    get: GetArgs,
}

pub(crate) fn run(args: &IndexGetArgs) -> Result<Exit> {
    get::run(&args.get)
}
