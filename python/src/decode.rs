//! `MessagePack` into Python objects, without a step between.

use std::cell::RefCell;

use keyfold_reader::{MsgpackError, MsgpackToken, read_msgpack};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString};

use crate::error::ValueFormError;
use crate::shape::{Name, Shapes, with_name};

/// Strings up to this many bytes are kept for the next document: names of fields in so many places, others in so many.
const MAX_KEPT: usize = 32;
const NAMES: usize = 512;
const TEXTS: usize = 2048;

/// Containers within containers; deeper documents have no form in Python, which could not even print them.
const MAX_DEPTH: u32 = 1000;

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::new(Kept::new());
}

/// How strings that are not UTF-8 are given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strings {
    /// As `bytes`.
    Lenient,
    /// Not at all: `UnicodeDecodeError`, as keyvi does.
    Strict,
}

/// The one object that `payload` holds.
pub(crate) fn decode<'py>(
    py: Python<'py>,
    payload: &[u8],
    strings: Strings,
) -> PyResult<Bound<'py, PyAny>> {
    let whole = |kept: &mut Kept| {
        let mut decoder = Decoder {
            py,
            payload,
            at: 0,
            strings,
            kept,
        };
        let object = decoder.object(0)?;
        if decoder.at == payload.len() {
            return Ok(object);
        }
        Err(decoder.damage("bytes follow the object"))
    };
    KEPT.with(|kept| match kept.try_borrow_mut() {
        Ok(mut kept) => whole(&mut kept),
        // a finalizer, run while an object is made, decodes in the same thread
        Err(_) => whole(&mut Kept::new()),
    })
}

struct Decoder<'a, 'py> {
    py: Python<'py>,
    payload: &'a [u8],
    at: usize,
    strings: Strings,
    kept: &'a mut Kept,
}

impl<'a, 'py> Decoder<'a, 'py> {
    #[inline]
    fn token(&mut self) -> PyResult<MsgpackToken<'a>> {
        let (token, next) = read_msgpack(self.payload, self.at).map_err(malformed)?;
        self.at = next;
        Ok(token)
    }

    /// The object at hand, in so many containers.
    fn object(&mut self, depth: u32) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        Ok(match self.token()? {
            MsgpackToken::Nil => py.None().into_bound(py),
            MsgpackToken::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
            MsgpackToken::Unsigned(value) => PyInt::new(py, value).into_any(),
            MsgpackToken::Negative(value) => PyInt::new(py, value).into_any(),
            MsgpackToken::Float(value) => PyFloat::new(py, value.into()).into_any(),
            MsgpackToken::Double(value) => PyFloat::new(py, value).into_any(),
            MsgpackToken::Str(bytes) => self.kept.texts.get(py, bytes, self.strings)?,
            MsgpackToken::Bin(bytes) => PyBytes::new(py, bytes).into_any(),
            MsgpackToken::Ext => {
                return Err(self.damage("extension objects have no form in Python"));
            }
            MsgpackToken::Array(_) | MsgpackToken::Map(_) if depth >= MAX_DEPTH => {
                return Err(self.damage("containers are nested too deeply"));
            }
            // no more entries are announced than bytes follow
            MsgpackToken::Array(entries) => {
                let mut objects = Vec::with_capacity(entries as usize);
                for _ in 0..entries {
                    objects.push(self.object(depth + 1)?);
                }
                PyList::new(py, objects)?.into_any()
            }
            MsgpackToken::Map(entries) => self.map(entries as usize, depth)?.into_any(),
        })
    }

    /// The map of so many entries that are at hand.
    fn map(&mut self, entries: usize, depth: u32) -> PyResult<Bound<'py, PyDict>> {
        let (py, start) = (self.py, self.at);
        let dict = PyDict::new(py);
        let (mut done, mut names) = (0, 0);
        if let Some(shape) = self.kept.shapes.get(entries) {
            let filled = shape.blank(py)?;
            for name in shape.names() {
                if !self.payload[self.at..].starts_with(&name.packed) {
                    break;
                }
                self.at += name.packed.len();
                filled.set_item(&name.object, self.object(depth + 1)?)?;
                done += 1;
            }
            if done == entries {
                return Ok(filled);
            }
            for Name { object, .. } in &shape.names()[..done] {
                names = with_name(names, object.bind(py));
                dict.set_item(object, filled.get_item(object)?)?;
            }
        }
        for _ in done..entries {
            let name = self.name()?;
            names = with_name(names, &name);
            dict.set_item(name, self.object(depth + 1)?)?;
        }
        let shapes = &mut self.kept.shapes;
        shapes.put(names, self.payload, start, entries, &dict);
        Ok(dict)
    }

    /// The name of a map's entry; any object that can be a key of a `dict`.
    #[inline]
    fn name(&mut self) -> PyResult<Bound<'py, PyAny>> {
        let start = self.at;
        match self.token()? {
            MsgpackToken::Str(bytes) => self.kept.names.get(self.py, bytes, self.strings),
            MsgpackToken::Array(_) | MsgpackToken::Map(_) => {
                Err(self.damage("a container is the key of a map"))
            }
            _ => {
                self.at = start;
                self.object(0)
            }
        }
    }

    fn damage(&self, reason: &'static str) -> PyErr {
        malformed(MsgpackError {
            offset: self.at,
            reason,
        })
    }
}

