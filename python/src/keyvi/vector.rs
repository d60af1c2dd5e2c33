//! keyvi's vectors, for reading.

use keyfold_reader::{Value, ValueKind, ValueVector};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::stored;
use crate::error::{FormatError, PositionError, Raise};
use crate::number::Number;
use crate::path::FilePath;

/// The vector in a file whose values are of this kind.
fn open(py: Python<'_>, path: FilePath, kind: ValueKind) -> PyResult<ValueVector> {
    let vector = py.detach(|| ValueVector::open(path)).raise()?;
    let found = vector.values().kind();
    if found == kind {
        return Ok(vector);
    }
    let path = vector.path().display();
    Err(FormatError::new_err(format!(
        "{path}: the values are of kind {found}, not {kind}"
    )))
}

fn get(vector: &ValueVector, index: u64) -> PyResult<Value<'_>> {
    vector.get(index).raise()?.ok_or_else(|| {
        PositionError::new_err(format!("no value at {index}: there are {}", vector.len()))
    })
}

fn len(vector: &ValueVector) -> usize {
    usize::try_from(vector.len()).unwrap_or(usize::MAX)
}

/// JSON documents, addressed by their position.
#[pyclass(frozen, subclass, module = "keyfold.vector")]
pub(super) struct JsonVector(ValueVector);

#[pymethods]
impl JsonVector {
    /// Opens a file.
    #[new]
    fn open(py: Python<'_>, filename: FilePath) -> PyResult<Self> {
        open(py, filename, ValueKind::Json).map(JsonVector)
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: Number<u64>) -> PyResult<Bound<'py, PyAny>> {
        stored::object(py, get(&self.0, index.0)?)
    }

    fn __len__(&self) -> usize {
        len(&self.0)
    }

    /// The text stored with the vector.
    fn manifest(&self) -> &str {
        self.0.manifest()
    }
}

/// Strings, addressed by their position.
#[pyclass(frozen, subclass, module = "keyfold.vector")]
pub(super) struct StringVector(ValueVector);

#[pymethods]
impl StringVector {
    /// Opens a file.
    #[new]
    fn open(py: Python<'_>, filename: FilePath) -> PyResult<Self> {
        open(py, filename, ValueKind::String).map(StringVector)
    }

    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        index: Number<u64>,
    ) -> PyResult<Bound<'py, PyString>> {
        stored::text_object(py, &stored::text(get(&self.0, index.0)?)?)
    }

    fn __len__(&self) -> usize {
        len(&self.0)
    }

    /// The text stored with the vector.
    fn manifest(&self) -> &str {
        self.0.manifest()
    }
}
