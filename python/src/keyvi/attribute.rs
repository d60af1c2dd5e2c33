//! An attribute of a match.

use std::collections::BTreeMap;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyString};

use crate::error::ArgumentError;
use crate::key::text_or_bytes;
use crate::number::Number;

/// The attributes of a match, by name.
pub(super) type Attributes = BTreeMap<Vec<u8>, Attribute>;

/// What keyvi can keep as one.
#[derive(Clone)]
pub(super) enum Attribute {
    Text(Vec<u8>),
    Int(i32),
    Float(f32),
    Bool(bool),
}

impl Attribute {
    pub(super) fn into_object(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        Ok(match self {
            // keyvi reads a text to its first NUL
            Attribute::Text(bytes) => {
                let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
                text_or_bytes(py, text)
            }
            Attribute::Int(value) => value.into_pyobject(py)?.into_any(),
            Attribute::Float(value) => PyFloat::new(py, value.into()).into_any(),
            Attribute::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
        })
    }
}

impl<'py> FromPyObject<'_, 'py> for Attribute {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            Ok(Attribute::Text(bytes.as_bytes().to_vec()))
        } else if let Ok(text) = object.cast::<PyString>() {
            Ok(Attribute::Text(text.to_cow()?.as_bytes().to_vec()))
        } else if object.is_instance_of::<PyBool>() {
            object.extract().map(Attribute::Bool)
        } else if object.is_instance_of::<PyInt>() {
            let Number(number) = object.extract()?;
            Ok(Attribute::Int(number))
        } else if object.is_instance_of::<PyFloat>() {
            object.extract().map(Attribute::Float)
        } else {
            Err(ArgumentError::new_err(
                "an attribute is a str, bytes, int, float or bool",
            ))
        }
    }
}
