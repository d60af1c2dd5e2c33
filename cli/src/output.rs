//! A text file being written: it appears whole, by rename, or not at all.

use std::fs::Permissions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use keyfold_compiler::Error;
use tempfile::NamedTempFile;

/// Bytes collected before they are written.
const BUFFER: usize = 1 << 16;

/// A file that is written beside its destination.
pub(crate) struct OutputFile {
    path: PathBuf,
    folder: PathBuf,
    replace: bool,
    file: NamedTempFile,
    /// Bytes to be written next.
    buffer: Vec<u8>,
}

impl OutputFile {
    /// Starts the file that will appear at `path`. Without `replace` a file that is there is an error.
    pub(crate) fn create(path: &Path, replace: bool) -> Result<Self, Error> {
        check_free(path, replace)?;
        let folder = folder_of(path);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".keyfold-").suffix(".part");
        // as any new file, within the user's mask
        #[cfg(unix)]
        builder.permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
        let file = builder
            .tempfile_in(&folder)
            .map_err(|e| Error::io(&folder, e))?;
        Ok(OutputFile {
            path: path.to_owned(),
            folder,
            replace,
            file,
            buffer: Vec::new(),
        })
    }

    /// Appends to the file.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() < BUFFER {
            return Ok(());
        }
        self.write_buffer()
    }

    fn write_buffer(&mut self) -> Result<(), Error> {
        let file = self.file.as_file_mut();
        file.write_all(&self.buffer)
            .map_err(|e| Error::io(&self.path, e))?;
        self.buffer.clear();
        Ok(())
    }

    /// Makes the file durable and gives it its name.
    pub(crate) fn publish(mut self) -> Result<(), Error> {
        self.write_buffer()?;
        let OutputFile {
            path,
            folder,
            replace,
            file,
            ..
        } = self;
        let at = |e| Error::io(&path, e);
        file.as_file().sync_all().map_err(at)?;
        let named = if replace {
            file.persist(&path)
        } else {
            file.persist_noclobber(&path)
        };
        named.map_err(|e| match e.error.kind() {
            io::ErrorKind::AlreadyExists => Error::Exists(path.clone()),
            _ => at(e.error),
        })?;
        #[cfg(unix)]
        std::fs::File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|e| Error::io(&folder, e))?;
        Ok(())
    }
}

/// Finds out before any work is done whether a file can appear at `path`.
pub(crate) fn check(path: &Path, replace: bool) -> Result<(), Error> {
    check_free(path, replace)?;
    let folder = folder_of(path);
    tempfile::tempfile_in(&folder)
        .map(drop)
        .map_err(|e| Error::io(&folder, e))
}

fn check_free(path: &Path, replace: bool) -> Result<(), Error> {
    let fail = |kind: io::ErrorKind| Err(Error::io(path, kind.into()));
    if path.as_os_str() == "-" {
        let reason = "a file that appears whole cannot go to standard output";
        return Err(Error::io(
            path,
            io::Error::new(io::ErrorKind::Unsupported, reason),
        ));
    }
    if path.is_dir() {
        return fail(io::ErrorKind::IsADirectory);
    }
    if !replace && path.symlink_metadata().is_ok() {
        return Err(Error::Exists(path.to_owned()));
    }
    Ok(())
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
