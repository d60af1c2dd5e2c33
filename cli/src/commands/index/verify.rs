//! `keyfold index verify`

use anyhow::Result;

use crate::commands::verify::{self, VerifyArgs};
use crate::error::Exit;

/// Check that indexes are not damaged, as `keyfold verify` does
///
/// Checks table of contents, segments, lists of deleted keys and logs. A writer may be at work meanwhile, or have been killed: what it
/// left half written at the end of a log is no damage, and is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  keyfold index verify cities users")]
pub(crate) struct IndexVerifyArgs {
    #[command(flatten)]
    verify: VerifyArgs,
}

pub(crate) fn run(args: &IndexVerifyArgs) -> Result<Exit> {
    verify::run(&args.verify)
}
