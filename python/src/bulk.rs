//! Calls that take many keys or texts and release the GIL once.

use std::sync::Arc;

use arrow_array::BooleanArray;
use numpy::{PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::arrow::ArrowArray;
use crate::columns::{self, Column};
use crate::error::{KeyNotFound, OptionError, Raise};
use crate::interrupt::{exception, is_raised};
use crate::key::text_or_bytes;
use crate::source::{CHUNK, Open};
use crate::strings::{Slice, Strings};
use crate::value::to_python;
use crate::walk::{Hit, Places, Walk, matched};
use keyfold_reader::{Value, ValueKind};

/// In what form results are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Python,
    Arrow,
    Numpy,
}

impl Form {
    pub(crate) fn named(name: &str) -> PyResult<Self> {
        match name {
            "python" => Ok(Form::Python),
            "arrow" => Ok(Form::Arrow),
            "numpy" => Ok(Form::Numpy),
            _ => Err(OptionError::new_err(format!(
                "{name:?} is none of python, arrow, numpy"
            ))),
        }
    }
}

/// Values are asked for so many before they are read.
const AHEAD: usize = 8;

/// The values one by one; those that come soon are on their way from memory.
fn soon<'v>(values: &[Option<Value<'v>>]) -> impl Iterator<Item = Option<Value<'v>>> {
    values.iter().enumerate().map(|(at, value)| {
        if let Some(Some(later)) = values.get(at + AHEAD) {
            later.prefetch();
        }
        *value
    })
}

/// Hands the values of all keys to `take`, chunk by chunk, with the GIL released.
fn each(
    open: &Open,
    keys: &[&[u8]],
    mut take: impl FnMut(Option<Value<'_>>) -> PyResult<()>,
) -> PyResult<()> {
    for chunk in keys.chunks(CHUNK) {
        if is_raised() {
            return Err(exception());
        }
        let values = open.get_many(chunk).raise()?;
        soon(&values).try_for_each(&mut take)?;
    }
    Ok(())
}

pub(crate) fn get_many<'py>(
    py: Python<'py>,
    open: &Open,
    strings: &Strings<'py>,
    default: Option<Bound<'py, PyAny>>,
    form: Form,
) -> PyResult<Bound<'py, PyAny>> {
    let keys = strings.keys()?;
    match form {
        Form::Python => {
            let default = default.unwrap_or_else(|| py.None().into_bound(py));
            let mut objects = Vec::with_capacity(keys.len());
            for chunk in keys.chunks(CHUNK) {
                py.check_signals()?;
                let values = py.detach(|| open.get_many(chunk)).raise()?;
                for value in soon(&values) {
                    objects.push(match value {
                        Some(value) => to_python(py, value)?,
                        None => default.clone(),
                    });
                }
            }
            Ok(PyList::new(py, objects)?.into_any())
        }
        Form::Arrow => {
            if default.is_some() {
                let reason =
                    "an Arrow array has nulls for keys that are not stored, and no default";
                return Err(OptionError::new_err(reason));
            }
            let column = py.detach(|| {
                let mut column = Column::new(open.kind);
                each(open, &keys, |value| column.push(value))?;
                column.finish()
            })?;
            ArrowArray::new(column).object(py)
        }
        Form::Numpy => match open.kind {
            ValueKind::Int | ValueKind::Completion => integers(py, open, &keys, default),
            ValueKind::FloatVector => vectors(py, open, &keys, default),
            kind => Err(OptionError::new_err(format!(
                "NumPy arrays are there for integers and vectors, not for {kind}"
            ))),
        },
    }
}

fn integers<'py>(
    py: Python<'py>,
    open: &Open,
    keys: &[&[u8]],
    default: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let default: Option<u64> = default.map(|default| default.extract()).transpose()?;
    let numbers = py.detach(|| {
        let mut numbers = Vec::with_capacity(keys.len());
        each(open, keys, |value| {
            let number = value.and_then(Value::as_u64).or(default);
            let number = number.ok_or_else(|| missing(keys, numbers.len()))?;
            numbers.push(number);
            Ok(())
        })?;
        PyResult::Ok(numbers)
    })?;
    Ok(PyArray1::from_vec(py, numbers).into_any())
}

