//! A block of rows on its way: first as text, then encoded.

use keyfold_compiler::{Chunk, Options};

use super::form::Form;

/// Reasons kept of a block's bad rows: enough for whoever looks at the first few.
const REASONS: usize = 8;

/// Rows of one source.
pub(crate) struct Batch {
    /// Number of the source.
    pub(crate) source: usize,
    pub(crate) form: Form,
    /// The rows as read.
    pub(crate) text: Vec<u8>,
    /// Bytes taken from the budget.
    pub(crate) cost: usize,
    /// The good rows, encoded.
    pub(crate) encoded: Chunk,
    /// Rows, good and bad.
    pub(crate) rows: u64,
    /// Positions of the bad rows among all, ascending.
    pub(crate) bad: Vec<u64>,
    /// Why the first of them are bad.
    pub(crate) reasons: Vec<String>,
    /// The bad rows as read, each ended.
    pub(crate) bad_text: Vec<u8>,
}

impl Batch {
    pub(crate) fn new(options: &Options) -> Self {
        Batch {
            source: 0,
            form: Form::Tsv,
            text: Vec::new(),
            cost: 0,
            encoded: Chunk::new(options),
            rows: 0,
            bad: Vec::new(),
            reasons: Vec::new(),
            bad_text: Vec::new(),
        }
    }

    /// Makes the batch ready for another block; memory beyond `keep` bytes is given back.
    pub(crate) fn reset(&mut self, keep: usize) {
        for buffer in [&mut self.text, &mut self.bad_text] {
            buffer.clear();
            buffer.shrink_to(keep);
        }
        self.encoded.clear(keep);
        self.rows = 0;
        self.bad.clear();
        self.reasons.clear();
    }

    /// Notes the row at `position` as bad.
    pub(crate) fn add_bad(&mut self, position: u64, row: &[u8], reason: String) {
        self.bad.push(position);
        if self.reasons.len() < REASONS {
            self.reasons.push(reason);
        }
        self.bad_text.extend_from_slice(row);
        self.bad_text.push(b'\n');
    }

    /// Position among all rows of the good row number `good`.
    pub(crate) fn position_of_good(&self, good: u64) -> u64 {
        self.bad
            .iter()
            .fold(good, |position, &bad| position + u64::from(bad <= position))
    }
}

#[cfg(test)]
mod tests {
    use keyfold_reader::ValueKind;

    use super::*;

    #[test]
    fn good_rows_are_found_among_bad_ones() {
        let mut batch = Batch::new(&Options::new(ValueKind::Int));
        for position in [0, 2, 3, 7] {
            batch.add_bad(position, b"row", String::new());
        }
        let positions: Vec<u64> = (0..5).map(|good| batch.position_of_good(good)).collect();
        assert_eq!(positions, [1, 4, 5, 6, 8]);
    }
}
