//! The native part of the Python package: `keyfold._native`.
#![forbid(unsafe_code)]

mod arrow;
mod background;
mod bulk;
mod columns;
mod command_line;
mod compile;
mod decode;
mod dictionary;
mod documents;
mod entries;
mod error;
mod fields;
mod index;
mod index_writer;
mod interrupt;
mod key;
mod keyvi;
mod live;
mod memory;
mod merged;
mod number;
mod path;
mod query;
mod rows;
mod secondary;
mod shape;
mod source;
mod strings;
mod text;
mod value;
mod vector;
mod walk;
mod writing;

/// What `keyfold` and its submodules are made of.
#[pyo3::pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::arrow::ArrowArray;
    #[pymodule_export]
    use crate::command_line::run_command_line;
    #[pymodule_export]
    use crate::compile::{Summary, compile_rows, merge_files};
    #[pymodule_export]
    use crate::dictionary::{Dictionary, open};
    #[pymodule_export]
    use crate::entries::Entries;
    #[pymodule_export]
    use crate::index::{Index, Snapshot};
    #[pymodule_export]
    use crate::index_writer::IndexWriter;
    #[pymodule_export]
    use crate::merged::{Merged, merged};
    #[pymodule_export]
    use crate::secondary::{PySecondary, View};
    #[pymodule_export]
    use crate::vector::Vector;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        crate::keyvi::register(module)
    }
}
