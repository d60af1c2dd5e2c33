//! Columns that tabs part.

use std::fmt::Display;
use std::io::Write as _;

use keyfold_reader::{Value, ValueKind};

use super::escape::escape;

/// The columns of a row that is being written.
pub(crate) struct Columns<'o> {
    out: &'o mut Vec<u8>,
    /// Whether a person is reading, so that control bytes must not get through.
    terminal: bool,
    open: bool,
}

impl<'o> Columns<'o> {
    /// Columns to be appended.
    pub(crate) fn new(out: &'o mut Vec<u8>, terminal: bool) -> Self {
        Columns {
            out,
            terminal,
            open: false,
        }
    }

    fn next(&mut self) -> &mut Vec<u8> {
        if self.open {
            self.out.push(b'\t');
        }
        self.open = true;
        self.out
    }

    /// A column of text, or of whatever bytes.
    pub(crate) fn text(&mut self, text: &[u8]) {
        let terminal = self.terminal;
        let out = self.next();
        if terminal {
            escape(text, out);
        } else {
            out.extend_from_slice(text);
        }
    }

    /// A column that is a number.
    pub(crate) fn number(&mut self, number: impl Display) {
        let _infallible = write!(self.next(), "{number}");
    }

    /// A column for a value, none where only keys are stored.
    pub(crate) fn value(&mut self, value: Value<'_>) -> keyfold_reader::Result<()> {
        if value.kind() != ValueKind::KeyOnly {
            let mut text = Vec::new();
            value.write_text(&mut text)?;
            self.text(&text);
        }
        Ok(())
    }
}
