//! Standard input and output.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, StdinLock, StdoutLock, Write};

use anyhow::{Context, Result};

/// Bytes collected before they are written.
const BUFFER: usize = 1 << 16;

const STDIN: &str = "standard input";
const STDOUT: &str = "standard output";

/// Prints a text and ends its last row.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut output = Output::new();
    output.buffer().extend_from_slice(text.as_bytes());
    output.buffer().push(b'\n');
    output.finish()
}

/// Standard output, buffered. What was written is complete after [`finish`](Self::finish) only.
pub(crate) struct Output {
    stdout: StdoutLock<'static>,
    buffer: Vec<u8>,
    terminal: bool,
}

impl Output {
    pub(crate) fn new() -> Self {
        let stdout = io::stdout().lock();
        Output {
            terminal: stdout.is_terminal(),
            stdout,
            buffer: Vec::with_capacity(BUFFER),
        }
    }

    /// Whether a person is reading, so that control bytes must not get through.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// The bytes to be written next, for appending.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Writes the buffer when it is full. A person sees each row at once: a search may be long and its rows few.
    #[inline]
    pub(crate) fn end_row(&mut self) -> Result<()> {
        if self.terminal || self.buffer.len() >= BUFFER {
            self.write_buffer()
        } else {
            Ok(())
        }
    }

    fn write_buffer(&mut self) -> Result<()> {
        self.stdout.write_all(&self.buffer).context(STDOUT)?;
        self.buffer.clear();
        Ok(())
    }

    /// Writes all there is.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.write_buffer()?;
        self.stdout.flush().context(STDOUT)
    }

    /// Writes all there is, for the last time.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.flush()
    }
}

/// The rows of standard input, one by one as they come.
pub(crate) struct InputRows {
    stdin: BufReader<StdinLock<'static>>,
}

impl InputRows {
    pub(crate) fn new() -> Self {
        InputRows {
            stdin: BufReader::with_capacity(BUFFER, io::stdin().lock()),
        }
    }

    /// Whether reading the next row may have to wait for it.
    pub(crate) fn may_wait(&self) -> bool {
        memchr::memchr(b'\n', self.stdin.buffer()).is_none()
    }

    /// Reads the next row without its end; false at the end of the input. Of a row longer than `limit` one
    /// byte more than that is kept.
    pub(crate) fn next(&mut self, row: &mut Vec<u8>, limit: usize) -> Result<bool> {
        row.clear();
        let most = u64::try_from(limit).map_or(u64::MAX, |limit| limit.saturating_add(2));
        let stdin = &mut self.stdin;
        if stdin.take(most).read_until(b'\n', row).context(STDIN)? == 0 {
            return Ok(false);
        }
        if row.last() == Some(&b'\n') {
            row.pop();
        } else if row.len() > limit {
            row.truncate(limit + 1);
            stdin.skip_until(b'\n').context(STDIN)?;
        }
        Ok(true)
    }
}
