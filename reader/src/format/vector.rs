//! A vector file: values addressed by position.
//!
//! ```text
//! "KEYVI_VECTOR_BEGIN"                                                18 bytes, VECTOR_BEGIN
//! record  header        file_version value_store_type index_version manifest
//! record  offsets       size
//! n * u64le             offsets into the values
//! record  value properties, then the values                           value::ValueProperties
//! "KEYVI_VECTOR_END"                                                  16 bytes, VECTOR_END, last of the file
//! ```

use serde_json::Value;

use super::record::{self, Record, put_number, required};
use crate::error::{Fault, Section};
use crate::value::ValueKind;

/// The first bytes of a vector file.
pub const VECTOR_BEGIN: &[u8; 18] = b"KEYVI_VECTOR_BEGIN";
/// The last bytes of a vector file.
pub const VECTOR_END: &[u8; 16] = b"KEYVI_VECTOR_END";
/// Bytes of an offset.
pub const OFFSET_LEN: usize = 8;

/// Header and number of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorHeader {
    /// What the values are: json or string.
    pub kind: ValueKind,
    /// Free text.
    pub manifest: String,
    /// Number of values.
    pub len: u64,
}

impl VectorHeader {
    /// Reads begin marker and both records; returns the header with the offset of the first offset.
    pub fn read(file: &[u8]) -> Result<(Self, usize), Fault> {
        let fault = |reason| Fault::new(Section::Header, 0, reason);
        if !file.starts_with(VECTOR_BEGIN) {
            return Err(fault(
                "not a vector file: it does not start with KEYVI_VECTOR_BEGIN",
            ));
        }
        let (header, at) = record::read(file, VECTOR_BEGIN.len(), Section::Header)?;
        let kind = required(&header, "value_store_type").map_err(fault)?;
        let Some(kind @ (ValueKind::Json | ValueKind::String)) = ValueKind::from_id(kind) else {
            return Err(fault("unsupported value store type of a vector file"));
        };
        let manifest = header
            .get("manifest")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let (offsets, at) = record::read(file, at, Section::Header)?;
        let len = record::number(&offsets, "size")
            .map_err(fault)?
            .unwrap_or(0);
        Ok((
            VectorHeader {
                kind,
                manifest,
                len,
            },
            at,
        ))
    }

    /// Appends begin marker and both records.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(VECTOR_BEGIN);
        let mut header = Record::new();
        put_number(&mut header, "file_version", 1);
        put_number(&mut header, "value_store_type", self.kind.id());
        put_number(&mut header, "index_version", 1);
        header.insert("manifest".into(), Value::String(self.manifest.clone()));
        record::write(&header, out);
        let mut offsets = Record::new();
        put_number(&mut offsets, "size", self.len);
        record::write(&offsets, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let header = VectorHeader {
            kind: ValueKind::String,
            manifest: "m".into(),
            len: 3,
        };
        let mut out = Vec::new();
        header.write(&mut out);
        assert_eq!(VectorHeader::read(&out), Ok((header, out.len())));
        assert!(VectorHeader::read(&out[..out.len() - 1]).is_err());
    }
}
