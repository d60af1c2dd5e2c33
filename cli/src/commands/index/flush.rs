//! `keyfold index flush`

use std::path::PathBuf;

use anyhow::Result;

use super::target::Target;
use crate::error::Exit;

/// Make a segment of what stands in the log alone
///
/// Commands that write do that at their end. After one that was killed, the log has what it had acknowledged: readers see it when the
/// index was opened for writing once more.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  keyfold index flush cities")]
pub(crate) struct FlushArgs {
    /// Folder of the index
    folder: PathBuf,
}

pub(crate) fn run(args: &FlushArgs) -> Result<Exit> {
    Target::with(&args.folder, |target| Ok(target.flush()?))?;
    Ok(Exit::Success)
}
