//! Errors of the crates as Python exceptions. The classes are written in Python, `keyfold/exceptions.py`, where they can have
//! several bases.

use std::io;
use std::path::Path;

use pyo3::import_exception;
use pyo3::prelude::*;

import_exception!(keyfold.exceptions, ArgumentError);
import_exception!(keyfold.exceptions, AttributeNotFound);
import_exception!(keyfold.exceptions, ClosedError);
import_exception!(keyfold.exceptions, DuplicateKeyError);
import_exception!(keyfold.exceptions, FieldError);
import_exception!(keyfold.exceptions, FileDenied);
import_exception!(keyfold.exceptions, FileError);
import_exception!(keyfold.exceptions, FileExists);
import_exception!(keyfold.exceptions, FileNotFound);
import_exception!(keyfold.exceptions, ForkedError);
import_exception!(keyfold.exceptions, FormatError);
import_exception!(keyfold.exceptions, IndexNotFound);
import_exception!(keyfold.exceptions, KeyNotFound);
import_exception!(keyfold.exceptions, LockedError);
import_exception!(keyfold.exceptions, ModelError);
import_exception!(keyfold.exceptions, NumberError);
import_exception!(keyfold.exceptions, OptionError);
import_exception!(keyfold.exceptions, OrderError);
import_exception!(keyfold.exceptions, PositionError);
import_exception!(keyfold.exceptions, QueryError);
import_exception!(keyfold.exceptions, RangeError);
import_exception!(keyfold.exceptions, RowError);
import_exception!(keyfold.exceptions, StateError);
import_exception!(keyfold.exceptions, ValueFormError);

/// An error of the crates below, as the Python exception that it becomes.
pub(crate) trait Raise<T> {
    fn raise(self) -> PyResult<T>;
}

impl<T> Raise<T> for keyfold_reader::Result<T> {
    fn raise(self) -> PyResult<T> {
        self.map_err(reading)
    }
}

impl<T> Raise<T> for keyfold_compiler::Result<T> {
    fn raise(self) -> PyResult<T> {
        self.map_err(writing)
    }
}

/// The exception of an error of the reader.
pub(crate) fn reading(error: keyfold_reader::Error) -> PyErr {
    use keyfold_reader::Error;
    match error {
        Error::Io { path, source } => system(&path, &source),
        Error::Format(_) | Error::Unsupported { .. } => FormatError::new_err(error.to_string()),
        Error::Value { .. } => ValueFormError::new_err(error.to_string()),
        Error::Query { .. } => QueryError::new_err(error.to_string()),
        Error::Stopped => crate::interrupt::exception(),
        _ => StateError::new_err(error.to_string()),
    }
}

/// The exception of an error of the compiler.
pub(crate) fn writing(error: keyfold_compiler::Error) -> PyErr {
    use keyfold_compiler::Error;
    match error {
        Error::Io { path, source } => system(&path, &source),
        Error::Exists(path) => FileExists::new_err((
            libc_number(io::ErrorKind::AlreadyExists),
            "the file exists",
            path.into_os_string(),
        )),
        Error::Read(error) => reading(error),
        Error::Option { .. } => OptionError::new_err(error.to_string()),
        Error::Row(_) | Error::TooLarge(_) => RowError::new_err(error.to_string()),
        Error::DuplicateKey(_) => DuplicateKeyError::new_err(error.to_string()),
        Error::OutOfOrder { .. } => OrderError::new_err(error.to_string()),
        Error::Mismatch { .. } => FormatError::new_err(error.to_string()),
        Error::Locked(path) => LockedError::new_err((
            libc_number(io::ErrorKind::WouldBlock),
            "another writer has the index open",
            path.into_os_string(),
        )),
        Error::Closed => ClosedError::new_err("it was closed"),
        Error::Forked => ForkedError::new_err(error.to_string()),
        Error::Cancelled => pyo3::exceptions::PyKeyboardInterrupt::new_err(()),
        _ => StateError::new_err(error.to_string()),
    }
}

/// What the operating system refused: with its number, its words and the file, as `OSError` has them.
pub(crate) fn system(path: &Path, error: &io::Error) -> PyErr {
    // that of a temporary file stands within another error
    let cause = error.get_ref().and_then(std::error::Error::source);
    let error = cause
        .and_then(<dyn std::error::Error>::downcast_ref)
        .unwrap_or(error);
    let number = error
        .raw_os_error()
        .unwrap_or_else(|| libc_number(error.kind()));
    let arguments = (number, reason(error), path.as_os_str().to_owned());
    match error.kind() {
        io::ErrorKind::NotFound => FileNotFound::new_err(arguments),
        io::ErrorKind::PermissionDenied => FileDenied::new_err(arguments),
        _ => FileError::new_err(arguments),
    }
}

/// The system's words without the number that Rust puts behind them.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.rfind(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// The number of an error that did not come with one.
fn libc_number(kind: io::ErrorKind) -> i32 {
    match kind {
        io::ErrorKind::NotFound => 2,
        io::ErrorKind::WouldBlock => 11,
        io::ErrorKind::AlreadyExists => 17,
        _ => 5,
    }
}
