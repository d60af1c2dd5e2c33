//! The keyfold command line as a library: the binary and the Python package both run it.
#![forbid(unsafe_code)]

mod asked;
mod build;
mod commands;
mod entries;
mod error;
mod file;
mod input;
mod interrupt;
mod kind;
mod layout;
mod output;
mod print;
mod progress;
mod range;
mod rejects;
mod rows;
mod size;
mod stdio;

use std::ffi::OsString;

use clap::Parser;

use crate::error::Exit;

/// Runs one command; `arguments` begin with the name of the program. Returns the exit code: 0 fine, 1 something asked for
/// is not there, 2 an error, 130 interrupted.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let exit = match commands::Arguments::try_parse_from(arguments) {
        Ok(arguments) => commands::run(arguments).unwrap_or_else(|e| error::report(&e)),
        Err(e) => error::report_usage(&e),
    };
    match exit {
        Exit::Success => 0,
        Exit::Missing => 1,
        Exit::Error => 2,
        Exit::Interrupted => 130,
    }
}
