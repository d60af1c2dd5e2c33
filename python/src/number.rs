//! A whole number as it comes from Python.

use pyo3::prelude::*;
use pyo3::types::PyInt;

use crate::error::NumberError;
use crate::key::wrong_type;

/// An `int` that `T` has room for; others are an `OverflowError`.
#[derive(Clone, Copy)]
pub(crate) struct Number<T>(pub(crate) T);

impl<'a, 'py, T: FromPyObject<'a, 'py>> FromPyObject<'a, 'py> for Number<T> {
    type Error = PyErr;

    #[inline]
    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if !object.is_instance_of::<PyInt>() {
            return Err(wrong_type(&object, "int"));
        }
        match object.extract() {
            Ok(number) => Ok(Number(number)),
            Err(_) => Err(NumberError::new_err(format!("{} is out of range", *object))),
        }
    }
}
