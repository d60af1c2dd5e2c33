//! The values of a native file, by ordinal.

mod documents;

use std::borrow::Cow;

use self::documents::Decoder;
use super::{Compression, DecompressError, MAX_VALUE_LEN, ValueKind, msgpack_to_json};
use crate::bytes::Bytes;
use crate::error::{Fault, Section};
use crate::format::native::header::NativeHeader;
use crate::format::native::ints::Ints;
use crate::format::native::pool::Pool;
use crate::format::native::shapes::Shapes;
use crate::format::native::tokens::Tokens;

/// Room made for a payload before it is known how long it is.
const TYPICAL_LEN: usize = 256;

/// The values of a native file; clones share its bytes.
#[derive(Clone, Debug)]
pub(crate) enum NativeValues {
    /// Of kind key-only.
    Nothing,
    /// Of kinds int and completion.
    Ints(Ints),
    /// Of kind string.
    Texts(Strings, Tokens),
    /// Of kind json.
    Documents(Strings, Tokens, Shapes),
    /// Of kind float-vector.
    Floats(Strings),
}

/// Strings of bytes by ordinal.
#[derive(Clone, Debug)]
pub(crate) struct Strings {
    pool: Pool,
    ids: Option<Ints>,
}

impl Strings {
    /// The index of a key's string.
    #[inline]
    fn index(&self, ordinal: u64) -> u64 {
        self.ids.as_ref().map_or(ordinal, |ids| ids.get(ordinal))
    }
}

impl NativeValues {
    /// The values of a file with this header.
    pub(crate) fn read(
        kind: ValueKind,
        bytes: &Bytes,
        header: &NativeHeader,
    ) -> Result<Self, Fault> {
        let keys = header.properties.keys;
        let ints = |section| {
            let range = header.range(section);
            let ints = Ints::read(bytes, range.clone(), section)?;
            if ints.len() == keys {
                Ok(ints)
            } else {
                let reason = "there are not as many integers as keys";
                Err(Fault::new(section, range.start as u64, reason))
            }
        };
        let strings = || {
            let [_, unique] = header.properties.values;
            let ids = match header.range(Section::Ids).is_empty() {
                false => Some(ints(Section::Ids)?),
                true if unique == keys => None,
                true => {
                    let at = header.range(Section::Values).start as u64;
                    let reason = "there are not as many values as keys";
                    return Err(Fault::new(Section::Values, at, reason));
                }
            };
            let offsets = header.range(Section::Offsets);
            let pool = Pool::read(bytes, header.range(Section::Values), offsets, unique)?;
            Ok(Strings { pool, ids })
        };
        let tokens = || Tokens::read(bytes, header.range(Section::Texts), Section::Texts);
        Ok(match kind {
            ValueKind::KeyOnly => NativeValues::Nothing,
            ValueKind::Int | ValueKind::Completion => NativeValues::Ints(ints(Section::Integers)?),
            ValueKind::String => NativeValues::Texts(strings()?, tokens()?),
            ValueKind::Json => {
                let shapes = Shapes::read(bytes, header.range(Section::Shapes))?;
                NativeValues::Documents(strings()?, tokens()?, shapes)
            }
            ValueKind::FloatVector => NativeValues::Floats(strings()?),
        })
    }

    /// The integers of kinds int and completion.
    #[inline]
    pub(crate) fn ints(&self) -> Option<&Ints> {
        match self {
            NativeValues::Ints(ints) => Some(ints),
            _ => None,
        }
    }

    /// The value of the key with this ordinal: the text of a string, the MessagePack of a document, the bytes of a float
    /// vector. Kinds without such a payload have an empty one.
    pub(crate) fn payload(&self, ordinal: u64) -> Result<Cow<'_, [u8]>, Fault> {
        if let NativeValues::Floats(strings) = self
            && !strings.pool.has_offsets()
        {
            let (bytes, len) = strings.pool.get(strings.index(ordinal))?;
            return Ok(Cow::Borrowed(&bytes[..len]));
        }
        let mut out = Vec::with_capacity(TYPICAL_LEN);
        self.write_payload(ordinal, &mut out)?;
        Ok(Cow::Owned(out))
    }

    /// Appends the payload of the key with this ordinal. After a fault what was appended means nothing.
    pub(crate) fn write_payload(&self, ordinal: u64, out: &mut Vec<u8>) -> Result<(), Fault> {
        match self.strings() {
            Some(strings) => self.decode(strings, strings.index(ordinal), out),
            None => Ok(()),
        }
    }

    /// Reads all values to their end, those that are stored once once, to find damage.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let Some(strings) = self.strings() else {
            return Ok(());
        };
        let count = strings.pool.count();
        if let Some(ids) = &strings.ids
            && ids.iter().any(|id| id >= count)
        {
            return Err(strings
                .pool
                .fault(count, "a key has a value that is not there"));
        }
        let (mut payload, mut text) = (Vec::new(), Vec::new());
        (0..count).try_for_each(|index| {
            payload.clear();
            text.clear();
            self.decode(strings, index, &mut payload)?;
            let read = match self {
                NativeValues::Documents(..) => {
                    msgpack_to_json(&payload, &mut text).map_err(|e| e.reason)
                }
                NativeValues::Floats(_) if !payload.len().is_multiple_of(size_of::<f32>()) => {
                    Err("a float vector's length is no multiple of 4")
                }
                _ => Ok(()),
            };
            read.map_err(|reason| strings.pool.fault(index, reason))
        })
    }

    fn strings(&self) -> Option<&Strings> {
        match self {
            NativeValues::Nothing | NativeValues::Ints(_) => None,
            NativeValues::Texts(strings, _)
            | NativeValues::Documents(strings, ..)
            | NativeValues::Floats(strings) => Some(strings),
        }
    }

    /// Appends the payload in the string of the pool with this index.
    fn decode(&self, strings: &Strings, index: u64, out: &mut Vec<u8>) -> Result<(), Fault> {
        let (bytes, len) = strings.pool.get(index)?;
        let decoded = match self {
            NativeValues::Nothing | NativeValues::Ints(_) => Ok(()),
            NativeValues::Texts(_, tokens) => tokens.decode(&bytes[..len], out),
            NativeValues::Documents(_, tokens, shapes) => {
                let decoder = Decoder {
                    shapes: shapes.view(),
                    tokens: tokens.view(),
                };
                decoder.decode(bytes, len, out)
            }
            NativeValues::Floats(_) if !strings.pool.has_offsets() => {
                out.extend_from_slice(&bytes[..len]);
                Ok(())
            }
            NativeValues::Floats(_) => unpack(&bytes[..len], out),
        };
        decoded.map_err(|reason| strings.pool.fault(index, reason))
    }
}

/// Appends the payload of a blob: a code of compression, and the compressed bytes.
fn unpack(blob: &[u8], out: &mut Vec<u8>) -> Result<(), &'static str> {
    let (&code, payload) = blob.split_first().ok_or("a value is cut off")?;
    let compression = Compression::from_code(code).ok_or("an unknown compression")?;
    compression
        .decompress(payload, MAX_VALUE_LEN, out)
        .map_err(DecompressError::reason)
}
