//! What was found: keyvi's `Match`, for keyfold's own calls too.

use std::borrow::Cow;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicUsize};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use keyfold_reader::keyvi::Hits;
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
    origin: Origin,
    text: Text,
    start: AtomicUsize,
    end: AtomicUsize,
    /// The bits of a float.
    score: AtomicU32,
    more: OnceLock<Box<Mutex<More>>>,
}

/// Where the value is.
enum Origin {
    Found(keyfold_reader::Match),
    /// Here: that of a match that came over the wire.
    Raw(Vec<u8>),
}

/// What few matches have.
#[derive(Default)]
struct More {
    /// A matched string that was set.
    text: Option<Vec<u8>>,
    attributes: Option<Attributes>,
}

/// The matched string.
enum Text {
    /// The key of what was found.
    Found,
    Object(Py<PyString>),
    Bytes(Vec<u8>),
}

/// keyvi's scores are floats of 32 bits.
#[expect(clippy::cast_precision_loss, reason = "that is what keyvi's are")]
#[inline]
fn as_float(score: u32) -> f32 {
    score as f32
}

impl Text {
    fn asked(asked: &Bound<'_, PyAny>, key: &[u8]) -> Self {
        match asked.cast_exact::<PyString>() {
            Ok(text) => Text::Object(text.clone().unbind()),
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
        let score = as_float(found.score);
        Match::new(Origin::Found(found), Text::Found, start, end, score)
    }

    /// The match of the hit that a query stands on. It makes no exception, so that no garbage is collected meanwhile, whose
    /// finalizers may be waiting for the query.
    #[inline]
    pub(super) fn hit(py: Python<'_>, hits: &Hits) -> Self {
        let (key, score, handle) = (hits.key(), hits.score(), hits.value().handle());
        let dictionary = hits.dictionary().clone();
        let found = keyfold_reader::Match::new(Vec::new(), score, dictionary, handle);
        let text = match std::str::from_utf8(key) {
            Ok(text) => Text::Object(PyString::new(py, text).unbind()),
            Err(_) => Text::Bytes(key.to_vec()),
        };
        Match::new(Origin::Found(found), text, 0, hits.end(), as_float(score))
    }

    /// The match of the key that was asked for, as it was asked for. The key within `found` may be empty.
    pub(crate) fn asked(
        found: keyfold_reader::Match,
        asked: &Bound<'_, PyAny>,
        key: &[u8],
    ) -> Self {
        let origin = Origin::Found(found);
        Match::new(origin, Text::asked(asked, key), 0, key.len(), 0.0)
    }

    /// As [`asked`](Self::asked), with the value as `MessagePack`.
    pub(super) fn packed(document: &[u8], asked: &Bound<'_, PyAny>, key: &[u8]) -> Self {
        let raw = [&[Compression::None.code()], document].concat();
        Match::new(Origin::Raw(raw), Text::asked(asked, key), 0, key.len(), 0.0)
    }

    fn new(origin: Origin, text: Text, start: usize, end: usize, score: f32) -> Self {
        Match {
            origin,
            text,
            start: start.into(),
            end: end.into(),
            score: score.to_bits().into(),
            more: OnceLock::new(),
        }
    }

    /// Nothing that waits is done while this is held.
    fn more(&self) -> MutexGuard<'_, More> {
        let more = self.more.get_or_init(Box::default);
        more.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The matched string that was set, if one was.
    #[inline]
    fn text_set(&self) -> Option<Vec<u8>> {
        self.more.get()?;
        self.more().text.clone()
    }

    /// What was found, if it did not come over the wire.
    fn value_found(&self) -> Option<Value<'_>> {
        match &self.origin {
            Origin::Found(found) => Some(found.value()),
            Origin::Raw(_) => None,
        }
    }

    /// The bytes of the key of what was found.
    fn key_found(&self) -> &[u8] {
        match &self.origin {
            Origin::Found(found) => &found.key,
            Origin::Raw(_) => &[],
        }
    }

    /// The bytes of the matched string.
    fn text(&self, py: Python<'_>) -> PyResult<Vec<u8>> {
        if let Some(set) = self.text_set() {
            return Ok(set);
        }
        Ok(match &self.text {
            Text::Found => self.key_found().to_vec(),
            Text::Bytes(bytes) => bytes.clone(),
            Text::Object(text) => text.bind(py).to_cow()?.as_bytes().to_vec(),
        })
    }

    #[inline]
    fn text_object<'py>(
        &self,
        py: Python<'py>,
        make: impl Fn(&[u8]) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some(set) = self.text_set() {
            return make(&set);
        }
        match &self.text {
            Text::Found => make(self.key_found()),
            Text::Bytes(bytes) => make(bytes),
            Text::Object(text) => Ok(text.bind(py).clone().into_any()),
        }
    }

    /// The raw value, with the code of its compression before it.
    fn raw(&self) -> PyResult<Cow<'_, [u8]>> {
        match &self.origin {
            Origin::Found(found) => stored::raw(found.value()).map(Cow::Owned),
            Origin::Raw(raw) => Ok(raw.into()),
        }
    }

    /// Calls `f` with the attributes, which are made when they are first asked for.
    fn with_attributes<T>(&self, f: impl FnOnce(&mut Attributes) -> T) -> PyResult<T> {
        let known = self.more.get().is_some() && self.more().attributes.is_some();
        let made = match self.value_found() {
            Some(value) if !known => stored::attributes(value)?,
            _ => Attributes::new(),
        };
        Ok(f(self.more().attributes.get_or_insert(made)))
    }
}

#[pymethods]
impl Match {
    #[new]
    fn empty() -> Self {
        Match::new(Origin::Raw(Vec::new()), Text::Found, 0, 0, 0.0)
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
        self.more().text = Some(value.to_vec());
    }

    /// The key that was found: `str`, or `bytes` where it is not UTF-8.
    #[getter]
    fn key<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.text_object(py, |bytes| Ok(text_or_bytes(py, bytes)))
    }

    /// Where the match starts, in bytes.
    #[getter]
    fn start(&self) -> usize {
        self.start.load(Relaxed)
    }

    #[setter]
    fn set_start(&self, value: Number<usize>) {
        self.start.store(value.0, Relaxed);
    }

    /// Where the match ends: in bytes or, for fuzzy queries, in characters.
    #[getter]
    fn end(&self) -> usize {
        self.end.load(Relaxed)
    }

    #[setter]
    fn set_end(&self, value: Number<usize>) {
        self.end.store(value.0, Relaxed);
    }

    /// The edit distance of fuzzy queries, the bytes in common of near ones, else 0.
    #[getter]
    fn score(&self) -> f32 {
        f32::from_bits(self.score.load(Relaxed))
    }

    #[setter]
    fn set_score(&self, value: f32) {
        self.score.store(value.to_bits(), Relaxed);
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
        let wire = Wire {
            raw: self.raw()?.into_owned(),
            text: self.text(py)?,
            start: self.start(),
            end: self.end(),
            score: self.score(),
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
        Ok(Match::new(
            Origin::Raw(wire.raw),
            Text::Bytes(wire.text),
            wire.start,
            wire.end,
            wire.score,
        ))
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
        self.start() != 0 || self.end() != 0
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let key = self.key(py)?.repr()?;
        let (start, end, score) = (self.start(), self.end(), self.score());
        Ok(format!(
            "<keyfold.Match {key} start={start} end={end} score={score}>"
        ))
    }
}
