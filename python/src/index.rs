//! `Snapshot` and `Index`: a folder that one process writes and any number read.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use keyfold_reader::LoadingStrategy;
use keyfold_reader::index::{self, IndexOptions, Schema};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::bulk::Form;
use crate::entries::Entries;
use crate::error::{OptionError, Raise, StateError};
use crate::fields;
use crate::key::Key;
use crate::live::Live;
use crate::source::Open;
use crate::strings::Strings;

/// An index as it was at one moment. It stays the same, and its files stay open, whatever a writer does.
#[pyclass(frozen, subclass, extends = Entries, weakref, module = "keyfold")]
pub(crate) struct Snapshot {
    path: PathBuf,
}

/// An index, open for reading: a mapping that follows what a writer does. Each call sees the index as it was at one
/// moment; `snapshot` keeps that moment for several.
#[pyclass(frozen, extends = Snapshot, weakref, module = "keyfold")]
pub(crate) struct Index {
    strategy: Option<String>,
    refresh: Option<f64>,
}

impl Index {
    /// Opens the index in a folder.
    pub(crate) fn open<'py>(
        py: Python<'py>,
        path: &Path,
        strategy: Option<String>,
        refresh: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let options = IndexOptions {
            loading: match &strategy {
                Some(name) => name.parse().map_err(OptionError::new_err)?,
                None => LoadingStrategy::default(),
            },
            refresh: refresh.map(interval).transpose()?,
            ..IndexOptions::default()
        };
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let open = || index::Index::open_with(&path, options);
        let index = py.detach(open).raise()?;
        let open = Open::snapshot(index.snapshot());
        let entries = Entries::live(open, Live::Reader(index));
        let index = PyClassInitializer::from(entries)
            .add_subclass(Snapshot { path })
            .add_subclass(Index { strategy, refresh });
        Ok(Bound::new(py, index)?.into_any())
    }

    fn reader(this: &Bound<'_, Self>) -> PyResult<index::Index> {
        this.as_super().as_super().get().source()?.reader()
    }
}

/// How often to look for changes.
fn interval(seconds: f64) -> PyResult<Duration> {
    match Duration::try_from_secs_f64(seconds) {
        Ok(interval) if !interval.is_zero() => Ok(interval),
        _ => Err(OptionError::new_err(format!(
            "refresh={seconds}: seconds are needed, more than 0, or None"
        ))),
    }
}

#[pymethods]
#[expect(clippy::needless_pass_by_value, reason = "arguments come from Python")]
impl Snapshot {
    /// The named fields of a document in a dict, without those that it does not have; `None` where the key is not stored. Others are
    /// passed over, not decoded.
    fn get_fields<'py>(
        this: &Bound<'py, Self>,
        key: Key<'_>,
        names: Vec<String>,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        fields::one(this.py(), index_of(this)?.as_ref(), &key, &names)
    }

    /// The named fields of many documents: a list of what `get_fields` gives, or a dict of Arrow arrays by the names, each of
    /// the type that the schema has for the field; JSON text where it has none.
    #[pyo3(signature = (keys, names, *, as_="python"))]
    fn get_many_fields<'py>(
        this: &Bound<'py, Self>,
        keys: &Bound<'py, PyAny>,
        names: Vec<String>,
        as_: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (form, strings) = (Form::named(as_)?, Strings::new(keys)?);
        let snapshot = index_of(this)?;
        fields::many(this.py(), snapshot.as_ref(), &strings, &names, form)
    }

    /// A number that changes with every change that a reader sees; 0 for an index of keyvi.
    #[getter]
    fn generation(this: &Bound<'_, Self>) -> PyResult<u64> {
        Ok(index_of(this)?.generation())
    }

    /// The fields of the documents with their types, in a dict; `None` where types are not kept.
    #[getter]
    fn schema<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyDict>>> {
        schema(this.py(), index_of(this)?.schema())
    }

    /// Sizes and counts, of the segments too.
    fn statistics<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let statistics = index_of(this)?.statistics();
        let text = serde_json::to_string(&statistics)
            .map_err(|error| StateError::new_err(error.to_string()))?;
        this.py().import("json")?.call_method1("loads", (text,))
    }

    /// Reads every byte and checks it: raises `FormatError` where a file is damaged. What was found, in a dict.
    fn verify<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let (py, snapshot) = (this.py(), index_of(this)?);
        let sound = py.detach(|| snapshot.verify()).raise()?;
        let dict = PyDict::new(py);
        dict.set_item("checksums", sound.checksums)?;
        for (name, count) in [
            ("segments", sound.segments),
            ("keys", sound.keys),
            ("deleted", sound.deleted),
            ("logs", sound.logs),
            ("records", sound.records),
            ("torn", sound.torn),
        ] {
            dict.set_item(name, count)?;
        }
        Ok(dict)
    }

    /// The folder's absolute path.
    #[getter]
    fn path(&self) -> PathBuf {
        self.path.clone()
    }

    fn __repr__(this: &Bound<'_, Self>) -> PyResult<String> {
        let class = this.get_type().name()?;
        let path = this.get().path.display().to_string();
        Ok(match index_of(this) {
            Ok(snapshot) => format!(
                "<keyfold.{class} {path:?}: generation {}, {} segments>",
                snapshot.generation(),
                snapshot.segments().count(),
            ),
            Err(_) => format!("<keyfold.{class} {path:?}, closed>"),
        })
    }

    fn _repr_html_<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let statistics = Self::statistics(this)?;
        let html = this.py().import("keyfold._html")?;
        let path = this.get().path.display().to_string();
        html.call_method1("index_table", (path, statistics))
    }
}

