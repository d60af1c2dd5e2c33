//! Rows of a corpus in memory.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

/// Where the packed rows of a corpus are.
pub(crate) fn source(corpus: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    folder.join(corpus).with_extension("tsv.gz")
}

/// The rows of a corpus in their random order: key and value as text.
pub(crate) fn rows(corpus: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut text = Vec::new();
    File::open(source(corpus))
        .and_then(|file| GzDecoder::new(file).read_to_end(&mut text))
        .expect("the corpus is there");
    text.split(|&byte| byte == b'\n')
        .filter_map(|row| {
            let tab = row.iter().position(|&byte| byte == b'\t')?;
            Some((row[..tab].to_vec(), row[tab + 1..].to_vec()))
        })
        .collect()
}
