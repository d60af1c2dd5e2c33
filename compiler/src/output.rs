//! The output file: it appears whole, by rename, or not at all.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{At, Error, Result};

/// A file being written beside its destination.
pub(crate) struct Output {
    path: PathBuf,
    folder: PathBuf,
    replace: bool,
    file: NamedTempFile,
}

impl Output {
    /// Starts the file that will appear at `path`. Without `replace` a file that is there is an error.
    pub(crate) fn create(path: &Path, replace: bool) -> Result<Self> {
        if !replace && path.symlink_metadata().is_ok() {
            return Err(Error::Exists(path.to_owned()));
        }
        if path.is_dir() {
            return Err(Error::io(path, io::ErrorKind::IsADirectory.into()));
        }
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".keyfold-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // as for any new file; the process's mask is taken off
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(&folder).at(&folder)?;
        Ok(Output {
            path: path.to_owned(),
            folder,
            replace,
            file,
        })
    }

    /// Writes with `write`, then makes the file durable and gives it its name.
    pub(crate) fn publish(
        mut self,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<u64> {
        let file = self.file.as_file_mut();
        write(file).and_then(|()| file.flush()).at(&self.path)?;
        file.sync_all().at(&self.path)?;
        let len = file.metadata().at(&self.path)?.len();
        let renamed = if self.replace {
            self.file.persist(&self.path)
        } else {
            self.file.persist_noclobber(&self.path)
        };
        renamed.map_err(|e| match e.error.kind() {
            io::ErrorKind::AlreadyExists => Error::Exists(self.path.clone()),
            _ => Error::io(&self.path, e.error),
        })?;
        #[cfg(unix)]
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .at(&self.folder)?;
        Ok(len)
    }
}
