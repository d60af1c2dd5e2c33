//! `Dictionary`: one file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use keyfold_reader::format::vector::VECTOR_BEGIN;
use keyfold_reader::{LoadingStrategy, Match, SecondaryDictionary, ValueVector};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::entries::Entries;
use crate::error::{OptionError, Raise, StateError};
use crate::index::Index;
use crate::key::Key;
use crate::memory;
use crate::path::FilePath;
use crate::rows::Of;
use crate::secondary::PySecondary;
use crate::source::Open;
use crate::value::item;
use crate::vector::Vector;

/// An immutable dictionary in a file: a mapping from keys to values, in byte order of the keys.
#[pyclass(frozen, extends = Entries, weakref, module = "keyfold")]
pub(crate) struct Dictionary {
    file: OpenedFile,
}

/// Where an open file is to be found again, by other processes too.
#[derive(Clone)]
pub(crate) struct OpenedFile {
    path: PathBuf,
    strategy: Option<String>,
}

impl OpenedFile {
    /// The path as text for people.
    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// What opens the file again: for `__reduce__`.
    pub(crate) fn reduce<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let mut open = py.import("keyfold")?.getattr("open")?;
        if let Some(strategy) = &self.strategy {
            let keywords = PyDict::new(py);
            keywords.set_item("strategy", strategy)?;
            let partial = py.import("functools")?.getattr("partial")?;
            open = partial.call((open,), Some(&keywords))?;
        }
        (open, (self.path.as_os_str(),)).into_pyobject(py)
    }
}

/// What a file turned out to be.
enum Opened {
    Dictionary(keyfold_reader::Dictionary),
    Secondary(SecondaryDictionary),
    Vector(ValueVector),
}

/// Opens a file: a `Dictionary`, a `SecondaryDictionary`, or a `Vector`; or a folder: an `Index`, which looks for changes every
/// `refresh` seconds, or only when told to.
#[pyfunction]
#[pyo3(signature = (path, *, strategy=None, refresh=Some(1.0)))]
#[expect(
    clippy::needless_pass_by_value,
    reason = "PyO3 gives arguments by value"
)]
pub(crate) fn open(
    py: Python<'_>,
    path: FilePath,
    strategy: Option<String>,
    refresh: Option<f64>,
) -> PyResult<Bound<'_, PyAny>> {
    if path.as_ref().is_dir() {
        return Index::open(py, path.as_ref(), strategy, refresh);
    }
    let how: LoadingStrategy = match &strategy {
        Some(name) => name.parse().map_err(OptionError::new_err)?,
        None => LoadingStrategy::default(),
    };
    let opened = py.detach(|| read(path.as_ref(), how)).raise()?;
    let path = std::path::absolute(&path).unwrap_or_else(|_| path.as_ref().to_owned());
    let file = OpenedFile { path, strategy };
    match opened {
        Opened::Dictionary(dictionary) => {
            let entries = Entries::new(Open::one(Of::All(dictionary)).raise()?);
            let dictionary = PyClassInitializer::from(entries).add_subclass(Dictionary { file });
            Ok(Bound::new(py, dictionary)?.into_any())
        }
        Opened::Secondary(secondary) => {
            Ok(Bound::new(py, PySecondary::new(secondary, file))?.into_any())
        }
        Opened::Vector(vector) => Ok(Bound::new(py, Vector::new(vector, file))?.into_any()),
    }
}

fn read(path: &Path, strategy: LoadingStrategy) -> keyfold_reader::Result<Opened> {
    let mut start = [0; VECTOR_BEGIN.len()];
    let begun = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    if begun.is_ok() && &start == VECTOR_BEGIN {
        return ValueVector::open(path).map(Opened::Vector);
    }
    let dictionary = keyfold_reader::Dictionary::open_with(path, strategy)?;
    if dictionary.header().secondary.is_empty() {
        Ok(Opened::Dictionary(dictionary))
    } else {
        SecondaryDictionary::new(dictionary).map(Opened::Secondary)
    }
}

impl Dictionary {
    fn reader(this: &Bound<'_, Self>) -> PyResult<keyfold_reader::Dictionary> {
        let open = this.as_super().get().open()?;
        open.dictionary()
    }

    fn pair<'py>(
        this: &Bound<'py, Self>,
        found: Option<Match>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = this.py();
        let open = this.as_super().get().open()?;
        let pair = found.map(|found| item(py, &open.shown(found)));
        let pair = pair.transpose()?;
        pair.map(|pair| Ok(pair.into_pyobject(py)?.into_any()))
            .transpose()
    }
}

