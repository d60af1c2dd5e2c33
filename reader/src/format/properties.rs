//! The header and the sparse array's properties.
//!
//! ```text
//! record  header            version start_state number_of_keys value_store_type number_of_states
//!                           [manifest] [specialized_dict_properties] [text_rule] [keyfold]
//! record  array properties  version size
//! ```
//!
//! `specialized_dict_properties` is a JSON string that itself holds JSON: `{"secondary_keys":["a","b"]}`.
//! `text_rule` and `keyfold` are members of our own, which keyvi ignores: how keys were folded, as
//! [`TextRule`] prints it, where they were; and what [`checksum`](super::checksum) says.

use serde_json::{Value, json};

use super::checksum::Provenance;
use super::record::{self, Record, put_number, required};
use super::{MAGIC, VERSIONS};
use crate::error::{Fault, Section};
use crate::text::TextRule;
use crate::value::ValueKind;

/// The lowest version of the sparse array that is read, and the one that is written.
const ARRAY_VERSION: u64 = 2;

/// The header of a dictionary.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// File version, 2 or 3.
    pub version: u64,
    /// Position of the root in the sparse array; not to be followed when there are no keys.
    pub start_state: u64,
    /// Number of distinct keys.
    pub keys: u64,
    /// What a key's value is.
    pub kind: ValueKind,
    /// Number of states written; informational.
    pub states: u64,
    /// Free text; empty when there is none.
    pub manifest: String,
    /// Names of the secondary keys, in order; empty in ordinary dictionaries.
    pub secondary: Vec<String>,
    /// How keys were folded.
    pub text_rule: TextRule,
    /// Checksums and row counts, in files of ours.
    pub provenance: Option<Provenance>,
    /// What does not belong into a header: readers ignore it, a verification does not.
    pub oddity: Option<&'static str>,
}

/// The member that says how keys were folded; absent where they were not.
pub(super) const TEXT_RULE: &str = "text_rule";

/// All members a header may have.
const MEMBERS: [&str; 9] = [
    "version",
    "start_state",
    "number_of_keys",
    "value_store_type",
    "number_of_states",
    "manifest",
    "specialized_dict_properties",
    TEXT_RULE,
    "keyfold",
];

impl Header {
    /// Reads the magic and the header at `offset`; returns it with the offset behind it.
    pub fn read(file: &[u8], offset: usize) -> Result<(Self, usize), Fault> {
        let fault = |reason| Fault::new(Section::Header, offset as u64, reason);
        let magic = file.get(offset..).and_then(|f| f.first_chunk::<8>());
        if magic != Some(MAGIC) {
            return Err(fault(
                "not a dictionary: the file does not start with KEYVIFSA",
            ));
        }
        let (record, end) = record::read(file, offset + MAGIC.len(), Section::Header)?;
        Ok((Header::from_record(&record).map_err(fault)?, end))
    }

    fn from_record(record: &Record) -> Result<Self, &'static str> {
        let version = required(record, "version")?;
        if !VERSIONS.contains(&version) {
            return Err("unsupported file version: only 2 and 3 are read");
        }
        let kind = match required(record, "value_store_type")? {
            4 => return Err("value store type 4, the old JSON, is not read by anything any more"),
            id => ValueKind::from_id(id).ok_or("unsupported value store type")?,
        };
        let provenance = record.get("keyfold").map(Provenance::from_json);
        let oddity = if record.keys().any(|name| !MEMBERS.contains(&name.as_str())) {
            Some("the header has an unknown member")
        } else if provenance == Some(None) {
            Some("the header's checksums cannot be read")
        } else {
            None
        };
        let text = |name| record.get(name).and_then(Value::as_str).unwrap_or_default();
        Ok(Header {
            version,
            start_state: required(record, "start_state")?,
            keys: required(record, "number_of_keys")?,
            kind,
            states: required(record, "number_of_states")?,
            manifest: text("manifest").to_owned(),
            secondary: secondary_names(text("specialized_dict_properties"))?,
            text_rule: text_rule(record)?,
            provenance: provenance.flatten(),
            oddity,
        })
    }

    /// Appends magic and header.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(MAGIC);
        let mut record = Record::new();
        put_number(&mut record, "version", self.version);
        put_number(&mut record, "start_state", self.start_state);
        put_number(&mut record, "number_of_keys", self.keys);
        put_number(&mut record, "value_store_type", self.kind.id());
        put_number(&mut record, "number_of_states", self.states);
        if !self.manifest.is_empty() {
            record.insert("manifest".into(), Value::String(self.manifest.clone()));
        }
        if !self.secondary.is_empty() {
            let names = json!({ "secondary_keys": self.secondary }).to_string();
            record.insert("specialized_dict_properties".into(), Value::String(names));
        }
        put_text_rule(&mut record, self.text_rule);
        if let Some(provenance) = &self.provenance {
            record.insert("keyfold".into(), provenance.to_json());
        }
        record::write(&record, out);
    }
}

