//! Documents by their fields: maps of MessagePack whose keys are strings.

use std::collections::HashMap;

use keyfold_reader::index::Misfit;
use keyfold_reader::{
    MAX_VALUE_LEN, MsgpackError, MsgpackToken, msgpack, read_msgpack, skip_msgpack,
};

use crate::error::RowError;

/// The name of a field, or the start of the names of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldPattern<'a> {
    /// The field of this name.
    Named(&'a str),
    /// All fields whose names start with this.
    Prefixed(&'a str),
}

impl FieldPattern<'_> {
    /// Whether a field is meant.
    pub fn has(self, name: &[u8]) -> bool {
        match self {
            FieldPattern::Named(wanted) => name == wanted.as_bytes(),
            FieldPattern::Prefixed(prefix) => name.starts_with(prefix.as_bytes()),
        }
    }
}

/// Whether a value can be stored: one object, not too long.
pub(crate) fn check_value(value: &[u8]) -> Result<(), RowError> {
    if value.len() > MAX_VALUE_LEN {
        return Err(RowError::ValueTooLong(value.len()));
    }
    let end = skip_msgpack(value, 0)?;
    if end < value.len() {
        return Err(RowError::Msgpack(MsgpackError {
            offset: end,
            reason: "more follows behind the object",
        }));
    }
    Ok(())
}

/// A field: its name, and name and value as they are stored.
struct Field<'d> {
    name: &'d [u8],
    pair: &'d [u8],
}

/// The fields of a document.
fn fields(document: &[u8]) -> Result<Vec<Field<'_>>, RowError> {
    let (MsgpackToken::Map(count), mut at) = read_msgpack(document, 0)? else {
        let found = "another value";
        return Err(Misfit::NotADocument { found }.into());
    };
    let mut fields = Vec::new();
    for _ in 0..count {
        let start = at;
        let (MsgpackToken::Str(name), value) = read_msgpack(document, at)? else {
            return Err(Misfit::Name.into());
        };
        at = skip_msgpack(document, value)?;
        let pair = &document[start..at];
        fields.push(Field { name, pair });
    }
    Ok(fields)
}

fn write(fields: &[Field<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    msgpack::write_map_header(fields.len(), &mut out);
    for field in fields {
        out.extend_from_slice(field.pair);
    }
    out
}

/// A document with the fields of another added; those of the same name are replaced in their places.
pub(crate) fn merge(document: &[u8], update: &[u8]) -> Result<Vec<u8>, RowError> {
    let mut merged = fields(document)?;
    let mut places: HashMap<&[u8], usize> = HashMap::new();
    places.extend(merged.iter().enumerate().map(|(at, old)| (old.name, at)));
    for field in fields(update)? {
        let at = *places.entry(field.name).or_insert(merged.len());
        match merged.get_mut(at) {
            Some(old) => *old = field,
            None => merged.push(field),
        }
    }
    let merged = write(&merged);
    check_value(&merged)?;
    Ok(merged)
}

/// A document without the fields that `dropped` names; nothing if it has none of them, or is not a document.
pub(crate) fn without(
    document: &[u8],
    mut dropped: impl FnMut(&[u8]) -> bool,
) -> Result<Option<Vec<u8>>, RowError> {
    let mut kept = match fields(document) {
        Ok(kept) => kept,
        Err(RowError::Document(_)) => return Ok(None),
        Err(e) => return Err(e),
    };
    let before = kept.len();
    kept.retain(|field| !dropped(field.name));
    Ok((kept.len() < before).then(|| write(&kept)))
}

#[cfg(test)]
mod tests {
    use keyfold_reader::{Precision, json_to_msgpack, msgpack_to_json};

    use super::*;

    fn document(json: &str) -> Vec<u8> {
        let mut out = Vec::new();
        json_to_msgpack(json.as_bytes(), Precision::Double, &mut out).unwrap();
        out
    }

    fn json(document: &[u8]) -> String {
        let mut out = Vec::new();
        msgpack_to_json(document, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fields_are_merged_in_their_places() {
        let base = document(r#"{"a":1,"b":{"c":2}}"#);
        let merged = merge(&base, &document(r#"{"n":[],"a":"x"}"#)).unwrap();
        assert_eq!(json(&merged), r#"{"a":"x","b":{"c":2},"n":[]}"#);
        let misfit = merge(&base, &document("7"));
        assert!(matches!(misfit, Err(RowError::Document(_))));
    }

    #[test]
    fn fields_are_dropped_by_name_or_prefix() {
        let base = document(r#"{"ab":1,"ac":2,"b":3}"#);
        let drop = |fields: FieldPattern<'_>| {
            without(&base, |name| fields.has(name))
                .unwrap()
                .map(|rest| json(&rest))
        };
        assert_eq!(
            drop(FieldPattern::Named("ab")).unwrap(),
            r#"{"ac":2,"b":3}"#
        );
        assert_eq!(drop(FieldPattern::Prefixed("a")).unwrap(), r#"{"b":3}"#);
        assert_eq!(drop(FieldPattern::Named("a")), None);
        assert_eq!(without(&document("[1]"), |_| true), Ok(None));
    }

    #[test]
    fn a_value_is_one_object() {
        assert!(check_value(&document("[1,2]")).is_ok());
        assert!(matches!(
            check_value(b"\x01\x02"),
            Err(RowError::Msgpack(_))
        ));
        assert!(matches!(check_value(b""), Err(RowError::Msgpack(_))));
    }
}
