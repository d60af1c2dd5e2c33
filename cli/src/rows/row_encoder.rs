//! From a row's text to its encoded form.

use keyfold_compiler::{Encoder, Input, Options, RowError};
use keyfold_reader::MAX_KEY_LEN;
use memchr::memchr;

use super::batch::{Batch, put_part, put_value};
use super::block::rows;
use super::form::Form;
use super::json_lines::JsonRow;
use crate::kind::Kind;

/// What rows consist of.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) kind: Kind,
    /// Names of the secondary keys.
    pub(crate) secondary: Vec<String>,
}

impl Shape {
    /// Whether the empty key can be stored: below secondary values it can, and vectors have no keys.
    fn allows_empty_key(&self) -> bool {
        self.kind.is_vector() || !self.secondary.is_empty()
    }
}

/// Encodes rows, on one thread.
pub(crate) struct RowEncoder {
    shape: Shape,
    values: Encoder,
    json: JsonRow,
    /// Whether a block is over with its first bad row.
    stop_at_bad: bool,
}

impl RowEncoder {
    pub(crate) fn new(shape: Shape, options: &Options, stop_at_bad: bool) -> Self {
        RowEncoder {
            shape,
            values: Encoder::new(options),
            json: JsonRow::default(),
            stop_at_bad,
        }
    }

    /// Encodes the rows of a block.
    pub(crate) fn encode(&mut self, batch: &mut Batch) {
        let text = std::mem::take(&mut batch.text);
        let mut encoded = batch.take_encoded();
        for row in rows(&text) {
            let start = encoded.len();
            let result = match batch.form {
                Form::Tsv => self.encode_tsv(row, &mut encoded),
                Form::JsonLines => self.encode_json(row, &mut encoded),
            };
            if let Err(reason) = result {
                encoded.truncate(start);
                batch.add_bad(batch.rows, row, reason);
                if self.stop_at_bad {
                    break;
                }
            }
            batch.rows += 1;
        }
        batch.set_encoded(encoded);
        batch.text = text;
    }

    fn encode_tsv(&mut self, row: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
        if self.shape.kind.is_vector() {
            put_part(b"", out);
            return put_row_value(&mut self.values, Input::Text(row), out);
        }
        let mut rest = row;
        for name in &self.shape.secondary {
            let tab = memchr(b'\t', rest)
                .ok_or_else(|| no_tab(row, &format!("behind the secondary value {name:?}")))?;
            put_field(&rest[..tab], out)?;
            rest = &rest[tab + 1..];
        }
        let tab = memchr(b'\t', rest);
        let (key, value) = match (tab, self.shape.kind) {
            (None, Kind::KeyOnly) => (rest, Input::None),
            (Some(_), Kind::KeyOnly) => {
                return Err("there is a tab, but the kind key-only takes no value".to_owned());
            }
            (Some(tab), _) => (&rest[..tab], Input::Text(&rest[tab + 1..])),
            (None, _) => return Err(no_tab(row, "between key and value")),
        };
        put_key(key, &self.shape, out)?;
        put_row_value(&mut self.values, value, out)
    }

    fn encode_json(&mut self, row: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
        let parts = self.json.read(row, &self.shape)?;
        for field in parts.fields {
            put_field(field, out)?;
        }
        put_key(parts.key, &self.shape, out)?;
        put_row_value(&mut self.values, parts.value, out)
    }
}

fn put_field(field: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    if field.len() > MAX_KEY_LEN {
        return Err(format!(
            "a secondary value has {} bytes, more than {MAX_KEY_LEN}",
            field.len()
        ));
    }
    put_part(field, out);
    Ok(())
}

fn put_key(key: &[u8], shape: &Shape, out: &mut Vec<u8>) -> Result<(), String> {
    match key.len() {
        0 if !shape.allows_empty_key() => return Err(RowError::EmptyKey.to_string()),
        0..=MAX_KEY_LEN => put_part(key, out),
        len => return Err(RowError::KeyTooLong(len).to_string()),
    }
    Ok(())
}

fn put_row_value(values: &mut Encoder, value: Input<'_>, out: &mut Vec<u8>) -> Result<(), String> {
    put_value(out, |out| values.encode(value, out)).map_err(|e| match e {
        RowError::VectorSize { found, .. } => format!("{e} (hint: --vector-size {found})"),
        e => e.to_string(),
    })
}

/// What to say of a row that lacks a tab.
fn no_tab(row: &[u8], place: &str) -> String {
    let hint = if row.first() == Some(&b'{') {
        " (hint: JSON lines need --input-format jsonl)"
    } else {
        ""
    };
    format!("there is no tab {place}{hint}")
}
