//! What a file consists of.

use serde::Serialize;

use crate::dictionary::Dictionary;
use crate::error::Result;
use crate::secondary::SecondaryDictionary;

/// Sizes and counts of one dictionary. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statistics {
    /// Layout and version of the file, such as `keyvi 2`.
    pub format: String,
    /// Kind of the values.
    pub kind: &'static str,
    /// Keys.
    pub keys: u64,
    /// States of the automaton.
    pub states: u64,
    /// Slots of the sparse array.
    pub slots: u64,
    /// Slots that hold something.
    pub used_slots: u64,
    /// Share of the slots that hold something, 0 to 1.
    pub fill: f64,
    /// Size of the whole file, or of this dictionary's part of it.
    pub file_bytes: u64,
    /// Magic and records before the labels.
    pub header_bytes: u64,
    /// Labels of the sparse array.
    pub label_bytes: u64,
    /// Transitions of the sparse array.
    pub transition_bytes: u64,
    /// Value properties and values.
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
        let (start, labels, mut end) = self.extent();
        let (slots, used_slots) = self.fsa().fill();
        let properties = self.values().properties();
        let value_bytes = end - self.array().transition_bytes().end;
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
            format: format!("keyvi {}", header.version),
            kind: header.kind.name(),
            keys,
            states: header.states,
            slots,
            used_slots,
            fill: ratio(used_slots, slots).unwrap_or(0.0),
            file_bytes,
            header_bytes: (labels - start) as u64,
            label_bytes: slots,
            transition_bytes: 2 * slots,
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
            checksums: header.provenance.is_some(),
            rows: header.provenance.map(|p| RowStatistics {
                read: p.rows.read,
                duplicates: p.rows.duplicates,
                rejected: p.rows.rejected,
            }),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
