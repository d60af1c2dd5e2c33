//! The schema of an index of documents: one type for each field.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::value::{MsgpackError, MsgpackToken, read_msgpack, skip_msgpack};

/// The type of a field. Beside values of its type, each field takes null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// Integers of 32 bits, signed.
    Int32,
    /// Integers of 64 bits, signed.
    Int64,
    /// Floats of 32 bits. A float of 64 bits within their range is taken too, and read back rounded; so are integers.
    Float32,
    /// Floats of 64 bits; integers are taken too.
    Float64,
    /// Text, UTF-8.
    String,
    /// Bytes, MessagePack's binary objects.
    Bytes,
    /// False or true.
    Bool,
    /// Any value: arrays, maps, and all others.
    Json,
}

impl FieldType {
    /// Every type.
    pub const ALL: [FieldType; 8] = [
        FieldType::Int32,
        FieldType::Int64,
        FieldType::Float32,
        FieldType::Float64,
        FieldType::String,
        FieldType::Bytes,
        FieldType::Bool,
        FieldType::Json,
    ];

    /// The name, as on the command line and in the table of contents.
    pub fn name(self) -> &'static str {
        match self {
            FieldType::Int32 => "int32",
            FieldType::Int64 => "int64",
            FieldType::Float32 => "float32",
            FieldType::Float64 => "float64",
            FieldType::String => "string",
            FieldType::Bytes => "bytes",
            FieldType::Bool => "bool",
            FieldType::Json => "json",
        }
    }

    /// The number that stands for the type in a log.
    pub(crate) fn code(self) -> u8 {
        match self {
            FieldType::Int32 => 1,
            FieldType::Int64 => 2,
            FieldType::Float32 => 3,
            FieldType::Float64 => 4,
            FieldType::String => 5,
            FieldType::Bytes => 6,
            FieldType::Bool => 7,
            FieldType::Json => 8,
        }
    }

    /// The type with this number.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The type that a field gets by the first value seen of it, of which `token` is the first; none by null. Integers are
    /// taken for 64 bits, or for JSON if those are not enough.
    fn inferred(token: MsgpackToken<'_>) -> Option<Self> {
        match token {
            MsgpackToken::Nil => None,
            MsgpackToken::Bool(_) => Some(FieldType::Bool),
            MsgpackToken::Unsigned(value) if i64::try_from(value).is_err() => Some(FieldType::Json),
            MsgpackToken::Unsigned(_) | MsgpackToken::Negative(_) => Some(FieldType::Int64),
            MsgpackToken::Float(_) => Some(FieldType::Float32),
            MsgpackToken::Double(_) => Some(FieldType::Float64),
            MsgpackToken::Str(text) if std::str::from_utf8(text).is_ok() => Some(FieldType::String),
            MsgpackToken::Str(_) => Some(FieldType::Json),
            MsgpackToken::Bin(_) => Some(FieldType::Bytes),
            MsgpackToken::Array(_) | MsgpackToken::Map(_) | MsgpackToken::Ext => {
                Some(FieldType::Json)
            }
        }
    }

    /// Whether a field of this type takes the value of which `token` is the first.
    fn takes(self, token: MsgpackToken<'_>) -> bool {
        use MsgpackToken as T;
        match token {
            T::Nil => true,
            _ if self == FieldType::Json => true,
            T::Bool(_) => self == FieldType::Bool,
            T::Unsigned(value) => self.takes_integer(value.into()),
            T::Negative(value) => self.takes_integer(value.into()),
            T::Float(_) => matches!(self, FieldType::Float32 | FieldType::Float64),
            T::Double(value) => match self {
                FieldType::Float32 => !value.is_finite() || value.abs() <= f64::from(f32::MAX),
                _ => self == FieldType::Float64,
            },
            T::Str(text) => self == FieldType::String && std::str::from_utf8(text).is_ok(),
            T::Bin(_) => self == FieldType::Bytes,
            T::Array(_) | T::Map(_) | T::Ext => false,
        }
    }

    fn takes_integer(self, value: i128) -> bool {
        match self {
            FieldType::Int32 => i32::try_from(value).is_ok(),
            FieldType::Int64 => i64::try_from(value).is_ok(),
            _ => matches!(self, FieldType::Float32 | FieldType::Float64),
        }
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for FieldType {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| format!("no type of field is named {name:?}"))
    }
}