fn malformed(error: MsgpackError) -> PyErr {
    ValueFormError::new_err(error.to_string())
}

/// A new string of these bytes.
#[inline]
fn string<'py>(py: Python<'py>, bytes: &[u8], strings: Strings) -> PyResult<Bound<'py, PyAny>> {
    match PyString::from_bytes(py, bytes) {
        Ok(text) => Ok(text.into_any()),
        Err(_) if strings == Strings::Lenient => Ok(PyBytes::new(py, bytes).into_any()),
        Err(error) => Err(error),
    }
}

/// What the latest documents have in common: those of one dictionary share most names of fields and many short texts.
struct Kept {
    shapes: Shapes,
    names: Texts,
    texts: Texts,
}

impl Kept {
    fn new() -> Self {
        Kept {
            shapes: Shapes::new(),
            names: Texts::new(NAMES),
            texts: Texts::new(TEXTS),
        }
    }
}

/// The latest short strings as Python has them, by a hash of their bytes.
struct Texts(Box<[Option<Text>]>);

struct Text {
    length: u8,
    bytes: [u8; MAX_KEPT],
    object: Py<PyAny>,
}

impl Texts {
    /// Of a power of two.
    fn new(places: usize) -> Self {
        Texts((0..places).map(|_| None).collect())
    }

    #[inline]
    fn get<'py>(
        &mut self,
        py: Python<'py>,
        bytes: &[u8],
        strings: Strings,
    ) -> PyResult<Bound<'py, PyAny>> {
        let length = bytes.len();
        if length > MAX_KEPT {
            return string(py, bytes, strings);
        }
        let mask = self.0.len() - 1;
        let kept = &mut self.0[hash(bytes) & mask];
        if let Some(kept) = kept
            && kept.bytes[..usize::from(kept.length)] == *bytes
        {
            return Ok(kept.object.bind(py).clone());
        }
        let text = string(py, bytes, strings)?;
        if text.is_instance_of::<PyString>() {
            let mut copy = [0; MAX_KEPT];
            copy[..length].copy_from_slice(bytes);
            *kept = Some(Text {
                length: length.to_le_bytes()[0],
                bytes: copy,
                object: text.clone().unbind(),
            });
        }
        Ok(text)
    }
}

/// A hash of a short string: its first and last eight bytes, and its length.
#[inline]
fn hash(bytes: &[u8]) -> usize {
    let ends = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) => {
            u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29)
        }
        _ => bytes
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    let mixed = (ends ^ bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // the upper half: as good as any on all machines
    (mixed >> 40) as usize
}
