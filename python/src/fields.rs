//! Some fields of documents: in dicts, or as Arrow arrays of the schema's types.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{
    BooleanBuilder, Float32Builder, Float64Builder, Int32Builder, Int64Builder,
};
use arrow_buffer::NullBuffer;
use keyfold_reader::index::{Field, FieldType, Schema, Snapshot};
use keyfold_reader::msgpack_to_json;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::arrow::ArrowArray;
use crate::bulk::Form;
use crate::columns::Texts;
use crate::decode::{Strings as Decoding, decode};
use crate::error::{OptionError, Raise, ValueFormError};
use crate::interrupt::{exception, is_raised};
use crate::source::CHUNK;
use crate::strings::Strings;

/// The named fields of the document of a key.
pub(crate) fn one<'py>(
    py: Python<'py>,
    snapshot: &Snapshot,
    key: &[u8],
    names: &[String],
) -> PyResult<Option<Bound<'py, PyDict>>> {
    let types = types(snapshot.schema(), names);
    let found = snapshot.get_fields(key, names).raise()?;
    let found = found.map(|fields| dict(py, names, &types, fields.iter()));
    found.transpose()
}

/// The named fields of the documents of keys.
pub(crate) fn many<'py>(
    py: Python<'py>,
    snapshot: &Snapshot,
    strings: &Strings<'py>,
    names: &[String],
    form: Form,
) -> PyResult<Bound<'py, PyAny>> {
    let keys = strings.keys()?;
    let types = types(snapshot.schema(), names);
    match form {
        Form::Python => {
            let mut rows = Vec::with_capacity(keys.len());
            for chunk in keys.chunks(CHUNK) {
                py.check_signals()?;
                let found = py.detach(|| snapshot.get_many_fields(chunk, names));
                let found = found.raise()?;
                for row in 0..found.rows() {
                    let fields = (0..names.len()).map(|column| found.get(row, column));
                    rows.push(if found.is_stored(row) {
                        Some(dict(py, names, &types, fields)?)
                    } else {
                        None
                    });
                }
            }
            Ok(PyList::new(py, rows)?.into_any())
        }
        Form::Arrow => {
            let columns = py.detach(|| columns(snapshot, &keys, names, &types))?;
            let dict = PyDict::new(py);
            for (name, column) in names.iter().zip(columns) {
                dict.set_item(name, ArrowArray::new(column).object(py)?)?;
            }
            Ok(dict.into_any())
        }
        Form::Numpy => Err(OptionError::new_err(
            "fields come as python or arrow, whose arrays have to_numpy",
        )),
    }
}

/// The types of fields; JSON where none is known.
fn types(schema: Option<&Schema>, names: &[String]) -> Vec<FieldType> {
    let known = |name: &String| schema.and_then(|schema| schema.get(name));
    let types = names.iter().map(known);
    types.map(|kind| kind.unwrap_or(FieldType::Json)).collect()
}

fn dict<'py, 'f>(
    py: Python<'py>,
    names: &[String],
    types: &[FieldType],
    fields: impl Iterator<Item = Option<Field<'f>>>,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for ((name, kind), field) in names.iter().zip(types).zip(fields) {
        let Some(field) = field else { continue };
        let float = match kind {
            FieldType::Float32 => field.as_f32().map(f64::from),
            FieldType::Float64 => field.as_f64(),
            _ => None,
        };
        match float {
            Some(float) => dict.set_item(name, float)?,
            None => dict.set_item(name, decode(py, field.msgpack(), Decoding::Lenient)?)?,
        }
    }
    Ok(dict)
}

fn columns(
    snapshot: &Snapshot,
    keys: &[&[u8]],
    names: &[String],
    types: &[FieldType],
) -> PyResult<Vec<ArrayRef>> {
    let mut columns: Vec<Column> = types.iter().copied().map(Column::new).collect();
    for chunk in keys.chunks(CHUNK) {
        if is_raised() {
            return Err(exception());
        }
        let found = snapshot.get_many_fields(chunk, names).raise()?;
        for (number, column) in columns.iter_mut().enumerate() {
            found
                .column(number)
                .try_for_each(|field| column.push(field))?;
        }
    }
    columns.into_iter().map(Column::finish).collect()
}

/// A column that grows. Null stands for what is not there, or null, or not of the type.
enum Column {
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float32(Float32Builder),
    Float64(Float64Builder),
    Bool(BooleanBuilder),
    String(Texts, Vec<bool>),
    Bytes(Texts, Vec<bool>),
    Json(Texts, Vec<bool>),
}

impl Column {
    fn new(kind: FieldType) -> Self {
        match kind {
            FieldType::Int32 => Column::Int32(Int32Builder::new()),
            FieldType::Int64 => Column::Int64(Int64Builder::new()),
            FieldType::Float32 => Column::Float32(Float32Builder::new()),
            FieldType::Float64 => Column::Float64(Float64Builder::new()),
            FieldType::Bool => Column::Bool(BooleanBuilder::new()),
            FieldType::String => Column::String(Texts::default(), Vec::new()),
            FieldType::Bytes => Column::Bytes(Texts::default(), Vec::new()),
            FieldType::Json => Column::Json(Texts::default(), Vec::new()),
        }
    }

    fn push(&mut self, field: Option<Field<'_>>) -> PyResult<()> {
        match self {
            Column::Int32(column) => column.append_option(field.and_then(Field::as_i32)),
            Column::Int64(column) => column.append_option(field.and_then(Field::as_i64)),
            Column::Float32(column) => column.append_option(field.and_then(Field::as_f32)),
            Column::Float64(column) => column.append_option(field.and_then(Field::as_f64)),
            Column::Bool(column) => column.append_option(field.and_then(Field::as_bool)),
            Column::String(texts, stored) => {
                let text = field.and_then(Field::as_str);
                stored.push(text.is_some());
                texts.push(text.unwrap_or_default().as_bytes());
            }
            Column::Bytes(texts, stored) => {
                let bytes = field.and_then(Field::as_bytes);
                stored.push(bytes.is_some());
                texts.push(bytes.unwrap_or_default());
            }
            Column::Json(texts, stored) => {
                let field = field.filter(|field| !field.is_null());
                stored.push(field.is_some());
                let mut json = Vec::new();
                if let Some(field) = field {
                    msgpack_to_json(field.msgpack(), &mut json)
                        .map_err(|error| ValueFormError::new_err(error.to_string()))?;
                }
                texts.push(&json);
            }
        }
        Ok(())
    }

    fn finish(self) -> PyResult<ArrayRef> {
        let nulls = |stored: Vec<bool>| {
            let nulls = NullBuffer::from(stored);
            Some(nulls).filter(|nulls| nulls.null_count() > 0)
        };
        Ok(match self {
            Column::Int32(mut column) => Arc::new(column.finish()),
            Column::Int64(mut column) => Arc::new(column.finish()),
            Column::Float32(mut column) => Arc::new(column.finish()),
            Column::Float64(mut column) => Arc::new(column.finish()),
            Column::Bool(mut column) => Arc::new(column.finish()),
            Column::String(texts, stored) | Column::Json(texts, stored) => {
                texts.finish(nulls(stored))?
            }
            Column::Bytes(texts, stored) => texts.finish_bytes(nulls(stored))?,
        })
    }
}
