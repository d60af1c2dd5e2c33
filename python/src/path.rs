//! A path as it comes from Python.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::key::wrong_type;

/// The path of a file: `str`, `bytes` or any `os.PathLike`.
pub(crate) struct FilePath(PathBuf);

impl<'py> FromPyObject<'_, 'py> for FilePath {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(FilePath(OsStr::from_bytes(bytes.as_bytes()).into()));
        }
        match object.extract() {
            Ok(path) => Ok(FilePath(path)),
            Err(_) => Err(wrong_type(&object, "a path")),
        }
    }
}

impl AsRef<Path> for FilePath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}
