//! The value section of kinds string, json and float-vector.
//!
//! ```text
//! record  value properties   size values unique_values [__compression]
//! bytes   values             size of them
//!
//! string  the bytes, then one NUL
//! blob    varint length, code u8, payload          json: one MessagePack object, float-vector: f32le each
//!         length counts code and payload           code 0 as is, 1 zlib, 2 snappy raw, 3 zstd frame
//! ```

use super::record::{self, Record, put_number};
use super::varint;
use crate::error::{Fault, Section};

/// The properties of the values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueProperties {
    /// Bytes of values that follow the record.
    pub size: u64,
    /// Values added; informational.
    pub values: u64,
    /// Values stored after de-duplication; informational.
    pub unique_values: u64,
    /// Name of the configured compression; informational, each value says itself how it is stored.
    pub compression: Option<String>,
}

impl ValueProperties {
    /// Reads the record at `offset`; returns it with the offset behind it.
    pub fn read(file: &[u8], offset: usize) -> Result<(Self, usize), Fault> {
        let fault = |reason| Fault::new(Section::Values, offset as u64, reason);
        let (record, end) = record::read(file, offset, Section::Values)?;
        let number = |name| Ok(record::number(&record, name).map_err(fault)?.unwrap_or(0));
        let properties = ValueProperties {
            size: number("size")?,
            values: number("values")?,
            unique_values: number("unique_values")?,
            compression: record
                .get("__compression")
                .and_then(|c| c.as_str())
                .map(str::to_owned),
        };
        Ok((properties, end))
    }

    /// Appends the record.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut record = Record::new();
        put_number(&mut record, "size", self.size);
        put_number(&mut record, "values", self.values);
        put_number(&mut record, "unique_values", self.unique_values);
        if let Some(compression) = &self.compression {
            record.insert("__compression".into(), compression.clone().into());
        }
        record::write(&record, out);
    }
}

/// Reads the blob that starts with the first byte: code and payload.
pub fn read_blob(values: &[u8]) -> Option<(u8, &[u8])> {
    let (length, rest) = varint::read_varint(values)?;
    let blob = rest.get(..usize::try_from(length).ok()?)?;
    blob.split_first().map(|(&code, payload)| (code, payload))
}

/// Appends a blob, given code and payload in one piece.
pub fn write_blob(code_and_payload: &[u8], out: &mut Vec<u8>) {
    varint::write_varint(code_and_payload.len() as u64, out);
    out.extend_from_slice(code_and_payload);
}

/// Reads the string that starts with the first byte, up to its NUL.
pub fn read_string(values: &[u8]) -> Option<&[u8]> {
    let end = values.iter().position(|&b| b == 0)?;
    Some(&values[..end])
}

/// Appends a string.
pub fn write_string(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(text);
    out.push(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let properties = ValueProperties {
            size: 3,
            values: 2,
            unique_values: 1,
            compression: Some("zstd".into()),
        };
        let mut out = Vec::new();
        properties.write(&mut out);
        assert_eq!(ValueProperties::read(&out, 0), Ok((properties, out.len())));

        let mut values = Vec::new();
        write_blob(&[0, 1, 2], &mut values);
        write_string(b"text", &mut values);
        assert_eq!(read_blob(&values), Some((0, &[1u8, 2][..])));
        assert_eq!(read_string(&values[4..]), Some(&b"text"[..]));
        assert_eq!(read_blob(&[0]), None);
        assert_eq!(read_blob(&[200, 1]), None);
        assert_eq!(read_string(b"no end"), None);
    }
}