#[pymethods]
impl Dictionary {
    /// The first pair in byte order of the keys.
    fn first<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let first = Self::reader(this)?.first().raise()?;
        Self::pair(this, first)
    }

    /// The last pair in byte order of the keys.
    fn last<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let last = Self::reader(this)?.last().raise()?;
        Self::pair(this, last)
    }

    /// The number of keys before `key` in byte order. Only files of the native layout know it.
    fn rank(this: &Bound<'_, Self>, key: Key<'_>) -> PyResult<u64> {
        Self::reader(this)?.rank(&key).raise()
    }

    /// The pair that has so many keys before it. Only files of the native layout know it.
    fn select<'py>(this: &Bound<'py, Self>, index: u64) -> PyResult<Bound<'py, PyAny>> {
        let found = Self::reader(this)?.select(index).raise()?;
        Self::pair(this, found)?.ok_or_else(|| PyIndexError::new_err("there are not so many keys"))
    }

    /// The stored bytes of a value, read-only: of a string, of a document as `MessagePack`, of a vector as floats. They are not
    /// copied where the file holds them as they are, and hold the file open.
    fn view<'py>(this: &Bound<'py, Self>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        memory::view(&*this.as_super().get().open()?, key)
    }

    /// Sizes and counts of the file.
    fn statistics<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let dictionary = Self::reader(this)?;
        statistics(this.py(), &dictionary)
    }

    /// Reads every byte and checks it: raises `FormatError` where the file is damaged. What was found, in a dict.
    fn verify<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let dictionary = Self::reader(this)?;
        let sound = this.py().detach(|| dictionary.verify()).raise()?;
        soundness(this.py(), sound)
    }

    /// The free text stored with the dictionary.
    #[getter]
    fn manifest(this: &Bound<'_, Self>) -> PyResult<String> {
        Ok(Self::reader(this)?.manifest().to_owned())
    }

    /// The kind of the values: `key-only`, `int`, `string`, `json`, `completion` or `float-vector`.
    #[getter]
    fn kind(this: &Bound<'_, Self>) -> PyResult<&'static str> {
        Ok(Self::reader(this)?.header().kind.name())
    }

    /// The layout of the file: `native` or `keyvi`.
    #[getter]
    fn layout(this: &Bound<'_, Self>) -> PyResult<&'static str> {
        Ok(layout(&Self::reader(this)?))
    }

    /// The file's absolute path.
    #[getter]
    fn path(&self) -> PathBuf {
        self.file.path()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.file.reduce(py)
    }

    fn __repr__(this: &Bound<'_, Self>) -> String {
        let name = this.get().file.name();
        match Self::reader(this) {
            Ok(dictionary) => format!(
                "<keyfold.Dictionary {name:?}: {} keys, {}, {} layout>",
                dictionary.len(),
                dictionary.header().kind,
                layout(&dictionary),
            ),
            Err(_) => format!("<keyfold.Dictionary {name:?}, closed>"),
        }
    }

    fn _repr_html_<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let statistics = Self::statistics(this)?;
        let html = this.py().import("keyfold._html")?;
        html.call_method1("table", (this.get().file.name(), statistics))
    }
}

/// The layout of a file.
pub(crate) fn layout(dictionary: &keyfold_reader::Dictionary) -> &'static str {
    if dictionary.fsa().fold().is_some() {
        "native"
    } else {
        "keyvi"
    }
}

/// Sizes and counts of a dictionary in a dict.
pub(crate) fn statistics<'py>(
    py: Python<'py>,
    dictionary: &keyfold_reader::Dictionary,
) -> PyResult<Bound<'py, PyAny>> {
    let statistics = py.detach(|| dictionary.statistics()).raise()?;
    let text = serde_json::to_string(&statistics)
        .map_err(|error| StateError::new_err(error.to_string()))?;
    py.import("json")?.call_method1("loads", (text,))
}

/// What a verification found, in a dict.
pub(crate) fn soundness(
    py: Python<'_>,
    sound: keyfold_reader::Soundness,
) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("checksums", sound.checksums)?;
    dict.set_item("keys", sound.keys)?;
    dict.set_item("states", sound.states)?;
    dict.set_item("values", sound.values)?;
    Ok(dict)
}
