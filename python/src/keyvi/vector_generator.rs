//! keyvi's generators of vectors: values in order in, file out.

use std::sync::{Mutex, MutexGuard, PoisonError};

use keyfold_compiler::{Input, VectorWriter};
use keyfold_reader::ValueKind;
use pyo3::exceptions::{PyRecursionError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyDict, PyString, PyTuple};

use super::compiler::{path, uninitialised};
use super::params::{Params, Use, warn_of_names};
use crate::error::{ArgumentError, Raise};
use crate::key::Key;

/// What the generators of vectors have in common.
#[pyclass(
    subclass,
    frozen,
    name = "_KeyviVectorGenerator",
    module = "keyfold._native"
)]
pub(crate) struct KeyviVectorGenerator {
    kind: ValueKind,
    /// Nothing until it is initialised. In a box, since objects of Python are not aligned as it needs.
    writer: Mutex<Option<Box<VectorWriter>>>,
}

impl KeyviVectorGenerator {
    fn new(kind: ValueKind) -> Self {
        KeyviVectorGenerator {
            kind,
            writer: Mutex::new(None),
        }
    }

    fn writer(&self, py: Python<'_>) -> MutexGuard<'_, Option<Box<VectorWriter>>> {
        self.writer
            .lock_py_attached(py)
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, arguments: &Bound<'_, PyTuple>) -> PyResult<()> {
        let py = arguments.py();
        let (options, _) = Params::of(arguments, 0)?.options(py, self.kind, Use::Vector)?;
        *self.writer(py) = Some(Box::new(VectorWriter::new(options).raise()?));
        Ok(())
    }

    fn push(&self, py: Python<'_>, text: &[u8]) -> PyResult<()> {
        let mut writer = self.writer(py);
        let writer = writer.as_mut().ok_or_else(uninitialised)?;
        writer.push(Input::Text(text)).raise()
    }
}

#[pymethods]
impl KeyviVectorGenerator {
    /// Sets the text that is stored with the values.
    fn set_manifest(&self, py: Python<'_>, in_0: Key<'_>) -> PyResult<()> {
        let manifest = in_0.text(py)?;
        let mut writer = self.writer(py);
        writer
            .as_mut()
            .ok_or_else(uninitialised)?
            .set_manifest(manifest);
        Ok(())
    }

    /// Writes a file of the values so far, in place of one that is there.
    fn write_to_file(&self, py: Python<'_>, in_0: Key<'_>) -> PyResult<()> {
        let path = path(&in_0);
        let mut writer = self.writer(py);
        let writer = writer.as_mut().ok_or_else(uninitialised)?;
        py.detach(|| writer.write(&path, true)).map(drop).raise()
    }
}

/// A class for each kind of values, its constructor and the text of a value.
macro_rules! generators {
    ($($class:ident, $name:literal, $kind:ident, |$value:ident: $type:ty| $text:expr;)*) => {$(
        #[doc = concat!("Writes vectors of kind ", stringify!($kind), ".")]
        #[pyclass(extends = KeyviVectorGenerator, subclass, frozen, name = $name, module = "keyfold.vector")]
        pub(crate) struct $class;

        #[pymethods]
        impl $class {
            #[new]
            #[pyo3(signature = (*_args, **_kwargs))]
            fn new(
                _args: &Bound<'_, PyTuple>,
                _kwargs: Option<&Bound<'_, PyDict>>,
            ) -> PyClassInitializer<Self> {
                let base = KeyviVectorGenerator::new(ValueKind::$kind);
                PyClassInitializer::from(base).add_subclass($class)
            }

            #[pyo3(signature = (*args, **kwargs))]
            fn __init__(
                slf: &Bound<'_, Self>,
                args: &Bound<'_, PyTuple>,
                kwargs: Option<&Bound<'_, PyDict>>,
            ) -> PyResult<()> {
                warn_of_names(slf.py(), kwargs)?;
                slf.as_super().get().begin(args)
            }

            /// Appends a value.
            fn append(slf: &Bound<'_, Self>, in_0: $type) -> PyResult<()> {
                let $value = in_0;
                slf.as_super().get().push(slf.py(), $text)
            }
        }
    )*};
}

generators! {
    JsonVectorGenerator, "JsonVectorGenerator", Json,
        |value: &Bound<'_, PyAny>| dumps(value)?.to_str()?.as_bytes();
    StringVectorGenerator, "StringVectorGenerator", String,
        |value: Key<'_>| &value;
}

/// The JSON text that Python makes of an object: keyvi's rules for what has one are Python's.
fn dumps<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    let py = object.py();
    let text = py.import("json")?.call_method1("dumps", (object,));
    let text = text.map_err(|cause| {
        let unfit = cause.is_instance_of::<PyTypeError>(py)
            || cause.is_instance_of::<PyValueError>(py)
            || cause.is_instance_of::<PyRecursionError>(py);
        if !unfit {
            return cause;
        }
        let error = ArgumentError::new_err(cause.value(py).to_string());
        error.set_cause(py, Some(cause));
        error
    })?;
    Ok(text.cast_into::<PyString>()?)
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<KeyviVectorGenerator>()?;
    module.add_class::<JsonVectorGenerator>()?;
    module.add_class::<StringVectorGenerator>()
}
