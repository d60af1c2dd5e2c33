//! keyvi's `SecondaryKeyDictionary`.

use keyfold_reader::keyvi::Hits;
use keyfold_reader::keyvi::Keyvi;
use keyfold_reader::{Result, SecondaryDictionary, View};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::items::{Items, What};
use super::iterator::{MatchIterator, Span};
use super::matched::Match;
use super::statistics::statistics;
use crate::error::Raise;
use crate::interrupt::stoppable;
use crate::key::{Key, wrong_type};
use crate::number::Number;
use crate::path::FilePath;
use crate::rows::{Of, Rows, slices};

/// A dictionary whose keys are looked up under exact fields, with the methods of keyvi's.
#[pyclass(
    frozen,
    subclass,
    module = "keyfold.dictionary",
    name = "SecondaryKeyDictionary"
)]
pub(super) struct KeyviSecondaryKeyDictionary(SecondaryDictionary);

/// The values of the secondary keys, as a `dict` names them.
struct Meta(Vec<(Vec<u8>, Vec<u8>)>);

impl<'py> FromPyObject<'_, 'py> for Meta {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let Ok(fields) = object.cast::<PyDict>() else {
            return Err(wrong_type(&object, "dict"));
        };
        let mut meta = Vec::new();
        for (name, value) in fields.iter() {
            let (name, value): (Key<'_>, Key<'_>) = (name.extract()?, value.extract()?);
            meta.push((name.to_vec(), value.to_vec()));
        }
        Ok(Meta(meta))
    }
}

impl KeyviSecondaryKeyDictionary {
    /// The values in the order of the secondary keys; nothing if one of them is not named.
    fn fields(&self, meta: &Meta) -> Option<Vec<Vec<u8>>> {
        let named = |name: &String| {
            let field = meta.0.iter().rfind(|(given, _)| given == name.as_bytes());
            field.map(|(_, value)| value.clone())
        };
        self.0.names().iter().map(named).collect()
    }

    fn under(&self, meta: &Meta) -> Result<Option<View<'_>>> {
        match self.fields(meta) {
            Some(fields) => self.0.under(&slices(&fields)).map(Some),
            None => Ok(None),
        }
    }

    fn find(&self, key: &[u8], meta: &Meta) -> Result<Option<keyfold_reader::Match>> {
        let Some(view) = self.under(meta)? else {
            return Ok(None);
        };
        Ok(view.get(key)?.map(|value| {
            let dictionary = self.0.dictionary().clone();
            keyfold_reader::Match::new(key.to_vec(), 0, dictionary, value.handle())
        }))
    }

    /// The hits of a query among the entries under `meta`.
    fn hits(
        &self,
        py: Python<'_>,
        meta: &Meta,
        ask: impl FnOnce(&Keyvi) -> Result<Hits> + Send,
    ) -> PyResult<MatchIterator> {
        match py.detach(|| self.under(meta)).raise()? {
            Some(view) => {
                let entries = stoppable(view.entries()).as_keyvi();
                MatchIterator::hits(py, || ask(&entries))
            }
            None => Ok(MatchIterator::one(None)),
        }
    }

    fn all(&self, meta: &Meta, what: What) -> Items {
        let rows = self.fields(meta).map(|fields| {
            let of = Of::Under(self.0.clone(), fields);
            Rows::of(of, b"", b"", None)
        });
        Items::new(rows, what)
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "arguments come by value from Python"
)]
#[pymethods]
impl KeyviSecondaryKeyDictionary {
    /// Opens a file that has secondary keys.
    #[new]
    fn open(py: Python<'_>, filename: FilePath) -> PyResult<Self> {
        let open = || SecondaryDictionary::open(filename);
        Ok(KeyviSecondaryKeyDictionary(py.detach(open).raise()?))
    }

