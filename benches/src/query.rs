//! Our end of the query protocol: what an engine does with its arguments, and how it reports.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// Arguments of every engine.
#[derive(Debug, clap::Parser)]
pub struct Arguments {
    /// What to do: get
    pub operation: Operation,
    /// File to look up in
    pub file: PathBuf,
    /// Keys, one per line
    pub queries: PathBuf,
    /// Measured passes over the queries
    #[arg(long, default_value_t = 5)]
    pub passes: usize,
    /// What to take from a match
    #[arg(long, default_value = "none")]
    pub value: Form,
}

/// What an engine can be asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Operation {
    /// Look up every key alone.
    Get,
}

/// What is taken from a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Nothing: only whether the key is there.
    None,
    /// The value as `MessagePack`.
    Packed,
    /// The value as text.
    Text,
}

/// What an engine prints: one line of JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Keys asked for.
    pub queries: u64,
    /// Keys found.
    pub found: u64,
    /// Over all values found, in order; equal in all engines that take the same form.
    pub checksum: String,
    /// Per pass, time for one look-up.
    pub nanoseconds: Vec<f64>,
}

/// Runs one look-up function over all queries: a first pass that checks and warms, then the measured ones.
pub fn measure<'q, V: AsRef<[u8]>>(
    queries: &[&'q [u8]],
    passes: usize,
    mut look_up: impl FnMut(&'q [u8]) -> Result<Option<V>>,
) -> Result<Report> {
    let mut found = 0;
    let mut checksum = Checksum::default();
    for query in queries {
        if let Some(value) = look_up(query)? {
            found += 1;
            checksum.add(value.as_ref());
        }
    }
    let mut nanoseconds = Vec::new();
    for _ in 0..passes {
        let begin = Instant::now();
        let mut hits = 0;
        for query in queries {
            if let Some(value) = look_up(query)? {
                hits += 1;
                black_box(value.as_ref());
            }
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of queries are far below 2^52"
        )]
        nanoseconds.push(begin.elapsed().as_secs_f64() * 1e9 / queries.len().max(1) as f64);
        ensure!(hits == found, "passes differ: {found} found, then {hits}");
    }
    Ok(Report {
        queries: queries.len() as u64,
        found,
        checksum: checksum.text(),
        nanoseconds,
    })
}

/// FNV-1a over values and their lengths.
struct Checksum(u64);

impl Default for Checksum {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Checksum {
    fn add(&mut self, value: &[u8]) {
        let length = (value.len() as u64).to_le_bytes();
        for &byte in value.iter().chain(&length) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn text(&self) -> String {
        format!("{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_checksums() {
        let queries: [&[u8]; 3] = [b"a", b"b", b"c"];
        let report = measure(&queries, 2, |query| Ok((query != b"b").then_some(query))).unwrap();
        assert_eq!(
            (report.queries, report.found, report.nanoseconds.len()),
            (3, 2, 2)
        );
        let other = measure(&queries, 0, |query| Ok((query != b"a").then_some(query))).unwrap();
        assert_ne!(report.checksum, other.checksum);
    }
}
