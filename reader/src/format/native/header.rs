//! The header of a native file.
//!
//! ```text
//! 8 bytes  "KEYFOLD\0"                            MAGIC
//! record   properties and the list of sections    see `record`
//! u64le    XXH3 of all bytes so far
//! ```
//!
//! The record's members: `version`, `kind`, `keys`, `nodes`, `leaves`, `root` (offset of the root in the head), `entrance` (base
//! of the root in the slots), `values` and `unique_values`, `rows`, `sections`, and where there is one `compression`, `manifest`,
//! `secondary_keys`, `text_rule`. Sections follow the header in the order listed, without gaps; each is `[name, length, checksum]`, the
//! checksum being the XXH3 of its bytes in 16 hexadecimal digits.

use std::ops::Range;

use serde_json::{Value, json};

use crate::error::{Fault, Section};
use crate::format::checksum::{Rows, of_section};
use crate::format::properties::{put_text_rule, text_rule};
use crate::format::record::{self, Record};
use crate::format::to_usize;
use crate::text::TextRule;
use crate::value::ValueKind;

/// The first eight bytes of a native file.
pub const MAGIC: &[u8; 8] = b"KEYFOLD\0";

/// The version that is written and read.
pub const VERSION: u64 = 1;

/// Bytes of the checksum.
const CHECKSUM_LEN: usize = 8;

/// Properties of a native file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Properties {
    /// What a key's value is.
    pub kind: ValueKind,
    /// Number of keys.
    pub keys: u64,
    /// Nodes of the head.
    pub nodes: u64,
    /// Leaves.
    pub leaves: u64,
    /// Where the root stands in the head.
    pub root: u64,
    /// The base of the root, where there are slots.
    pub entrance: u64,
    /// Values added, and stored after de-duplication.
    pub values: [u64; 2],
    /// Name of the configured compression.
    pub compression: Option<String>,
    /// Free text.
    pub manifest: String,
    /// Names of the secondary keys.
    pub secondary: Vec<String>,
    /// How keys were folded.
    pub text_rule: TextRule,
    /// What became of the rows of the input.
    pub rows: Rows,
}

/// A section of a native file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it holds.
    pub section: Section,
    /// Where it stands in the file.
    pub range: Range<usize>,
    /// The XXH3 of its bytes.
    pub checksum: u64,
}

/// The header of a native file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeHeader {
    /// Properties.
    pub properties: Properties,
    /// Sections, in the order of the file.
    pub sections: Vec<Entry>,
}

impl NativeHeader {
    /// Reads the header at `offset`; returns it with the offset behind it.
    pub fn read(file: &[u8], offset: usize) -> Result<(Self, usize), Fault> {
        let fault = |reason| Fault::new(Section::Header, offset as u64, reason);
        if !file
            .get(offset..)
            .is_some_and(|file| file.starts_with(MAGIC))
        {
            return Err(fault("not a native file: it does not start with KEYFOLD"));
        }
        let (record, end) = record::read(file, offset + MAGIC.len(), Section::Header)?;
        if number(&record, "version") != Some(VERSION) {
            return Err(fault(
                "unsupported version of the native layout: only 1 is read",
            ));
        }
        let sum = file
            .get(end..)
            .and_then(|rest| rest.first_chunk::<CHECKSUM_LEN>());
        if sum.map(|sum| u64::from_le_bytes(*sum)) != Some(of_section(&file[offset..end])) {
            return Err(fault("the checksum does not agree: the header is damaged"));
        }
        let end = end + CHECKSUM_LEN;
        let properties =
            properties(&record).ok_or_else(|| fault("the properties cannot be read"))?;
        let mut sections = Vec::new();
        let mut at = end;
        for listed in record
            .get("sections")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let (section, len, checksum) =
                entry(listed).ok_or_else(|| fault("the list of sections cannot be read"))?;
            let next = at
                .checked_add(len)
                .filter(|&next| next <= file.len())
                .ok_or_else(|| Fault::new(section, at as u64, "the file ends inside a section"))?;
            sections.push(Entry {
                section,
                range: at..next,
                checksum,
            });
            at = next;
        }
        Ok((
            NativeHeader {
                properties,
                sections,
            },
            end,
        ))
    }

    /// The range of a section; an empty one where the file has none of it.
    pub fn range(&self, section: Section) -> Range<usize> {
        let entry = self.sections.iter().find(|entry| entry.section == section);
        entry.map_or(0..0, |entry| entry.range.clone())
    }

    /// What the file was compiled for: `fast` or `small`.
    pub fn profile(&self) -> &'static str {
        if self.range(Section::Slots).is_empty() {
            "small"
        } else {
            "fast"
        }
    }

    /// The end of the last section.
    pub fn end(&self, header_end: usize) -> usize {
        self.sections
            .last()
            .map_or(header_end, |entry| entry.range.end)
    }
}