/// A document that the schema does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// The bytes are not one MessagePack object.
    #[error(transparent)]
    Msgpack(#[from] MsgpackError),
    /// The value is something else than a map of fields.
    #[error("a document is a map of fields, not {found}")]
    NotADocument {
        /// What the value is.
        found: &'static str,
    },
    /// The name of a field is no text.
    #[error("the name of a field is not UTF-8 text")]
    Name,
    /// A field has a value of another type than in other documents.
    #[error("field {field:?} is of type {expected} and takes no {found}")]
    Type {
        /// The field.
        field: String,
        /// Its type.
        expected: FieldType,
        /// What the value is.
        found: &'static str,
    },
}

/// The fields of an index of documents, each with its type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema(BTreeMap<String, FieldType>);

impl Schema {
    /// The type of a field.
    pub fn get(&self, field: &str) -> Option<FieldType> {
        self.0.get(field).copied()
    }

    /// Gives a field a type, whatever it had.
    pub fn insert(&mut self, field: impl Into<String>, kind: FieldType) {
        self.0.insert(field.into(), kind);
    }

    /// Forgets a field; its type, if it had one.
    pub fn remove(&mut self, field: &str) -> Option<FieldType> {
        self.0.remove(field)
    }

    /// The fields, by the bytes of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, FieldType)> {
        self.0.iter().map(|(field, kind)| (&field[..], *kind))
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks a document, MessagePack; the fields that are seen for the first time, with the types they get. They are not added.
    pub fn check(&self, document: &[u8]) -> Result<Vec<(String, FieldType)>, Misfit> {
        let (token, mut at) = read_msgpack(document, 0)?;
        let MsgpackToken::Map(fields) = token else {
            let found = described(token);
            return Err(Misfit::NotADocument { found });
        };
        let mut seen: Vec<(String, FieldType)> = Vec::new();
        for _ in 0..fields {
            let (name, value_at) = read_msgpack(document, at)?;
            let MsgpackToken::Str(name) = name else {
                return Err(Misfit::Name);
            };
            let name = std::str::from_utf8(name).map_err(|_| Misfit::Name)?;
            let (value, _) = read_msgpack(document, value_at)?;
            at = skip_msgpack(document, value_at)?;
            let before = || seen.iter().find(|(field, _)| field == name);
            match self.get(name).or_else(|| before().map(|(_, kind)| *kind)) {
                Some(kind) if kind.takes(value) => {}
                Some(expected) => {
                    return Err(Misfit::Type {
                        field: name.to_owned(),
                        expected,
                        found: described(value),
                    });
                }
                None => seen.extend(FieldType::inferred(value).map(|kind| (name.to_owned(), kind))),
            }
        }
        if at < document.len() {
            return Err(Misfit::Msgpack(MsgpackError {
                offset: at,
                reason: "more follows behind the object",
            }));
        }
        Ok(seen)
    }

    pub(crate) fn to_json(&self) -> Value {
        let members = self
            .iter()
            .map(|(field, kind)| (field.to_owned(), kind.name().into()));
        Value::Object(members.collect::<Map<_, _>>())
    }

    pub(crate) fn from_json(member: &Value) -> Option<Self> {
        let fields = member.as_object()?.iter();
        fields
            .map(|(field, kind)| Some((field.clone(), kind.as_str()?.parse().ok()?)))
            .collect()
    }
}

impl FromIterator<(String, FieldType)> for Schema {
    fn from_iter<I: IntoIterator<Item = (String, FieldType)>>(fields: I) -> Self {
        Schema(fields.into_iter().collect())
    }
}

