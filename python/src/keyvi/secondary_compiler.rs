//! keyvi's compilers of dictionaries with secondary keys.

use std::sync::OnceLock;

use keyfold_compiler::Input;
use keyfold_reader::ValueKind;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use super::compiler::{KeyviCompiler, uninitialised};
use super::params::{Params, unfit, warn_of_names};
use super::value::{Floats, Number};
use crate::error::{FieldError, StateError};
use crate::key::{Key, wrong_type};

/// The names of the secondary keys, from the first argument of the constructor.
fn names(arguments: &Bound<'_, PyTuple>) -> PyResult<Vec<String>> {
    let first = arguments.get_item(0).map_err(|_| unfit(arguments))?;
    let list = first.cast::<PyList>().map_err(|_| unfit(arguments))?;
    let name = |item: Bound<'_, PyAny>| {
        let key: Key<'_> = item.extract().map_err(|_| unfit(arguments))?;
        key.text(item.py()).map(str::to_owned)
    };
    list.iter().map(name).collect()
}

/// The objects of a `dict` of secondary values, which must be text.
fn objects<'py>(meta: &Bound<'py, PyAny>) -> PyResult<Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
    let Ok(meta) = meta.cast::<PyDict>() else {
        return Err(wrong_type(meta, "a dict of texts"));
    };
    let is_text = |object: &Bound<'_, PyAny>| {
        object.is_instance_of::<PyString>() || object.is_instance_of::<PyBytes>()
    };
    let mut pairs = Vec::with_capacity(meta.len());
    for (name, value) in meta.iter() {
        if let Some(other) = [&name, &value].into_iter().find(|object| !is_text(object)) {
            return Err(wrong_type(other, "a dict of texts"));
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// Adds a row under those of the secondary values that have a name.
fn add(
    compiler: &KeyviCompiler,
    names: &OnceLock<Vec<String>>,
    key: &[u8],
    meta: &Bound<'_, PyAny>,
    value: Input<'_>,
) -> PyResult<()> {
    let names = names.get().ok_or_else(uninitialised)?;
    let objects = objects(meta)?;
    let pairs = objects
        .iter()
        .map(|(name, value)| Ok((name.extract()?, value.extract()?)))
        .collect::<PyResult<Vec<(Key<'_>, Key<'_>)>>>()?;
    let field = |name: &String| {
        let pair = pairs.iter().find(|(given, _)| **given == *name.as_bytes());
        let value = pair.map(|(_, value)| value.as_ref());
        value.ok_or_else(|| FieldError::new_err(format!("there is no value for {name:?}")))
    };
    let fields = names.iter().map(field).collect::<PyResult<Vec<&[u8]>>>()?;
    compiler.add(meta.py(), &fields, key, value)
}

/// A class for each kind of values, its constructor and the method by which it takes rows.
macro_rules! compilers {
    ($($class:ident, $name:literal, $kind:ident, ($($value:ident: $type:ty)?) $input:expr;)*) => {$(
        #[doc = concat!("Compiles dictionaries of kind ", stringify!($kind), " with secondary keys.")]
        #[pyclass(extends = KeyviCompiler, subclass, frozen, name = $name, module = "keyfold.compiler")]
        pub(crate) struct $class {
            names: OnceLock<Vec<String>>,
        }

        #[pymethods]
        impl $class {
            #[new]
            #[pyo3(signature = (*_args, **_kwargs))]
            fn new(
                _args: &Bound<'_, PyTuple>,
                _kwargs: Option<&Bound<'_, PyDict>>,
            ) -> PyClassInitializer<Self> {
                let names = OnceLock::new();
                let base = KeyviCompiler::new(ValueKind::$kind);
                PyClassInitializer::from(base).add_subclass($class { names })
            }

            #[pyo3(signature = (*args, **kwargs))]
            fn __init__(
                slf: &Bound<'_, Self>,
                args: &Bound<'_, PyTuple>,
                kwargs: Option<&Bound<'_, PyDict>>,
            ) -> PyResult<()> {
                warn_of_names(slf.py(), kwargs)?;
                let names = names(args)?;
                let params = Params::of(args, 1)?;
                slf.as_super().get().begin(slf.py(), names.clone(), &params)?;
                slf.get().names.set(names).map_err(|_| {
                    StateError::new_err("the compiler was initialised before")
                })
            }

            /// Adds a row under secondary values.
            fn add(
                slf: &Bound<'_, Self>,
                the_key: Key<'_>,
                meta: &Bound<'_, PyAny>,
                $(the_value: $type,)?
            ) -> PyResult<()> {
                $(let $value = the_value;)?
                add(slf.as_super().get(), &slf.get().names, &the_key, meta, $input)
            }
        }
    )*};
}

compilers! {
    SecondaryKeyCompletionDictionaryCompiler, "SecondaryKeyCompletionDictionaryCompiler", Completion,
        (value: Number) Input::Int(value.0);
    SecondaryKeyFloatVectorDictionaryCompiler, "SecondaryKeyFloatVectorDictionaryCompiler", FloatVector,
        (value: Floats) Input::Floats(&value.0);
    SecondaryKeyIntDictionaryCompiler, "SecondaryKeyIntDictionaryCompiler", Int,
        (value: Number) Input::Int(value.0);
    SecondaryKeyJsonDictionaryCompiler, "SecondaryKeyJsonDictionaryCompiler", Json,
        (value: Key<'_>) Input::Text(&value);
    SecondaryKeyKeyOnlyDictionaryCompiler, "SecondaryKeyKeyOnlyDictionaryCompiler", KeyOnly,
        () Input::None;
    SecondaryKeyStringDictionaryCompiler, "SecondaryKeyStringDictionaryCompiler", String,
        (value: Key<'_>) Input::Text(&value);
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<SecondaryKeyCompletionDictionaryCompiler>()?;
    module.add_class::<SecondaryKeyFloatVectorDictionaryCompiler>()?;
    module.add_class::<SecondaryKeyIntDictionaryCompiler>()?;
    module.add_class::<SecondaryKeyJsonDictionaryCompiler>()?;
    module.add_class::<SecondaryKeyKeyOnlyDictionaryCompiler>()?;
    module.add_class::<SecondaryKeyStringDictionaryCompiler>()
}
