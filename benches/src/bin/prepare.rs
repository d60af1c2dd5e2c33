//! Makes the inputs of measurements, as a process of its own: the runner stays small, and with it the peak memory that its
//! other children inherit.
#![forbid(unsafe_code)]

use std::fs;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use keyfold_benches::corpus::{Files, keys, prefixes, unpacked};
use keyfold_benches::definitions::Parts;
use keyfold_benches::made::{self, Keys};

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
    /// The same with made rows of integers
    MadeCorpus {
        /// Rows, packed with gzip, whose keys have the parts
        source: PathBuf,
        /// Name of the files
        name: String,
        /// Where they go
        folder: PathBuf,
        /// What keys are made of
        parts: Parts,
        /// How many rows
        rows: usize,
    },
    /// Unpack a text
    Unpack {
        /// The text, packed with gzip
        source: PathBuf,
        /// Where it goes
        file: PathBuf,
    },
    /// Write the beginnings of lines, one per line
    Prefixes {
        /// Lines, in the order in which their beginnings are taken
        lines: PathBuf,
        /// Where they go
        file: PathBuf,
        /// Bytes of each
        bytes: usize,
        /// How many
        count: usize,
    },
    /// Write made rows to standard output: pairs of the words of a corpus
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
        Arguments::MadeCorpus {
            source,
            name,
            folder,
            parts,
            rows,
        } => Files::below(&folder, &name).write_made(&source, parts, rows),
        Arguments::Unpack { source, file } => Ok(fs::write(file, unpacked(&source)?)?),
        Arguments::Prefixes {
            lines,
            file,
            bytes,
            count,
        } => {
            let lines = fs::read_to_string(lines)?;
            let mut text = prefixes(&lines, bytes, count).join("\n");
            text.push('\n');
            Ok(fs::write(file, text)?)
        }
        Arguments::Made { source, kind, rows } => {
            let text = String::from_utf8(unpacked(&source)?)?;
            let keys = Keys::new(Parts::Words, keys(&text));
            let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
            made::write(&mut out, &keys, &kind, rows)?;
            Ok(out.flush()?)
        }
    }
}
