//! The command line, run in the interpreter's process.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command line; `arguments` begin with the name of the program. Returns the exit code.
#[pyfunction]
pub(crate) fn run_command_line(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| keyfold_cli::run(arguments))
}
