//! Changes, and what becomes of the documents they name.

use std::borrow::Cow;
use std::collections::HashMap;

use keyfold_reader::format::log::Operation;
use keyfold_reader::index::{FieldType, Schema};

use super::core::{Core, State};
use super::documents::{check_value, merge, without};
use super::report::count;
use crate::error::Result;
use crate::keys::check_key;

/// One change to an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// A key gets a document, `MessagePack`, in place of what it had.
    Set {
        /// The key.
        key: &'a [u8],
        /// The document.
        document: &'a [u8],
    },
    /// A key is no longer stored. One that is not stored stays so.
    Delete {
        /// The key.
        key: &'a [u8],
    },
    /// The fields of a document are added to what a key has, in place of fields of the same names; a key without a document gets this
    /// one.
    Upsert {
        /// The key.
        key: &'a [u8],
        /// The fields, a map as `MessagePack`.
        fields: &'a [u8],
    },
    /// A document loses fields. A key without a document stays so.
    DeleteFields {
        /// The key.
        key: &'a [u8],
        /// The fields' names.
        names: &'a [&'a str],
    },
}

impl<'a> Change<'a> {
    pub(crate) fn key(&self) -> &'a [u8] {
        match *self {
            Change::Set { key, .. }
            | Change::Delete { key }
            | Change::Upsert { key, .. }
            | Change::DeleteFields { key, .. } => key,
        }
    }
}

/// A key, and the document that it gets.
type Resulting<'a> = (&'a [u8], Option<Cow<'a, [u8]>>);

/// Changes that were found to fit, as the log and the table take them.
#[derive(Debug, Default)]
pub(crate) struct Resolved<'a> {
    /// What each key gets, in order; nothing: it is deleted.
    pub(crate) entries: Vec<Resulting<'a>>,
    /// Fields that were seen for the first time.
    pub(crate) fields: Vec<(String, FieldType)>,
}

impl<'a> Resolved<'a> {
    /// Looks at changes that follow one another. Nothing is changed yet.
    pub(crate) fn new(core: &Core, state: &State, changes: &[Change<'a>]) -> Result<Self> {
        let mut resolved = Resolved {
            entries: Vec::with_capacity(changes.len()),
            ..Resolved::default()
        };
        // a schema with the fields that these changes add, and the entries by their keys, where they are needed
        let mut schema: Option<Cow<'_, Schema>> = state.schema.as_ref().map(Cow::Borrowed);
        let merges =
            |change: &Change| matches!(change, Change::Upsert { .. } | Change::DeleteFields { .. });
        let tracks = changes.iter().any(merges);
        let mut latest: Option<HashMap<&[u8], usize>> = tracks.then(HashMap::new);
        for change in changes {
            let key = change.key();
            check_key(key)?;
            let before = |resolved: &Resolved<'a>| match latest
                .as_ref()
                .and_then(|latest| latest.get(key))
            {
                Some(&at) => Ok(resolved.entries[at].1.as_deref().map(<[u8]>::to_vec)),
                None => core.find(state, key),
            };
            let entry: Option<Cow<'a, [u8]>> = match *change {
                Change::Set { document, .. } => Some(document.into()),
                Change::Delete { .. } => None,
                Change::Upsert { fields, .. } => match before(&resolved)? {
                    None => Some(fields.into()),
                    Some(document) => Some(merge(&document, fields)?.into()),
                },
                Change::DeleteFields { names, .. } => {
                    let Some(document) = before(&resolved)? else {
                        continue;
                    };
                    let drops = |name: &[u8]| names.iter().any(|drop| drop.as_bytes() == name);
                    let Some(rest) = without(&document, drops)? else {
                        continue;
                    };
                    Some(rest.into())
                }
            };
            if let Some(document) = &entry {
                check_value(document)?;
                if let Some(schema) = &mut schema {
                    let seen = schema.check(document).map_err(crate::RowError::from)?;
                    for (name, kind) in seen {
                        schema.to_mut().insert(name.clone(), kind);
                        resolved.fields.push((name, kind));
                    }
                }
            }
            if let Some(latest) = &mut latest {
                latest.insert(key, resolved.entries.len());
            }
            resolved.entries.push((key, entry));
        }
        Ok(resolved)
    }

    /// About how many bytes the payload of the record in the log has, no less.
    pub(crate) fn room(&self) -> usize {
        let fields = self.fields.iter().map(|(name, _)| name.len());
        let entry = |(key, entry): &Resulting<'_>| {
            key.len() + entry.as_ref().map_or(0, |document| document.len())
        };
        let strings = fields.chain(self.entries.iter().map(entry));
        strings.map(|bytes| Operation::ROOM + bytes).sum()
    }

    /// Appends the payload of the record in the log.
    pub(crate) fn write(&self, payload: &mut Vec<u8>) {
        for (name, kind) in &self.fields {
            let kind = *kind;
            Operation::Field { name, kind }.write(payload);
        }
        for (key, entry) in &self.entries {
            match entry {
                Some(document) => Operation::Set { key, document }.write(payload),
                None => Operation::Delete { key }.write(payload),
            }
        }
    }

    /// Makes the changes.
    pub(crate) fn apply(&self, core: &Core, state: &mut State) {
        let mut bytes = 0;
        for (key, entry) in &self.entries {
            bytes += key.len() + entry.as_ref().map_or(0, |document| document.len());
            state.table.put(key, entry.as_deref());
        }
        count(&core.counters.accepted, bytes as u64);
        if let Some(schema) = &mut state.schema {
            for (name, kind) in &self.fields {
                schema.insert(name.clone(), *kind);
            }
        }
    }
}
