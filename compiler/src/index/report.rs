//! What an index costs.

use std::iter::Sum;
use std::sync::atomic::{AtomicU64, Ordering};

use keyfold_reader::format::filter::Filter;

use super::core::Core;

/// Counts that only grow, of one writer.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) accepted: AtomicU64,
    pub(crate) flushed: AtomicU64,
    pub(crate) merged: AtomicU64,
    pub(crate) flushes: AtomicU64,
    pub(crate) merges: AtomicU64,
    pub(crate) gets: AtomicU64,
    pub(crate) probes: AtomicU64,
}

/// Adds to a count.
pub(crate) fn count(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

/// What an index costs: what is stored, and what was done since the writer was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Segments.
    pub segments: u64,
    /// Keys of all segments; one that several store, or that is deleted, counts for each.
    pub stored_keys: u64,
    /// Keys among them that are deleted where they are stored.
    pub deleted_keys: u64,
    /// Bytes of all segments.
    pub segment_bytes: u64,
    /// Bytes of their filters.
    pub filter_bytes: u64,
    /// Keys in memory, which no segment holds yet.
    pub table_keys: u64,
    /// Bytes of memory that they take.
    pub table_bytes: u64,
    /// Bytes of the keys and documents that were written.
    pub accepted_bytes: u64,
    /// Bytes of the log for them.
    pub logged_bytes: u64,
    /// Bytes of the segments that were compiled of them.
    pub flushed_bytes: u64,
    /// Bytes of the segments that were merged.
    pub merged_bytes: u64,
    /// Segments that were compiled.
    pub flushes: u64,
    /// Merges.
    pub merges: u64,
    /// Keys that were looked up.
    pub gets: u64,
    /// Segments that were asked for them, those left out that a filter spared.
    pub probes: u64,
}

impl Sum for Report {
    fn sum<I: Iterator<Item = Report>>(reports: I) -> Self {
        reports.fold(Report::default(), |a, b| Report {
            segments: a.segments + b.segments,
            stored_keys: a.stored_keys + b.stored_keys,
            deleted_keys: a.deleted_keys + b.deleted_keys,
            segment_bytes: a.segment_bytes + b.segment_bytes,
            filter_bytes: a.filter_bytes + b.filter_bytes,
            table_keys: a.table_keys + b.table_keys,
            table_bytes: a.table_bytes + b.table_bytes,
            accepted_bytes: a.accepted_bytes + b.accepted_bytes,
            logged_bytes: a.logged_bytes + b.logged_bytes,
            flushed_bytes: a.flushed_bytes + b.flushed_bytes,
            merged_bytes: a.merged_bytes + b.merged_bytes,
            flushes: a.flushes + b.flushes,
            merges: a.merges + b.merges,
            gets: a.gets + b.gets,
            probes: a.probes + b.probes,
        })
    }
}

impl Report {
    /// Bytes written to disk for each byte that was accepted.
    pub fn write_amplification(&self) -> f64 {
        let written = self.logged_bytes + self.flushed_bytes + self.merged_bytes;
        ratio(written, self.accepted_bytes)
    }

    /// Bytes of the segments and their filters for each key they store.
    pub fn bytes_per_key(&self) -> f64 {
        ratio(self.segment_bytes + self.filter_bytes, self.stored_keys)
    }

    /// Segments asked for each key that was looked up.
    pub fn probes_per_get(&self) -> f64 {
        ratio(self.probes, self.gets)
    }
}

/// A ratio; 0 where there is nothing to compare with.
#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}

impl Core {
    /// What the index costs.
    pub(crate) fn report(&self) -> Report {
        let state = self.state();
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let sum = |part: fn(&super::segment::Segment) -> u64| -> u64 {
            state.segments.iter().map(|segment| part(segment)).sum()
        };
        let frozen = state.frozen.as_ref().map(|frozen| &frozen.table);
        let tables = || frozen.into_iter().chain([&state.table]);
        Report {
            segments: state.segments.len() as u64,
            stored_keys: sum(|segment| segment.dictionary.len()),
            deleted_keys: sum(|segment| segment.deleted.len() as u64),
            segment_bytes: sum(|segment| segment.bytes),
            filter_bytes: sum(|segment| segment.filter.as_ref().map_or(0, Filter::file_bytes)),
            table_keys: tables().map(|table| table.len() as u64).sum(),
            table_bytes: tables().map(|table| table.bytes() as u64).sum(),
            accepted_bytes: read(&self.counters.accepted),
            logged_bytes: self.log.bytes(),
            flushed_bytes: read(&self.counters.flushed),
            merged_bytes: read(&self.counters.merged),
            flushes: read(&self.counters.flushes),
            merges: read(&self.counters.merges),
            gets: read(&self.counters.gets),
            probes: read(&self.counters.probes),
        }
    }
}
