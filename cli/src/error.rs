//! How a run ends, and how an error is told.

use std::fmt::Write as _;
use std::io;

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All went well, all was found.
    Success,
    /// Something asked for is not stored.
    Missing,
    /// Something went wrong.
    Error,
    /// The user asked to stop.
    Interrupted,
}

/// Tells an error on standard error; how the run ends by it. A reader that has closed the pipe has all it
/// wanted, which is no error.
pub(crate) fn report(error: &anyhow::Error) -> Exit {
    if is_closed_pipe(error) {
        return Exit::Success;
    }
    if let Some(keyfold_compiler::Error::Cancelled) = error.root_cause().downcast_ref() {
        eprintln!("error: interrupted");
        return Exit::Interrupted;
    }
    eprintln!("error: {}", one_line(error));
    Exit::Error
}

/// The error with its causes, and what can be done about it.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // many errors tell their cause themselves
        if !line.ends_with(&cause) {
            let _infallible = write!(line, ": {cause}");
        }
    }
    if let Some(hint) = error.chain().find_map(hint) {
        let _infallible = write!(line, " (hint: {hint})");
    }
    line.replace('\n', " ")
}

fn hint(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    use keyfold_compiler::Error;
    match error.downcast_ref()? {
        Error::Exists(_) => Some("--force replaces it"),
        Error::OutOfOrder { .. } => Some("without --sorted, keys may come in any order"),
        Error::DuplicateKey(_) => Some("--on-duplicate last or first keeps one of the rows"),
        _ => None,
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<io::Error>());
    io.is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
