//! The header's `keyfold` member: checksums of every byte of the file, and what became of the input rows.
//!
//! ```text
//! "keyfold":{"checksums":{"header":"16 hex digits","labels":"..","transitions":"..","values":".."},
//!            "rows":{"read":"9","duplicates":"1","rejected":"0"}}
//! ```
//!
//! A checksum is the 64 bit XXH3 of the section's bytes (seed 0), in hexadecimal. `header` covers all from
//! the magic up to the labels, with its own 16 digits taken as zeros; `values` covers the values and then
//! their properties record, and is absent where there is no such section.

use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// What stands before the digits of the header's own checksum. It cannot occur inside of a JSON string,
/// where its quotes would be escaped.
const OWN_DIGITS: &[u8] = b"\"checksums\":{\"header\":\"";
const DIGITS: usize = 16;

/// Checksums of the sections of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksums {
    /// Of magic, header record and sparse array record, own digits as zeros.
    pub header: u64,
    /// Of the labels.
    pub labels: u64,
    /// Of the transitions.
    pub transitions: u64,
    /// Of the values, followed by their properties record.
    pub values: Option<u64>,
}

/// What became of the rows of the input: `read = keys + duplicates + rejected`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Rows read.
    pub read: u64,
    /// Rows whose key another row replaced.
    pub duplicates: u64,
    /// Rows that could not be stored and were set aside.
    pub rejected: u64,
}

/// The `keyfold` member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Checksums of the file.
    pub checksums: Checksums,
    /// Row counts of the build.
    pub rows: Rows,
}

impl Provenance {
    /// Reads the member; nothing when it is not of this form.
    pub fn from_json(member: &Value) -> Option<Self> {
        let checksum = |name| {
            let digits = member.get("checksums")?.get(name)?.as_str()?;
            // one spelling only, so that no changed bit of it goes unnoticed
            let sum = u64::from_str_radix(digits, 16).ok()?;
            (digits == hex(sum)).then_some(sum)
        };
        let rows = |name| member.get("rows")?.get(name)?.as_str()?.parse().ok();
        Some(Provenance {
            checksums: Checksums {
                header: checksum("header")?,
                labels: checksum("labels")?,
                transitions: checksum("transitions")?,
                values: match member.get("checksums")?.get("values") {
                    None => None,
                    Some(_) => Some(checksum("values")?),
                },
            },
            rows: Rows {
                read: rows("read")?,
                duplicates: rows("duplicates")?,
                rejected: rows("rejected")?,
            },
        })
    }

    /// The member as written.
    pub fn to_json(&self) -> Value {
        let hex = |sum: u64| Value::String(hex(sum));
        let Provenance { checksums, rows } = self;
        let mut sums = Map::new();
        sums.insert("header".into(), hex(checksums.header));
        sums.insert("labels".into(), hex(checksums.labels));
        sums.insert("transitions".into(), hex(checksums.transitions));
        if let Some(values) = checksums.values {
            sums.insert("values".into(), hex(values));
        }
        json!({
            "checksums": sums,
            "rows": {
                "read": rows.read.to_string(),
                "duplicates": rows.duplicates.to_string(),
                "rejected": rows.rejected.to_string(),
            },
        })
    }
}

/// A checksum as written.
fn hex(sum: u64) -> String {
    format!("{sum:016x}")
}

/// Where the digits of the header's own checksum stand.
fn own_digits(header: &[u8]) -> Option<usize> {
    let at = header
        .windows(OWN_DIGITS.len())
        .position(|w| w == OWN_DIGITS)?
        + OWN_DIGITS.len();
    (at + DIGITS <= header.len()).then_some(at)
}

/// The checksum of all bytes before the labels, own digits taken as zeros.
pub fn of_header(header: &[u8]) -> Option<u64> {
    let at = own_digits(header)?;
    let mut sum = Xxh3::new();
    sum.update(&header[..at]);
    sum.update(&[b'0'; DIGITS]);
    sum.update(&header[at + DIGITS..]);
    Some(sum.digest())
}

/// The checksum of another section.
pub fn of_section(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// The checksum of the values and their properties record, the record taken last: it is known last.
pub fn of_values(record: &[u8], values: &[u8]) -> u64 {
    let mut sum = Xxh3::new();
    sum.update(values);
    sum.update(record);
    sum.digest()
}

/// Writes the header's own checksum into its place; without such a place nothing is done.
pub fn seal_header(header: &mut [u8]) {
    if let (Some(at), Some(sum)) = (own_digits(header), of_header(header)) {
        header[at..at + DIGITS].copy_from_slice(hex(sum).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_the_header_counts() {
        let provenance = Provenance {
            checksums: Checksums {
                labels: 7,
                ..Checksums::default()
            },
            ..Provenance::default()
        };
        let mut header = format!(
            "{{\"manifest\":\"x\",\"keyfold\":{}}}",
            provenance.to_json()
        )
        .into_bytes();
        seal_header(&mut header);
        let text = String::from_utf8(header.clone()).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap();
        let read = Provenance::from_json(&json["keyfold"]).unwrap();
        assert_eq!(Some(read.checksums.header), of_header(&header));
        for i in 0..header.len() {
            let mut damaged = header.clone();
            damaged[i] ^= 1;
            let digits = own_digits(&header).unwrap();
            if (digits..digits + DIGITS).contains(&i) {
                assert_eq!(of_header(&damaged), of_header(&header));
            } else {
                assert_ne!(of_header(&damaged), of_header(&header));
            }
        }
    }
}