/// What is open now.
fn index_of(this: &Bound<'_, Snapshot>) -> PyResult<Arc<index::Snapshot>> {
    let open = this.as_super().get().open()?;
    let index = open.index().cloned();
    index.ok_or_else(|| StateError::new_err("it is no index"))
}

#[pymethods]
impl Index {
    /// Takes in what a writer did since; whether there was anything.
    fn refresh(this: &Bound<'_, Self>) -> PyResult<bool> {
        let index = Self::reader(this)?;
        this.py().detach(|| index.refresh()).raise()
    }

    /// Lets go of the filters of all segments, as when memory is short, or opens them again. Without them a look-up asks more segments.
    fn use_filters(this: &Bound<'_, Self>, yes: bool) -> PyResult<()> {
        let index = Self::reader(this)?;
        this.py().detach(|| index.use_filters(yes)).raise()
    }

    /// The index as it is now, for as long as it is needed.
    fn snapshot<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, Snapshot>> {
        let snapshot = index_of(this.as_super())?;
        let entries = Entries::new(Open::snapshot(snapshot));
        let path = this.as_super().get().path.clone();
        let snapshot = PyClassInitializer::from(entries).add_subclass(Snapshot { path });
        Bound::new(this.py(), snapshot)
    }

    /// Why the last automatic refresh failed, if it did.
    #[getter]
    fn problem(this: &Bound<'_, Self>) -> PyResult<Option<String>> {
        let problem = Self::reader(this)?.problem();
        Ok(problem.map(|problem| problem.to_string()))
    }

    fn __reduce__<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = this.py();
        let keywords = PyDict::new(py);
        keywords.set_item("strategy", this.get().strategy.as_deref())?;
        keywords.set_item("refresh", this.get().refresh)?;
        let open = py.import("keyfold")?.getattr("open")?;
        let partial = py.import("functools")?.getattr("partial")?;
        let open = partial.call((open,), Some(&keywords))?;
        let path = this.as_super().get().path.as_os_str();
        (open, (path,)).into_pyobject(py)
    }
}

/// The types of fields by their names, in a dict.
pub(crate) fn schema<'py>(
    py: Python<'py>,
    schema: Option<&Schema>,
) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Some(schema) = schema else {
        return Ok(None);
    };
    let dict = PyDict::new(py);
    for (name, kind) in schema.iter() {
        dict.set_item(name, kind.name())?;
    }
    Ok(Some(dict))
}