/// One row per key, filled with the default where the key is not stored.
fn vectors<'py>(
    py: Python<'py>,
    open: &Open,
    keys: &[&[u8]],
    default: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let default: Option<f32> = default.map(|default| default.extract()).transpose()?;
    let (components, width) = py.detach(|| {
        let mut rows = Vec::with_capacity(keys.len());
        each(open, keys, |value| {
            let row = value.map(Value::floats).transpose().raise()?;
            if row.is_none() && default.is_none() {
                return Err(missing(keys, rows.len()));
            }
            rows.push(row);
            Ok(())
        })?;
        let width = rows.iter().flatten().map(Vec::len).max().unwrap_or(0);
        let default = default.unwrap_or(f32::NAN);
        let mut components = Vec::with_capacity(rows.len() * width);
        for row in rows {
            let start = components.len();
            components.extend(row.unwrap_or_default());
            components.resize(start + width, default);
        }
        PyResult::Ok((components, width))
    })?;
    let array = PyArray1::from_vec(py, components);
    Ok(array.reshape([keys.len(), width])?.into_any())
}

/// The error for a key without a value where there is no default.
#[cold]
fn missing(keys: &[&[u8]], index: usize) -> PyErr {
    Python::attach(|py| {
        let key = keys.get(index).copied().unwrap_or_default();
        KeyNotFound::new_err((text_or_bytes(py, key).unbind(),))
    })
}

pub(crate) fn contains_many<'py>(
    py: Python<'py>,
    open: &Open,
    strings: &Strings<'py>,
    form: Form,
) -> PyResult<Bound<'py, PyAny>> {
    let keys = strings.keys()?;
    let stored = py.detach(|| {
        let mut stored = Vec::with_capacity(keys.len());
        each(open, &keys, |value| {
            stored.push(value.is_some());
            Ok(())
        })?;
        PyResult::Ok(stored)
    })?;
    match form {
        Form::Python => Ok(PyList::new(py, stored)?.into_any()),
        Form::Arrow => ArrowArray::new(Arc::new(BooleanArray::from(stored))).object(py),
        Form::Numpy => Ok(PyArray1::from_vec(py, stored).into_any()),
    }
}

/// The hits of a walk for each string.
pub(crate) fn hits<'py>(
    py: Python<'py>,
    open: &Open,
    strings: &Strings<'py>,
    form: Form,
    texts: bool,
    walk: impl Fn(&Open, &[u8], Places) -> PyResult<Walk> + Sync,
) -> PyResult<Bound<'py, PyAny>> {
    let slices = strings.slices()?;
    if form == Form::Numpy {
        return Err(OptionError::new_err(
            "there is no NumPy array of lists: ask for python or arrow",
        ));
    }
    let found = |(string, places): &Slice<'_>| {
        let mut hits = Vec::new();
        let Some(string) = string else {
            return Ok(hits);
        };
        let mut walk = walk(open, string, *places)?;
        while let Some(hit) = walk.next()? {
            hits.push(hit.shown(open));
        }
        Ok(hits)
    };
    if form == Form::Arrow {
        let lists = py.detach(|| {
            let all: PyResult<Vec<Vec<Hit>>> = slices.iter().map(found).collect();
            columns::lists(open.kind, &all?, texts)
        })?;
        return ArrowArray::new(lists).object(py);
    }
    let all: PyResult<Vec<Vec<Hit>>> = py.detach(|| slices.iter().map(found).collect());
    let lists = all?.into_iter().map(|hits| {
        let hits = hits.into_iter().map(|hit| matched(py, hit));
        PyList::new(py, hits.collect::<PyResult<Vec<_>>>()?)
    });
    Ok(PyList::new(py, lists.collect::<PyResult<Vec<_>>>()?)?.into_any())
}