/// How keys were folded. A rule that is not known cannot be passed over: keys would not be found.
pub(super) fn text_rule(record: &Record) -> Result<TextRule, &'static str> {
    match record.get(TEXT_RULE) {
        None => Ok(TextRule::default()),
        Some(rule) => rule.as_str().unwrap_or_default().parse(),
    }
}

pub(super) fn put_text_rule(record: &mut Record, rule: TextRule) {
    if !rule.is_none() {
        record.insert(TEXT_RULE.into(), Value::String(rule.to_string()));
    }
}

fn secondary_names(text: &str) -> Result<Vec<String>, &'static str> {
    const REASON: &str = "specialized_dict_properties does not list secondary keys";
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let parsed: Value = serde_json::from_str(text).map_err(|_| REASON)?;
    let Some(Value::Array(names)) = parsed.get("secondary_keys") else {
        return Ok(Vec::new());
    };
    names
        .iter()
        .map(|name| name.as_str().map(str::to_owned).ok_or(REASON))
        .collect()
}

/// The properties of the sparse array: its number of slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArrayProperties {
    /// Version of the array, 2 or more.
    pub version: u64,
    /// Slots, that is labels and transitions alike.
    pub slots: u64,
}

impl ArrayProperties {
    /// The properties of an array of our own.
    pub fn new(slots: u64) -> Self {
        ArrayProperties {
            version: ARRAY_VERSION,
            slots,
        }
    }

    /// Reads the record at `offset`; returns it with the offset behind it.
    pub fn read(file: &[u8], offset: usize) -> Result<(Self, usize), Fault> {
        let fault = |reason| Fault::new(Section::Header, offset as u64, reason);
        let (record, end) = record::read(file, offset, Section::Header)?;
        let version = required(&record, "version").map_err(fault)?;
        if version < ARRAY_VERSION {
            return Err(fault("unsupported version of the sparse array"));
        }
        let slots = record::number(&record, "size").map_err(fault)?.unwrap_or(0);
        Ok((ArrayProperties { version, slots }, end))
    }

    /// Appends the record.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut record = Record::new();
        put_number(&mut record, "version", self.version);
        put_number(&mut record, "size", self.slots);
        record::write(&record, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let header = Header {
            version: 3,
            start_state: u64::MAX,
            keys: 7,
            kind: ValueKind::Json,
            states: 9,
            manifest: "a \"quoted\" manifest".into(),
            secondary: vec!["tenant".into(), "user".into()],
            text_rule: TextRule {
                fold_case: true,
                nfkc: false,
            },
            provenance: Some(Provenance::default()),
            oddity: None,
        };
        let array = ArrayProperties::new(261);
        let mut out = Vec::new();
        header.write(&mut out);
        array.write(&mut out);
        let (read, end) = Header::read(&out, 0).unwrap();
        assert_eq!(read, header);
        assert_eq!(ArrayProperties::read(&out, end), Ok((array, out.len())));
    }
}
