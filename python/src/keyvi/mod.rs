//! keyvi's classes, one file each.

mod attribute;
mod compiler;
mod completion;
mod dictionary;
mod generator;
mod hash;
mod index;
mod items;
mod iterator;
mod matched;
mod merger;
mod params;
mod predictive;
mod read_only_index;
mod secondary;
mod secondary_compiler;
mod statistics;
mod stored;
mod tokens;
mod transform;
mod value;
mod vector;
mod vector_generator;
mod wire;

use pyo3::prelude::*;

pub(crate) use matched::Match;

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    register_readers(module)?;
    register_writers(module)
}

/// Registers what reads files. The dictionaries have names in `keyfold._native` that keyfold's own leave free.
fn register_readers(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add_class::<Match>()?;
    module.add_class::<iterator::MatchIterator>()?;
    module.add_class::<items::Items>()?;
    module.add(
        "KeyviDictionary",
        py.get_type::<dictionary::KeyviDictionary>(),
    )?;
    module.add(
        "KeyviSecondaryKeyDictionary",
        py.get_type::<secondary::KeyviSecondaryKeyDictionary>(),
    )?;
    module.add(
        "KeyviReadOnlyIndex",
        py.get_type::<read_only_index::KeyviReadOnlyIndex>(),
    )?;
    module.add_class::<completion::PrefixCompletion>()?;
    module.add_class::<completion::MultiWordCompletion>()?;
    module.add_class::<completion::ForwardBackwardCompletion>()?;
    module.add_class::<vector::JsonVector>()?;
    module.add_class::<vector::StringVector>()?;
    module.add_class::<transform::FsaTransform>()?;
    module.add_class::<predictive::PredictiveCompression>()?;
    module.add_function(wrap_pyfunction!(hash::jump_consistent_hash_string, module)?)
}

/// Registers what writes files.
fn register_writers(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("KeyviIndex", module.py().get_type::<index::KeyviIndex>())?;
    compiler::register(module)?;
    secondary_compiler::register(module)?;
    merger::register(module)?;
    generator::register(module)?;
    vector_generator::register(module)
}
