//! `keyfold verify`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use keyfold_reader::verify;

use crate::error::{self, Exit};
use crate::file::{File, open_index};
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
    /// Files and folders of indexes to check
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(crate) fn run(args: &VerifyArgs) -> Result<Exit> {
    let mut exit = Exit::Success;
    for path in &args.files {
        if path.is_dir() {
            match of_index(path) {
                Ok(text) => stdio::print(&text)?,
                Err(e) => exit = error::report(&e),
            }
            continue;
        }
        let vector = matches!(File::open(path), Ok(File::Vector(_)));
        let soundness = match verify(path) {
            Ok(soundness) => soundness,
            Err(e) => {
                exit = error::report(&e.into());
                continue;
            }
        };
        let checked = checked(soundness.checksums);
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

fn checked(checksums: bool) -> &'static str {
    if checksums {
        "sound, checksums agree"
    } else {
        "sound, structure only (the file has no checksums)"
    }
}

/// What is to be said of the index in a folder.
fn of_index(folder: &Path) -> Result<String> {
    let soundness = open_index(folder)?.snapshot().verify()?;
    let mut text = format!(
        "{}: {}: {} keys, {} deleted, {} segments, {} records in {} logs",
        folder.display(),
        checked(soundness.checksums),
        soundness.keys,
        soundness.deleted,
        soundness.segments,
        soundness.records,
        soundness.logs
    );
    if soundness.damaged_filters > 0 {
        let _infallible = write!(
            text,
            ", {} damaged filters, which only makes misses slower",
            soundness.damaged_filters
        );
    }
    if soundness.torn > 0 {
        let _infallible = write!(
            text,
            ", {} bytes of a write that was not ended",
            soundness.torn
        );
    }
    Ok(text)
}
