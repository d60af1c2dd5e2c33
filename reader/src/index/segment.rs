//! One dictionary of an index.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::filter;
use super::opened::IndexOptions;
use crate::dictionary::Dictionary;
use crate::entries::Source;
use crate::error::{Error, FormatError, InFile, Result, Section};
use crate::format::deleted;
use crate::format::filter::Filter;
use crate::format::toc::{DELETED, DELETED_IN_MERGE, SegmentCounts};
use crate::key_set::KeySet;

/// A dictionary of an index, with the keys deleted in it. Clones share everything.
#[derive(Clone, Debug)]
pub struct Segment {
    name: Arc<str>,
    dictionary: Dictionary,
    deleted: Arc<KeySet>,
    filter: Option<Filter>,
}

impl Segment {
    /// Opens the segment of this name in a folder.
    ///
    /// A filter that is missing or damaged is done without. `counts` is what the table of contents says of it; lists of deleted keys are then read only if there are any, and
    /// a difference is an error. keyvi's tables say nothing.
    pub fn open(
        folder: &Path,
        name: &str,
        counts: Option<SegmentCounts>,
        options: IndexOptions,
    ) -> Result<Self> {
        let path = folder.join(name);
        let dictionary = Dictionary::open_with(&path, options.loading)?;
        let header = dictionary.header();
        if !header.secondary.is_empty() || !header.text_rule.is_none() {
            return Err(Error::Unsupported {
                path,
                reason: "a segment of an index has neither secondary keys nor folded ones".into(),
            });
        }
        let segment = Segment {
            name: name.into(),
            deleted: read_deleted(&path, counts)?.into(),
            filter: if options.filters {
                filter::open(&dictionary).ok().flatten()
            } else {
                None
            },
            dictionary,
        };
        match counts {
            Some(counts) if counts != segment.counts() => Err(Error::Format(FormatError {
                path,
                section: Section::Contents,
                offset: 0,
                reason: format!(
                    "{} is expected, {} is there",
                    told(counts),
                    told(segment.counts())
                ),
            })),
            _ => Ok(segment),
        }
    }

    /// The same dictionary with the lists of deleted keys read again.
    pub(super) fn with_lists_read(&self) -> Result<Self> {
        let deleted = read_deleted(self.dictionary.path(), None)?;
        let mut segment = self.clone();
        if deleted != *self.deleted {
            segment.deleted = deleted.into();
        }
        Ok(segment)
    }

    /// Whether another segment is the same file with the same deleted keys.
    pub(super) fn is_same(&self, other: &Segment) -> bool {
        self.name == other.name && Arc::ptr_eq(&self.deleted, &other.deleted)
    }

    /// The name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All that the file holds, deleted keys among it.
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// The keys deleted in this segment.
    pub fn deleted(&self) -> &Arc<KeySet> {
        &self.deleted
    }

    /// What knows keys that the segment does not store, where that is open.
    pub fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// What the table of contents says of the segment.
    pub fn counts(&self) -> SegmentCounts {
        SegmentCounts {
            keys: self.dictionary.len(),
            deleted: self.deleted.len() as u64,
            bytes: self.dictionary.bytes().len() as u64,
        }
    }

    /// The segment as a source of queries.
    pub fn source(&self) -> Source {
        let mut source = Source::new(&self.dictionary);
        if !self.deleted.is_empty() {
            source = source.deleted(self.deleted.clone());
        }
        match &self.filter {
            Some(filter) => source.filtered(filter.clone()),
            None => source,
        }
    }
}

/// Counts in words.
fn told(counts: SegmentCounts) -> String {
    let SegmentCounts {
        keys,
        deleted,
        bytes,
    } = counts;
    format!("a segment of {bytes} bytes with {keys} keys and {deleted} deleted")
}

/// The keys that both lists beside a segment name.
fn read_deleted(segment: &Path, counts: Option<SegmentCounts>) -> Result<KeySet> {
    let mut keys = KeySet::new();
    if counts.is_some_and(|counts| counts.deleted == 0) {
        return Ok(keys);
    }
    for ending in [DELETED, DELETED_IN_MERGE] {
        let mut path = segment.as_os_str().to_owned();
        path.push(".");
        path.push(ending);
        let path = PathBuf::from(path);
        match fs::read(&path) {
            Ok(list) => keys.append(deleted::read(&list).in_file(&path)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io(&path, error)),
        }
    }
    Ok(keys)
}
