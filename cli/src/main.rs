//! The keyfold command line.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(keyfold_cli::run(std::env::args_os()))
}
