//! `keyfold verify`

use std::path::PathBuf;

use anyhow::Result;
use keyfold_reader::verify;

use crate::error::{self, Exit};
use crate::file::File;
use crate::stdio;

/// Check that files are not damaged
///
/// Compares checksums, then walks over every state and every value. Files made by keyvi have no checksums, so
/// that only their structure can be checked. Damage is told with the section and the offset of the byte.
/// Exits with 0 if all files are sound, 2 if not; goes on with further files after a damaged one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  keyfold verify words.kf cities.kf")]
pub(crate) struct VerifyArgs {
    /// Files to check
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(crate) fn run(args: &VerifyArgs) -> Result<Exit> {
    let mut exit = Exit::Success;
    for path in &args.files {
        let vector = matches!(File::open(path), Ok(File::Vector(_)));
        let soundness = match verify(path) {
            Ok(soundness) => soundness,
            Err(e) => {
                exit = error::report(&e.into());
                continue;
            }
        };
        let checked = if soundness.checksums {
            "sound, checksums agree"
        } else {
            "sound, structure only (the file has no checksums)"
        };
        let counts = if vector {
            format!("{} values", soundness.values)
        } else {
            format!(
                "{} keys, {} states, {} values",
                soundness.keys, soundness.states, soundness.values
            )
        };
        stdio::print(&format!("{}: {checked}: {counts}", path.display()))?;
    }
    Ok(exit)
}
