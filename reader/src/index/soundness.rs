//! Verification of an index: is every byte of it what it should be?

use std::fs;
use std::path::Path;

use super::filter;
use super::part::Part;
use super::segment::Segment;
use super::snapshot::Snapshot;
use crate::dictionary::Dictionary;
use crate::error::{Error, Fault, InFile, Result, Section};
use crate::format::filter::{Filter, hash};
use crate::format::log::{self, Log};

/// What a verification found out about an index without damage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexSoundness {
    /// All segments carry checksums, and they agree. Without them only the structure could be checked.
    pub checksums: bool,
    /// Segments.
    pub segments: u64,
    /// Keys that the segments store, deleted ones among them.
    pub keys: u64,
    /// Keys deleted in segments.
    pub deleted: u64,
    /// Segments with a filter that knows all of their keys.
    pub filters: u64,
    /// Segments whose filter is damaged. It is done without, which costs time and nothing else.
    pub damaged_filters: u64,
    /// Logs that count.
    pub logs: u64,
    /// Records in the logs that no segment holds yet.
    pub records: u64,
    /// Bytes at the ends of logs that are torn, or just being written. Who opens the index for writing cuts them off.
    pub torn: u64,
}

impl Snapshot {
    /// Verifies all that belongs to the snapshot: each segment as [`Dictionary::verify`](crate::Dictionary::verify) does,
    /// that each deleted key is stored where it is deleted, the filters, and the logs. Damage is an error that names file and offset.
    pub fn verify(&self) -> Result<IndexSoundness> {
        let mut found = IndexSoundness {
            checksums: true,
            ..IndexSoundness::default()
        };
        for part in self.parts() {
            for segment in part.segments() {
                verify_segment(segment, &mut found)?;
            }
            verify_logs(part, &mut found)?;
        }
        Ok(found)
    }
}

fn verify_segment(segment: &Segment, found: &mut IndexSoundness) -> Result<()> {
    let dictionary = segment.dictionary();
    let soundness = dictionary.verify()?;
    for key in segment.deleted().iter() {
        if !dictionary.contains(key)? {
            return Err(Fault::new(
                Section::Deleted,
                0,
                "a key is deleted in a segment that does not store it",
            ))
            .in_file(dictionary.path());
        }
    }
    found.checksums &= soundness.checksums;
    found.segments += 1;
    found.keys += soundness.keys;
    found.deleted += segment.deleted().len() as u64;
    match filter::open(dictionary) {
        Ok(None) => {}
        Ok(Some(filter)) => {
            verify_filter(dictionary, &filter)?;
            found.filters += 1;
        }
        Err(Error::Format(_)) => found.damaged_filters += 1,
        Err(error) => return Err(error),
    }
    Ok(())
}

/// An error if a filter does not know all keys: they would not be found.
fn verify_filter(dictionary: &Dictionary, filter: &Filter) -> Result<()> {
    let mut keys = dictionary.scan();
    while keys.advance()? {
        if !filter.may_have(hash(keys.key())) {
            let lost = "the filter does not know a key that is stored";
            return Err(Fault::new(Section::Filter, 0, lost)).in_file(dictionary.path());
        }
    }
    Ok(())
}

fn verify_logs(part: &Part, found: &mut IndexSoundness) -> Result<()> {
    let Some(details) = &part.toc().details else {
        return Ok(());
    };
    for (number, name) in logs(part.folder())? {
        if number < details.log {
            continue;
        }
        let path = part.folder().join(name);
        let file = match fs::read(&path) {
            // the writer is done with it
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            read => read.map_err(|e| Error::io(&path, e))?,
        };
        found.logs += 1;
        let Some(log) = Log::read(&file).in_file(&path)? else {
            found.torn += file.len() as u64;
            continue;
        };
        for record in &log.records {
            for operation in record.operations() {
                operation.in_file(&path)?;
            }
        }
        found.records += log.records.len() as u64;
        found.torn += (file.len() - log.end) as u64;
    }
    Ok(())
}

/// The logs in a folder, with their numbers.
fn logs(folder: &Path) -> Result<Vec<(u64, String)>> {
    let mut logs = Vec::new();
    for file in fs::read_dir(folder).map_err(|e| Error::io(folder, e))? {
        let file = file.map_err(|e| Error::io(folder, e))?;
        if let Ok(name) = file.file_name().into_string()
            && let Some(number) = log::file_number(&name)
        {
            logs.push((number, name));
        }
    }
    logs.sort_unstable();
    Ok(logs)
}
