//! What was found: keyvi's `Match`, for keyfold's own calls too.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyfold_reader::{Compression, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::attribute::{Attribute, Attributes};
use super::stored;
use super::wire::{self, Wire};
use crate::error::{ArgumentError, AttributeNotFound};
use crate::key::{Key, text_or_bytes, wrong_type};
use crate::number::Number;

const NO_COMPRESSION_CODE: &str = "a compression is one of CompressionAlgorithm, 0 to 3";

/// A key that was found, with its value and where the match starts and ends. Its dictionary stays open as long.
#[pyclass(frozen, subclass, module = "keyfold", name = "Match")]
pub(crate) struct Match {
    found: Option<keyfold_reader::Match>,
    state: Mutex<State>,
}

/// What can be set.
struct State {
    text: Text,
    start: usize,
    end: usize,
    score: f32,
    more: Option<Box<More>>,
}

/// What few matches have.
#[derive(Default)]
struct More {
    /// The value of a match that came over the wire.
    raw: Vec<u8>,
    attributes: Option<Attributes>,
}

/// The matched string.
enum Text {
    /// The key of what was found.
    Found,
    /// As it was asked for.
    Asked(Py<PyString>),
    Bytes(Vec<u8>),
}

impl Text {
    fn asked(asked: &Bound<'_, PyAny>, key: &[u8]) -> Self {
        match asked.cast_exact::<PyString>() {
            Ok(text) => Text::Asked(text.clone().unbind()),
            Err(_) => Text::Bytes(key.to_vec()),
        }
    }
}

impl Match {
    /// The match of a whole key, or of as much of it as `end` says.
    pub(crate) fn found(found: keyfold_reader::Match, end: usize) -> Self {
        Match::span(found, 0, end)
    }

    /// The match of bytes `start` to `end` of a text.
    pub(crate) fn span(found: keyfold_reader::Match, start: usize, end: usize) -> Self {
        #[expect(
            clippy::cast_precision_loss,
            reason = "keyvi's scores are floats of 32 bits"
        )]
        let score = found.score as f32;
        Match::new(Some(found), Text::Found, start, end, score)
    }

    /// The match of the key that was asked for, as it was asked for. The key within `found` may be empty.
    pub(crate) fn asked(
        found: keyfold_reader::Match,
        asked: &Bound<'_, PyAny>,
        key: &[u8],
    ) -> Self {
        Match::new(Some(found), Text::asked(asked, key), 0, key.len(), 0.0)
    }

    /// As [`asked`](Self::asked), with the value as `MessagePack`.
    pub(super) fn packed(document: &[u8], asked: &Bound<'_, PyAny>, key: &[u8]) -> Self {
        let found = Match::new(None, Text::asked(asked, key), 0, key.len(), 0.0);
        let none = Compression::None.code();
        found.state().more.get_or_insert_default().raw = [&[none], document].concat();
        found
    }

    fn new(
        found: Option<keyfold_reader::Match>,
        text: Text,
        start: usize,
        end: usize,
        score: f32,
    ) -> Self {
        Match {
            found,
            state: Mutex::new(State {
                text,
                start,
                end,
                score,
                more: None,
            }),
        }
    }

    /// Nothing that waits is done while this is held.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was found, if it did not come over the wire.
    fn value_found(&self) -> Option<Value<'_>> {
        self.found.as_ref().map(keyfold_reader::Match::value)
    }

    /// The bytes of the matched string.
    fn text(&self, py: Python<'_>) -> PyResult<Vec<u8>> {
        let asked = match &self.state().text {
            Text::Found => {
                return Ok(self
                    .found
                    .iter()
                    .flat_map(|f| f.key.iter().copied())
                    .collect());
            }
            Text::Bytes(bytes) => return Ok(bytes.clone()),
            Text::Asked(text) => text.clone_ref(py),
        };
        Ok(asked.bind(py).to_cow()?.as_bytes().to_vec())
    }

    /// Keeps `self.state` from being held while Python objects are made.
    fn text_object<'py>(
        &self,
        py: Python<'py>,
        make: impl Fn(&[u8]) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let bytes = match &self.state().text {
            Text::Found => None,
            Text::Asked(text) => return Ok(text.bind(py).clone().into_any()),
            Text::Bytes(bytes) => Some(bytes.clone()),
        };
        match (bytes, &self.found) {
            (Some(bytes), _) => make(&bytes),
            (None, Some(found)) => make(&found.key),
            (None, None) => make(b""),
        }
    }

    /// The raw value, with the code of its compression before it.
    fn raw(&self) -> PyResult<Vec<u8>> {
        match self.value_found() {
            Some(value) => stored::raw(value),
            None => Ok((self.state().more.as_ref()).map_or_else(Vec::new, |more| more.raw.clone())),
        }
    }

    /// Calls `f` with the attributes, which are made when they are first asked for.
    fn with_attributes<T>(&self, f: impl FnOnce(&mut Attributes) -> T) -> PyResult<T> {
        let known = (self.state().more.as_ref()).is_some_and(|more| more.attributes.is_some());
        let made = match self.value_found() {
            Some(value) if !known => stored::attributes(value)?,
            _ => Attributes::new(),
        };
        let mut state = self.state();
        let more = state.more.get_or_insert_default();
        Ok(f(more.attributes.get_or_insert(made)))
    }
}

