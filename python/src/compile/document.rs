//! Python objects as JSON documents: straight into `MessagePack`.

use keyfold_reader::msgpack::{
    write_array_header, write_bin, write_bool, write_f64, write_int, write_map_header, write_nil,
    write_str, write_uint,
};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::error::{RangeError, RowError};

/// Documents are nested no deeper: the stack has to do, and lists that hold themselves end.
const MAX_DEPTH: usize = 500;

/// What becomes of `bytes`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bytes {
    /// An error: JSON has none.
    Refused,
    /// `MessagePack`'s binary objects.
    Binary,
}

/// Appends an object made of `dict`, `list`, `tuple`, `str`, `int`, `float`, `bool`, `None`, and `bytes` where they are taken; others, such as those of `NumPy`, by what their
/// `tolist` gives.
pub(crate) fn write(object: &Bound<'_, PyAny>, bytes: Bytes, out: &mut Vec<u8>) -> PyResult<()> {
    write_at(object, bytes, 0, out)
}

fn write_at(
    object: &Bound<'_, PyAny>,
    bytes: Bytes,
    depth: usize,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    if let Ok(text) = object.cast::<PyString>() {
        write_str(text.to_str()?.as_bytes(), out);
    } else if let Ok(value) = object.cast::<PyBool>() {
        write_bool(value.is_true(), out);
    } else if let Ok(number) = object.cast::<PyInt>() {
        write_number(number, out)?;
    } else if let Ok(number) = object.cast::<PyFloat>() {
        write_f64(number.value(), out);
    } else if object.is_none() {
        write_nil(out);
    } else if bytes == Bytes::Binary
        && let Ok(object) = object.cast::<PyBytes>()
    {
        write_bin(object.as_bytes(), out);
    } else if depth >= MAX_DEPTH {
        return Err(RowError::new_err(format!(
            "the document is nested deeper than {MAX_DEPTH}"
        )));
    } else if let Ok(dict) = object.cast::<PyDict>() {
        write_map_header(dict.len(), out);
        for (name, value) in dict.iter() {
            let Ok(name) = name.cast::<PyString>() else {
                return Err(unfit(&name, "the name of a field is not str but"));
            };
            write_str(name.to_str()?.as_bytes(), out);
            write_at(&value, bytes, depth + 1, out)?;
        }
    } else if let Ok(list) = object.cast::<PyList>() {
        write_array_header(list.len(), out);
        for item in list.iter() {
            write_at(&item, bytes, depth + 1, out)?;
        }
    } else if let Ok(tuple) = object.cast::<PyTuple>() {
        write_array_header(tuple.len(), out);
        for item in tuple.iter_borrowed() {
            write_at(&item, bytes, depth + 1, out)?;
        }
    } else {
        let Ok(list) = object.call_method0("tolist") else {
            return Err(unfit(object, "no document can hold a"));
        };
        return write_at(&list, bytes, depth + 1, out);
    }
    Ok(())
}

fn write_number(number: &Bound<'_, PyInt>, out: &mut Vec<u8>) -> PyResult<()> {
    if let Ok(number) = number.extract::<i64>() {
        write_int(number, out);
    } else if let Ok(number) = number.extract::<u64>() {
        write_uint(number, out);
    } else {
        return Err(RangeError::new_err(
            "a document holds integers of at most 64 bits",
        ));
    }
    Ok(())
}

fn unfit(object: &Bound<'_, PyAny>, text: &str) -> PyErr {
    match object.get_type().name() {
        Ok(name) => RowError::new_err(format!("{text} {name}")),
        Err(error) => error,
    }
}
