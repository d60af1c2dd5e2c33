//! What is said of a file, as a table.

use std::path::Path;

use crate::size::{grouped, human};

/// Rows of a name and what is said of it.
pub(super) struct Table {
    rows: Vec<(String, Cell)>,
}

enum Cell {
    Text(String),
    /// Digits, in a column of their own, and a note.
    Number(String, String),
}

impl Table {
    /// A table of what all files have.
    pub(super) fn new(path: &Path, format: &str, kind: &str, manifest: &str) -> Self {
        let mut table = Table { rows: Vec::new() };
        table.text("file", &path.display().to_string());
        table.text("format", format);
        table.text("kind", kind);
        if !manifest.is_empty() {
            table.text("manifest", manifest);
        }
        table
    }

    /// A row with a text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        // a manifest may hold anything
        let text = text.replace(char::is_control, " ");
        self.rows.push((name.to_owned(), Cell::Text(text)));
    }

    /// A row with a number and a note.
    pub(super) fn number(&mut self, name: &str, number: u64, note: &str) {
        self.rows.push((
            name.to_owned(),
            Cell::Number(grouped(number), note.to_owned()),
        ));
    }

    /// A row with a number of bytes.
    pub(super) fn bytes(&mut self, name: &str, bytes: u64) {
        self.number(name, bytes, &human(bytes));
    }

    /// Bytes of a part of the file, with their share in it.
    pub(super) fn part(&mut self, name: &str, bytes: u64, file: u64) {
        #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
        let share = 100.0 * bytes as f64 / file.max(1) as f64;
        let note = format!("{:<8}  {share:4.1} %", human(bytes));
        self.number(&format!("  {name}"), bytes, &note);
    }

    /// The compression by the name it has for `compile`.
    pub(super) fn compression(&mut self, name: Option<&str>) {
        match name {
            None => {}
            Some("" | "raw") => self.text("compression", "none"),
            Some(name) => self.text("compression", name),
        }
    }

    /// The rows, their columns below one another.
    pub(super) fn finish(self) -> String {
        let width = self
            .rows
            .iter()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or_default();
        let digits = self.rows.iter().map(|(_, cell)| match cell {
            Cell::Number(number, _) => number.len(),
            Cell::Text(_) => 0,
        });
        let digits = digits.max().unwrap_or_default();
        let row = |(name, cell): &(String, Cell)| match cell {
            Cell::Text(text) => format!("{name:width$}  {text}"),
            Cell::Number(number, note) => format!("{name:width$}  {number:>digits$}  {note}"),
        };
        let rows: Vec<String> = self.rows.iter().map(row).collect();
        rows.iter()
            .map(|row| row.trim_end())
            .collect::<Vec<_>>()
            .join("\n")
    }
}
