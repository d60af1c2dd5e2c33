//! The index that is written to, divided into parts or not.

use std::path::Path;

use anyhow::{Result, bail};
use keyfold_compiler::index::{Change, FieldPattern, PartitionedWriter, Report, Settings, Writer};
use keyfold_compiler::{Error, Result as Written};
use keyfold_reader::format::partitions::{PARTITIONS, Partitions};
use keyfold_reader::index::Index;

/// More segments than this are merged at the end: commands that write little each would pile them up.
const MOST_SEGMENTS: usize = 64;

/// An index, open for writing.
pub(super) enum Target {
    Whole(Writer),
    Parts(PartitionedWriter),
}

impl Target {
    /// Makes an index.
    pub(super) fn create(
        folder: &Path,
        partitions: Option<Partitions>,
        settings: Settings,
    ) -> Result<Self> {
        if Index::is_at(folder) {
            bail!("{}: there is an index already", folder.display());
        }
        Ok(match partitions {
            Some(partitions) => {
                Target::Parts(PartitionedWriter::create(folder, partitions, &settings)?)
            }
            None => Target::Whole(Writer::create(folder, settings)?),
        })
    }

    /// Opens an index that is there.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        if !Index::is_at(folder) {
            bail!(
                "{}: there is no index (hint: keyfold index create)",
                folder.display()
            );
        }
        if folder.join(PARTITIONS).is_file() {
            return Ok(Target::Parts(PartitionedWriter::open(folder)?));
        }
        if is_part(folder)? {
            bail!(
                "{}: this is a part of an index, which is to be written as a whole",
                folder.display()
            );
        }
        Ok(Target::Whole(Writer::open(folder)?))
    }

    /// Makes changes, all or none; in a divided index, all or none of each part.
    pub(super) fn write(&self, changes: &[Change<'_>]) -> Written<()> {
        match self {
            Target::Whole(writer) => writer.write(changes),
            Target::Parts(writer) => writer.write(changes),
        }
    }

    pub(super) fn delete_all(&self) -> Written<()> {
        match self {
            Target::Whole(writer) => writer.delete_all(),
            Target::Parts(writer) => writer.delete_all(),
        }
    }

    pub(super) fn drop_field(&self, fields: FieldPattern<'_>) -> Written<()> {
        match self {
            Target::Whole(writer) => writer.drop_field(fields),
            Target::Parts(writer) => writer.drop_field(fields),
        }
    }

    pub(super) fn flush(&self) -> Written<()> {
        match self {
            Target::Whole(writer) => writer.flush(),
            Target::Parts(writer) => writer.flush(),
        }
    }

    /// Merges until no more than so many segments are left, in each part.
    pub(super) fn merge(&self, segments: usize) -> Written<()> {
        match self {
            Target::Whole(writer) => writer.force_merge(segments),
            Target::Parts(writer) => writer.force_merge(segments),
        }
    }

    pub(super) fn report(&self) -> Report {
        match self {
            Target::Whole(writer) => writer.report(),
            Target::Parts(writer) => writer.report(),
        }
    }

    fn writers(&self) -> &[Writer] {
        match self {
            Target::Whole(writer) => std::slice::from_ref(writer),
            Target::Parts(writer) => writer.parts(),
        }
    }

    /// Makes segments of all changes and ends the writer.
    pub(super) fn close(&self) -> Written<()> {
        let tidied = self.tidy();
        let closed = match self {
            Target::Whole(writer) => writer.close(),
            Target::Parts(writer) => writer.close(),
        };
        tidied.and(closed)
    }

    fn tidy(&self) -> Written<()> {
        self.writers()
            .iter()
            .filter(|writer| writer.report().segments > MOST_SEGMENTS as u64)
            .try_for_each(|writer| writer.force_merge(MOST_SEGMENTS))
    }

    /// Does something with the index in a folder, and closes it whatever became of that.
    pub(super) fn with<T>(folder: &Path, work: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        let target = Self::open(folder)?;
        let done = work(&target);
        let closed = target.close().map_err(anyhow::Error::from);
        let done = done?;
        closed.map(|()| done)
    }
}

/// Whether the index in a folder is a part of another.
fn is_part(folder: &Path) -> Result<bool, Error> {
    let index = Index::open(folder)?;
    let snapshot = index.snapshot();
    let mut told = snapshot
        .parts()
        .iter()
        .filter_map(|part| part.toc().details.as_ref());
    Ok(told.any(|details| details.partition.is_some()))
}
