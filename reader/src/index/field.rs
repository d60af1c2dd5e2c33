//! One value within a document.

use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::error::Result;
use crate::value::{MsgpackError, MsgpackToken, Value, read_msgpack, skip_msgpack};

/// The value of a field: one MessagePack object, with a getter for each type. A getter gives nothing for a value of another type, and
/// so for null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'p>(&'p [u8]);

impl<'p> Field<'p> {
    /// The value as MessagePack.
    pub fn msgpack(self) -> &'p [u8] {
        self.0
    }

    fn token(self) -> Option<MsgpackToken<'p>> {
        read_msgpack(self.0, 0).ok().map(|(token, _)| token)
    }

    /// Whether the value is null.
    pub fn is_null(self) -> bool {
        self.token() == Some(MsgpackToken::Nil)
    }

    /// False or true.
    pub fn as_bool(self) -> Option<bool> {
        match self.token()? {
            MsgpackToken::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// An integer of 32 bits.
    pub fn as_i32(self) -> Option<i32> {
        i32::try_from(self.as_i64()?).ok()
    }

    /// An integer of 64 bits.
    pub fn as_i64(self) -> Option<i64> {
        match self.token()? {
            MsgpackToken::Unsigned(value) => i64::try_from(value).ok(),
            MsgpackToken::Negative(value) => Some(value),
            _ => None,
        }
    }

    /// A float of 32 bits: a longer one or an integer is rounded.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounded, as the type of the field says"
    )]
    pub fn as_f32(self) -> Option<f32> {
        match self.token()? {
            MsgpackToken::Float(value) => Some(value),
            _ => self.as_f64().map(|value| value as f32),
        }
    }

    /// A float of 64 bits; an integer is rounded.
    #[expect(
        clippy::cast_precision_loss,
        reason = "rounded, as the type of the field says"
    )]
    pub fn as_f64(self) -> Option<f64> {
        match self.token()? {
            MsgpackToken::Float(value) => Some(value.into()),
            MsgpackToken::Double(value) => Some(value),
            MsgpackToken::Unsigned(value) => Some(value as f64),
            MsgpackToken::Negative(value) => Some(value as f64),
            _ => None,
        }
    }

    /// Text. A string that is not UTF-8 is none, see [`as_bytes`](Self::as_bytes).
    pub fn as_str(self) -> Option<&'p str> {
        match self.token()? {
            MsgpackToken::Str(text) => std::str::from_utf8(text).ok(),
            _ => None,
        }
    }

    /// The bytes of a binary object or of a string.
    pub fn as_bytes(self) -> Option<&'p [u8]> {
        match self.token()? {
            MsgpackToken::Bin(bytes) | MsgpackToken::Str(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The value decoded through serde; nothing when it is of another form.
    pub fn decode<T: DeserializeOwned>(self) -> Option<T> {
        rmp_serde::from_slice(self.0).ok()
    }
}

/// Fields of documents, one behind the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Packed {
    bytes: Vec<u8>,
    /// Where each field stands. No value is empty, so an empty range is none.
    ranges: Vec<Range<usize>>,
}

impl Packed {
    /// Appends the named fields of a document.
    pub(super) fn push<N: AsRef<str>>(&mut self, value: Value<'_>, names: &[N]) -> Result<()> {
        let document = value.msgpack()?;
        let first = self.ranges.len();
        self.push_none(names.len());
        let found = find(&document, names, |number, field| {
            let start = self.bytes.len();
            self.bytes.extend_from_slice(field);
            self.ranges[first + number] = start..self.bytes.len();
        });
        found.map_err(|_| value.misfit("is not MessagePack"))
    }

    /// Appends so many fields that a document does not have.
    pub(super) fn push_none(&mut self, names: usize) {
        let end = self.ranges.len() + names;
        self.ranges.resize(end, 0..0);
    }

    /// The field with this number; nothing when it was not there.
    pub(super) fn get(&self, number: usize) -> Option<Field<'_>> {
        let range = self.ranges.get(number)?;
        (!range.is_empty()).then(|| Field(&self.bytes[range.clone()]))
    }

    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }
}

/// Hands out the named fields of a document, by the names' numbers. Of a field that is there twice the last one comes last, as
/// decoding the whole document has it. What is no map has no fields.
fn find<'p, N: AsRef<str>>(
    document: &'p [u8],
    names: &[N],
    mut found: impl FnMut(usize, &'p [u8]),
) -> Result<(), MsgpackError> {
    let (MsgpackToken::Map(fields), mut at) = read_msgpack(document, 0)? else {
        return Ok(());
    };
    for _ in 0..fields {
        let (name, _) = read_msgpack(document, at)?;
        let value = skip_msgpack(document, at)?;
        at = skip_msgpack(document, value)?;
        let MsgpackToken::Str(name) = name else {
            continue;
        };
        for (number, wanted) in names.iter().enumerate() {
            if wanted.as_ref().as_bytes() == name {
                found(number, &document[value..at]);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::msgpack;

    fn written(write: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out);
        out
    }

    #[test]
    fn getters_go_by_the_type() {
        let text = written(|out| msgpack::write_str(b"x", out));
        let text = Field(&text);
        assert_eq!(
            (text.as_str(), text.as_bytes()),
            (Some("x"), Some(&b"x"[..]))
        );
        assert_eq!(
            (text.as_i64(), text.as_f64(), text.as_bool()),
            (None, None, None)
        );
        let large = written(|out| msgpack::write_int(-1 << 40, out));
        let large = Field(&large);
        assert_eq!((large.as_i32(), large.as_i64()), (None, Some(-1 << 40)));
        assert_eq!(large.as_f64(), Some(-1_099_511_627_776.0));
        let float = written(|out| msgpack::write_f64(0.1, out));
        let float = Field(&float);
        assert_eq!((float.as_f32(), float.as_f64()), (Some(0.1), Some(0.1)));
        assert_eq!(float.decode::<f64>(), Some(0.1));
        let null = Field(&[0xC0]);
        assert!(null.is_null() && null.as_str().is_none());
        assert_eq!(Field(&[0xC4, 1, 0xFF]).as_bytes(), Some(&[0xFF][..]));
        assert_eq!(Field(&[0xC3]).as_bool(), Some(true));
        let beyond = written(|out| msgpack::write_uint(u64::MAX, out));
        assert_eq!(Field(&beyond).as_i64(), None);
    }

    #[test]
    fn only_asked_fields_are_found() {
        let document = [
            0x84, 0xA1, 97, 1, 0x91, 7, 2, 0xA1, 98, 0x92, 1, 2, 0xA1, 97, 3,
        ];
        let mut fields = Vec::new();
        find(&document, &["b", "a", "c"], |number, field| {
            fields.push((number, field));
        })
        .unwrap();
        assert_eq!(fields, [(1, &[1][..]), (0, &[0x92, 1, 2]), (1, &[3])]);
        for cut in 0..document.len() {
            assert!(find(&document[..cut], &["a"], |_, _| ()).is_err());
        }
        assert!(find(&[0x91, 1], &["a"], |_, _| unreachable!()).is_ok());
    }
}
