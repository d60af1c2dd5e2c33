//! Stored values in the forms that keyvi has for them.

use std::borrow::Cow;

use keyfold_reader::{
    Compression, Compressor, MAX_VALUE_LEN, Value, ValueKind, msgpack_to_json, skip_msgpack,
    write_floats_g,
};
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList, PyString};

use super::attribute::{Attribute, Attributes};
use crate::decode::{Strings, decode};
use crate::error::{Raise, ValueFormError};

/// The value as a Python object.
#[inline]
pub(super) fn object<'py>(py: Python<'py>, value: Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    match value.kind() {
        ValueKind::KeyOnly => Ok(py.None().into_bound(py)),
        ValueKind::Int | ValueKind::Completion => {
            Ok(PyInt::new(py, value.as_u64().unwrap_or_default()).into_any())
        }
        ValueKind::Json | ValueKind::String => {
            decode(py, &value.msgpack().raise()?, Strings::Strict)
        }
        ValueKind::FloatVector => Ok(PyList::new(py, value.floats().raise()?)?.into_any()),
    }
}

/// What keyvi takes for the `MessagePack` of a value: of a vector, its bytes.
fn msgpack(value: Value<'_>) -> PyResult<Cow<'_, [u8]>> {
    match value.kind() {
        ValueKind::FloatVector => {
            let floats = value.floats().raise()?;
            Ok(floats
                .iter()
                .flat_map(|float| float.to_le_bytes())
                .collect())
        }
        _ => value.msgpack().raise(),
    }
}

/// The value as `MessagePack`, compressed without a code before it.
pub(super) fn packed(value: Value<'_>, compression: Compression) -> PyResult<Cow<'_, [u8]>> {
    match value.kind() {
        ValueKind::FloatVector => Ok(compressed(msgpack(value)?, compression)),
        _ => value.msgpack_compressed(compression).raise(),
    }
}

/// The value as it goes over the wire. That of a key without one is empty, as keyvi's is.
pub(super) fn raw(value: Value<'_>) -> PyResult<Vec<u8>> {
    match value.kind() {
        ValueKind::KeyOnly => Ok(Vec::new()),
        ValueKind::Int | ValueKind::Completion => Ok([&[0], &*value.msgpack().raise()?].concat()),
        ValueKind::String => {
            let mut out = vec![0];
            let blob = value.raw().raise()?;
            write_string(&blob.map(|blob| blob.payload).unwrap_or_default(), &mut out);
            Ok(out)
        }
        ValueKind::Json | ValueKind::FloatVector => match value.raw().raise()? {
            Some(blob) => Ok([&[blob.compression.code()], &*blob.payload].concat()),
            None => Ok(Vec::new()),
        },
    }
}

/// A `MessagePack` string.
fn write_string(text: &[u8], out: &mut Vec<u8>) {
    let length = text.len();
    match length {
        0..32 => out.push(0xA0 | length.to_le_bytes()[0]),
        32..0x100 => out.extend([0xD9, length.to_le_bytes()[0]]),
        0x100..0x1_0000 => {
            let [low, high, ..] = length.to_le_bytes();
            out.extend([0xDA, high, low]);
        }
        _ => {
            out.push(0xDB);
            // no value is that long
            out.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
        }
    }
    out.extend_from_slice(text);
}

/// The value as text, bytes that are not UTF-8 included.
pub(super) fn text(value: Value<'_>) -> PyResult<Vec<u8>> {
    let mut out = Vec::new();
    match value.kind() {
        ValueKind::FloatVector => write_floats_g(&value.floats().raise()?, &mut out),
        _ => value.write_text(&mut out).raise()?,
    }
    Ok(out)
}

/// Text as a `str`. Not UTF-8 is a `UnicodeDecodeError`.
pub(super) fn text_object<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyString>> {
    match std::str::from_utf8(text) {
        Ok(text) => Ok(PyString::new(py, text)),
        Err(_) => PyString::from_bytes(py, text),
    }
}

/// What keyvi calls the attributes of a value.
pub(super) fn attributes(value: Value<'_>) -> PyResult<Attributes> {
    let (name, text) = match value.kind() {
        ValueKind::KeyOnly => return Ok(Attributes::new()),
        ValueKind::Int | ValueKind::Completion => ("weight", self::text(value)?),
        _ => ("value", self::text(value)?),
    };
    Ok([(name.into(), Attribute::Text(text))].into())
}

/// The value that a raw value holds.
pub(super) fn raw_object<'py>(py: Python<'py>, raw: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let msgpack = raw_msgpack(raw)?;
    if msgpack.is_empty() {
        return Ok(py.None().into_bound(py));
    }
    decode(py, &msgpack, Strings::Strict)
}

/// The JSON text of a raw value.
pub(super) fn raw_text(raw: &[u8]) -> PyResult<Vec<u8>> {
    let msgpack = raw_msgpack(raw)?;
    let mut out = Vec::new();
    if !msgpack.is_empty() {
        // of the bytes of a vector keyvi takes the first object
        skip_msgpack(&msgpack, 0)
            .and_then(|end| msgpack_to_json(&msgpack[..end], &mut out))
            .map_err(|error| ValueFormError::new_err(error.to_string()))?;
    }
    Ok(out)
}

/// The `MessagePack` of a raw value, compressed without a code before it.
pub(super) fn raw_packed(raw: &[u8], compression: Compression) -> PyResult<Cow<'_, [u8]>> {
    match raw.split_first() {
        Some((&code, payload)) if code == compression.code() => Ok(payload.into()),
        Some(_) => Ok(compressed(raw_msgpack(raw)?, compression)),
        None => Ok(raw.into()),
    }
}

fn raw_msgpack(raw: &[u8]) -> PyResult<Cow<'_, [u8]>> {
    let Some((&code, payload)) = raw.split_first() else {
        return Ok(raw.into());
    };
    match Compression::from_code(code) {
        Some(Compression::None) => Ok(payload.into()),
        Some(compression) => {
            let mut out = Vec::new();
            compression
                .decompress(payload, MAX_VALUE_LEN, &mut out)
                .map_err(|error| ValueFormError::new_err(error.to_string()))?;
            Ok(out.into())
        }
        None => Err(ValueFormError::new_err(format!(
            "a value starts with {code}, which is no compression"
        ))),
    }
}

fn compressed(msgpack: Cow<'_, [u8]>, compression: Compression) -> Cow<'_, [u8]> {
    if compression == Compression::None {
        return msgpack;
    }
    let mut out = Vec::new();
    Compressor::new(compression).compress(&msgpack, &mut out);
    out.into()
}
