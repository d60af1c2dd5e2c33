//! keyvi's classes for completions.

use keyfold_reader::keyvi::Keyvi;
use pyo3::prelude::*;

use super::dictionary::argument;
use super::iterator::{Look, MatchIterator};
use crate::error::{NumberError, Raise};
use crate::key::Key;
use crate::number::Number;

/// Completions that are wanted if nothing is said.
const WANTED: Number<i32> = Number(10);

/// The number of completions as the queries take it.
fn wanted(count: Number<i32>) -> PyResult<usize> {
    usize::try_from(count.0)
        .map_err(|_| NumberError::new_err(format!("{} completions cannot be wanted", count.0)))
}

/// Completes the start of a key.
#[pyclass(frozen, subclass, module = "keyfold.completion")]
pub(super) struct PrefixCompletion(Keyvi);

#[pymethods]
impl PrefixCompletion {
    #[new]
    #[pyo3(signature = (in_0))]
    fn new(in_0: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(PrefixCompletion(argument(in_0)?.get().entries.clone()))
    }

    /// The heaviest keys that start with the query, as many as are wanted or some more.
    #[pyo3(signature = (query, count = WANTED, /))]
    fn complete(
        &self,
        py: Python<'_>,
        query: Key<'_>,
        count: Number<i32>,
    ) -> PyResult<MatchIterator> {
        let count = wanted(count)?;
        let hits = self.0.prefix_completion(&query, count).raise()?;
        Ok(MatchIterator::soon(py, Look::Unweighed(hits)))
    }

    /// The keys that start within so many edits of the query.
    #[pyo3(signature = (query, max_edit_distance, minimum_exact_prefix = Number(2), /))]
    fn complete_fuzzy(
        &self,
        py: Python<'_>,
        query: Key<'_>,
        max_edit_distance: Number<i32>,
        minimum_exact_prefix: Number<usize>,
    ) -> PyResult<MatchIterator> {
        let Ok(distance) = u32::try_from(max_edit_distance.0) else {
            return Ok(MatchIterator::one(None));
        };
        let exact = minimum_exact_prefix.0;
        MatchIterator::unweighed(py, || {
            (self.0).fuzzy_prefix_completion(&query, distance, exact)
        })
    }
}

/// Completes phrases whose words are typed in any order.
#[pyclass(frozen, subclass, module = "keyfold.completion")]
pub(super) struct MultiWordCompletion(Keyvi);

#[pymethods]
impl MultiWordCompletion {
    #[new]
    #[pyo3(signature = (in_0))]
    fn new(in_0: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(MultiWordCompletion(argument(in_0)?.get().entries.clone()))
    }

    /// The heaviest phrases whose words start as those of the query do, as many as are wanted or some more.
    #[pyo3(signature = (query, count = WANTED, /))]
    fn complete(
        &self,
        py: Python<'_>,
        query: Key<'_>,
        count: Number<i32>,
    ) -> PyResult<MatchIterator> {
        let count = wanted(count)?;
        let hits = self.0.multiword_completion(&query, count).raise()?;
        Ok(MatchIterator::soon(py, Look::Unweighed(hits)))
    }
}

/// Completes a phrase to both sides, with a second dictionary that holds the phrases with their bytes reversed.
#[pyclass(frozen, subclass, module = "keyfold.completion")]
pub(super) struct ForwardBackwardCompletion {
    forward: Keyvi,
    backward: Keyvi,
}

#[pymethods]
impl ForwardBackwardCompletion {
    #[new]
    #[pyo3(signature = (in_0, in_1))]
    fn new(in_0: &Bound<'_, PyAny>, in_1: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(ForwardBackwardCompletion {
            forward: argument(in_0)?.get().entries.clone(),
            backward: argument(in_1)?.get().entries.clone(),
        })
    }

    /// The heaviest phrases that the query starts or ends.
    #[pyo3(signature = (query, count = WANTED, /))]
    fn complete(
        &self,
        py: Python<'_>,
        query: Key<'_>,
        count: Number<i32>,
    ) -> PyResult<MatchIterator> {
        let count = wanted(count)?;
        MatchIterator::list(py, || {
            (self.forward).forward_backward_completion(&self.backward, &query, count)
        })
    }
}
