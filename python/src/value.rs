//! A stored value as a Python object.

use keyfold_reader::{Match, Value, ValueKind};
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList};

use crate::decode::{Strings, decode};
use crate::error::Raise;
use crate::key::text_or_bytes;

/// The value: `None` for key-only, `int` for int and completion, `str` (or `bytes` where it is not UTF-8) for string, the
/// document for json, a list of `float` for float-vector.
#[inline]
pub(crate) fn to_python<'py>(py: Python<'py>, value: Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    match value.kind() {
        ValueKind::KeyOnly => Ok(py.None().into_bound(py)),
        ValueKind::Int | ValueKind::Completion => {
            Ok(PyInt::new(py, value.as_u64().unwrap_or_default()).into_any())
        }
        ValueKind::String => Ok(text_or_bytes(py, &payload(value)?)),
        ValueKind::Json => decode(py, &value.msgpack().raise()?, Strings::Lenient),
        ValueKind::FloatVector => Ok(PyList::new(py, value.floats().raise()?)?.into_any()),
    }
}

/// The bytes of a string.
fn payload(value: Value<'_>) -> PyResult<std::borrow::Cow<'_, [u8]>> {
    Ok(value
        .raw()
        .raise()?
        .map(|blob| blob.payload)
        .unwrap_or_default())
}

/// Key and value of an entry that was found.
pub(crate) fn item<'py>(
    py: Python<'py>,
    found: &Match,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    Ok((text_or_bytes(py, &found.key), to_python(py, found.value())?))
}