    /// The match of a key under the values `meta`, else `default`.
    #[pyo3(signature = (the_key, meta, default = None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        the_key: Key<'_>,
        meta: Meta,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.find(&the_key, &meta).raise()? {
            Some(found) => Ok(Bound::new(py, Match::found(found, the_key.len()))?.into_any()),
            None => Ok(default.unwrap_or_else(|| py.None().into_bound(py))),
        }
    }

    /// Whether a key is stored under the values `meta`.
    fn contains(&self, the_key: Key<'_>, meta: Meta) -> PyResult<bool> {
        Ok(self.find(&the_key, &meta).raise()?.is_some())
    }

    fn __len__(&self) -> usize {
        usize::try_from(self.0.dictionary().len()).unwrap_or(usize::MAX)
    }

    /// The match of a key, in an iterator.
    fn r#match(&self, the_key: Key<'_>, meta: Meta) -> PyResult<MatchIterator> {
        let found = self.find(&the_key, &meta).raise()?;
        Ok(MatchIterator::one(found.map(|found| Span {
            start: 0,
            end: found.key.len(),
            found,
        })))
    }

    /// As `match_near` of a dictionary.
    #[pyo3(signature = (the_key, meta, minimum_prefix_length, greedy = false, /))]
    fn match_near(
        &self,
        py: Python<'_>,
        the_key: Key<'_>,
        meta: Meta,
        minimum_prefix_length: Number<usize>,
        greedy: bool,
    ) -> PyResult<MatchIterator> {
        let least = minimum_prefix_length.0;
        self.hits(py, &meta, |entries| entries.near(&the_key, least, greedy))
    }

    /// As `match_fuzzy` of a dictionary.
    #[pyo3(signature = (the_key, meta, max_edit_distance, minimum_exact_prefix = Number(2), /))]
    fn match_fuzzy(
        &self,
        py: Python<'_>,
        the_key: Key<'_>,
        meta: Meta,
        max_edit_distance: Number<i32>,
        minimum_exact_prefix: Number<usize>,
    ) -> PyResult<MatchIterator> {
        let Ok(distance) = u32::try_from(max_edit_distance.0) else {
            return Ok(MatchIterator::one(None));
        };
        let exact = minimum_exact_prefix.0;
        self.hits(py, &meta, |entries| {
            entries.fuzzy(&the_key, distance, exact)
        })
    }

    /// As `complete_prefix` of a dictionary.
    #[pyo3(signature = (the_key, meta, top_n = None, /))]
    fn complete_prefix(
        &self,
        py: Python<'_>,
        the_key: Key<'_>,
        meta: Meta,
        top_n: Option<Number<usize>>,
    ) -> PyResult<MatchIterator> {
        let top = top_n.map(|top| top.0);
        self.hits(py, &meta, |entries| entries.complete_prefix(&the_key, top))
    }

    /// As `complete_multiword` of a dictionary.
    #[pyo3(signature = (the_key, meta, top_n = None, /))]
    fn complete_multiword(
        &self,
        py: Python<'_>,
        the_key: Key<'_>,
        meta: Meta,
        top_n: Option<Number<usize>>,
    ) -> PyResult<MatchIterator> {
        let top = top_n.map(|top| top.0);
        self.hits(py, &meta, |entries| {
            entries.complete_multiword(&the_key, top)
        })
    }

    /// As `complete_fuzzy_multiword` of a dictionary.
    #[pyo3(signature = (the_key, meta, max_edit_distance, minimum_exact_prefix = Number(0), /))]
    fn complete_fuzzy_multiword(
        &self,
        py: Python<'_>,
        the_key: Key<'_>,
        meta: Meta,
        max_edit_distance: Number<i32>,
        minimum_exact_prefix: Number<usize>,
    ) -> PyResult<MatchIterator> {
        let Ok(distance) = u32::try_from(max_edit_distance.0) else {
            return Ok(MatchIterator::one(None));
        };
        let exact = minimum_exact_prefix.0;
        self.hits(py, &meta, |entries| {
            entries.complete_fuzzy_multiword(&the_key, distance, exact)
        })
    }

    /// All keys under the values `meta`.
    fn keys(&self, meta: Meta) -> Items {
        self.all(&meta, What::Keys)
    }

    /// All values under the values `meta`.
    fn values(&self, meta: Meta) -> Items {
        self.all(&meta, What::Values)
    }

    /// All keys with their values under the values `meta`.
    fn items(&self, meta: Meta) -> Items {
        self.all(&meta, What::Items)
    }

    /// Numbers about the file, under keyvi's names.
    fn statistics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        statistics(py, self.0.dictionary())
    }

    /// The text stored with the dictionary.
    fn manifest(&self) -> &str {
        self.0.dictionary().manifest()
    }

    fn __repr__(&self) -> String {
        let dictionary = self.0.dictionary();
        format!(
            "<keyfold.dictionary.SecondaryKeyDictionary '{}', {} keys under {}>",
            dictionary.path().display(),
            dictionary.len(),
            self.0.names().join(", ")
        )
    }
}