#[pymethods]
impl Match {
    #[new]
    fn empty() -> Self {
        Match::new(None, Text::Bytes(Vec::new()), 0, 0, 0.0)
    }

    /// The key that was found; keyvi's queries may give another string in its place. Not UTF-8 is an error.
    #[getter]
    pub(super) fn matched_string<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.text_object(py, |bytes| {
            stored::text_object(py, bytes).map(Bound::into_any)
        })
    }

    #[setter]
    fn set_matched_string(&self, value: Key<'_>) {
        let text = Text::Bytes(value.to_vec());
        let old = std::mem::replace(&mut self.state().text, text);
        drop(old);
    }

    /// The key that was found: `str`, or `bytes` where it is not UTF-8.
    #[getter]
    fn key<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.text_object(py, |bytes| Ok(text_or_bytes(py, bytes)))
    }

    /// Where the match starts, in bytes.
    #[getter]
    fn start(&self) -> usize {
        self.state().start
    }

    #[setter]
    fn set_start(&self, value: Number<usize>) {
        self.state().start = value.0;
    }

    /// Where the match ends: in bytes or, for fuzzy queries, in characters.
    #[getter]
    fn end(&self) -> usize {
        self.state().end
    }

    #[setter]
    fn set_end(&self, value: Number<usize>) {
        self.state().end = value.0;
    }

    /// The edit distance of fuzzy queries, the bytes in common of near ones, else 0.
    #[getter]
    fn score(&self) -> f32 {
        self.state().score
    }

    #[setter]
    fn set_score(&self, value: f32) {
        self.state().score = value;
    }

    /// The weight of a completion; 0 for other kinds.
    #[getter]
    fn weight(&self) -> u32 {
        self.value_found().map_or(0, Value::weight)
    }

    /// The value: `None` for key-only, `int`, the document; a string is read as JSON where it can be.
    #[getter]
    pub(super) fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.value_found() {
            Some(value) => stored::object(py, value),
            None => stored::raw_object(py, &self.raw()?),
        }
    }

    /// The value as text; documents as JSON.
    fn value_as_string<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let text = match self.value_found() {
            Some(value) => stored::text(value)?,
            None => stored::raw_text(&self.raw()?)?,
        };
        stored::text_object(py, &text)
    }

    /// The value as it goes over the wire: the code of a compression, then the payload.
    fn raw_value_as_string<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.raw()?))
    }

    /// The value as `MessagePack`, compressed by one of `CompressionAlgorithm`.
    #[pyo3(signature = (compression = Number(0), /))]
    fn msgpacked_value_as_string<'py>(
        &self,
        py: Python<'py>,
        compression: Number<u8>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let compression = Compression::from_code(compression.0)
            .ok_or_else(|| ArgumentError::new_err(NO_COMPRESSION_CODE))?;
        match self.value_found() {
            Some(value) => Ok(PyBytes::new(py, &stored::packed(value, compression)?)),
            None => Ok(PyBytes::new(
                py,
                &stored::raw_packed(&self.raw()?, compression)?,
            )),
        }
    }

    /// The match as bytes, for other processes; see `loads`.
    fn dumps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let wire = {
            let (raw, text) = (self.raw()?, self.text(py)?);
            let state = self.state();
            Wire {
                raw,
                text,
                start: state.start,
                end: state.end,
                score: state.score,
            }
        };
        Ok(PyBytes::new(py, &wire::write(&wire)))
    }

    /// The match that `dumps` made bytes of.
    #[staticmethod]
    fn loads(serialized_match: &Bound<'_, PyAny>) -> PyResult<Self> {
        let Ok(bytes) = serialized_match.extract::<Cow<'_, [u8]>>() else {
            return Err(wrong_type(serialized_match, "bytes"));
        };
        let wire = wire::read(&bytes)?;
        let loaded = Match::new(
            None,
            Text::Bytes(wire.text),
            wire.start,
            wire.end,
            wire.score,
        );
        loaded.state().more.get_or_insert_default().raw = wire.raw;
        Ok(loaded)
    }

    fn __getitem__<'py>(&self, py: Python<'py>, key: Key<'_>) -> PyResult<Bound<'py, PyAny>> {
        let attribute = self.with_attributes(|attributes| attributes.get(&*key).cloned())?;
        match attribute {
            Some(attribute) => attribute.into_object(py),
            None => Err(AttributeNotFound::new_err(text_or_bytes(py, &key).unbind())),
        }
    }

    fn __setitem__(&self, key: Key<'_>, value: Attribute) -> PyResult<()> {
        self.with_attributes(|attributes| attributes.insert(key.to_vec(), value))?;
        Ok(())
    }

    fn __bool__(&self) -> bool {
        let state = self.state();
        state.start != 0 || state.end != 0
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let key = self.key(py)?.repr()?;
        let (start, end, score) = {
            let state = self.state();
            (state.start, state.end, state.score)
        };
        Ok(format!(
            "<keyfold.Match {key} start={start} end={end} score={score}>"
        ))
    }
}
