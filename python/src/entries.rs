//! `Entries`: what a dictionary, a part of one and several of them together can be asked.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use pyo3::prelude::*;
use pyo3::types::{PySlice, PyTuple};

use crate::bulk::{self, Form};
use crate::error::{ClosedError, KeyNotFound, Raise, StateError};
use crate::key::{Key, wrong_type};
use crate::live::Live;
use crate::query;
use crate::source::Open;
use crate::strings::Strings;
use crate::text::{self, Rules};
use crate::value::to_python;
use crate::walk::{Results, Walk, What};

/// Entries to be asked: those of a dictionary, under secondary values, or of several dictionaries as one.
#[pyclass(frozen, subclass, weakref, module = "keyfold")]
pub(crate) struct Entries(RwLock<Option<Opened>>);

struct Opened {
    open: Arc<Open>,
    /// What the next that is open comes from, where it does not stay the same.
    live: Option<Live>,
}

impl Entries {
    pub(crate) fn new(open: Open) -> Self {
        Entries::of(open, None)
    }

    /// Entries that change.
    pub(crate) fn live(open: Open, live: Live) -> Self {
        Entries::of(open, Some(live))
    }

    fn of(open: Open, live: Option<Live>) -> Self {
        let open = Arc::new(open);
        Entries(RwLock::new(Some(Opened { open, live })))
    }

    /// What is open now; an error if it was closed.
    #[inline]
    pub(crate) fn open(&self) -> PyResult<Arc<Open>> {
        let opened = self.opened();
        let Opened { open, live } = there(opened.as_ref())?;
        match live {
            Some(live) if !live.is_latest(open) => {
                let live = live.clone();
                // renewing takes the lock itself, and the GIL
                drop(opened);
                self.renew(&live)
            }
            _ => Ok(open.clone()),
        }
    }

    #[inline]
    fn opened(&self) -> RwLockReadGuard<'_, Option<Opened>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is open now, where that has changed.
    fn renew(&self, live: &Live) -> PyResult<Arc<Open>> {
        let now = Arc::new(live.now()?);
        let mut opened = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = &mut *opened {
            opened.open = now.clone();
        }
        Ok(now)
    }

    /// What changes; an error if it was closed.
    pub(crate) fn source(&self) -> PyResult<Live> {
        let opened = self.opened();
        let live = there(opened.as_ref())?.live.clone();
        live.ok_or_else(|| StateError::new_err("it does not change"))
    }

    /// As [`close`](Self::close); what changed until now.
    pub(crate) fn end(&self) -> Option<Live> {
        let mut opened = self.0.write().unwrap_or_else(PoisonError::into_inner);
        opened.take().and_then(|opened| opened.live)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.opened().is_none()
    }

    /// Results of a walk that `start` gives, which is called with the GIL released.
    fn results(
        &self,
        py: Python<'_>,
        what: What,
        start: impl FnOnce(&Open) -> PyResult<Walk> + Send,
    ) -> PyResult<Results> {
        let open = self.open()?;
        let walk = py.detach(|| start(&open))?;
        Ok(Results::new(open, walk, what))
    }

    fn range_of(
        &self,
        what: What,
        prefix: &[u8],
        start: Option<Key<'_>>,
        stop: Option<Key<'_>>,
    ) -> PyResult<Results> {
        let open = self.open()?;
        let start = start.as_deref().unwrap_or_default();
        let walk = open.range(prefix, start, stop.as_deref())?;
        Ok(Results::new(open, walk, what))
    }
}

fn there(opened: Option<&Opened>) -> PyResult<&Opened> {
    opened.ok_or_else(|| ClosedError::new_err("it was closed"))
}

/// A view of `entries` by a class of `keyfold._views`.
fn view<'py>(entries: &Bound<'py, Entries>, class: &str) -> PyResult<Bound<'py, PyAny>> {
    entries.get().open()?;
    let module = entries.py().import("keyfold._views")?;
    module.getattr(class)?.call1((entries,))
}

