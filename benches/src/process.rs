//! One measured child process.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use wait4::Wait4;

/// What a process said and took.
#[derive(Debug)]
pub struct Outcome {
    /// Its standard output.
    pub output: String,
    /// From start to end.
    pub wall: Duration,
    /// Processor time, user and system.
    pub processor: Duration,
    /// Largest resident memory in KiB, exact: the kernel's own count for the child (its `VmHWM` at the end).
    ///
    /// A child starts out as a copy of its parent, so this is never below the parent's memory: keep that small.
    pub peak_kib: u64,
}

/// Runs a command to its end; failing is an error that holds what it wrote to standard error.
pub fn run(words: &[String], input: Stdio) -> Result<Outcome> {
    let (program, arguments) = words.split_first().context("an empty command")?;
    let begin = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let mut errors = child.stderr.take().context("no standard error")?;
    let errors = std::thread::spawn(move || {
        let mut text = Vec::new();
        errors.read_to_end(&mut text).map(|_| text)
    });
    let mut output = String::new();
    child
        .stdout
        .take()
        .context("no standard output")?
        .read_to_string(&mut output)?;
    let ended = child
        .wait4()
        .with_context(|| format!("cannot wait for {program}"))?;
    let wall = begin.elapsed();
    let errors = errors.join().expect("reading does not panic")?;
    if !ended.status.success() {
        let errors = String::from_utf8_lossy(&errors);
        let why = anyhow!("ended with {}: {}", ended.status, errors.trim());
        return Err(why.context(format!("`{}`", words.join(" "))));
    }
    Ok(Outcome {
        output,
        wall,
        processor: ended.rusage.utime + ended.rusage.stime,
        peak_kib: ended.rusage.maxrss / 1024,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).to_vec()
    }

    #[test]
    fn output_and_memory_of_a_child() {
        let outcome = run(&command("echo done"), Stdio::null()).unwrap();
        assert_eq!(outcome.output, "done\n");
        assert!(
            outcome.peak_kib > 0 && outcome.peak_kib < 1 << 20,
            "{} KiB",
            outcome.peak_kib
        );
    }

    #[test]
    fn a_failing_child_is_an_error_with_its_words() {
        let error = run(&command("echo broken >&2; exit 3"), Stdio::null()).unwrap_err();
        assert!(error.root_cause().to_string().contains("broken"));
    }
}
