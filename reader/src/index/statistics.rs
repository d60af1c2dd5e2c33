//! What an index consists of.

use serde::Serialize;

use super::segment::Segment;
use super::snapshot::Snapshot;
use crate::format::filter::Filter;

/// Sizes and counts of an index, from its tables of contents and the headers of its segments. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndexStatistics {
    /// A number that is higher the later the snapshot; 0 for an index of keyvi.
    pub generation: u64,
    /// Parts of a partitioned index; 1 of any other.
    pub parts: u64,
    /// Keys that the segments store, each as often as there are segments that store it.
    pub keys: u64,
    /// Keys in lists of deleted keys.
    pub deleted: u64,
    /// Size of all segments.
    pub bytes: u64,
    /// Size of the filters that are open.
    pub filter_bytes: u64,
    /// Bytes per key that the segments store, filters left out; nothing if there are no keys.
    pub bytes_per_key: Option<f64>,
    /// Fields in the schema.
    pub fields: u64,
    /// The segments, of each part the oldest first.
    pub segments: Vec<SegmentStatistics>,
}

/// Size and counts of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SegmentStatistics {
    /// The name of the file.
    pub name: String,
    /// The number of the part it belongs to.
    pub part: u64,
    /// Keys it stores, deleted ones among them.
    pub keys: u64,
    /// Keys deleted in it.
    pub deleted: u64,
    /// Size of the file.
    pub bytes: u64,
}

impl Snapshot {
    /// Sizes and counts.
    pub fn statistics(&self) -> IndexStatistics {
        let segment = |(part, segment): (u64, &Segment)| {
            let counts = segment.counts();
            SegmentStatistics {
                name: segment.name().to_owned(),
                part,
                keys: counts.keys,
                deleted: counts.deleted,
                bytes: counts.bytes,
            }
        };
        let numbered = (0..).zip(self.parts());
        let segments: Vec<SegmentStatistics> = numbered
            .flat_map(|(number, part)| part.segments().iter().map(move |one| (number, one)))
            .map(segment)
            .collect();
        let sum = |count: fn(&SegmentStatistics) -> u64| segments.iter().map(count).sum::<u64>();
        let filters = self.segments().filter_map(Segment::filter);
        let (keys, bytes) = (sum(|one| one.keys), sum(|one| one.bytes));
        IndexStatistics {
            generation: self.generation(),
            parts: self.parts().len() as u64,
            keys,
            deleted: sum(|one| one.deleted),
            bytes,
            filter_bytes: filters.map(Filter::file_bytes).sum(),
            bytes_per_key: crate::statistics::ratio(bytes, keys),
            fields: self.schema().map_or(0, |schema| schema.len() as u64),
            segments,
        }
    }
}
