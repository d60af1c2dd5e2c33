//! The parts of the definitions, one per measurement, and the promises.

use serde::Deserialize;

use crate::figures::Quantity;

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(
            missing_docs,
            reason = "the names are those of the file, which explains them"
        )]
        pub struct $name {
            $(pub $field: $type,)*
        }
    };
}

section!(
    /// File bytes, with every compression.
    Size { compressions: Vec<String>, }
);
section!(
    /// Compiling a file: wall time, peak memory.
    Compile {
        rounds: usize,
        quick_rounds: usize,
        memory_mib: Vec<u64>,
        quick_memory_mib: Vec<u64>,
        case: Vec<CompileCase>,
    }
);
section!(
    /// One file to compile.
    CompileCase { corpus: String, compression: String, }
);
section!(
    /// Looking up single keys.
    Get {
        rounds: usize,
        quick_rounds: usize,
        value_rounds: usize,
        passes: usize,
        values: Vec<String>,
        queries: Vec<String>,
    }
);
section!(
    /// Looking up keys in batches.
    GetMany {
        rounds: usize,
        quick_rounds: usize,
        passes: usize,
        batches: Vec<usize>,
    }
);
section!(
    /// Times of single gets.
    Latency {
        rounds: usize,
        quick_rounds: usize,
        passes: usize,
        threads: Vec<usize>,
    }
);
section!(
    /// Memory of processes that look up keys.
    Resident {
        gets: usize,
        shared_gets: usize,
        quick_gets: usize,
        processes: Vec<usize>,
    }
);
section!(
    /// Visiting all keys in order.
    Iterate {
        rounds: usize,
        quick_rounds: usize,
        passes: usize,
    }
);
section!(
    /// Gets from files that are not in memory.
    Cold {
        rounds: usize,
        quick_rounds: usize,
        gets: usize,
    }
);
section!(
    /// Keys near misspelled ones.
    Fuzzy {
        corpus: String,
        queries: String,
        quick_queries: usize,
        rounds: usize,
        quick_rounds: usize,
        passes: usize,
        other_answers: Vec<String>,
        case: Vec<FuzzyCase>,
    }
);
section!(
    /// One way to ask for them.
    FuzzyCase {
        distance: u32,
        minimum_prefix: usize,
        without: Vec<String>,
        quantity: Quantity,
    }
);
section!(
    /// The heaviest completions of prefixes.
    Complete {
        corpus: String,
        prefixes: usize,
        prefix_bytes: usize,
        quick_prefixes: usize,
        top: usize,
        rounds: usize,
        quick_rounds: usize,
        passes: usize,
    }
);
section!(
    /// Keys in running text.
    Find {
        corpus: String,
        text: String,
        rounds: usize,
        quick_rounds: usize,
        passes: usize,
        case: Vec<FindCase>,
    }
);
section!(
    /// Where they may stand.
    FindCase { boundaries: String, without: Vec<String>, quantity: Quantity, }
);
section!(
    /// How cost grows with the number of keys.
    Scale {
        rows: Vec<usize>,
        quick_rows: Vec<usize>,
        rounds: usize,
        quick_rounds: usize,
        memory_mib: u64,
        passes: usize,
        batch: usize,
        engines: Vec<String>,
        engines_for_most: Vec<String>,
    }
);
section!(
    /// Files larger than memory.
    Limited {
        made: String,
        rows: usize,
        quick_rows: usize,
        share: u64,
        own_mib: u64,
        warm: usize,
        gets: usize,
        engines: Vec<String>,
    }
);
section!(
    /// Peak memory within a limit.
    Memory {
        rows: usize,
        quick_rows: usize,
        memory_mib: u64,
        factor: f64,
        slack_mib: u64,
        kinds: Vec<String>,
        engines: Vec<String>,
    }
);
section!(
    /// A promise: a quantity of one engine, or its ratio to another one's, within a bound.
    Target {
        what: String,
        quantity: Quantity,
        rows: Vec<String>,
        engine: String,
        over: Option<String>,
        over_quantity: Option<Quantity>,
        at_most: Option<f64>,
        at_least: Option<f64>,
    }
);
