//! Rows and queries of a corpus, laid out as files for the engines.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use flate2::read::GzDecoder;
use harness::rows;

use crate::definitions::Parts;
use crate::made::{self, Keys};
use crate::sampler::Sampler;

const SEED: u64 = 20_260_801;
/// Queries drawn from made rows, where there are more.
const MADE_QUERIES: usize = 500_000;

/// The files made of one corpus.
#[derive(Clone, Debug)]
pub struct Files {
    /// Rows `key<TAB>value`, unpacked.
    pub rows: PathBuf,
    /// Every key once, in a random order that differs from that of the rows; of made rows a sample, with repetitions.
    pub hits: PathBuf,
    /// As many keys that are not in the corpus, each one byte away from one that is; of made rows keys that were not written.
    pub misses: PathBuf,
}

impl Files {
    /// Where they stand below a folder.
    pub fn below(folder: &Path, name: &str) -> Self {
        let path = |extension| folder.join(format!("{name}.{extension}"));
        Self {
            rows: path("tsv"),
            hits: path("hits"),
            misses: path("misses"),
        }
    }

    /// Queries by name.
    pub fn queries(&self, name: &str) -> Result<&Path> {
        match name {
            "hits" => Ok(&self.hits),
            "misses" => Ok(&self.misses),
            _ => anyhow::bail!("no queries {name}"),
        }
    }

    /// Writes all three from packed rows.
    pub fn write(&self, source: &Path) -> Result<()> {
        fs::write(&self.rows, unpacked(source)?)?;
        let rows = fs::read(&self.rows)?;
        let mut keys: Vec<&[u8]> = rows::rows(&rows).map(|(key, _)| key).collect();
        let mut sampler = Sampler::new(SEED);
        sampler.shuffle(&mut keys);
        write_lines(&self.hits, keys.iter().copied())?;
        write_lines(
            &self.misses,
            misses(&keys, &mut sampler).iter().map(Vec::as_slice),
        )
    }

    /// Writes made rows of integers, and queries for a part of them.
    pub fn write_made(&self, source: &Path, parts: Parts, count: usize) -> Result<()> {
        let text = String::from_utf8(unpacked(source)?)?;
        let keys = Keys::new(parts, keys(&text));
        let mut out = BufWriter::new(File::create(&self.rows)?);
        made::write(&mut out, &keys, "int", count)?;
        out.flush()?;
        let mut sampler = Sampler::new(SEED);
        let absent = keys.len() - count;
        ensure!(absent > 0, "no made key is left to be missed");
        for (path, first, among) in [(&self.hits, 0, count), (&self.misses, count, absent)] {
            let mut out = BufWriter::new(File::create(path)?);
            for _ in 0..count.min(MADE_QUERIES) {
                keys.write(first + sampler.below(among), &mut out)?;
                out.write_all(b"\n")?;
            }
            out.flush()?;
        }
        Ok(())
    }

    /// Takes them all away.
    pub fn remove(&self) -> Result<()> {
        for path in [&self.rows, &self.hits, &self.misses] {
            fs::remove_file(path)?;
        }
        Ok(())
    }
}

/// The text of packed rows.
pub fn unpacked(source: &Path) -> Result<Vec<u8>> {
    let packed = File::open(source).with_context(|| format!("cannot open {}", source.display()))?;
    let mut text = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut text)?;
    Ok(text)
}

/// The keys of rows.
pub fn keys(rows: &str) -> impl Iterator<Item = &str> {
    rows.lines().filter_map(|row| row.split('\t').next())
}

/// The beginnings of `bytes` bytes of the first `count` lines that have one of whole characters.
pub fn prefixes(lines: &str, bytes: usize, count: usize) -> Vec<&str> {
    let prefixes = lines.lines().filter_map(|line| line.get(..bytes));
    prefixes.take(count).collect()
}

/// One absent key per key: a lower-case letter put in place of an ASCII byte, or in front where that hits a stored key.
fn misses(keys: &[&[u8]], sampler: &mut Sampler) -> Vec<Vec<u8>> {
    let stored: HashSet<&[u8]> = keys.iter().copied().collect();
    keys.iter()
        .map(|key| {
            let mut changed = key.to_vec();
            let place = sampler.below(key.len());
            if changed[place].is_ascii() {
                changed[place] = letter(sampler);
            }
            while stored.contains(changed.as_slice()) {
                changed.insert(0, letter(sampler));
            }
            changed
        })
        .collect()
}

fn letter(sampler: &mut Sampler) -> u8 {
    b'a' + u8::try_from(sampler.below(26)).expect("below 26")
}

fn write_lines<'a>(path: &Path, lines: impl Iterator<Item = &'a [u8]>) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for line in lines {
        out.write_all(line)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_whole() {
        let lines = "abcd\nab\nabce\nxyü\nfüe\nxyz\n";
        assert_eq!(prefixes(lines, 3, 3), ["abc", "abc", "fü"]);
    }

    #[test]
    fn misses_are_absent_and_stay_text() {
        let keys: Vec<Vec<u8>> = (0..3000)
            .map(|number| format!("{number}ü").into_bytes())
            .collect();
        let keys: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
        let absent = misses(&keys, &mut Sampler::new(3));
        assert_eq!(absent.len(), keys.len());
        assert!(
            absent
                .iter()
                .all(|key| !keys.contains(&key.as_slice()) && str::from_utf8(key).is_ok())
        );
    }
}
