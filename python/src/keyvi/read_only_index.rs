//! keyvi's `ReadOnlyIndex`.

use std::io;

use keyfold_reader::Error;
use keyfold_reader::index::{Index, IndexOptions};
use keyfold_reader::keyvi::Keyvi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::index::{fuzzy, missing, near, path, refresh};
use super::iterator::MatchIterator;
use super::matched::Match;
use super::params::{Params, warn_of_names};
use crate::error::{IndexNotFound, Raise};
use crate::interrupt::stoppable;
use crate::key::Key;
use crate::number::Number;

/// An index to be read, with the methods of keyvi's. It follows what a writer does, every `refresh_interval` milliseconds at
/// the latest.
#[pyclass(frozen, subclass, module = "keyfold.index", name = "ReadOnlyIndex")]
pub(crate) struct KeyviReadOnlyIndex(Index);

impl KeyviReadOnlyIndex {
    fn found(&self, key: &Bound<'_, PyAny>) -> PyResult<Option<Match>> {
        let bytes: Key<'_> = key.extract()?;
        let found = self.0.get(&bytes).raise()?;
        Ok(found.map(|found| Match::asked(found, key, &bytes)))
    }

    fn entries(&self) -> Keyvi {
        stoppable(self.0.entries()).as_keyvi()
    }
}

#[pymethods]
impl KeyviReadOnlyIndex {
    /// Opens the index in a folder; settings come in a dict of texts.
    #[new]
    #[pyo3(signature = (*arguments, **ignored))]
    fn open(
        py: Python<'_>,
        arguments: &Bound<'_, PyTuple>,
        ignored: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        warn_of_names(py, ignored)?;
        let path = path(arguments)?;
        let options = IndexOptions {
            refresh: Some(refresh(py, &Params::of(arguments, 1)?)?),
            ..IndexOptions::default()
        };
        match py.detach(|| Index::open_with(&path, options)) {
            Err(Error::Io { path, source }) if source.kind() == io::ErrorKind::NotFound => {
                let number = source.raw_os_error();
                let arguments = (number, "there is no index", path.into_os_string());
                Err(IndexNotFound::new_err(arguments))
            }
            opened => opened.raise().map(KeyviReadOnlyIndex),
        }
    }

    /// The match of a key, else `default`.
    #[pyo3(signature = (key, default = None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.found(key)? {
            Some(found) => Ok(Bound::new(py, found)?.into_any()),
            None => Ok(default.unwrap_or_else(|| py.None().into_bound(py))),
        }
    }

    fn __getitem__(&self, key: &Bound<'_, PyAny>) -> PyResult<Match> {
        self.found(key)?.ok_or_else(|| missing(key))
    }

    fn __contains__(&self, key: Key<'_>) -> PyResult<bool> {
        self.0.contains(&key).raise()
    }

    /// The keys that have the most in common with `key`, `minimum_prefix_length` bytes at least; all of those if `greedy`.
    #[pyo3(signature = (key, minimum_prefix_length, greedy = false, /))]
    fn get_near(
        &self,
        py: Python<'_>,
        key: Key<'_>,
        minimum_prefix_length: Number<usize>,
        greedy: bool,
    ) -> PyResult<MatchIterator> {
        near(py, &self.entries(), &key, minimum_prefix_length.0, greedy)
    }

    /// The keys within so many edits of a key; their first `minimum_exact_prefix` characters are the same.
    #[pyo3(signature = (in_0, max_edit_distance, minimum_exact_prefix))]
    fn get_fuzzy(
        &self,
        py: Python<'_>,
        in_0: Key<'_>,
        max_edit_distance: Number<i32>,
        minimum_exact_prefix: Number<usize>,
    ) -> PyResult<MatchIterator> {
        let (distance, exact) = (max_edit_distance.0, minimum_exact_prefix.0);
        fuzzy(py, &self.entries(), &in_0, distance, exact)
    }
}
