//! Keys, in the form they are stored in.

use std::borrow::Cow;

use keyfold_reader::{Folder, MAX_KEY_LEN, TextRule};

use crate::error::RowError;

/// Whether a key can be stored.
pub(crate) fn check_key(key: &[u8]) -> Result<(), RowError> {
    match key.len() {
        0 => Err(RowError::EmptyKey),
        1..=MAX_KEY_LEN => Ok(()),
        n => Err(RowError::KeyTooLong(n)),
    }
}

/// The form in which a key is stored.
pub(crate) fn stored_key(rule: TextRule, key: &[u8]) -> Result<Cow<'_, [u8]>, RowError> {
    if rule.is_none() {
        return Ok(key.into());
    }
    let mut keys = StoredKeys::new(rule);
    keys.of(key)?;
    Ok(keys.stored.into())
}

/// Gives many keys the form they are stored in.
pub(crate) struct StoredKeys {
    rule: TextRule,
    folder: Folder,
    stored: Vec<u8>,
}

impl StoredKeys {
    pub(crate) fn new(rule: TextRule) -> Self {
        StoredKeys {
            rule,
            folder: Folder::new(rule),
            stored: Vec::new(),
        }
    }

    /// The stored form of a key.
    pub(crate) fn of<'a>(&'a mut self, key: &'a [u8]) -> Result<&'a [u8], RowError> {
        if self.rule.is_none() || key.is_empty() {
            return Ok(key);
        }
        self.stored.clear();
        self.folder.write_stored_key(key, &mut self.stored)?;
        check_key(&self.stored)?;
        Ok(&self.stored)
    }
}