#[pymethods]
impl Entries {
    pub(crate) fn __getitem__<'py>(
        this: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = this.py();
        if let Ok(slice) = key.cast::<PySlice>() {
            if !slice.getattr("step")?.is_none() {
                return Err(wrong_type(key, "a slice without a step"));
            }
            let (start, stop) = (slice.getattr("start")?, slice.getattr("stop")?);
            let results =
                this.get()
                    .range_of(What::Items, b"", start.extract()?, stop.extract()?)?;
            return Ok(Bound::new(py, results)?.into_any());
        }
        let bytes: Key<'_> = key.extract()?;
        this.get().open()?.get(&bytes, |value| match value {
            Some(value) => to_python(py, value),
            None => Err(KeyNotFound::new_err((key.clone().unbind(),))),
        })
    }

    /// The value of a key, or `default`.
    #[pyo3(signature = (key, default=None, /))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: Key<'_>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.open()?.get(&key, |value| match value {
            Some(value) => to_python(py, value),
            None => Ok(default.unwrap_or_else(|| py.None().into_bound(py))),
        })
    }

    fn __contains__(&self, key: Key<'_>) -> PyResult<bool> {
        self.open()?.get(&key, |value| Ok(value.is_some()))
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        let open = self.open()?;
        let len = py.detach(|| open.len()).raise()?;
        Ok(usize::try_from(len)?)
    }

    fn __bool__(&self) -> PyResult<bool> {
        let mut all = self.open()?.range(b"", b"", None)?;
        Ok(all.next()?.is_some())
    }

    fn __iter__(&self) -> PyResult<Results> {
        self.range_of(What::Keys, b"", None, None)
    }

    /// The keys in byte order, as a set-like view.
    fn keys<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        view(this, "Keys")
    }

    /// The values in the order of the keys, as a view.
    fn values<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        view(this, "Values")
    }

    /// The pairs of key and value in the order of the keys, as a view.
    fn items<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        view(this, "Items")
    }

    fn _values(&self) -> PyResult<Results> {
        self.range_of(What::Values, b"", None, None)
    }

    /// The pairs from the key `start` on, without those from `stop` on.
    #[pyo3(signature = (start=None, stop=None))]
    fn range(&self, start: Option<Key<'_>>, stop: Option<Key<'_>>) -> PyResult<Results> {
        self.range_of(What::Items, b"", start, stop)
    }

    /// The pairs whose keys start with `prefix`.
    fn prefix(&self, prefix: Key<'_>) -> PyResult<Results> {
        self.range_of(What::Items, &prefix, None, None)
    }

    /// The stored keys that `text` starts with, shortest first.
    fn prefixes_of<'py>(&self, py: Python<'py>, text: Key<'_>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        query::prefixes_of(py, &*self.open()?, &text)
    }

    /// The longest stored key that `text` starts with.
    fn longest_prefix_of<'py>(
        &self,
        py: Python<'py>,
        text: Key<'_>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(query::prefixes_of(py, &*self.open()?, &text)?.pop())
    }

    /// The entries whose keys are at most `distance` edits from `key`.
    #[pyo3(signature = (key, distance, *, exact_prefix=0, limit=None, best=false))]
    fn fuzzy(
        &self,
        py: Python<'_>,
        key: Key<'_>,
        distance: u32,
        exact_prefix: usize,
        limit: Option<u64>,
        best: bool,
    ) -> PyResult<Results> {
        let near = query::Near {
            distance,
            exact_prefix,
            limit,
            best,
        };
        self.results(py, What::Matches, |open| near.walk(open, &key))
    }

    /// The entries whose keys have most of their start in common with `key`.
    #[pyo3(signature = (key, minimum_prefix=0, *, greedy=false, limit=None))]
    fn near(
        &self,
        py: Python<'_>,
        key: Key<'_>,
        minimum_prefix: usize,
        greedy: bool,
        limit: Option<u64>,
    ) -> PyResult<Results> {
        self.results(py, What::Matches, |open| {
            let found = query::limited(open, limit).near(&key, minimum_prefix, greedy);
            Ok(Walk::matches(found.raise()?))
        })
    }

    /// The entries whose keys a regular expression matches: whole keys, or something in them.
    #[pyo3(signature = (expression, *, anywhere=false, limit=None))]
    fn search(
        &self,
        py: Python<'_>,
        expression: &str,
        anywhere: bool,
        limit: Option<u64>,
    ) -> PyResult<Results> {
        self.results(py, What::Matches, |open| {
            query::regex(open, expression, anywhere, limit)
        })
    }

    /// The entries whose keys a pattern with `*`, `?` and `[a-z]` matches.
    #[pyo3(signature = (pattern, *, limit=None))]
    fn glob(&self, py: Python<'_>, pattern: Key<'_>, limit: Option<u64>) -> PyResult<Results> {
        self.results(py, What::Matches, |open| query::glob(open, &pattern, limit))
    }

    /// The entries whose keys have these characters in this order, with any others between.
    #[pyo3(signature = (characters, *, limit=None))]
    fn subsequence(
        &self,
        py: Python<'_>,
        characters: Key<'_>,
        limit: Option<u64>,
    ) -> PyResult<Results> {
        self.results(py, What::Matches, |open| {
            query::subsequence(open, &characters, limit)
        })
    }

    /// The `k` heaviest entries whose keys start with `prefix`, in a list.
    #[pyo3(signature = (prefix, k=10, *, minimum_weight=0))]
    fn complete<'py>(
        &self,
        py: Python<'py>,
        prefix: Key<'_>,
        k: u64,
        minimum_weight: u32,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let wanted = query::wanted(k, minimum_weight);
        query::list(py, &*self.open()?, |entries| {
            entries.complete(&prefix, &wanted)
        })
    }

    /// The `k` best entries whose keys start with something at most `distance` edits from `prefix`, in a list: the nearest, of
    /// those the heaviest.
    #[pyo3(signature = (prefix, distance, k=10, *, exact_prefix=0, minimum_weight=0))]
    fn complete_fuzzy<'py>(
        &self,
        py: Python<'py>,
        prefix: Key<'_>,
        distance: u32,
        k: u64,
        exact_prefix: usize,
        minimum_weight: u32,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let wanted = query::wanted(k, minimum_weight);
        query::list(py, &*self.open()?, |entries| {
            entries.complete_fuzzy(&prefix, distance, exact_prefix, &wanted)
        })
    }

    /// The `k` best phrases that have the words of a query in any order, of which the last one need not be complete.
    #[pyo3(signature = (query, k=10, *, distance=0, exact_prefix=0, minimum_weight=0, separator=0x1b))]
    #[expect(clippy::too_many_arguments, reason = "keywords of a Python call")]
    fn multiword<'py>(
        &self,
        py: Python<'py>,
        query: Key<'_>,
        k: u64,
        distance: u32,
        exact_prefix: usize,
        minimum_weight: u32,
        separator: u8,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let wanted = query::wanted(k, minimum_weight);
        query::list(py, &*self.open()?, |entries| match distance {
            0 => entries.complete_multiword(&query, separator, &wanted),
            _ => {
                entries.complete_fuzzy_multiword(&query, distance, exact_prefix, separator, &wanted)
            }
        })
    }

    /// The keys that stand in a text, with their places: in characters for a `str`, in bytes for `bytes`.
    #[pyo3(signature = (text, *, boundaries="words", overlap="leftmost-longest", limit=None))]
    fn find(
        &self,
        py: Python<'_>,
        text: &Bound<'_, PyAny>,
        boundaries: &str,
        overlap: &str,
        limit: Option<usize>,
    ) -> PyResult<Results> {
        let rules = Rules::new(boundaries, overlap, limit)?;
        let bytes: Key<'_> = text.extract()?;
        let places = text::places(text);
        self.results(py, What::Matches, |open| rules.walk(open, &bytes, places))
    }

    /// The values of many keys at once: in a list, an Arrow array or a `NumPy` array.
    #[pyo3(signature = (keys, default=None, *, as_="python"))]
    fn get_many<'py>(
        &self,
        keys: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
        as_: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (form, strings) = (Form::named(as_)?, Strings::new(keys)?);
        bulk::get_many(keys.py(), &*self.open()?, &strings, default, form)
    }

    /// Whether each of many keys is stored: in a list, an Arrow array or a `NumPy` array.
    #[pyo3(signature = (keys, *, as_="python"))]
    fn contains_many<'py>(
        &self,
        keys: &Bound<'py, PyAny>,
        as_: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (form, strings) = (Form::named(as_)?, Strings::new(keys)?);
        bulk::contains_many(keys.py(), &*self.open()?, &strings, form)
    }

    /// The entries near each of many keys: lists of matches, or an Arrow array of lists.
    #[pyo3(signature = (keys, distance, limit=None, *, exact_prefix=0, best=false, as_="python"))]
    fn fuzzy_many<'py>(
        &self,
        keys: &Bound<'py, PyAny>,
        distance: u32,
        limit: Option<u64>,
        exact_prefix: usize,
        best: bool,
        as_: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (form, strings) = (Form::named(as_)?, Strings::new(keys)?);
        let near = query::Near {
            distance,
            exact_prefix,
            limit,
            best,
        };
        let py = keys.py();
        bulk::hits(py, &*self.open()?, &strings, form, false, |open, key, _| {
            near.walk(open, key)
        })
    }

    /// The keys that stand in each of many texts: lists of matches, or an Arrow array of lists.
    #[pyo3(signature = (texts, *, boundaries="words", overlap="leftmost-longest", limit=None, as_="python"))]
    fn find_many<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        boundaries: &str,
        overlap: &str,
        limit: Option<usize>,
        as_: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let rules = Rules::new(boundaries, overlap, limit)?;
        let (form, strings) = (Form::named(as_)?, Strings::new(texts)?);
        let py = texts.py();
        bulk::hits(
            py,
            &*self.open()?,
            &strings,
            form,
            true,
            |open, text, places| rules.walk(open, text, places),
        )
    }

    /// Closes the file as soon as no iterator, match or memoryview needs it. Further calls raise `ClosedError`.
    fn close(&self) {
        self.end();
    }

    /// Whether it was closed.
    #[getter]
    fn closed(&self) -> bool {
        self.is_closed()
    }

    fn __enter__(this: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        this.get().open()?;
        Ok(this)
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyTuple>) {
        self.close();
    }
}
