//! keyvi's `Dictionary`.

use keyfold_reader::LoadingStrategy;
use std::ffi::CString;
use std::path::PathBuf;

use keyfold_reader::keyvi::Keyvi;
use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyType};

use super::items::{Items, What};
use super::iterator::{Look, MatchIterator, Span};
use super::matched::Match;
use super::statistics::statistics;
use super::tokens::{self, Tokens};
use crate::error::{ArgumentError, KeyNotFound, Raise};
use crate::interrupt::stoppable;
use crate::key::{Key, wrong_type};
use crate::number::Number;
use crate::path::FilePath;
use crate::rows::Rows;

/// A dictionary with the methods of keyvi's.
#[pyclass(frozen, subclass, module = "keyfold.dictionary", name = "Dictionary")]
pub(crate) struct KeyviDictionary {
    pub(super) dictionary: keyfold_reader::Dictionary,
    pub(super) entries: Keyvi,
    /// The number of its loading strategy.
    strategy: usize,
}

impl KeyviDictionary {
    fn found(&self, key: &Bound<'_, PyAny>) -> PyResult<Option<Match>> {
        let bytes: Key<'_> = key.extract()?;
        let value = self.dictionary.get(&bytes).raise()?;
        Ok(value.map(|value| {
            value.prefetch();
            let dictionary = self.dictionary.clone();
            let found = keyfold_reader::Match::new(Vec::new(), 0, dictionary, value.handle());
            Match::asked(found, key, &bytes)
        }))
    }

    fn all(&self, what: What) -> Items {
        Items::new(Some(Rows::new(&self.dictionary, b"", b"", None)), what)
    }
}

#[pymethods]
impl KeyviDictionary {
    /// Opens a file; pages are loaded as one of `loading_strategy_types` says. Arguments with names are ignored, as by keyvi.
    #[new]
    #[pyo3(signature = (filename, loading_strategy = Number(1), /, **ignored))]
    fn open(
        py: Python<'_>,
        filename: FilePath,
        loading_strategy: Number<usize>,
        ignored: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        if let Some(ignored) = ignored {
            let message = CString::new(format!("ignored: {}", ignored.keys()))?;
            PyErr::warn(py, &py.get_type::<PyUserWarning>(), &message, 1)?;
        }
        let Some(&(_, strategy)) = LoadingStrategy::ALL.get(loading_strategy.0) else {
            return Err(ArgumentError::new_err("no such loading strategy"));
        };
        let open = || keyfold_reader::Dictionary::open_with(filename, strategy);
        let dictionary = py.detach(open).raise()?;
        Ok(KeyviDictionary {
            entries: stoppable(dictionary.entries()).as_keyvi(),
            dictionary,
            strategy: loading_strategy.0,
        })
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

    fn __getitem__(&self, py: Python<'_>, key: &Bound<'_, PyAny>) -> PyResult<Match> {
        if let Some(found) = self.found(key)? {
            return Ok(found);
        }
        let key: Key<'_> = key.extract()?;
        Err(KeyNotFound::new_err((PyBytes::new(py, &key).unbind(),)))
    }

    fn __contains__(&self, key: Key<'_>) -> PyResult<bool> {
        self.dictionary.contains(&key).raise()
    }

    fn __len__(&self) -> usize {
        usize::try_from(self.dictionary.len()).unwrap_or(usize::MAX)
    }

    /// The match of a key, in an iterator.
    fn r#match(&self, key: Key<'_>) -> PyResult<MatchIterator> {
        let value = self.dictionary.get(&key).raise()?;
        Ok(MatchIterator::one(value.map(|value| {
            let (key, dictionary) = (key.to_vec(), self.dictionary.clone());
            Span {
                start: 0,
                end: key.len(),
                found: keyfold_reader::Match::new(key, 0, dictionary, value.handle()),
            }
        })))
    }

    /// The keys that have the most in common with `key`, `minimum_prefix_length` bytes at least; all of those if `greedy`.
    #[pyo3(signature = (key, minimum_prefix_length, greedy = false, /))]
    fn match_near(
        &self,
        py: Python<'_>,
        key: Key<'_>,
        minimum_prefix_length: Number<usize>,
        greedy: bool,
    ) -> PyResult<MatchIterator> {
        let least = minimum_prefix_length.0;
        MatchIterator::hits(py, || self.entries.near(&key, least, greedy))
    }

