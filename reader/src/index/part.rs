//! One folder of segments as it was at one moment.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::opened::IndexOptions;
use super::segment::Segment;
use crate::entries::Entries;
use crate::error::{Error, Fault, InFile, Result, Section};
use crate::format::partitions::{PARTITIONS, Partitions};
use crate::format::toc::{Partition, TOC, Toc};

/// Tables of contents that are read in a row, each replaced before all of its files were read, before what was read last counts.
const MOST_TABLES: u32 = 1_000;

/// An index, or one part of a partitioned index: the table of contents with the segments it names.
#[derive(Clone, Debug)]
pub struct Part {
    folder: PathBuf,
    toc: Toc,
    segments: Vec<Segment>,
    entries: Entries,
}

impl Part {
    /// Opens the index in a folder, which has to be this part of a partitioned one.
    pub(super) fn open(
        folder: &Path,
        partition: Option<Partition>,
        options: IndexOptions,
    ) -> Result<Self> {
        let part = Self::load(folder, None, options)?;
        let told = part.toc.details.as_ref().and_then(|told| told.partition);
        if partition.is_some() && told != partition {
            return Err(Fault::new(
                Section::Contents,
                0,
                "not this part of the index",
            ))
            .in_file(&part.folder.join(TOC));
        }
        Ok(part)
    }

    /// The part as it is now; nothing if it did not change.
    pub(super) fn newer(&self, options: IndexOptions) -> Result<Option<Self>> {
        let next = Self::load(&self.folder, Some(self), options)?;
        Ok((!self.is_same(&next)).then_some(next))
    }

    /// The part as it is now, with what is open already.
    fn load(folder: &Path, before: Option<&Part>, options: IndexOptions) -> Result<Self> {
        let mut tables = 0;
        loop {
            let toc = read_toc(folder)?;
            if let Some(before) = before
                && before.toc == toc
                && toc.details.is_some()
            {
                return Ok(before.clone());
            }
            let segments = segments(folder, &toc, before, options);
            // Files go once a newer table is there. One that is gone is an error or, if it was a list of deleted keys, a count that
            // does not agree; keyvi's tables have no counts.
            let is_whole = segments.is_ok() && toc.details.is_some();
            tables += 1;
            if !is_whole && tables < MOST_TABLES && read_toc(folder)? != toc {
                continue;
            }
            let segments = segments?;
            let newest_first = segments.iter().rev().map(Segment::source);
            return Ok(Part {
                folder: folder.to_owned(),
                toc,
                entries: Entries::new(newest_first.collect()),
                segments,
            });
        }
    }

    fn is_same(&self, other: &Part) -> bool {
        let mut pairs = self.segments.iter().zip(&other.segments);
        self.toc == other.toc && pairs.all(|(one, other)| one.is_same(other))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The table of contents.
    pub fn toc(&self) -> &Toc {
        &self.toc
    }

    /// The segments, oldest first.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The entries of this part.
    pub fn entries(&self) -> &Entries {
        &self.entries
    }
}

fn read_toc(folder: &Path) -> Result<Toc> {
    let path = folder.join(TOC);
    let file = fs::read(&path).map_err(|e| Error::io(&path, e))?;
    Toc::read(&file).in_file(&path)
}

/// The segments of a table; those that were open before are not opened again.
fn segments(
    folder: &Path,
    toc: &Toc,
    before: Option<&Part>,
    options: IndexOptions,
) -> Result<Vec<Segment>> {
    // a table that went back is of another index in the same place, whose files may have the same names
    let before = before.filter(|before| before.toc.generation() <= toc.generation());
    let open: HashMap<&str, &Segment> = before
        .into_iter()
        .flat_map(|before| &before.segments)
        .map(|segment| (segment.name(), segment))
        .collect();
    // keyvi adds to lists of deleted keys, this writer does not
    let lists_stay =
        toc.details.is_some() && before.is_some_and(|before| before.toc.details.is_some());
    let segments = toc.files.iter().enumerate().map(|(number, name)| {
        let counts = toc.details.as_ref().map(|details| details.segments[number]);
        match open.get(&name[..]) {
            Some(&segment) if lists_stay && counts == Some(segment.counts()) => Ok(segment.clone()),
            Some(segment) if !lists_stay => segment.with_lists_read(),
            _ => Segment::open(folder, name, counts, options),
        }
    });
    segments.collect()
}

/// How the folder's index is divided; nothing when it is not.
pub(super) fn read_partitions(folder: &Path) -> Result<Option<Partitions>> {
    let path = folder.join(PARTITIONS);
    match fs::read(&path) {
        Ok(file) => Partitions::read(&file).in_file(&path).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(&path, error)),
    }
}
