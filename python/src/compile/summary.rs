//! What became of a build, as Python has it.

use pyo3::prelude::*;

/// What `compile` and `merge` did.
#[pyclass(frozen, module = "keyfold")]
pub(crate) struct Summary {
    /// Rows read.
    #[pyo3(get)]
    rows: u64,
    /// Keys written.
    #[pyo3(get)]
    keys: u64,
    /// Rows that gave way to others with the same key.
    #[pyo3(get)]
    duplicates: u64,
    /// Rows that could not be stored; entries that were deleted, for `merge`.
    #[pyo3(get)]
    rejected: u64,
    /// Size of the file.
    #[pyo3(get)]
    bytes: u64,
    /// Numbers of the first rows that could not be stored, from 0 on, and why.
    #[pyo3(get)]
    errors: Vec<(u64, String)>,
}

impl Summary {
    pub(super) fn new(summary: &keyfold_compiler::Summary, errors: Vec<(u64, String)>) -> Self {
        Summary {
            rows: summary.rows.read,
            keys: summary.keys,
            duplicates: summary.rows.duplicates,
            rejected: summary.rows.rejected,
            bytes: summary.file_bytes,
            errors,
        }
    }
}

#[pymethods]
impl Summary {
    fn __repr__(&self) -> String {
        let Summary {
            rows,
            keys,
            duplicates,
            rejected,
            bytes,
            ..
        } = self;
        format!(
            "Summary(rows={rows}, keys={keys}, duplicates={duplicates}, rejected={rejected}, bytes={bytes})"
        )
    }
}
