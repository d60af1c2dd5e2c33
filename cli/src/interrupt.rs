//! Ctrl-C and requests to terminate.
//!
//! A command that has something to clean up asks for them here; all others end at once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Whether the handler could be set: once per process, however many commands it runs.
static WATCHED: OnceLock<Result<(), ctrlc::Error>> = OnceLock::new();

/// From now on an interruption is only noted. A second one ends the process at once.
pub(crate) fn watch() -> Result<()> {
    let watched = WATCHED.get_or_init(|| {
        ctrlc::set_handler(|| {
            if REQUESTED.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        })
    });
    match watched {
        Ok(()) => Ok(()),
        Err(error) => bail!("interruptions cannot be watched for: {error}"),
    }
}

/// Whether the user asked to stop.
pub(crate) fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// An error if the user asked to stop.
pub(crate) fn check() -> Result<(), keyfold_compiler::Error> {
    if requested() {
        Err(keyfold_compiler::Error::Cancelled)
    } else {
        Ok(())
    }
}
