//! `MessagePack` into Python objects, without a step between.

use std::cell::RefCell;

use keyfold_reader::{MsgpackError, MsgpackToken, read_msgpack};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString};

use crate::error::ValueFormError;
use crate::key::text_or_bytes;

/// Names of fields up to this many bytes are kept for the next document, in so many places.
const MAX_NAME: usize = 32;
const NAMES: usize = 512;

thread_local! {
    static KEPT: RefCell<Names> = RefCell::new(Names::new());
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
    KEPT.with(|kept| match kept.try_borrow_mut() {
        Ok(mut names) => Decoder {
            py,
            payload,
            at: 0,
            strings,
            names: &mut names,
        }
        .whole(),
        // a finalizer, run while an object is made, decodes in the same thread
        Err(_) => Decoder {
            py,
            payload,
            at: 0,
            strings,
            names: &mut Names::new(),
        }
        .whole(),
    })
}

struct Decoder<'a, 'py> {
    py: Python<'py>,
    payload: &'a [u8],
    at: usize,
    strings: Strings,
    names: &'a mut Names,
}

/// A container still to be filled.
enum Open<'py> {
    List(Bound<'py, PyList>),
    Dict(Bound<'py, PyDict>),
}

impl<'py> Decoder<'_, 'py> {
    fn whole(mut self) -> PyResult<Bound<'py, PyAny>> {
        let object = self.object()?;
        if self.at == self.payload.len() {
            return Ok(object);
        }
        Err(damage(MsgpackError {
            offset: self.at,
            reason: "bytes follow the object",
        }))
    }

    #[inline]
    fn token(&mut self) -> PyResult<MsgpackToken<'_>> {
        let (token, next) = read_msgpack(self.payload, self.at).map_err(damage)?;
        self.at = next;
        Ok(token)
    }

    /// The object at hand. Containers wait on a stack of their own: a document may be nested deeper than a thread's.
    fn object(&mut self) -> PyResult<Bound<'py, PyAny>> {
        let mut open: Vec<(Open<'py>, u32)> = Vec::new();
        loop {
            // the name under which the next object goes into the innermost container
            let name = match open.last() {
                Some((Open::Dict(_), _)) => Some(self.name()?),
                _ => None,
            };
            let (mut made, entries) = self.next()?;
            match made {
                Made::Whole(_) => {}
                Made::Container(container) if entries > 0 => {
                    attach(&open, name, container.as_any())?;
                    open.push((container, entries));
                    continue;
                }
                Made::Container(container) => made = Made::Whole(container.into_any()),
            }
            let Made::Whole(object) = made else {
                continue;
            };
            if open.is_empty() {
                return Ok(object);
            }
            attach(&open, name, &object)?;
            while let Some((_, left)) = open.last_mut() {
                *left -= 1;
                if *left > 0 {
                    break;
                }
                let (full, _) = open.pop().expect("there is one");
                if open.is_empty() {
                    return Ok(full.into_any());
                }
            }
        }
    }

    /// The next scalar, or an empty container with the number of entries it will have.
    #[inline]
    fn next(&mut self) -> PyResult<(Made<'py>, u32)> {
        let py = self.py;
        let strings = self.strings;
        let at = self.at;
        Ok((
            Made::Whole(match self.token()? {
                MsgpackToken::Nil => py.None().into_bound(py),
                MsgpackToken::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
                MsgpackToken::Unsigned(value) => PyInt::new(py, value).into_any(),
                MsgpackToken::Negative(value) => PyInt::new(py, value).into_any(),
                MsgpackToken::Float(value) => PyFloat::new(py, value.into()).into_any(),
                MsgpackToken::Double(value) => PyFloat::new(py, value).into_any(),
                MsgpackToken::Str(bytes) => string(py, bytes, strings)?,
                MsgpackToken::Bin(bytes) => PyBytes::new(py, bytes).into_any(),
                MsgpackToken::Array(entries) => {
                    return Ok((Made::Container(Open::List(PyList::empty(py))), entries));
                }
                MsgpackToken::Map(entries) => {
                    return Ok((Made::Container(Open::Dict(PyDict::new(py))), entries));
                }
                MsgpackToken::Ext => {
                    return Err(damage(MsgpackError {
                        offset: at,
                        reason: "extension objects have no form in Python",
                    }));
                }
            }),
            0,
        ))
    }

    /// The name of a map's entry; any object that can be a key of a `dict`.
    #[inline]
    fn name(&mut self) -> PyResult<Bound<'py, PyAny>> {
        let (token, next) = read_msgpack(self.payload, self.at).map_err(damage)?;
        if let MsgpackToken::Str(bytes) = token
            && bytes.len() <= MAX_NAME
        {
            self.at = next;
            return self.names.get(self.py, bytes, self.strings);
        }
        match token {
            MsgpackToken::Array(_) | MsgpackToken::Map(_) => Err(damage(MsgpackError {
                offset: self.at,
                reason: "a container is the key of a map",
            })),
            _ => match self.next()? {
                (Made::Whole(object), _) => Ok(object),
                (Made::Container(container), _) => Ok(container.into_any()),
            },
        }
    }
}

