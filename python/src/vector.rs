//! Value vectors: values by position.

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use keyfold_reader::ValueVector;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PySlice, PyTuple};

use crate::dictionary::OpenedFile;
use crate::error::{ClosedError, Raise};
use crate::value::to_python;

/// A file of values by position: a sequence.
#[pyclass(frozen, sequence, weakref, module = "keyfold")]
pub(crate) struct Vector {
    vector: RwLock<Option<ValueVector>>,
    file: OpenedFile,
}

impl Vector {
    pub(crate) fn new(vector: ValueVector, file: OpenedFile) -> Self {
        Vector {
            vector: RwLock::new(Some(vector)),
            file,
        }
    }

    fn open(&self) -> PyResult<ValueVector> {
        let vector = self.vector.read().unwrap_or_else(PoisonError::into_inner);
        vector
            .clone()
            .ok_or_else(|| ClosedError::new_err("it was closed"))
    }
}

#[pymethods]
impl Vector {
    fn __len__(&self) -> PyResult<usize> {
        Ok(usize::try_from(self.open()?.len())?)
    }

    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        index: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let vector = self.open()?;
        let len = isize::try_from(vector.len())?;
        let get = |index: isize| {
            let index = u64::try_from(if index < 0 { index + len } else { index });
            // nothing is stored there
            let index = index.unwrap_or(u64::MAX);
            match vector.get(index).raise()? {
                Some(value) => to_python(py, value),
                None => Err(PyIndexError::new_err("index out of range")),
            }
        };
        if let Ok(slice) = index.cast::<PySlice>() {
            let range = slice.indices(len)?;
            let mut at = range.start;
            let mut values = Vec::new();
            for _ in 0..range.slicelength {
                values.push(get(at)?);
                at += range.step;
            }
            return Ok(PyList::new(py, values)?.into_any());
        }
        get(index.extract()?)
    }

    /// The free text stored with the vector.
    #[getter]
    fn manifest(&self) -> PyResult<String> {
        Ok(self.open()?.manifest().to_owned())
    }

    /// The kind of the values: `string` or `json`.
    #[getter]
    fn kind(&self) -> PyResult<&'static str> {
        Ok(self.open()?.values().kind().name())
    }

    /// The file's absolute path.
    #[getter]
    fn path(&self) -> PathBuf {
        self.file.path()
    }

    /// Closes the file. Further calls raise `ClosedError`.
    fn close(&self) {
        *self.vector.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether it was closed.
    #[getter]
    fn closed(&self) -> bool {
        self.open().is_err()
    }

    fn __enter__(this: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        this.get().open()?;
        Ok(this)
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyTuple>) {
        self.close();
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.file.reduce(py)
    }

    fn __repr__(&self) -> String {
        let name = self.file.name();
        match self.open() {
            Ok(vector) => format!(
                "<keyfold.Vector {name:?}: {} values, {}>",
                vector.len(),
                vector.values().kind()
            ),
            Err(_) => format!("<keyfold.Vector {name:?}, closed>"),
        }
    }
}
