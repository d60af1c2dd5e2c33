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

/// Tells what is wrong with the arguments, or prints the help that was asked for; how the run ends by it.
pub(crate) fn report_usage(error: &clap::Error) -> Exit {
    use clap::error::ErrorKind;
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let printed = error.print().map_err(anyhow::Error::from);
            printed.map_or_else(|e| report(&e), |()| Exit::Success)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _unheard = error.print();
            Exit::Error
        }
        _ => {
            eprintln!("{}", usage_line(&error.render().to_string()));
            Exit::Error
        }
    }
}

/// Paragraphs about wrong arguments as one line: the error, then a tip if there is one.
fn usage_line(text: &str) -> String {
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut paragraphs = text.split("\n\n").map(joined);
    let line = paragraphs.next().unwrap_or_default();
    let tip = paragraphs.find_map(|text| text.strip_prefix("tip: ").map(str::to_owned));
    let hint = tip.unwrap_or_else(|| "--help tells what there is".to_owned());
    format!("{line} (hint: {hint})")
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
        Error::Locked(_) => {
            Some("one process writes an index at a time; to read it, no lock is needed")
        }
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
