//! Rows as Python objects.

use keyfold_compiler::{Chunk, Encoder, Input, Options};
use keyfold_reader::ValueKind;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFloat, PyInt, PyIterator, PyList, PyString, PyTuple};

use super::Clock;
use super::document::{self, Bytes};
use super::feed::Feed;
use crate::error::{FieldError, RangeError, RowError};
use crate::key::{Key, wrong_type};

/// Rows after which the clock is looked at.
const STEPS: u64 = 512;

/// Reads rows: a key; key and value; with secondary keys key, secondary values, and value.
pub(super) struct RowReader<'py> {
    rows: Bound<'py, PyIterator>,
    encoder: RowEncoder,
}

impl<'py> RowReader<'py> {
    pub(super) fn new(rows: Bound<'py, PyIterator>, options: &Options) -> Self {
        RowReader {
            rows,
            encoder: RowEncoder {
                kind: options.kind,
                secondary: options.secondary.clone(),
                encoder: Encoder::new(options),
                payload: Vec::new(),
                floats: Vec::new(),
            },
        }
    }

    /// Feeds all rows.
    pub(super) fn read(&mut self, feed: &mut Feed, clock: &Clock<'_>) -> PyResult<()> {
        let py = self.rows.py();
        let mut number = 0;
        for row in &mut self.rows {
            let row = row?;
            if let Err(error) = self.encoder.add(&row, feed.chunk()) {
                feed.reject(py, number, error)?;
            }
            number += 1;
            if number.is_multiple_of(STEPS) {
                clock.tick(py, number)?;
            }
            if feed.is_full() && !py.detach(|| feed.hand_over()) {
                break;
            }
        }
        Ok(())
    }
}

struct RowEncoder {
    kind: ValueKind,
    secondary: Vec<String>,
    encoder: Encoder,
    payload: Vec<u8>,
    floats: Vec<f32>,
}

impl RowEncoder {
    fn add(&mut self, row: &Bound<'_, PyAny>, chunk: &mut Chunk) -> PyResult<()> {
        if let Ok(row) = row.cast::<PyTuple>() {
            return self.add_tuple(row, chunk);
        }
        if row.is_instance_of::<PyString>() || row.is_instance_of::<PyBytes>() {
            return self.add_parts(row, &[], None, chunk);
        }
        match row.cast::<PyList>() {
            Ok(row) => self.add_tuple(&row.to_tuple(), chunk),
            Err(_) => Err(wrong_type(row, "a tuple of key and value")),
        }
    }

    fn add_tuple(&mut self, row: &Bound<'_, PyTuple>, chunk: &mut Chunk) -> PyResult<()> {
        let parts = row.len();
        let before = if self.secondary.is_empty() { 1 } else { 2 };
        if parts != before + 1 && (parts != before || self.kind != ValueKind::KeyOnly) {
            let needed = before + usize::from(self.kind != ValueKind::KeyOnly);
            return Err(RowError::new_err(format!(
                "a row of {needed} is needed, not of {parts}"
            )));
        }
        let key = row.get_borrowed_item(0)?;
        let value = row.get_borrowed_item(before).ok();
        let value = value.as_deref();
        if before == 1 {
            return self.add_parts(&key, &[], value, chunk);
        }
        let objects = self.fields(&*row.get_borrowed_item(1)?)?;
        let fields = objects.iter().map(PyAnyMethods::extract);
        let fields = fields.collect::<PyResult<Vec<Key<'_>>>>()?;
        let fields: Vec<&[u8]> = fields.iter().map(AsRef::as_ref).collect();
        self.add_parts(&key, &fields, value, chunk)
    }

    /// The secondary values of a row, from a `dict`, or from a list in the order of their names.
    fn fields<'py>(&self, given: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        if let Ok(dict) = given.cast::<PyDict>() {
            let field = |name: &String| {
                dict.get_item(name)?
                    .ok_or_else(|| FieldError::new_err(format!("there is no value for {name:?}")))
            };
            return self.secondary.iter().map(field).collect();
        }
        if given.is_instance_of::<PyTuple>() || given.is_instance_of::<PyList>() {
            return given.try_iter()?.collect();
        }
        Err(wrong_type(given, "a dict or a tuple of secondary values"))
    }

    fn add_parts(
        &mut self,
        key: &Bound<'_, PyAny>,
        fields: &[&[u8]],
        value: Option<&Bound<'_, PyAny>>,
        chunk: &mut Chunk,
    ) -> PyResult<()> {
        let key: Key<'_> = key.extract()?;
        let value = value.filter(|value| self.kind == ValueKind::Json || !value.is_none());
        let text: Key<'_>;
        let input = match (self.kind, value) {
            (_, None) => Input::None,
            (ValueKind::KeyOnly, Some(_)) => {
                return Err(RowError::new_err(
                    "there is a value, but the kind key-only takes none",
                ));
            }
            (ValueKind::Int | ValueKind::Completion, Some(value)) => Input::Int(integer(value)?),
            (ValueKind::String, Some(value)) => {
                text = value.extract()?;
                Input::Text(&text)
            }
            (ValueKind::Json, Some(value)) => {
                self.payload.clear();
                document::write(value, Bytes::Refused, &mut self.payload)?;
                Input::Msgpack(&self.payload)
            }
            (ValueKind::FloatVector, Some(value)) => {
                self.floats.clear();
                components(value, &mut self.floats)?;
                Input::Floats(&self.floats)
            }
        };
        let encoder = &mut self.encoder;
        chunk
            .add(fields, &key, |out| encoder.encode(input, out))
            .map_err(|error| RowError::new_err(error.to_string()))
    }
}

fn integer(value: &Bound<'_, PyAny>) -> PyResult<u64> {
    if let Ok(number) = value.extract() {
        return Ok(number);
    }
    match value.call_method0("__index__") {
        Ok(number) if number.is_instance_of::<PyInt>() => Err(RangeError::new_err(format!(
            "the value {number} is not an integer from 0 to 18446744073709551615"
        ))),
        _ => Err(wrong_type(value, "an integer")),
    }
}

/// Appends the components of a vector: of a list, or of whatever `tolist` makes one of.
#[expect(
    clippy::cast_possible_truncation,
    reason = "components are stored as 32 bits"
)]
fn components(value: &Bound<'_, PyAny>, out: &mut Vec<f32>) -> PyResult<()> {
    let number = |item: Bound<'_, PyAny>| match item.cast::<PyFloat>() {
        Ok(float) => Ok(float.value() as f32),
        Err(_) if item.is_instance_of::<PyInt>() => Ok(item.extract::<f64>()? as f32),
        Err(_) => Err(wrong_type(&item, "float")),
    };
    if let Ok(list) = value.cast::<PyList>() {
        for item in list.iter() {
            out.push(number(item)?);
        }
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        for item in tuple.iter() {
            out.push(number(item)?);
        }
    } else {
        return match value.call_method0("tolist") {
            Ok(list) if list.is_instance_of::<PyList>() => components(&list, out),
            _ => Err(wrong_type(value, "a list of float")),
        };
    }
    Ok(())
}
