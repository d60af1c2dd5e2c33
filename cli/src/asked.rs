//! What is asked for: arguments, or rows of standard input.

use std::ffi::OsString;

use anyhow::Result;

use crate::stdio::{InputRows, Output};

/// Answers each argument; where there are none, or `-` alone, each row of standard input. Of a row longer than
/// `limit` one byte more than that is asked for.
pub(crate) fn each(
    arguments: &[OsString],
    limit: usize,
    output: &mut Output,
    mut answer: impl FnMut(&[u8], &mut Output) -> Result<()>,
) -> Result<()> {
    if !arguments.is_empty() && arguments != ["-"] {
        return arguments
            .iter()
            .try_for_each(|asked| answer(asked.as_encoded_bytes(), output));
    }
    let mut rows = InputRows::new();
    let mut row = Vec::new();
    loop {
        if rows.may_wait() {
            output.flush()?;
        }
        if !rows.next(&mut row, limit)? {
            return Ok(());
        }
        answer(&row, output)?;
    }
}
