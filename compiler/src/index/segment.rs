//! A segment: a dictionary, and the keys that are deleted in it.

use std::borrow::Cow;
use std::sync::Arc;

use keyfold_reader::format::deleted;
use keyfold_reader::format::filter::{FILTER, Filter, hash};
use keyfold_reader::format::toc::{DELETED, DELETED_IN_MERGE, SegmentCounts};
use keyfold_reader::{Dictionary, FormatError, KeySet, Source};

use super::filter;
use super::random::random;
use super::store::Store;
use crate::error::{Error, Result};
use crate::options::Format;

/// What keyvi appends to the name of a list that it has not finished.
const DELETED_SWAP: &str = "dk-swap";

/// A segment, opened.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) name: String,
    pub(crate) dictionary: Dictionary,
    pub(crate) deleted: Arc<KeySet>,
    /// What knows keys that are not stored, if there is one.
    pub(crate) filter: Option<Filter>,
    /// Bytes of the file.
    pub(crate) bytes: u64,
}

/// What a segment says of a key.
pub(crate) enum Stored<'s> {
    Document(Cow<'s, [u8]>),
    Deleted,
}

/// A key with the hash that filters are asked for.
pub(crate) struct Hashed<'k> {
    key: &'k [u8],
    hash: u64,
}

impl<'k> Hashed<'k> {
    pub(crate) fn new(key: &'k [u8]) -> Self {
        Hashed {
            key,
            hash: hash(key),
        }
    }
}

impl Segment {
    /// Opens a segment. Keys are deleted in it by either of two lists; keyvi writes the second.
    pub(crate) fn open(store: &Store, name: &str) -> Result<Self> {
        let mut deleted = KeySet::new();
        for kind in [DELETED, DELETED_IN_MERGE] {
            let list = format!("{name}.{kind}");
            if let Some(bytes) = store.read(&list)? {
                let keys = deleted::read(&bytes).map_err(|fault| FormatError {
                    path: store.path(&list),
                    section: fault.section,
                    offset: fault.offset,
                    reason: fault.reason.to_owned(),
                });
                deleted.append(keys.map_err(keyfold_reader::Error::from)?);
            }
        }
        let mut segment = Segment::of(store, name, deleted)?;
        segment.filter = filter::open(store, name, &segment.dictionary);
        Ok(segment)
    }

    /// A segment that was just written, before it has a filter.
    pub(crate) fn of(store: &Store, name: &str, deleted: KeySet) -> Result<Self> {
        let dictionary = store.storage.open(name)?;
        if !dictionary.header().secondary.is_empty() || !dictionary.text_rule().is_none() {
            return Err(Error::Index {
                path: store.path(name),
                reason: "a segment with secondary or folded keys".to_owned(),
            });
        }
        Ok(Segment {
            name: name.to_owned(),
            bytes: dictionary.file_bytes(),
            dictionary,
            filter: None,
            deleted: Arc::new(deleted),
        })
    }

    /// What the segment says of a key; nothing if it does not store it.
    pub(crate) fn get(&self, key: &Hashed<'_>) -> Result<Option<Stored<'_>>> {
        let (passes, key) = (self.passes(key), key.key);
        match if passes {
            self.dictionary.get(key)?
        } else {
            None
        } {
            None => Ok(None),
            Some(_) if self.deleted.contains(key) => Ok(Some(Stored::Deleted)),
            Some(value) => Ok(Some(Stored::Document(value.msgpack()?))),
        }
    }

    /// Whether the segment stores a key, even if it is deleted there.
    pub(crate) fn stores(&self, key: &Hashed<'_>) -> Result<bool> {
        Ok(self.passes(key) && self.dictionary.contains(key.key)?)
    }

    /// Whether the filter lets a key pass.
    pub(crate) fn passes(&self, key: &Hashed<'_>) -> bool {
        let filter = self.filter.as_ref();
        filter.is_none_or(|filter| filter.may_have(key.hash))
    }

    pub(crate) fn source(&self) -> Source {
        let mut source = Source::new(&self.dictionary);
        if !self.deleted.is_empty() {
            source = source.deleted(self.deleted.clone());
        }
        match &self.filter {
            Some(filter) => source.filtered(filter.clone()),
            None => source,
        }
    }

    pub(crate) fn counts(&self) -> SegmentCounts {
        SegmentCounts {
            keys: self.dictionary.len(),
            deleted: self.deleted.len() as u64,
            bytes: self.bytes,
        }
    }

    /// The names of its files, some of which may not exist.
    pub(crate) fn files(&self) -> [String; 4] {
        let name = &self.name;
        [
            name.clone(),
            format!("{name}.{DELETED}"),
            format!("{name}.{DELETED_IN_MERGE}"),
            filter::file_name(name),
        ]
    }
}

/// A name for a segment, as keyvi forms them: no file has had it.
pub(crate) fn new_name(format: Format) -> String {
    let number = random();
    let parts: Vec<String> = (0..4)
        .rev()
        .map(|part| format!("{:04x}", number >> (16 * part) & 0xFFFF))
        .collect();
    let ending = match format {
        Format::Native => "kf",
        Format::Keyvi => "kv",
    };
    format!("{}.{ending}", parts.join("-"))
}

/// The segment that a file of this name belongs to, if it can be one of a segment.
pub(crate) fn segment_of(file: &str) -> Option<&str> {
    let endings = [DELETED, DELETED_IN_MERGE, DELETED_SWAP, FILTER];
    let list = |ending| file.strip_suffix(ending)?.strip_suffix('.');
    let name = endings.into_iter().find_map(list).unwrap_or(file);
    let digits = name
        .strip_suffix(".kf")
        .or_else(|| name.strip_suffix(".kv"))?;
    let mut parts = digits.split('-');
    let is_part = |part: &str| {
        part.len() == 4 && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    (digits.len() == 19 && parts.all(is_part)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_segments_are_known_by_their_names() {
        let name = new_name(Format::Native);
        assert_eq!(segment_of(&name), Some(&name[..]));
        for ending in ["dk", "dkm", "dk-swap", "bf"] {
            assert_eq!(segment_of(&format!("{name}.{ending}")), Some(&name[..]));
        }
        for other in [
            "index.toc",
            "words.kv",
            "0123-4567-89ab-cdef",
            "0123-4567-89ab-cdeg.kv",
            "0123-4567-89abc-def.kv",
            "0123-4567-89ab-cdef.kv.dkx",
        ] {
            assert_eq!(segment_of(other), None, "{other}");
        }
    }
}
