//! Several dictionaries as one.

use keyfold_reader::Source;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::dictionary::Dictionary;
use crate::entries::Entries;
use crate::error::{ArgumentError, FormatError};
use crate::key::wrong_type;
use crate::source::Open;

/// Several dictionaries that are asked together: where more than one stores a key, the newest decides.
#[pyclass(frozen, extends = Entries, weakref, module = "keyfold")]
pub(crate) struct Merged {
    dictionaries: Vec<Py<Dictionary>>,
}

/// Dictionaries of one kind as one, newest first. They stay open if they are closed by themselves.
#[pyfunction]
pub(crate) fn merged<'py>(dictionaries: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Merged>> {
    let py = dictionaries.py();
    let mut kept = Vec::new();
    let mut readers = Vec::new();
    for dictionary in dictionaries.try_iter()? {
        let dictionary = dictionary?;
        let dictionary = dictionary
            .cast::<Dictionary>()
            .map_err(|_| wrong_type(&dictionary, "a Dictionary"))?;
        readers.push(dictionary.as_super().get().open()?.dictionary()?);
        kept.push(dictionary.clone().unbind());
    }
    let Some(newest) = readers.first() else {
        return Err(ArgumentError::new_err("a dictionary at least is needed"));
    };
    let (kind, rule) = (newest.header().kind, newest.text_rule());
    for reader in &readers {
        if reader.header().kind != kind || reader.text_rule() != rule {
            return Err(FormatError::new_err(format!(
                "{}: it is of another kind, or folded by another rule, than {}",
                reader.path().display(),
                newest.path().display()
            )));
        }
    }
    let sources = readers.iter().map(Source::new).collect();
    let open = Open::merged(keyfold_reader::Entries::new(sources), kind, rule);
    let merged = Merged { dictionaries: kept };
    Bound::new(
        py,
        PyClassInitializer::from(Entries::new(open)).add_subclass(merged),
    )
}

#[pymethods]
impl Merged {
    /// The dictionaries, newest first.
    #[getter]
    fn dictionaries<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, &self.dictionaries)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let merged = py.import("keyfold")?.getattr("merged")?;
        (merged, (self.dictionaries(py)?,)).into_pyobject(py)
    }

    fn __repr__(&self) -> String {
        format!(
            "<keyfold.Merged of {} dictionaries>",
            self.dictionaries.len()
        )
    }
}
