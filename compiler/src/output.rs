//! The output file: it appears whole, by rename, or not at all.

use std::fs::{self, File};
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
        let file = tempfile::Builder::new()
            .prefix(".keyfold-")
            .suffix(".part")
            .tempfile_in(&folder)
            .at(&folder)?;
        Ok(Output { path: path.to_owned(), folder, replace, file })
    }

    /// Writes with `write`, then makes the file durable and gives it its name.
    pub(crate) fn publish(mut self, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<u64> {
        let file = self.file.as_file_mut();
        write(file).and_then(|()| file.flush()).at(&self.path)?;
        share_like_new_file(file).at(&self.path)?;
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
        File::open(&self.folder).and_then(|folder| folder.sync_all()).at(&self.folder)?;
        Ok(len)
    }
}

/// Temporary files are private; a published file has the permissions any new file gets.
#[cfg(unix)]
fn share_like_new_file(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o666 & !umask()))
}

#[cfg(not(unix))]
fn share_like_new_file(_: &File) -> io::Result<()> {
    Ok(())
}

/// The process's file mode mask, as the system shows it; the usual one where it does not.
#[cfg(unix)]
fn umask() -> u32 {
    const USUAL: u32 = 0o022;
    fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
            u32::from_str_radix(line.trim(), 8).ok()
        })
        .unwrap_or(USUAL)
}