enum Made<'py> {
    Whole(Bound<'py, PyAny>),
    Container(Open<'py>),
}

impl<'py> Open<'py> {
    fn as_any(&self) -> &Bound<'py, PyAny> {
        match self {
            Open::List(list) => list.as_any(),
            Open::Dict(dict) => dict.as_any(),
        }
    }

    fn into_any(self) -> Bound<'py, PyAny> {
        match self {
            Open::List(list) => list.into_any(),
            Open::Dict(dict) => dict.into_any(),
        }
    }
}

/// Puts an object into the innermost container.
#[inline]
fn attach<'py>(
    open: &[(Open<'py>, u32)],
    name: Option<Bound<'py, PyAny>>,
    object: &Bound<'py, PyAny>,
) -> PyResult<()> {
    match (open.last(), name) {
        (Some((Open::Dict(dict), _)), Some(name)) => dict.set_item(name, object),
        (Some((Open::List(list), _)), _) => list.append(object),
        _ => Ok(()),
    }
}

#[inline]
fn string<'py>(py: Python<'py>, bytes: &[u8], strings: Strings) -> PyResult<Bound<'py, PyAny>> {
    match strings {
        Strings::Lenient => Ok(text_or_bytes(py, bytes)),
        Strings::Strict => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(PyString::new(py, text).into_any()),
            Err(_) => PyString::from_bytes(py, bytes).map(Bound::into_any),
        },
    }
}

fn damage(error: MsgpackError) -> PyErr {
    ValueFormError::new_err(error.to_string())
}

/// The latest names of fields as Python strings, by a hash of their bytes: documents of one dictionary share most names.
struct Names(Vec<Option<Name>>);

struct Name {
    length: u8,
    bytes: [u8; MAX_NAME],
    text: Py<PyString>,
}

impl Names {
    fn new() -> Self {
        Names((0..NAMES).map(|_| None).collect())
    }

    #[inline]
    fn get<'py>(
        &mut self,
        py: Python<'py>,
        bytes: &[u8],
        strings: Strings,
    ) -> PyResult<Bound<'py, PyAny>> {
        let kept = &mut self.0[place(bytes)];
        if let Some(name) = kept
            && name.bytes[..usize::from(name.length)] == *bytes
        {
            return Ok(name.text.bind(py).clone().into_any());
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return string(py, bytes, strings);
        };
        let text = PyString::new(py, text);
        let mut name = Name {
            length: bytes.len().to_le_bytes()[0],
            bytes: [0; MAX_NAME],
            text: text.clone().unbind(),
        };
        name.bytes[..bytes.len()].copy_from_slice(bytes);
        *kept = Some(name);
        Ok(text.into_any())
    }
}

/// The place of a name: FNV-1a over its bytes.
#[inline]
fn place(bytes: &[u8]) -> usize {
    let mut hash = 0x811C_9DC5_u32;
    for byte in bytes {
        hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    (hash ^ (hash >> 16)) as usize % NAMES
}
