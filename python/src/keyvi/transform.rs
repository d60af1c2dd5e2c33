//! keyvi's replacement of parts of a text.

use keyfold_reader::Entries;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::dictionary::argument;
use crate::error::Raise;
use crate::interrupt::stoppable;
use crate::key::Key;

/// Replaces the keys in a text by their values.
#[pyclass(frozen, subclass, module = "keyfold.util")]
pub(super) struct FsaTransform(Entries);

#[pymethods]
impl FsaTransform {
    #[new]
    #[pyo3(signature = (in_0))]
    fn new(in_0: &Bound<'_, PyAny>) -> PyResult<Self> {
        let entries = argument(in_0)?.get().dictionary.entries();
        Ok(FsaTransform(stoppable(entries)))
    }

    /// The text with the longest key at each place replaced by its value.
    #[pyo3(signature = (in_0))]
    fn normalize<'py>(&self, py: Python<'py>, in_0: Key<'_>) -> PyResult<Bound<'py, PyBytes>> {
        let normalized = py.detach(|| self.0.normalize(&in_0)).raise()?;
        Ok(PyBytes::new(py, &normalized))
    }
}