/// Appends a header; sections are given with their lengths and checksums.
pub fn write(properties: &Properties, sections: &[(Section, u64, u64)], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(MAGIC);
    let Properties {
        keys,
        nodes,
        leaves,
        root,
        entrance,
        values,
        rows,
        ..
    } = properties;
    let mut record = Record::new();
    let mut put = |name: &str, value| record.insert(name.to_owned(), value);
    put("version", json!(VERSION));
    put("kind", json!(properties.kind.name()));
    put("keys", json!(keys));
    put("nodes", json!(nodes));
    put("leaves", json!(leaves));
    put("root", json!(root));
    put("entrance", json!(entrance));
    put("values", json!(values[0]));
    put("unique_values", json!(values[1]));
    put("rows", json!([rows.read, rows.duplicates, rows.rejected]));
    if let Some(compression) = &properties.compression {
        put("compression", json!(compression));
    }
    if !properties.manifest.is_empty() {
        put("manifest", json!(properties.manifest));
    }
    if !properties.secondary.is_empty() {
        put("secondary_keys", json!(properties.secondary));
    }
    put_text_rule(&mut record, properties.text_rule);
    let entries = sections
        .iter()
        .map(|(section, len, sum)| json!([section.name(), len, format!("{sum:016x}")]));
    record.insert("sections".to_owned(), entries.collect());
    record::write(&record, out);
    let sum = of_section(&out[start..]);
    out.extend(sum.to_le_bytes());
}

fn number(record: &Record, name: &str) -> Option<u64> {
    record.get(name)?.as_u64()
}

fn properties(record: &Record) -> Option<Properties> {
    let text = |name| record.get(name).and_then(Value::as_str).map(str::to_owned);
    let rows = record.get("rows")?.as_array()?;
    let [read, duplicates, rejected] = rows.as_slice() else {
        return None;
    };
    let secondary = match record.get("secondary_keys") {
        None => Vec::new(),
        Some(names) => names
            .as_array()?
            .iter()
            .map(|name| name.as_str().map(str::to_owned))
            .collect::<Option<_>>()?,
    };
    Some(Properties {
        kind: text("kind")?.parse().ok()?,
        keys: number(record, "keys")?,
        nodes: number(record, "nodes")?,
        leaves: number(record, "leaves")?,
        root: number(record, "root")?,
        entrance: number(record, "entrance")?,
        values: [number(record, "values")?, number(record, "unique_values")?],
        compression: text("compression"),
        manifest: text("manifest").unwrap_or_default(),
        secondary,
        text_rule: text_rule(record).ok()?,
        rows: Rows {
            read: read.as_u64()?,
            duplicates: duplicates.as_u64()?,
            rejected: rejected.as_u64()?,
        },
    })
}

fn entry(listed: &Value) -> Option<(Section, usize, u64)> {
    let [name, len, sum] = listed.as_array()?.as_slice() else {
        return None;
    };
    let section = Section::native(name.as_str()?)?;
    let sum = u64::from_str_radix(sum.as_str()?, 16).ok()?;
    Some((section, to_usize(len.as_u64()?), sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_every_byte_counts() {
        let properties = Properties {
            kind: ValueKind::Json,
            keys: 7,
            root: 9,
            values: [7, 3],
            compression: Some("zstd".into()),
            manifest: "a \"manifest\"".into(),
            secondary: vec!["tenant".into()],
            text_rule: TextRule {
                fold_case: false,
                nfkc: true,
            },
            rows: Rows {
                read: 9,
                duplicates: 1,
                rejected: 1,
            },
            nodes: 3,
            leaves: 4,
            entrance: 5,
        };
        let mut file = Vec::new();
        write(
            &properties,
            &[(Section::Head, 3, 4), (Section::Leaves, 5, u64::MAX)],
            &mut file,
        );
        let end = file.len();
        file.extend([0; 8]);
        let (header, read_end) = NativeHeader::read(&file, 0).unwrap();
        assert_eq!((&header.properties, read_end), (&properties, end));
        assert_eq!(header.range(Section::Leaves), end + 3..end + 8);
        assert_eq!(header.end(end), file.len());
        for at in 0..end {
            file[at] ^= 1;
            assert!(NativeHeader::read(&file, 0).is_err(), "byte {at}");
            file[at] ^= 1;
        }
        assert!(NativeHeader::read(&file[..end + 7], 0).is_err());
    }
}
