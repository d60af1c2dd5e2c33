//! A key as it comes from Python.

use std::ops::Deref;

use pyo3::exceptions::PyUnicodeDecodeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::error::ArgumentError;

/// The bytes of a `str`, in UTF-8, or of a `bytes`; borrowed from the object.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a>(&'a [u8]);

impl<'a, 'py> FromPyObject<'a, 'py> for Key<'a> {
    type Error = PyErr;

    #[inline]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return Ok(Key(object.extract::<&'a str>()?.as_bytes()));
        }
        if object.is_instance_of::<PyBytes>() {
            return Ok(Key(object.extract::<&'a [u8]>()?));
        }
        Err(wrong_type(&object, "str or bytes"))
    }
}

impl<'a> Key<'a> {
    /// As text; `UnicodeDecodeError` where it is none.
    pub(crate) fn text(self, py: Python<'_>) -> PyResult<&'a str> {
        std::str::from_utf8(self.0)
            .map_err(|error| PyUnicodeDecodeError::new_err_from_utf8(py, self.0, error))
    }
}

impl Deref for Key<'_> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.0
    }
}

impl AsRef<[u8]> for Key<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0
    }
}

/// The error for an argument of another type than is `needed`.
pub(crate) fn wrong_type(object: &Bound<'_, PyAny>, needed: &str) -> PyErr {
    let found = object
        .get_type()
        .name()
        .map_or_else(|_| "?".to_owned(), |name| name.to_string());
    ArgumentError::new_err(format!("{needed} is needed, not {found}"))
}

/// A stored key as Python has it: `str`, or `bytes` where it is not UTF-8.
#[inline]
pub(crate) fn text_or_bytes<'py>(py: Python<'py>, bytes: &[u8]) -> Bound<'py, PyAny> {
    match std::str::from_utf8(bytes) {
        Ok(text) => PyString::new(py, text).into_any(),
        Err(_) => PyBytes::new(py, bytes).into_any(),
    }
}
