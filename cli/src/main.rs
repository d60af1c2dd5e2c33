//! The keyfold command line.
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

use std::process::ExitCode;

use clap::Parser;

use crate::error::Exit;

fn main() -> ExitCode {
    let exit = match commands::Arguments::try_parse() {
        Ok(arguments) => commands::run(arguments).unwrap_or_else(|e| error::report(&e)),
        Err(e) => error::report_usage(&e),
    };
    ExitCode::from(match exit {
        Exit::Success => 0,
        Exit::Missing => 1,
        Exit::Error => 2,
        Exit::Interrupted => 130,
    })
}
