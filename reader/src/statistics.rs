//! What a file consists of.

use serde::Serialize;

use crate::dictionary::Dictionary;
use crate::error::{Result, Section};
use crate::format::native::header::NativeHeader;
use crate::secondary::SecondaryDictionary;

/// Sizes and counts of one dictionary. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statistics {
    /// Layout and version of the file: `keyvi 2`, `native 1`.
    pub format: String,
    /// What a native file was compiled for: `fast` or `small`.
    pub profile: Option<&'static str>,
    /// Kind of the values.
    pub kind: &'static str,
    /// How keys were folded, where they were.
    pub text_rule: Option<String>,
    /// Keys.
    pub keys: u64,
    /// States of the automaton; nodes and leaves of a native file.
    pub states: u64,
    /// Slots of a keyvi file's sparse array, and how many of them hold something.
    pub slots: Option<Slots>,
    /// Nodes and leaves of a native file.
    pub fold: Option<NodesAndLeaves>,
    /// Size of the whole file, or of this dictionary's part of it.
    pub file_bytes: u64,
    /// The sections in the order of the file, the header first.
    pub sections: Vec<SectionSize>,
    /// All sections that keys are found with.
    pub key_bytes: u64,
    /// All sections of values.
    pub value_bytes: u64,
    /// The second dictionary of secondary values.
    pub secondary_bytes: u64,
    /// Bytes behind the last section, which nothing reads.
    pub trailing_bytes: u64,
    /// File bytes per key; nothing in an empty dictionary.
    pub bytes_per_key: Option<f64>,
    /// Values added, as the file says.
    pub values: u64,
    /// Values stored after de-duplication, as the file says.
    pub unique_values: u64,
    /// Name of the configured compression, where the file says it.
    pub compression: Option<String>,
    /// Names of secondary keys.
    pub secondary_keys: Vec<String>,
    /// Number of different secondary values.
    pub secondary_values: u64,
    /// Free text.
    pub manifest: String,
    /// Whether the file carries checksums.
    pub checksums: bool,
    /// Rows read, replaced by a later row of the same key, and set aside when the file was built.
    pub rows: Option<RowStatistics>,
}

/// Slots of a sparse array.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Slots {
    /// All of them.
    pub count: u64,
    /// Those that hold something.
    pub used: u64,
    /// Share of the used ones, 0 to 1.
    pub fill: f64,
}

/// Parts of a native file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NodesAndLeaves {
    /// Nodes of the head.
    pub nodes: u64,
    /// Leaves.
    pub leaves: u64,
}

/// The size of a section in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SectionSize {
    /// Its name.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: u64,
}

/// Row counts of the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RowStatistics {
    /// Rows read.
    pub read: u64,
    /// Rows whose key another row replaced.
    pub duplicates: u64,
    /// Rows set aside.
    pub rejected: u64,
}

impl Dictionary {
    /// Sizes and counts. Reads the whole sparse array to count its used slots.
    pub fn statistics(&self) -> Result<Statistics> {
        let header = self.header();
        let (start, header_end, mut end) = self.extent();
        let array = self.fsa().sparse_array();
        let native = self.native();
        let properties = self.values().properties();
        let section = |section: Section, bytes: usize| SectionSize {
            name: section.name(),
            bytes: bytes as u64,
        };
        let mut sections = vec![section(Section::Header, header_end - start)];
        let mut keys_end = header_end;
        if let Some(array) = array {
            keys_end = array.transition_bytes().end;
            sections.push(section(Section::Labels, array.label_bytes().len()));
            sections.push(section(
                Section::Transitions,
                array.transition_bytes().len(),
            ));
            sections.push(section(Section::Values, end - keys_end));
        }
        for entry in native.iter().flat_map(|native| &native.sections) {
            sections.push(section(entry.section, entry.range.len()));
            if entry.section.is_of_keys() {
                keys_end = entry.range.end;
            }
        }
        let slots = array.map(|array| {
            let (count, used) = (array.slots() as u64, array.used());
            let fill = ratio(used, count).unwrap_or(0.0);
            Slots { count, used, fill }
        });
        let (key_bytes, value_bytes) = (keys_end - header_end, end - keys_end);
        let (mut secondary_bytes, mut secondary_values) = (0, 0);
        if !header.secondary.is_empty() {
            let secondary = SecondaryDictionary::new(self.clone())?;
            let (from, _, to) = secondary.codes().extent();
            (secondary_bytes, secondary_values) = (to - from, secondary.codes().len());
            end = to;
        }
        let file_bytes = (self.bytes().len() - start) as u64;
        let keys = self.len();
        Ok(Statistics {
            format: match native {
                Some(_) => format!("native {}", header.version),
                None => format!("keyvi {}", header.version),
            },
            profile: native.map(NativeHeader::profile),
            kind: header.kind.name(),
            text_rule: (!header.text_rule.is_none()).then(|| header.text_rule.to_string()),
            keys,
            states: header.states,
            slots,
            fold: native.map(|native| NodesAndLeaves {
                nodes: native.properties.nodes,
                leaves: native.properties.leaves,
            }),
            file_bytes,
            sections,
            key_bytes: key_bytes as u64,
            value_bytes: value_bytes as u64,
            secondary_bytes: secondary_bytes as u64,
            trailing_bytes: (self.bytes().len() - end) as u64,
            bytes_per_key: ratio(file_bytes, keys),
            values: properties.values,
            unique_values: properties.unique_values,
            compression: properties.compression.clone(),
            secondary_keys: header.secondary.clone(),
            secondary_values,
            manifest: header.manifest.clone(),
            checksums: self.has_checksums(),
            rows: self.rows().map(|rows| RowStatistics {
                read: rows.read,
                duplicates: rows.duplicates,
                rejected: rows.rejected,
            }),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
pub(crate) fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
