//! The command line of every engine.

use std::path::PathBuf;

use crate::engine::Kind;

/// What an engine is asked to do.
#[derive(Debug, clap::Parser)]
pub enum Arguments {
    /// Write a file from rows
    Build {
        /// What the values are
        kind: Kind,
        /// Rows `key<TAB>value`, in any order
        rows: PathBuf,
        /// File to write
        file: PathBuf,
    },
    /// Look up every key alone
    Get {
        /// Which keys in which file
        #[command(flatten)]
        asked: Asked,
        /// Measured passes over the queries
        #[arg(long, default_value_t = 5)]
        passes: usize,
        /// What to take from a match
        #[arg(long, default_value = "none")]
        value: Form,
    },
    /// Look up keys in batches
    GetMany {
        /// Which keys in which file
        #[command(flatten)]
        asked: Asked,
        /// Measured passes over the queries
        #[arg(long, default_value_t = 5)]
        passes: usize,
        /// Keys in one batch
        #[arg(long, default_value_t = 32)]
        batch: usize,
    },
    /// Time every single get of several threads
    Latency {
        /// Which keys in which file
        #[command(flatten)]
        asked: Asked,
        /// Measured passes over the queries, of each thread
        #[arg(long, default_value_t = 5)]
        passes: usize,
        /// Threads that ask at the same time
        #[arg(long, default_value_t = 1)]
        threads: usize,
    },
    /// Visit all keys in order
    Iterate {
        /// File to open
        file: PathBuf,
        /// Measured passes over the keys
        #[arg(long, default_value_t = 5)]
        passes: usize,
    },
    /// Find keys near each query
    Fuzzy {
        /// Which queries in which file
        #[command(flatten)]
        asked: Asked,
        /// Measured passes over the queries
        #[arg(long, default_value_t = 5)]
        passes: usize,
        /// Most edits
        #[arg(long, default_value_t = 1)]
        distance: u32,
        /// Characters at the start that are the same
        #[arg(long, default_value_t = 0)]
        minimum_prefix: usize,
    },
    /// Find the heaviest keys that start with each query
    Complete {
        /// Which prefixes in which file
        #[command(flatten)]
        asked: Asked,
        /// Measured passes over the prefixes
        #[arg(long, default_value_t = 5)]
        passes: usize,
        /// Most keys of each
        #[arg(long, default_value_t = 10)]
        top: usize,
    },
    /// Find all keys that stand in a text
    Find {
        /// File to open
        file: PathBuf,
        /// Text to look through
        text: PathBuf,
        /// Measured passes over the text
        #[arg(long, default_value_t = 5)]
        passes: usize,
        /// Where keys may stand
        #[arg(long, default_value = "words")]
        boundaries: Boundaries,
    },
    /// Time single gets from a file of which nothing is in memory
    Cold {
        /// Which keys in which file
        #[command(flatten)]
        asked: Asked,
        /// Gets before the measured ones
        #[arg(long, default_value_t = 0)]
        warm: usize,
        /// Most bytes for a cache of the engine's own
        #[arg(long, default_value_t = 1 << 30)]
        cache_bytes: usize,
    },
    /// Look up keys, report memory, and stay until standard input ends
    Resident {
        /// Which keys in which file
        #[command(flatten)]
        asked: Asked,
        /// How many look-ups; the queries are repeated
        #[arg(long, default_value_t = 1_000_000)]
        gets: usize,
    },
}

/// A file and the keys to look up in it.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// File to open
    pub file: PathBuf,
    /// Keys, one per line
    pub queries: PathBuf,
    /// Only so many of the keys
    #[arg(long)]
    pub limit: Option<usize>,
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

/// Where in a text keys may stand, and which of them are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Boundaries {
    /// keyvi's rule: from the start of the text or behind a space, up to a space or the end; a space that is the first byte
    /// of the text is none. At each place the longest key, though it may overlap others.
    Spaces,
    /// Between word boundaries of Unicode: the leftmost key, of those the longest, then on behind it.
    Words,
    /// Anywhere: the leftmost key, of those the longest, then on behind it.
    None,
}
