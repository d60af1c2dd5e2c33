//! A length-prefixed JSON record.
//!
//! ```text
//! u32be   length of the text in bytes
//! bytes   one JSON object, UTF-8, no terminator
//! ```
//!
//! Numbers are written as JSON strings in decimal; both strings and plain integers are read. Unknown
//! members are ignored.

use serde_json::{Map, Value};

use crate::error::{Fault, Section};

/// A record as parsed: members in the order of the file.
pub type Record = Map<String, Value>;

/// Reads the record at `offset` of the file; returns it with the offset behind it.
pub fn read(file: &[u8], offset: usize, section: Section) -> Result<(Record, usize), Fault> {
    let fault = |reason| Fault::new(section, offset as u64, reason);
    let src = file
        .get(offset..)
        .ok_or_else(|| fault("the file ends before a record"))?;
    let (length, rest) = src
        .split_first_chunk::<4>()
        .ok_or_else(|| fault("the file ends inside a record's length"))?;
    let length = u32::from_be_bytes(*length);
    let text = usize::try_from(length)
        .ok()
        .and_then(|length| rest.get(..length))
        .ok_or_else(|| fault("the file ends inside a record"))?;
    match serde_json::from_slice(text) {
        Ok(Value::Object(record)) => Ok((record, offset + 4 + text.len())),
        Ok(_) => Err(fault("the record is not a JSON object")),
        Err(_) => Err(fault("the record is not JSON")),
    }
}

/// Appends a record.
///
/// # Panics
///
/// When the text takes more than 4 GiB, which callers exclude by limiting the manifest.
pub fn write(record: &Record, out: &mut Vec<u8>) {
    let text = Value::Object(record.clone()).to_string();
    let length = u32::try_from(text.len()).expect("a record is shorter than 4 GiB");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// A number, given as a JSON string or as a plain integer; nothing when the member is absent.
pub(crate) fn number(record: &Record, name: &str) -> Result<Option<u64>, &'static str> {
    match record.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => text
            .trim()
            .parse()
            .map(Some)
            .map_err(|_| "a property is not a number"),
        Some(value) => value.as_u64().map(Some).ok_or("a property is not a number"),
    }
}

/// A required number.
pub(crate) fn required(record: &Record, name: &str) -> Result<u64, &'static str> {
    number(record, name)?.ok_or("a required property is missing")
}

/// Adds a number in the form this format writes.
pub(crate) fn put_number(record: &mut Record, name: &str, value: u64) {
    record.insert(name.to_owned(), Value::String(value.to_string()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let mut record = Record::new();
        put_number(&mut record, "size", 261);
        let mut out = vec![9];
        write(&record, &mut out);
        assert_eq!(&out[1..5], [0, 0, 0, 14]);
        assert_eq!(read(&out, 1, Section::Header), Ok((record, out.len())));
        for cut in 0..out.len() {
            assert!(read(&out[..cut], 1, Section::Header).is_err());
        }
    }
}
