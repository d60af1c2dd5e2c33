//! Many strings as they come from Python.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyFloat, PyList, PyString, PyTuple};
use pyo3_arrow::input::AnyArray;

use crate::error::ArgumentError;
use crate::key::wrong_type;
use crate::walk::Places;

const NEEDED: &str = "a list, an array or another iterable of str or bytes";

/// A string, if there is one, and in what places in it are given.
pub(crate) type Slice<'a> = (Option<&'a [u8]>, Places);

/// Strings of a list, of another iterable or of an Arrow array, which are held as long.
pub(crate) enum Strings<'py> {
    /// `str`, `bytes`, or `None` where there is none.
    Objects(Vec<Bound<'py, PyAny>>),
    /// Pieces of one array of strings.
    Arrays(Vec<ArrayRef>),
}

impl<'py> Strings<'py> {
    pub(crate) fn new(strings: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(list) = strings.cast::<PyList>() {
            return Ok(Strings::Objects(list.iter().collect()));
        }
        if let Ok(tuple) = strings.cast::<PyTuple>() {
            return Ok(Strings::Objects(tuple.iter().collect()));
        }
        if strings.is_instance_of::<PyString>() || strings.is_instance_of::<PyBytes>() {
            return Err(wrong_type(strings, NEEDED));
        }
        if strings.hasattr("__arrow_c_array__")? || strings.hasattr("__arrow_c_stream__")? {
            match Self::arrow(strings) {
                // pandas without pyarrow cannot
                Err(error) if error.is_instance_of::<PyImportError>(strings.py()) => {}
                result => return result,
            }
        }
        let plain = if strings.hasattr("tolist")? {
            strings.call_method0("tolist")?
        } else {
            strings.clone()
        };
        let items = plain.try_iter().map_err(|_| wrong_type(strings, NEEDED))?;
        items.collect::<PyResult<_>>().map(Strings::Objects)
    }

    fn arrow(strings: &Bound<'py, PyAny>) -> PyResult<Self> {
        let (chunks, _field) = strings
            .extract::<AnyArray>()?
            .into_chunked_array()?
            .into_inner();
        let plain = chunks.into_iter().map(|chunk| match chunk.data_type() {
            DataType::Dictionary(_, values) => arrow_cast::cast(&chunk, values),
            _ => Ok(chunk),
        });
        let plain = plain.collect::<Result<_, _>>();
        plain
            .map(Strings::Arrays)
            .map_err(|error| ArgumentError::new_err(error.to_string()))
    }

    /// The strings, or nothing where there is none, and in what their places are given.
    pub(crate) fn slices(&self) -> PyResult<Vec<Slice<'_>>> {
        match self {
            Strings::Objects(objects) => objects.iter().map(object).collect(),
            Strings::Arrays(arrays) => {
                let mut slices = Vec::with_capacity(arrays.iter().map(Array::len).sum());
                for array in arrays {
                    put(array, &mut slices)?;
                }
                Ok(slices)
            }
        }
    }

    /// The strings as keys: where there is none it is the empty one, which is never stored.
    pub(crate) fn keys(&self) -> PyResult<Vec<&[u8]>> {
        let keys = self.slices()?.into_iter();
        Ok(keys.map(|(key, _)| key.unwrap_or_default()).collect())
    }
}

#[inline]
fn object<'a>(object: &'a Bound<'_, PyAny>) -> PyResult<Slice<'a>> {
    if let Ok(text) = object.cast::<PyString>() {
        return Ok((Some(text.to_str()?.as_bytes()), Places::Characters));
    }
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok((Some(bytes.as_bytes()), Places::Bytes));
    }
    // pandas says NaN or NA for none
    let none = object.is_none()
        || (object.cast::<PyFloat>()).is_ok_and(|float| float.extract().is_ok_and(f64::is_nan))
        || object.get_type().name().is_ok_and(|name| name == "NAType");
    if none {
        return Ok((None, Places::Bytes));
    }
    Err(wrong_type(object, "str, bytes or None"))
}

/// The strings of an array.
fn put<'a>(array: &'a ArrayRef, slices: &mut Vec<Slice<'a>>) -> PyResult<()> {
    fn all<'a, T: AsRef<[u8]> + ?Sized + 'a>(
        strings: impl Iterator<Item = Option<&'a T>>,
        places: Places,
        slices: &mut Vec<Slice<'a>>,
    ) {
        slices.extend(strings.map(|string| (string.map(AsRef::as_ref), places)));
    }
    match array.data_type() {
        DataType::Utf8 => all(array.as_string::<i32>().iter(), Places::Characters, slices),
        DataType::LargeUtf8 => all(array.as_string::<i64>().iter(), Places::Characters, slices),
        DataType::Utf8View => all(array.as_string_view().iter(), Places::Characters, slices),
        DataType::Binary => all(array.as_binary::<i32>().iter(), Places::Bytes, slices),
        DataType::LargeBinary => all(array.as_binary::<i64>().iter(), Places::Bytes, slices),
        DataType::BinaryView => all(array.as_binary_view().iter(), Places::Bytes, slices),
        DataType::Null => slices.extend((0..array.len()).map(|_| (None, Places::Bytes))),
        other => {
            return Err(ArgumentError::new_err(format!(
                "an array of strings is needed, not of {other}"
            )));
        }
    }
    Ok(())
}
