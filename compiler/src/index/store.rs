//! A storage together with the durability that is asked of it.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::storage::{Storage, StorageFile, SyncPoint};
use crate::error::{At, Result};

/// The folder of an index, with errors that name its files.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) storage: Arc<dyn Storage>,
    /// Whether anything is to be durable.
    pub(crate) syncs: bool,
}

impl Store {
    /// The path of a file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.storage.path().join(name)
    }

    /// The bytes of a file; nothing if there is none.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match self.storage.read(name) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e).at(&self.path(name)),
        }
    }

    /// Starts a file.
    pub(crate) fn create(&self, name: &str) -> Result<Box<dyn StorageFile>> {
        self.storage.create(name).at(&self.path(name))
    }

    /// Makes a file durable.
    pub(crate) fn sync(&self, file: &mut dyn StorageFile, point: SyncPoint) -> io::Result<()> {
        if self.syncs { file.sync(point) } else { Ok(()) }
    }

    /// Makes the names in the folder durable.
    pub(crate) fn sync_folder(&self, point: SyncPoint) -> Result<()> {
        if self.syncs {
            self.storage.sync_folder(point).at(self.storage.path())
        } else {
            Ok(())
        }
    }

    /// Writes a file whole, and makes it durable.
    pub(crate) fn write(&self, name: &str, bytes: &[u8], point: SyncPoint) -> Result<()> {
        let mut file = self.create(name)?;
        file.append(bytes)
            .and_then(|()| self.sync(&mut *file, point))
            .at(&self.path(name))
    }

    /// Removes files that nothing names any more. One that cannot be removed is a leftover, which the next writer removes.
    pub(crate) fn remove(&self, names: impl IntoIterator<Item = String>) {
        for name in names {
            let _ = self.storage.remove(&name);
        }
    }
}

/// Has a build write to a file.
pub(crate) struct Sink<'f>(pub(crate) &'f mut dyn StorageFile);

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.append(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
