//! Values and hits as Arrow arrays.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BinaryArray, FixedSizeListArray, Float32Array, LargeBinaryArray,
    LargeStringArray, ListArray, NullArray, StringArray, StructArray, UInt32Array, UInt64Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field};
use keyfold_reader::{Value, ValueKind};
use pyo3::prelude::*;

use crate::error::{Raise, ValueFormError};
use crate::walk::Hit;

/// Values, one by one into an array: `uint64` for integers, `string` for strings and for documents, as JSON text, fixed-size lists of
/// `float` for vectors, and for keys without values `null`.
pub(crate) struct Column {
    cells: Cells,
    stored: Vec<bool>,
}

enum Cells {
    None,
    Integers(Vec<u64>),
    Texts(Texts),
    /// The components, and how many a vector has, as soon as one was seen.
    Vectors(Vec<f32>, Option<usize>),
}

impl Column {
    pub(crate) fn new(kind: ValueKind) -> Self {
        let cells = match kind {
            ValueKind::KeyOnly => Cells::None,
            ValueKind::Int | ValueKind::Completion => Cells::Integers(Vec::new()),
            ValueKind::String | ValueKind::Json => Cells::Texts(Texts::default()),
            ValueKind::FloatVector => Cells::Vectors(Vec::new(), None),
        };
        Column {
            cells,
            stored: Vec::new(),
        }
    }

    /// Adds a value, or that there is none.
    pub(crate) fn push(&mut self, value: Option<Value<'_>>) -> PyResult<()> {
        match &mut self.cells {
            Cells::None => {}
            Cells::Integers(integers) => {
                integers.push(value.and_then(Value::as_u64).unwrap_or_default());
            }
            Cells::Texts(texts) => {
                if let Some(value) = value {
                    value.write_text(&mut texts.bytes).raise()?;
                }
                texts.end();
            }
            Cells::Vectors(components, width) => {
                if let Some(value) = value {
                    let floats = value.floats().raise()?;
                    if width.is_none() {
                        components.resize(self.stored.len() * floats.len(), 0.0);
                    }
                    if *width.get_or_insert(floats.len()) != floats.len() {
                        return Err(ValueFormError::new_err("vectors of different lengths"));
                    }
                    components.extend(floats);
                } else {
                    let len = components.len() + width.unwrap_or_default();
                    components.resize(len, 0.0);
                }
            }
        }
        self.stored.push(value.is_some());
        Ok(())
    }

    pub(crate) fn finish(self) -> PyResult<ArrayRef> {
        let nulls = NullBuffer::from(self.stored);
        let len = nulls.len();
        let nulls = Some(nulls).filter(|nulls| nulls.null_count() > 0);
        Ok(match self.cells {
            Cells::None => Arc::new(NullArray::new(len)),
            Cells::Integers(integers) => Arc::new(UInt64Array::new(integers.into(), nulls)),
            Cells::Texts(texts) => texts.finish(nulls)?,
            Cells::Vectors(components, width) => {
                let field = Field::new("item", DataType::Float32, false).into();
                let width = i32::try_from(width.unwrap_or_default())?;
                let components = Arc::new(Float32Array::from(components));
                let vectors =
                    FixedSizeListArray::try_new_with_length(field, width, components, nulls, len);
                Arc::new(vectors.map_err(|error| misfit(&error))?)
            }
        })
    }
}

/// Strings behind each other, and where they end.
pub(crate) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<i64>,
}

impl Default for Texts {
    fn default() -> Self {
        Texts {
            bytes: Vec::new(),
            ends: vec![0],
        }
    }
}

impl Texts {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.end();
    }

    fn end(&mut self) {
        (self.ends).push(i64::try_from(self.bytes.len()).unwrap_or(i64::MAX));
    }

    /// An array of `string`, or of `large_string` from 2 GiB on.
    pub(crate) fn finish(self, nulls: Option<NullBuffer>) -> PyResult<ArrayRef> {
        let ends: Result<Vec<i32>, _> = self.ends.iter().map(|&end| i32::try_from(end)).collect();
        let array: Result<ArrayRef, ArrowError> = match ends {
            Ok(ends) => StringArray::try_new(offsets(ends), self.bytes.into(), nulls)
                .map(|array| Arc::new(array) as ArrayRef),
            Err(_) => LargeStringArray::try_new(
                OffsetBuffer::new(ScalarBuffer::from(self.ends)),
                self.bytes.into(),
                nulls,
            )
            .map(|array| Arc::new(array) as ArrayRef),
        };
        array.map_err(|_| {
            ValueFormError::new_err("a string is not UTF-8, which Arrow needs: ask for objects")
        })
    }

    /// An array of `binary`, or of `large_binary` from 2 GiB on.
    pub(crate) fn finish_bytes(self, nulls: Option<NullBuffer>) -> PyResult<ArrayRef> {
        let ends: Result<Vec<i32>, _> = self.ends.iter().map(|&end| i32::try_from(end)).collect();
        let array: Result<ArrayRef, ArrowError> = match ends {
            Ok(ends) => BinaryArray::try_new(offsets(ends), self.bytes.into(), nulls)
                .map(|array| Arc::new(array) as ArrayRef),
            Err(_) => LargeBinaryArray::try_new(
                OffsetBuffer::new(ScalarBuffer::from(self.ends)),
                self.bytes.into(),
                nulls,
            )
            .map(|array| Arc::new(array) as ArrayRef),
        };
        array.map_err(|error| misfit(&error))
    }
}

fn offsets(ends: Vec<i32>) -> OffsetBuffer<i32> {
    OffsetBuffer::new(ScalarBuffer::from(ends))
}

/// Hits of many questions as lists of structs: `key`, `value`, and `start` and `end` in a text or else `distance`.
pub(crate) fn lists(kind: ValueKind, all: &[Vec<Hit>], texts: bool) -> PyResult<ArrayRef> {
    let mut keys = Texts::default();
    let mut values = Column::new(kind);
    let mut ends = vec![0];
    let mut count = 0;
    for hits in all {
        for hit in hits {
            keys.bytes.extend_from_slice(&hit.found.key);
            keys.end();
            values.push(Some(hit.found.value()))?;
        }
        count += hits.len();
        ends.push(i32::try_from(count)?);
    }
    let mut columns: Vec<(&str, ArrayRef)> = vec![("key", keys.finish(None)?)];
    if texts {
        for (name, place) in [("start", Hit::start as fn(&Hit) -> u64), ("end", Hit::end)] {
            let places = all.iter().flatten().map(place);
            columns.push((name, Arc::new(UInt64Array::from_iter_values(places))));
        }
    } else {
        let scores = all.iter().flatten().map(|hit| hit.found.score);
        columns.push(("distance", Arc::new(UInt32Array::from_iter_values(scores))));
    }
    columns.push(("value", values.finish()?));
    let fields = columns
        .iter()
        .map(|(name, column)| Field::new(*name, column.data_type().clone(), *name == "value"))
        .collect();
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    let structs = StructArray::try_new_with_length(fields, columns, None, count)
        .map_err(|error| misfit(&error))?;
    let item = Field::new("item", structs.data_type().clone(), false).into();
    let lists = ListArray::try_new(item, offsets(ends), Arc::new(structs), None);
    Ok(Arc::new(lists.map_err(|error| misfit(&error))?))
}

fn misfit(error: &ArrowError) -> PyErr {
    ValueFormError::new_err(error.to_string())
}
