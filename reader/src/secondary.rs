//! Dictionaries with secondary keys: look-ups under exact fields such as a tenant.

use std::path::Path;

use crate::bytes::LoadingStrategy;
use crate::dictionary::Dictionary;
use crate::entries::{Entries, Source};
use crate::error::{Error, InFile, Result};
use crate::fsa::Cursor;
use crate::scan::Scan;
use crate::secondary_scan::SecondaryScan;
use crate::value::{Value, ValueKind};

/// The code of an empty secondary value.
pub(crate) const EMPTY_CODE: u8 = 1;

/// A dictionary whose keys are stored behind the codes of secondary keys. A second dictionary in the same
/// file maps each secondary value to its code.
#[derive(Clone, Debug)]
pub struct SecondaryDictionary {
    entries: Dictionary,
    codes: Dictionary,
}

impl SecondaryDictionary {
    /// Opens the file at `path`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::new(Dictionary::open(path)?)
    }

    /// Opens the file at `path`, its pages loaded as `strategy` says.
    pub fn open_with(path: impl AsRef<Path>, strategy: LoadingStrategy) -> Result<Self> {
        Self::new(Dictionary::open_with(path, strategy)?)
    }

    /// The secondary keys of a dictionary that is open already. One without them is an error.
    pub fn new(entries: Dictionary) -> Result<Self> {
        if entries.header().secondary.is_empty() {
            let reason = "the dictionary has no secondary keys".to_owned();
            return Err(Error::Unsupported {
                path: entries.path().to_owned(),
                reason,
            });
        }
        let codes = entries.following()?;
        let kind = codes.header().kind;
        if kind != ValueKind::String {
            let reason =
                format!("the codes of the secondary values are of kind {kind}, not string");
            return Err(Error::Unsupported {
                path: entries.path().to_owned(),
                reason,
            });
        }
        Ok(SecondaryDictionary { entries, codes })
    }

    /// Names of the secondary keys, in the order they are stored in.
    pub fn names(&self) -> &[String] {
        &self.entries.header().secondary
    }

    /// The dictionary with its stored keys, codes included.
    pub fn dictionary(&self) -> &Dictionary {
        &self.entries
    }

    /// The dictionary from secondary value to code.
    pub fn codes(&self) -> &Dictionary {
        &self.codes
    }

    /// The entries under exact secondary values, given in the order of [`names`](Self::names). Values that
    /// no entry has give an empty view; a wrong number of them is an error.
    pub fn under(&self, fields: &[&[u8]]) -> Result<View<'_>> {
        if fields.len() != self.names().len() {
            let reason = format!(
                "{} secondary values given, {} needed",
                fields.len(),
                self.names().len()
            );
            return Err(Error::Unsupported {
                path: self.entries.path().to_owned(),
                reason,
            });
        }
        let mut hidden = Vec::new();
        for field in fields {
            if field.is_empty() {
                hidden.push(EMPTY_CODE);
                continue;
            }
            let Some(code) = self.codes.get(field)? else {
                return Ok(View::nothing(&self.entries));
            };
            hidden.extend(code.raw()?.iter().flat_map(|blob| blob.payload.iter()));
        }
        let entries = &self.entries;
        let root = match entries.fsa().root() {
            Some(root) => entries
                .fsa()
                .follow(root, &hidden)
                .in_file(entries.path())?,
            None => None,
        };
        Ok(View {
            entries,
            root,
            hidden,
        })
    }

    /// All entries with their secondary values.
    pub fn scan(&self) -> Result<SecondaryScan<'_>> {
        SecondaryScan::new(self)
    }
}

/// The entries of a dictionary under exact secondary values. Keys are shown without codes.
#[derive(Clone, Debug)]
pub struct View<'d> {
    entries: &'d Dictionary,
    root: Option<Cursor>,
    hidden: Vec<u8>,
}

impl<'d> View<'d> {
    fn nothing(entries: &'d Dictionary) -> Self {
        View {
            entries,
            root: None,
            hidden: Vec::new(),
        }
    }

    /// The entries, to be asked in other ways than by their keys.
    pub fn entries(&self) -> Entries {
        Entries::from(self)
    }

    /// As one of several sources that are asked together.
    pub fn source(&self) -> Source {
        Source::below(self.entries, self.root, self.hidden.len())
    }

    /// The value of `key`; nothing when it is not stored.
    pub fn get(&self, key: &[u8]) -> Result<Option<Value<'d>>> {
        self.entries.get_below(self.root, key)
    }

    /// Whether `key` is stored.
    pub fn contains(&self, key: &[u8]) -> Result<bool> {
        Ok(self.get(key)?.is_some())
    }

    /// The value of each key, or nothing where it is not stored, in the order of the keys; see
    /// [`Dictionary::get_many`].
    pub fn get_many<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<Vec<Option<Value<'d>>>> {
        let mut values = Vec::new();
        self.get_many_into(keys, &mut values)?;
        Ok(values)
    }

    /// As [`get_many`](Self::get_many), into a vector whose contents are replaced.
    pub fn get_many_into<K: AsRef<[u8]>>(
        &self,
        keys: &[K],
        values: &mut Vec<Option<Value<'d>>>,
    ) -> Result<()> {
        self.entries.get_many_below(self.root, keys, values)
    }

    /// The entries whose keys start with `prefix`.
    pub fn prefix(&self, prefix: &[u8]) -> Result<Scan<'d>> {
        self.entries.prefix_below(self.root, &self.hidden, prefix)
    }

    /// The entries whose keys start with `prefix`, from the key `from` on.
    pub fn range(&self, prefix: &[u8], from: &[u8]) -> Result<Scan<'d>> {
        self.entries
            .range_below(self.root, &self.hidden, prefix, from)
    }

    /// The stored keys that are prefixes of `text`, shortest first, as their lengths with their values.
    pub fn prefixes_of<'a>(
        &'a self,
        text: &'a [u8],
    ) -> impl Iterator<Item = Result<(usize, Value<'a>)>> + 'a {
        self.entries.prefixes_below(self.root, text)
    }
}
