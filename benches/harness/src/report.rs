//! What engines print: one line of JSON.

use serde::{Deserialize, Serialize};

/// After `build`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Build {
    /// From reading the rows to the written file, without the start of an interpreter and imports.
    pub seconds: f64,
}

/// After `get`, `get-many`, `fuzzy` and `complete`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Get {
    /// Queries of one pass.
    pub queries: u64,
    /// Keys found in one pass.
    pub found: u64,
    /// Over all values found, in order; equal in all engines that show the same bytes. None are looked at in batches. Of
    /// `fuzzy` over keys and distances, of `complete` over weights.
    pub checksum: String,
    /// Per pass, time for one query.
    pub nanoseconds: Vec<f64>,
}

/// After `find`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Find {
    /// Bytes of the text.
    pub bytes: u64,
    /// Keys found in one pass.
    pub found: u64,
    /// Over where they stand, in order.
    pub checksum: String,
    /// From opening the file to the answer to an empty text: what is made before a first text can be looked through.
    pub ready_nanoseconds: f64,
    /// Per pass, time for the whole text.
    pub nanoseconds: Vec<f64>,
}

/// After `latency`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Keys asked for in one pass of one thread.
    pub queries: u64,
    /// Keys found in one pass of one thread.
    pub found: u64,
    /// Percentiles over the gets of all threads, in nanoseconds, the time of the clock included.
    pub p50: u64,
    #[expect(missing_docs, reason = "as above")]
    pub p99: u64,
    #[expect(missing_docs, reason = "as above")]
    pub p999: u64,
    /// The longest.
    pub max: u64,
    /// What reading the clock takes of that, in nanoseconds.
    pub clock: f64,
    /// Gets of all threads in one second, measured in passes without a clock in them.
    pub gets_per_second: f64,
}

/// After `iterate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Iterate {
    /// Keys visited in one pass.
    pub keys: u64,
    /// Over all keys, in order.
    pub checksum: String,
    /// Per pass, time for one key.
    pub nanoseconds: Vec<f64>,
}

/// After `cold`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cold {
    /// Keys asked for.
    pub queries: u64,
    /// Keys found.
    pub found: u64,
    /// Percentiles over the gets, in nanoseconds.
    pub p50: u64,
    #[expect(missing_docs, reason = "as above")]
    pub p99: u64,
    /// The longest.
    pub max: u64,
    /// Opening the file.
    pub open_nanoseconds: u64,
    /// Bytes that the disk delivered meanwhile.
    pub open_read_bytes: u64,
    /// Page faults of the gets that waited for the disk.
    pub major_faults: u64,
    /// Page faults of the gets that found the page in memory.
    pub minor_faults: u64,
    /// Bytes that the disk delivered to the gets.
    pub read_bytes: u64,
}

/// After `resident`, before the process waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resident {
    /// Keys asked for.
    pub queries: u64,
    /// Keys found.
    pub found: u64,
    /// Resident memory, shared pages and the program itself included.
    pub rss_kib: u64,
}
