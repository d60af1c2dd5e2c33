//! Values as keyvi's compilers take them.

use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyList};

use crate::error::{ArgumentError, RangeError};
use crate::key::wrong_type;

/// An `int` from 0 to 2^64 - 1.
#[derive(Clone, Copy)]
pub(super) struct Count(pub(super) u64);

impl<'py> FromPyObject<'_, 'py> for Count {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let Ok(number) = object.cast::<PyInt>() else {
            return Err(wrong_type(&object, "int"));
        };
        if let Ok(number) = number.extract() {
            return Ok(Count(number));
        }
        Err(if number.lt(0)? {
            ArgumentError::new_err("an integer from 0 on is needed")
        } else {
            too_large()
        })
    }
}

/// A number as the compilers with secondary keys take it: what comes behind the point is left out, and a negative one counts from
/// 2^64 down.
#[derive(Clone, Copy)]
pub(super) struct Number(pub(super) u64);

impl<'py> FromPyObject<'_, 'py> for Number {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let whole = match object.cast::<PyFloat>() {
            Ok(float) => float.call_method0("__int__")?,
            Err(_) => object.to_owned(),
        };
        if let Ok(number) = whole.extract() {
            return Ok(Number(number));
        }
        match whole.extract::<i64>() {
            Ok(number) => Ok(Number(number.cast_unsigned())),
            Err(_) if whole.is_instance_of::<PyInt>() => Err(too_large()),
            Err(_) => Err(wrong_type(&object, "int")),
        }
    }
}

fn too_large() -> PyErr {
    RangeError::new_err("an integer of at most 64 bits is needed")
}

/// A `list` of `float`.
pub(super) struct Floats(pub(super) Vec<f32>);

impl<'py> FromPyObject<'_, 'py> for Floats {
    type Error = PyErr;

    #[expect(
        clippy::cast_possible_truncation,
        reason = "components are stored as 32 bits"
    )]
    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let Ok(list) = object.cast::<PyList>() else {
            return Err(wrong_type(&object, "a list of float"));
        };
        let floats = list.iter().map(|item| match item.cast::<PyFloat>() {
            Ok(float) => Ok(float.value() as f32),
            Err(_) => Err(wrong_type(&item, "a list of float")),
        });
        floats.collect::<PyResult<_>>().map(Floats)
    }
}
