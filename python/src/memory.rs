//! Stored bytes of values as `memoryview`s.

use std::borrow::Cow;

use keyfold_reader::{Dictionary, Value, ValueKind};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PySlice};

use crate::error::{KeyNotFound, Raise, ValueFormError};
use crate::key::Key;
use crate::source::Open;

/// Keeps a file mapped.
#[pyclass(frozen, module = "keyfold._native")]
pub(crate) struct Mapping {
    _dictionary: Dictionary,
}

/// The stored bytes of the value of a key. For those that the file holds as they are it is a part of one view of all values,
/// which keeps the file mapped.
pub(crate) fn view<'py>(open: &Open, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = key.py();
    let bytes: Key<'_> = key.extract()?;
    let dictionary = open.dictionary()?;
    open.get(&bytes, |value| {
        let Some(value) = value else {
            return Err(KeyNotFound::new_err((key.clone().unbind(),)));
        };
        let payload = payload(value)?;
        let view = match &payload {
            Cow::Borrowed(bytes) => mapped(py, open, &dictionary, bytes)?,
            Cow::Owned(_) => None,
        };
        let view = match view {
            Some(view) => view,
            None => py
                .import("builtins")?
                .getattr("memoryview")?
                .call1((PyBytes::new(py, &payload),))?,
        };
        if value.kind() == ValueKind::FloatVector {
            return view.call_method1("cast", ("f",));
        }
        Ok(view)
    })
}

/// The bytes of a value, not compressed.
fn payload(value: Value<'_>) -> PyResult<Cow<'_, [u8]>> {
    match value.kind() {
        ValueKind::Json => value.msgpack().raise(),
        ValueKind::String => Ok(value
            .raw()
            .raise()?
            .map(|blob| blob.payload)
            .unwrap_or_default()),
        ValueKind::FloatVector => value.payload().raise(),
        kind => Err(ValueFormError::new_err(format!(
            "values of kind {kind} are not bytes"
        ))),
    }
}

/// The view of bytes within the values of a file; nothing where they are not.
fn mapped<'py>(
    py: Python<'py>,
    open: &Open,
    dictionary: &Dictionary,
    bytes: &[u8],
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let section = dictionary.values().section();
    let start = bytes.as_ptr().addr().wrapping_sub(section.as_ptr().addr());
    let end = start.wrapping_add(bytes.len());
    if section.get(start..end).is_none() {
        return Ok(None);
    }
    let whole = open.whole.get_or_try_init(py, || {
        let mapping = Mapping {
            _dictionary: dictionary.clone(),
        };
        let views = py.import("keyfold._views")?;
        let address = section.as_ptr().addr();
        let whole = views.call_method1("mapped", (address, section.len(), mapping))?;
        PyResult::Ok(whole.unbind())
    })?;
    let range = PySlice::new(py, isize::try_from(start)?, isize::try_from(end)?, 1);
    whole.bind(py).get_item(range).map(Some)
}
