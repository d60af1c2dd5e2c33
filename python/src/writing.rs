//! An index that is open for writing, whole or in parts.

use std::path::Path;
use std::sync::Arc;

use keyfold_compiler::index::{
    Change, Disk, FieldPattern, PartitionedWriter, Report, Settings, Writer,
};
use keyfold_compiler::{Error, Result};
use keyfold_reader::format::partitions::Partitions;
use keyfold_reader::index::{FieldType, Schema};
use keyfold_reader::{Entries, Process};
use pyo3::prelude::*;

/// The writer of an index. All but `report` and `schema` may take long, and are called without the GIL.
pub(crate) struct Writing {
    of: Of,
    /// The process that opened it: no other may use it.
    process: Process,
}

enum Of {
    Whole(Writer),
    Parts(PartitionedWriter),
}

impl Writing {
    /// Opens an index, or makes one where there is none if `create` says so.
    pub(crate) fn open(path: &Path, settings: Settings, create: bool) -> Result<Self> {
        let disk = if create {
            Disk::create(path)?
        } else {
            Disk::new(path)?
        };
        let writer = Writer::open_storage(Arc::new(disk), Some(settings), create)?;
        Ok(Writing::new(Of::Whole(writer)))
    }

    /// Makes a partitioned index.
    pub(crate) fn create_parts(
        path: &Path,
        partitions: Partitions,
        settings: &Settings,
    ) -> Result<Self> {
        let writer = PartitionedWriter::create(path, partitions, settings)?;
        Ok(Writing::new(Of::Parts(writer)))
    }

    /// Opens a partitioned index.
    pub(crate) fn open_parts(path: &Path, settings: &Settings) -> Result<Self> {
        let writer = PartitionedWriter::open_with(path, settings)?;
        Ok(Writing::new(Of::Parts(writer)))
    }

    fn new(of: Of) -> Self {
        let process = Process::current();
        Writing { of, process }
    }

    /// What writes; an error in a process that was forked off since, where locks may be held for ever.
    fn of(&self) -> Result<&Of> {
        if self.process.is_current() {
            Ok(&self.of)
        } else {
            Err(Error::Forked)
        }
    }

    /// Makes changes, in a partitioned index part by part; all of a part or none.
    pub(crate) fn write(&self, changes: &[Change<'_>]) -> Result<()> {
        // writers look themselves for whose they are
        match &self.of {
            Of::Whole(writer) => writer.write(changes),
            Of::Parts(parts) => parts.write(changes),
        }
    }

    /// Makes one change, with the GIL released if that takes longer.
    pub(crate) fn write_one(&self, py: Python<'_>, change: Change<'_>) -> Result<()> {
        let changes = [change];
        if let Of::Whole(writer) = &self.of
            && writer.try_write(&changes)?
        {
            return Ok(());
        }
        py.detach(|| self.write(&changes))
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        match &self.of {
            Of::Whole(writer) => writer.get(key),
            Of::Parts(parts) => parts.get(key),
        }
    }

    pub(crate) fn entries(&self) -> Result<Entries> {
        match self.of()? {
            Of::Whole(writer) => writer.entries(),
            Of::Parts(parts) => parts.entries(),
        }
    }

    pub(crate) fn commit(&self) -> Result<()> {
        match self.of()? {
            Of::Whole(writer) => writer.commit(),
            Of::Parts(parts) => parts.commit(),
        }
    }

    pub(crate) fn flush(&self) -> Result<()> {
        match self.of()? {
            Of::Whole(writer) => writer.flush(),
            Of::Parts(parts) => parts.flush(),
        }
    }

    pub(crate) fn force_merge(&self, segments: usize) -> Result<()> {
        match self.of()? {
            Of::Whole(writer) => writer.force_merge(segments),
            Of::Parts(parts) => parts.force_merge(segments),
        }
    }

    pub(crate) fn drop_field(&self, fields: FieldPattern<'_>) -> Result<()> {
        match self.of()? {
            Of::Whole(writer) => writer.drop_field(fields),
            Of::Parts(parts) => parts.drop_field(fields),
        }
    }

    pub(crate) fn delete_all(&self) -> Result<()> {
        match self.of()? {
            Of::Whole(writer) => writer.delete_all(),
            Of::Parts(parts) => parts.delete_all(),
        }
    }

    /// Fixes the type of a field in all parts.
    pub(crate) fn declare(&self, name: &str, kind: FieldType) -> Result<()> {
        match self.of()? {
            Of::Whole(writer) => writer.declare(name, kind),
            Of::Parts(parts) => parts.declare(name, kind),
        }
    }

    pub(crate) fn schema(&self) -> Result<Option<Schema>> {
        Ok(match self.of()? {
            Of::Whole(writer) => writer.schema(),
            Of::Parts(parts) => parts.schema(),
        })
    }

    /// The settings, of all parts the same.
    pub(crate) fn settings(&self) -> Option<&Settings> {
        match &self.of {
            Of::Whole(writer) => Some(writer.settings()),
            Of::Parts(parts) => parts.parts().first().map(Writer::settings),
        }
    }

    /// How the index is divided, where it is.
    pub(crate) fn partitions(&self) -> Option<Partitions> {
        match &self.of {
            Of::Whole(_) => None,
            Of::Parts(parts) => Some(parts.partitions()),
        }
    }

    pub(crate) fn report(&self) -> Result<Report> {
        Ok(match self.of()? {
            Of::Whole(writer) => writer.report(),
            Of::Parts(parts) => parts.report(),
        })
    }

    /// Makes segments of all changes and ends the writer. In a process that was forked off there is nothing to end.
    pub(crate) fn close(&self) -> Result<()> {
        match self.of() {
            Ok(Of::Whole(writer)) => writer.close(),
            Ok(Of::Parts(parts)) => parts.close(),
            Err(_) => Ok(()),
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        // nobody is left who could be told
        let closed = Python::try_attach(|py| py.detach(|| self.close()));
        let _ = closed.unwrap_or_else(|| self.close());
    }
}
