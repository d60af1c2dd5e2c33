//! Dictionaries with secondary keys: look-ups under exact fields such as a tenant.

use std::collections::HashMap;
use std::path::Path;

use crate::bytes::LoadingStrategy;
use crate::dictionary::Dictionary;
use crate::error::{Error, InFile, Result};
use crate::format::varint::read_varint;
use crate::fsa::Cursor;
use crate::scan::Scan;
use crate::value::Value;

/// The code of an empty secondary value.
const EMPTY_CODE: &[u8] = &[1];

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
            return Err(Error::Unsupported { path: entries.path().to_owned(), reason });
        }
        let codes = entries.following()?;
        Ok(SecondaryDictionary { entries, codes })
    }

    /// Names of the secondary keys, in the order they are stored in.
    pub fn names(&self) -> &[String] {
        &self.entries.header().secondary
    }

    /// The dictionary with its stored keys, codes included.
    pub fn entries(&self) -> &Dictionary {
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
            let reason = format!("{} secondary values given, {} needed", fields.len(), self.names().len());
            return Err(Error::Unsupported { path: self.entries.path().to_owned(), reason });
        }
        let mut hidden = Vec::new();
        for field in fields {
            if field.is_empty() {
                hidden.extend_from_slice(EMPTY_CODE);
                continue;
            }
            let Some(code) = self.codes.get(field)? else { return Ok(View::nothing(&self.entries)) };
            hidden.extend_from_slice(code.raw()?.map_or(&[][..], |blob| blob.payload));
        }
        let entries = &self.entries;
        let root = match entries.fsa().root() {
            Some(root) => entries.fsa().follow(root, &hidden).in_file(entries.path())?,
            None => None,
        };
        Ok(View { entries, root, hidden })
    }

    /// All entries with their secondary values, in the order they are stored in.
    pub fn scan(&self) -> Result<SecondaryScan<'_>> {
        let mut values = HashMap::new();
        for code in self.codes.scan() {
            let code = code?;
            let bytes = code.value.raw()?.map_or(&[][..], |blob| blob.payload);
            if let Some((number, _)) = read_varint(bytes) {
                values.insert(number, code.key);
            }
        }
        values.insert(1, Vec::new());
        Ok(SecondaryScan { dictionary: self, scan: self.entries.scan(), values, fields: Vec::new(), key_start: 0 })
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
        View { entries, root: None, hidden: Vec::new() }
    }

    /// The value of `key`; nothing when it is not stored.
    pub fn get(&self, key: &[u8]) -> Result<Option<Value<'d>>> {
        self.entries.get_below(self.root, key)
    }

    /// Whether `key` is stored.
    pub fn contains(&self, key: &[u8]) -> Result<bool> {
        Ok(self.get(key)?.is_some())
    }

    /// The entries whose keys start with `prefix`.
    pub fn prefix(&self, prefix: &[u8]) -> Result<Scan<'d>> {
        self.entries.prefix_below(self.root, &self.hidden, prefix)
    }

    /// The entries whose keys start with `prefix`, from the key `from` on.
    pub fn range(&self, prefix: &[u8], from: &[u8]) -> Result<Scan<'d>> {
        self.entries.range_below(self.root, &self.hidden, prefix, from)
    }

    /// The stored keys that are prefixes of `text`, shortest first, as their lengths with their values.
    pub fn prefixes_of<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Result<(usize, Value<'a>)>> + 'a {
        self.entries.prefixes_below(self.root, text)
    }
}

/// A cursor over all entries with their secondary values.
#[derive(Clone, Debug)]
pub struct SecondaryScan<'d> {
    dictionary: &'d SecondaryDictionary,
    scan: Scan<'d>,
    /// From the number of a code to the secondary value.
    values: HashMap<u64, Vec<u8>>,
    fields: Vec<u64>,
    key_start: usize,
}

impl<'d> SecondaryScan<'d> {
    /// Goes to the next entry; false at the end.
    pub fn advance(&mut self) -> Result<bool> {
        self.fields.clear();
        if !self.scan.advance()? {
            return Ok(false);
        }
        let mut rest = self.scan.key();
        for _ in self.dictionary.names() {
            let number = read_varint(rest).filter(|(number, _)| self.values.contains_key(number));
            let Some((number, behind)) = number else {
                let entries = self.dictionary.entries();
                let root = entries.fsa().root().expect("an entry was found");
                let fault = entries.fsa().fault(root, "a stored key does not start with known codes");
                return Err(fault).in_file(entries.path());
            };
            self.fields.push(number);
            rest = behind;
        }
        self.key_start = self.scan.key().len() - rest.len();
        Ok(true)
    }

    /// The secondary values of the current entry, in the order of the names.
    pub fn fields(&self) -> impl Iterator<Item = &[u8]> {
        self.fields.iter().map(|number| &self.values[number][..])
    }

    /// The current key, without codes.
    pub fn key(&self) -> &[u8] {
        &self.scan.key()[self.key_start..]
    }

    /// The current value.
    ///
    /// # Panics
    ///
    /// Before the first [`advance`](Self::advance) and after the end.
    pub fn value(&self) -> Value<'d> {
        self.scan.value()
    }
}
