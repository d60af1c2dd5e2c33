//! A block of rows on its way: first as text, then encoded.
//!
//! ```text
//! row  per secondary value: length, bytes; then of the key: length, bytes; then of the value: u32le, bytes
//! ```
//!
//! A length is one byte, or 255 and a u32le.

use super::form::Form;

const LONG: u8 = u8::MAX;
/// Reasons kept of a block's bad rows: enough for whoever looks at the first few.
const REASONS: usize = 8;

/// Rows of one source.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Number of the source.
    pub(crate) source: usize,
    pub(crate) form: Form,
    /// The rows as read.
    pub(crate) text: Vec<u8>,
    /// Bytes taken from the budget.
    pub(crate) cost: usize,
    /// The good rows, encoded.
    encoded: Vec<u8>,
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
    pub(crate) fn new() -> Self {
        Batch {
            source: 0,
            form: Form::Tsv,
            text: Vec::new(),
            cost: 0,
            encoded: Vec::new(),
            rows: 0,
            bad: Vec::new(),
            reasons: Vec::new(),
            bad_text: Vec::new(),
        }
    }

    /// Makes the batch ready for another block; memory beyond `keep` bytes is given back.
    pub(crate) fn reset(&mut self, keep: usize) {
        for buffer in [&mut self.text, &mut self.encoded, &mut self.bad_text] {
            buffer.clear();
            buffer.shrink_to(keep);
        }
        self.rows = 0;
        self.bad.clear();
        self.reasons.clear();
    }

    /// Takes the encoded rows out, for appending to them.
    pub(crate) fn take_encoded(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.encoded)
    }

    pub(crate) fn set_encoded(&mut self, encoded: Vec<u8>) {
        self.encoded = encoded;
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

    /// The good rows, with `fields` secondary values each.
    pub(crate) fn encoded_rows(&self, fields: usize) -> EncodedRows<'_> {
        EncodedRows {
            rest: &self.encoded,
            fields,
            row: EncodedRow::default(),
        }
    }
}

/// Appends a part of a row.
#[inline]
pub(crate) fn put_part(part: &[u8], out: &mut Vec<u8>) {
    match u8::try_from(part.len()) {
        Ok(len) if len < LONG => out.push(len),
        _ => {
            out.push(LONG);
            put_len(part.len(), out);
        }
    }
    out.extend_from_slice(part);
}

/// Appends the value that `write` appends, with its length before it.
#[inline]
pub(crate) fn put_value<E>(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    put_len(0, out);
    write(out)?;
    let len = u32::try_from(out.len() - start - 4).expect("a value is far below 4 GiB");
    out[start..start + 4].copy_from_slice(&len.to_le_bytes());
    Ok(())
}

fn put_len(len: usize, out: &mut Vec<u8>) {
    let len = u32::try_from(len).expect("a part is far below 4 GiB");
    out.extend_from_slice(&len.to_le_bytes());
}

/// One encoded row.
#[derive(Clone, Debug, Default)]
pub(crate) struct EncodedRow<'b> {
    pub(crate) fields: Vec<&'b [u8]>,
    pub(crate) key: &'b [u8],
    pub(crate) value: &'b [u8],
}

/// The encoded rows of a batch.
pub(crate) struct EncodedRows<'b> {
    rest: &'b [u8],
    fields: usize,
    row: EncodedRow<'b>,
}

impl<'b> EncodedRows<'b> {
    /// The next row.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<&EncodedRow<'b>> {
        if self.rest.is_empty() {
            return None;
        }
        self.row.fields.clear();
        for _ in 0..self.fields {
            let field = self.take_part();
            self.row.fields.push(field);
        }
        self.row.key = self.take_part();
        let len = self.take_len();
        self.row.value = self.take(len);
        Some(&self.row)
    }

    #[inline]
    fn take_part(&mut self) -> &'b [u8] {
        let len = match self.take(1)[0] {
            LONG => self.take_len(),
            len => usize::from(len),
        };
        self.take(len)
    }

    #[inline]
    fn take_len(&mut self) -> usize {
        let bytes = self.take(4);
        u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize
    }

    #[inline]
    fn take(&mut self, len: usize) -> &'b [u8] {
        let (taken, rest) = self.rest.split_at(len);
        self.rest = rest;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back() {
        let parts: Vec<Vec<u8>> = [0, 1, 254, 255, 256, 70_000]
            .map(|len| vec![7; len])
            .to_vec();
        let mut batch = Batch::new();
        let mut encoded = batch.take_encoded();
        for (field, key) in parts.iter().zip(parts.iter().rev()) {
            put_part(field, &mut encoded);
            put_part(key, &mut encoded);
            put_value::<()>(&mut encoded, |out| {
                out.extend_from_slice(b"value");
                Ok(())
            })
            .unwrap();
        }
        batch.set_encoded(encoded);
        let mut rows = batch.encoded_rows(1);
        for (field, key) in parts.iter().zip(parts.iter().rev()) {
            let row = rows.next().unwrap();
            assert_eq!(
                (row.fields[0], row.key, row.value),
                (&field[..], &key[..], &b"value"[..])
            );
        }
        assert!(rows.next().is_none());
    }

    #[test]
    fn good_rows_are_found_among_bad_ones() {
        let mut batch = Batch::new();
        for position in [0, 2, 3, 7] {
            batch.add_bad(position, b"row", String::new());
        }
        let positions: Vec<u64> = (0..5).map(|good| batch.position_of_good(good)).collect();
        assert_eq!(positions, [1, 4, 5, 6, 8]);
    }
}
