//! Keys, values, or both, of a dictionary in order.

use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;

use super::matched::Match;
use crate::rows::Rows;

/// What of each entry is given.
#[derive(Clone, Copy)]
pub(super) enum What {
    Keys,
    Values,
    Items,
}

/// What keyvi's `keys`, `values` and `items` give, entry by entry.
#[pyclass(frozen, module = "keyfold.dictionary")]
pub(super) struct Items {
    /// Nothing where no entry can be.
    rows: Option<Mutex<Rows>>,
    what: What,
}

impl Items {
    pub(super) fn new(rows: Option<Rows>, what: What) -> Self {
        Items {
            rows: rows.map(Mutex::new),
            what,
        }
    }
}

#[pymethods]
impl Items {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(rows) = &self.rows else {
            return Ok(None);
        };
        // not waited for with the GIL held: whoever holds the lock may be reading
        let mut found = rows.try_lock().ok().and_then(|mut rows| rows.pop());
        if found.is_none() {
            found = py.detach(|| {
                let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
                match rows.pop() {
                    Some(found) => Ok(Some(found)),
                    None => rows.read().map(|()| rows.pop()),
                }
            })?;
        }
        let Some(found) = found else {
            return Ok(None);
        };
        let end = found.key.len();
        let found = Match::found(found, end);
        Ok(Some(match self.what {
            What::Keys => found.matched_string(py)?,
            What::Values => found.value(py)?,
            What::Items => (found.matched_string(py)?, found.value(py)?)
                .into_pyobject(py)?
                .into_any(),
        }))
    }
}