    /// The keys within so many edits of `key`; their first `minimum_exact_prefix` characters are the same.
    #[pyo3(signature = (key, max_edit_distance, minimum_exact_prefix = Number(2), /))]
    fn match_fuzzy(
        &self,
        py: Python<'_>,
        key: Key<'_>,
        max_edit_distance: Number<i32>,
        minimum_exact_prefix: Number<usize>,
    ) -> PyResult<MatchIterator> {
        let Ok(distance) = u32::try_from(max_edit_distance.0) else {
            return Ok(MatchIterator::one(None));
        };
        let exact = minimum_exact_prefix.0;
        MatchIterator::hits(py, || self.entries.fuzzy(&key, distance, exact))
    }

    /// The keys that start with `key`; of these only some of the heavier ones if `top_n` is given.
    #[pyo3(signature = (key, top_n = None, /))]
    fn complete_prefix(
        &self,
        py: Python<'_>,
        key: Key<'_>,
        top_n: Option<Number<usize>>,
    ) -> PyResult<MatchIterator> {
        let hits = self.entries.complete_prefix(&key, top_n.map(|top| top.0));
        Ok(MatchIterator::soon(py, Look::Hits(hits.raise()?)))
    }

    /// The phrases whose words, in any order, start as those of `key` do.
    #[pyo3(signature = (key, top_n = None, /))]
    fn complete_multiword(
        &self,
        py: Python<'_>,
        key: Key<'_>,
        top_n: Option<Number<usize>>,
    ) -> PyResult<MatchIterator> {
        let hits = self
            .entries
            .complete_multiword(&key, top_n.map(|top| top.0));
        Ok(MatchIterator::soon(py, Look::Hits(hits.raise()?)))
    }

    /// The phrases whose words, in any order, start within so many edits of those of `key`.
    #[pyo3(signature = (key, max_edit_distance, minimum_exact_prefix = Number(0), /))]
    fn complete_fuzzy_multiword(
        &self,
        py: Python<'_>,
        key: Key<'_>,
        max_edit_distance: Number<i32>,
        minimum_exact_prefix: Number<usize>,
    ) -> PyResult<MatchIterator> {
        let Ok(distance) = u32::try_from(max_edit_distance.0) else {
            return Ok(MatchIterator::one(None));
        };
        let exact = minimum_exact_prefix.0;
        MatchIterator::hits(py, || {
            (self.entries).complete_fuzzy_multiword(&key, distance, exact)
        })
    }

    /// The longest key that `key` starts with and that ends before a space or with it, in an iterator.
    fn search(&self, py: Python<'_>, key: Key<'_>) -> PyResult<MatchIterator> {
        let longest = py.detach(|| tokens::longest(&self.dictionary, &key, 0));
        Ok(MatchIterator::one(longest.raise()?))
    }

    /// The longest key at each word of a text; words are parted by spaces.
    fn search_tokenized(&self, py: Python<'_>, text: Key<'_>) -> MatchIterator {
        MatchIterator::tokens(py, Tokens::new(&self.dictionary, &text))
    }

    /// All keys in byte order.
    fn keys(&self) -> Items {
        self.all(What::Keys)
    }

    /// All values in byte order of their keys.
    fn values(&self) -> Items {
        self.all(What::Values)
    }

    /// All keys with their values, in byte order of the keys.
    fn items(&self) -> Items {
        self.all(What::Items)
    }

    /// Numbers about the file, under keyvi's names.
    fn statistics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        statistics(py, &self.dictionary)
    }

    /// The text stored with the dictionary.
    fn manifest(&self) -> &str {
        self.dictionary.manifest()
    }

    /// Pickled and copied by its path.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (PathBuf, usize)) {
        let this = slf.get();
        let path = this.dictionary.path();
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        (slf.get_type(), (path, this.strategy))
    }

    fn __repr__(&self) -> String {
        let path = self.dictionary.path().display();
        format!(
            "<keyfold.dictionary.Dictionary '{path}', {} keys>",
            self.dictionary.len()
        )
    }
}

/// The argument of those classes that are made of dictionaries.
pub(super) fn argument<'a, 'py>(
    object: &'a Bound<'py, PyAny>,
) -> PyResult<&'a Bound<'py, KeyviDictionary>> {
    object
        .cast()
        .map_err(|_| wrong_type(object, "keyfold.dictionary.Dictionary"))
}
