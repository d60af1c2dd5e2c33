//! From a row's text to its encoded form.

use keyfold_compiler::{Chunk, Encoder, Input, Options, RowError};
use keyfold_reader::MAX_KEY_LEN;
use memchr::memchr;

use super::batch::Batch;
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

/// How rows are encoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Whether a block is over with its first bad row.
    pub(crate) stop_at_bad: bool,
    /// Whether the rows of a block are to be in the order of their keys, not in that of the input.
    pub(crate) sort: bool,
}

/// Encodes rows, on one thread.
pub(crate) struct RowEncoder {
    shape: Shape,
    values: Encoder,
    json: JsonRow,
    manner: Manner,
}

impl RowEncoder {
    pub(crate) fn new(shape: Shape, options: &Options, manner: Manner) -> Self {
        RowEncoder {
            shape,
            values: Encoder::new(options),
            json: JsonRow::default(),
            manner,
        }
    }

    /// Encodes the rows of a block.
    pub(crate) fn encode(&mut self, batch: &mut Batch) {
        let text = std::mem::take(&mut batch.text);
        for row in rows(&text) {
            let result = match batch.form {
                Form::Tsv => self.encode_tsv(row, &mut batch.encoded),
                Form::JsonLines => self.encode_json(row, &mut batch.encoded),
            };
            if let Err(reason) = result {
                batch.add_bad(batch.rows, row, reason);
                if self.manner.stop_at_bad {
                    break;
                }
            }
            batch.rows += 1;
        }
        batch.text = text;
        if self.manner.sort {
            batch.encoded.sort();
        }
    }

    fn encode_tsv(&mut self, row: &[u8], out: &mut Chunk) -> Result<(), String> {
        if self.shape.kind.is_vector() {
            return add(
                &self.shape,
                &mut self.values,
                &[],
                &[],
                Input::Text(row),
                out,
            );
        }
        let mut rest = row;
        let mut fields = Vec::with_capacity(self.shape.secondary.len());
        for name in &self.shape.secondary {
            let tab = memchr(b'\t', rest)
                .ok_or_else(|| no_tab(row, &format!("behind the secondary value {name:?}")))?;
            fields.push(&rest[..tab]);
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
        add(&self.shape, &mut self.values, &fields, key, value, out)
    }

    fn encode_json(&mut self, row: &[u8], out: &mut Chunk) -> Result<(), String> {
        let RowEncoder {
            shape,
            values,
            json,
            ..
        } = self;
        let parts = json.read(row, shape)?;
        let fields: Vec<&[u8]> = parts.fields.iter().map(Vec::as_slice).collect();
        add(shape, values, &fields, parts.key, parts.value, out)
    }
}

/// Adds a row to those encoded.
fn add(
    shape: &Shape,
    values: &mut Encoder,
    fields: &[&[u8]],
    key: &[u8],
    value: Input<'_>,
    out: &mut Chunk,
) -> Result<(), String> {
    if let Some(long) = fields.iter().find(|field| field.len() > MAX_KEY_LEN) {
        return Err(format!(
            "a secondary value has {} bytes, more than {MAX_KEY_LEN}",
            long.len()
        ));
    }
    let write = |out: &mut Vec<u8>| values.encode(value, out);
    let added = if shape.kind.is_vector() {
        out.add_value(write)
    } else {
        out.add(fields, key, write)
    };
    added.map_err(|e| match e {
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
