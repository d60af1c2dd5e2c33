//! Rows out of the columns of a batch.

use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{Array, ArrayRef};
use keyfold_compiler::{Chunk, Encoder, Input};
use keyfold_reader::ValueKind;
use keyfold_reader::msgpack::{write_map_header, write_str};

use super::cell::{integer, text, write_document};

/// The columns of one batch.
pub(super) struct Columns {
    pub(super) kind: ValueKind,
    pub(super) key: ArrayRef,
    pub(super) secondary: Vec<ArrayRef>,
    /// Names of the fields of a document that the values make.
    pub(super) names: Option<Vec<String>>,
    pub(super) values: Vec<ArrayRef>,
}

impl Columns {
    /// Adds a row; why it cannot be stored.
    pub(super) fn add(
        &self,
        row: usize,
        encoder: &mut Encoder,
        payload: &mut Vec<u8>,
        chunk: &mut Chunk,
    ) -> Result<(), String> {
        let key = text(&*self.key, row).ok_or("the key is null")?;
        let mut fields = Vec::with_capacity(self.secondary.len());
        for column in &self.secondary {
            fields.push(text(&**column, row).ok_or("a secondary value is null")?);
        }
        let vector;
        let input = match (self.kind, self.values.first()) {
            (ValueKind::KeyOnly, _) | (_, None) => Input::None,
            (ValueKind::Int | ValueKind::Completion, Some(column)) => {
                Input::Int(integer(&**column, row)?)
            }
            (ValueKind::String, Some(column)) => {
                Input::Text(text(&**column, row).ok_or("the value is null")?)
            }
            (ValueKind::FloatVector, Some(column)) if column.is_null(row) => Input::None,
            (ValueKind::FloatVector, Some(column)) => {
                vector = column.as_list::<i64>().value(row);
                Input::Floats(vector.as_primitive::<Float32Type>().values())
            }
            (ValueKind::Json, Some(column)) => {
                payload.clear();
                match &self.names {
                    None => write_document(&**column, row, payload)?,
                    Some(names) => {
                        write_map_header(names.len(), payload);
                        for (name, column) in names.iter().zip(&self.values) {
                            write_str(name.as_bytes(), payload);
                            write_document(&**column, row, payload)?;
                        }
                    }
                }
                Input::Msgpack(payload)
            }
        };
        chunk
            .add(&fields, key, |out| encoder.encode(input, out))
            .map_err(|error| error.to_string())
    }
}
