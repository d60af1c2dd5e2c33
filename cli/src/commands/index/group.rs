//! Rows of several batches that are written together.

use std::ops::Range;

use keyfold_compiler::index::Change;

/// Rows that become changes.
#[derive(Default)]
pub(super) struct Group {
    bytes: Vec<u8>,
    rows: Vec<Row>,
}

/// Where a row's parts stand in the bytes, and where it came from.
struct Row {
    key: Range<usize>,
    document: Range<usize>,
    text: Range<usize>,
    source: usize,
    number: u64,
}

/// A row as it was read.
#[derive(Clone, Copy)]
pub(super) struct Origin<'a> {
    pub(super) text: &'a [u8],
    /// The number of the source, and that of the row in it, from 1 on.
    pub(super) source: usize,
    pub(super) number: u64,
}

impl Group {
    /// Adds a row: its key, its document as `MessagePack`, and what it was before.
    pub(super) fn push(&mut self, key: &[u8], document: &[u8], origin: Origin<'_>) {
        let mut append = |part: &[u8]| {
            let start = self.bytes.len();
            self.bytes.extend_from_slice(part);
            start..self.bytes.len()
        };
        let row = Row {
            key: append(key),
            document: append(document),
            text: append(origin.text),
            source: origin.source,
            number: origin.number,
        };
        self.rows.push(row);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.rows.clear();
    }

    /// The rows as changes, each with its origin.
    pub(super) fn changes(&self, upsert: bool) -> impl Iterator<Item = (Change<'_>, Origin<'_>)> {
        self.rows.iter().map(move |row| {
            let key = &self.bytes[row.key.clone()];
            let document = &self.bytes[row.document.clone()];
            let change = if upsert {
                let fields = document;
                Change::Upsert { key, fields }
            } else {
                Change::Set { key, document }
            };
            let origin = Origin {
                text: &self.bytes[row.text.clone()],
                source: row.source,
                number: row.number,
            };
            (change, origin)
        })
    }
}
