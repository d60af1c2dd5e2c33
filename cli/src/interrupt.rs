//! Ctrl-C and requests to terminate.
//!
//! A command that has something to clean up asks for them here; all others end at once.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on an interruption is only noted. A second one ends the process at once.
pub(crate) fn watch() -> Result<()> {
    ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .context("interruptions cannot be watched for")
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
