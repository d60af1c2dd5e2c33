//! Makes the inputs of measurements, as a process of its own: the runner stays small, and with it the peak memory that its
//! other children inherit.
#![forbid(unsafe_code)]

use std::io::{BufWriter, Read, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use flate2::read::GzDecoder;
use keyfold_benches::corpus::Files;
use keyfold_benches::made;

#[derive(clap::Parser)]
enum Arguments {
    /// Unpack rows and draw queries from them: FOLDER/NAME.tsv, .hits, .misses
    Corpus {
        /// Rows, packed with gzip
        source: PathBuf,
        /// Name of the files
        name: String,
        /// Where they go
        folder: PathBuf,
    },
    /// Write made rows to standard output: pairs of the words of a corpus, in random order
    Made {
        /// Rows, packed with gzip, whose keys are words
        source: PathBuf,
        /// Kind of dictionary the values are for
        kind: String,
        /// How many rows
        rows: usize,
    },
}

fn main() -> Result<()> {
    match Arguments::parse() {
        Arguments::Corpus {
            source,
            name,
            folder,
        } => Files::below(&folder, &name).write(&source),
        Arguments::Made { source, kind, rows } => {
            let packed = std::fs::File::open(&source)
                .with_context(|| format!("cannot open {}", source.display()))?;
            let mut text = String::new();
            GzDecoder::new(packed).read_to_string(&mut text)?;
            let words: Vec<&str> = text
                .lines()
                .filter_map(|row| row.split('\t').next())
                .collect();
            let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
            made::write(&mut out, &words, &kind, rows)?;
            Ok(out.flush()?)
        }
    }
}
