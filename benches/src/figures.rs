//! What was measured, as plain numbers that targets and pictures name.

use crate::table::median;

/// What a number counts. `definitions.toml` and `targets.toml` call it by its name in kebab case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// Bytes of the smallest file of the rows, or memory where there is no file.
    File,
    /// Bytes of the file that keys are found with.
    KeyPart,
    /// Nanoseconds of a get of a stored key.
    Get,
    /// Nanoseconds of a get of a stored key in a batch.
    GetMany,
    /// 99th percentile of single gets with two threads asking, in nanoseconds.
    P99OfTwo,
    /// Gets per second of two threads.
    RateOfTwo,
    /// Memory of eight processes over what they may have: 1.1 times the file, and 10 MB each.
    SharedByEight,
    /// Nanoseconds per key visited in order.
    Iterate,
    /// Nanoseconds for the keys at most one edit from a misspelled one, the first two characters being the same.
    FuzzyOne,
    /// The same with two edits.
    FuzzyTwo,
    /// Nanoseconds for the keys at most one edit from a misspelled one, the first character being the same.
    WideFuzzyOne,
    /// The same with two edits.
    WideFuzzyTwo,
    /// Nanoseconds for the heaviest completions of a prefix.
    Complete,
    /// Nanoseconds for all keys between spaces of a text.
    FindSpaces,
    /// Nanoseconds for all keys between word boundaries of a text.
    FindWords,
    /// Nanoseconds for all keys anywhere in a text.
    FindAnywhere,
    /// Seconds of a compile.
    Compile,
    /// Peak memory of a compile over its limit.
    Peak,
}

/// One number.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What it counts.
    pub quantity: Quantity,
    /// Name of the corpus, or of the made rows with their number.
    pub rows: String,
    /// Who was measured.
    pub engine: String,
    /// The number; where it was measured in rounds that of each, in order.
    pub rounds: Vec<f64>,
}

impl Figure {
    /// The median over the rounds.
    pub fn value(&self) -> f64 {
        median(self.rounds.iter().copied())
    }
}

/// What was measured of one engine, if anything was.
pub fn figure<'f>(
    figures: &'f [Figure],
    quantity: Quantity,
    rows: &str,
    engine: &str,
) -> Option<&'f Figure> {
    let mut named = figures.iter().filter(|figure| {
        figure.quantity == quantity && figure.rows == rows && figure.engine == engine
    });
    named.next()
}