/// A value in words.
fn described(token: MsgpackToken<'_>) -> &'static str {
    match token {
        MsgpackToken::Nil => "null",
        MsgpackToken::Bool(_) => "boolean",
        MsgpackToken::Unsigned(value) if i64::try_from(value).is_err() => {
            "integer beyond 64 bits with a sign"
        }
        MsgpackToken::Unsigned(value) if i32::try_from(value).is_err() => "integer beyond 32 bits",
        MsgpackToken::Negative(value) if i32::try_from(value).is_err() => "integer beyond 32 bits",
        MsgpackToken::Unsigned(_) | MsgpackToken::Negative(_) => "integer",
        MsgpackToken::Float(_) | MsgpackToken::Double(_) => "float",
        MsgpackToken::Str(text) if std::str::from_utf8(text).is_err() => "string that is not UTF-8",
        MsgpackToken::Str(_) => "string",
        MsgpackToken::Bin(_) => "bytes",
        MsgpackToken::Array(_) => "array",
        MsgpackToken::Map(_) => "map",
        MsgpackToken::Ext => "extension object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::msgpack;

    /// A document of one field, whose value `write` appends.
    fn document(field: &[u8], write: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        msgpack::write_map_header(1, &mut out);
        msgpack::write_str(field, &mut out);
        write(&mut out);
        out
    }

    #[test]
    fn names_and_codes_read_back() {
        for kind in FieldType::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(FieldType::from_code(kind.code()), Some(kind));
        }
        assert_eq!(FieldType::from_code(0), None);
        assert!("int".parse::<FieldType>().is_err());
        let all = FieldType::ALL.map(|kind| (format!("a {kind}"), kind));
        let schema = Schema::from_iter(all);
        assert_eq!(Schema::from_json(&schema.to_json()), Some(schema));
    }

    #[test]
    fn the_first_value_fixes_the_type() {
        type Write = fn(&mut Vec<u8>);
        let cases: [(Write, Option<FieldType>); 10] = [
            (|out| msgpack::write_nil(out), None),
            (|out| msgpack::write_bool(true, out), Some(FieldType::Bool)),
            (|out| msgpack::write_int(-1, out), Some(FieldType::Int64)),
            (
                |out| msgpack::write_uint(u64::MAX, out),
                Some(FieldType::Json),
            ),
            (|out| msgpack::write_f32(0.5, out), Some(FieldType::Float32)),
            (|out| msgpack::write_f64(0.5, out), Some(FieldType::Float64)),
            (|out| msgpack::write_str(b"x", out), Some(FieldType::String)),
            (
                |out| msgpack::write_str(&[0xFF], out),
                Some(FieldType::Json),
            ),
            (|out| out.extend([0xC4, 1, 0xFF]), Some(FieldType::Bytes)),
            (|out| out.extend([0x91, 0x80]), Some(FieldType::Json)),
        ];
        for (write, kind) in cases {
            let document = document(b"f", write);
            let seen: Vec<_> = kind
                .map(|kind| ("f".to_owned(), kind))
                .into_iter()
                .collect();
            assert_eq!(Schema::default().check(&document), Ok(seen.clone()));
            // and takes the same value again
            assert_eq!(Schema::from_iter(seen).check(&document), Ok(vec![]));
        }
    }

    #[test]
    fn other_types_are_refused() {
        use FieldType as F;

        let text = document(b"f", |out| msgpack::write_str(b"x", out));
        let large = document(b"f", |out| msgpack::write_int(1 << 31, out));
        let huge = document(b"f", |out| msgpack::write_f64(1e300, out));
        let null = document(b"f", msgpack::write_nil);
        for kind in FieldType::ALL {
            let schema = Schema::from_iter([("f".into(), kind)]);
            for (document, takes) in [
                (&text, &[F::String, F::Json][..]),
                (&large, &[F::Int64, F::Float32, F::Float64, F::Json]),
                (&huge, &[F::Float64, F::Json]),
                (&null, &F::ALL),
            ] {
                let taken = schema.check(document).is_ok();
                assert_eq!(taken, takes.contains(&kind), "{kind} {document:X?}");
            }
        }
        let misfit = Schema::from_iter([("f".into(), FieldType::Int32)]).check(&large);
        let told = "field \"f\" is of type int32 and takes no integer beyond 32 bits";
        assert_eq!(misfit.unwrap_err().to_string(), told);
    }

    #[test]
    fn only_whole_documents_are_taken() {
        let schema = Schema::default();
        for (bytes, misfit) in [
            (&[0x90][..], Misfit::NotADocument { found: "array" }),
            (&[0x81, 0x01, 0x01], Misfit::Name),
            (&[0x81, 0xA1, 0xFF, 0x01], Misfit::Name),
        ] {
            assert_eq!(schema.check(bytes), Err(misfit));
        }
        for bytes in [
            &[][..],
            &[0x81, 0xA1],
            &[0x81, 0xA1, 0x61, 0x91],
            &[0x80, 0x80],
        ] {
            assert!(
                matches!(schema.check(bytes), Err(Misfit::Msgpack(_))),
                "{bytes:X?}"
            );
        }
        assert_eq!(schema.check(&[0x80]), Ok(vec![]));
        // the same field twice, of two types
        let twice = [0x82, 0xA1, 0x61, 0x01, 0xA1, 0x61, 0xA0];
        assert!(matches!(schema.check(&twice), Err(Misfit::Type { .. })));
    }
}
