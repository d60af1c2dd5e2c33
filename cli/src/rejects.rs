//! The rows that a build sets aside.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A file of rejected rows, as they stood in the input.
pub(crate) struct Rejects {
    path: PathBuf,
    file: File,
}

impl Rejects {
    /// Starts the file. An existing one is replaced if `replace` says so, else it is an error.
    pub(crate) fn create(path: &Path, replace: bool) -> Result<Self> {
        let mut options = OpenOptions::new();
        options
            .write(true)
            .create_new(!replace)
            .create(true)
            .truncate(replace);
        let file = options.open(path).map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => keyfold_compiler::Error::Exists(path.to_owned()),
            _ => keyfold_compiler::Error::io(path, e),
        })?;
        Ok(Rejects {
            path: path.to_owned(),
            file,
        })
    }

    /// Adds whole rows. They are in the file at once, whatever becomes of the build.
    pub(crate) fn add(&mut self, rows: &[u8]) -> Result<()> {
        self.file
            .write_all(rows)
            .with_context(|| self.path.display().to_string())
    }

    /// The file's path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}
