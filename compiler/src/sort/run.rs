//! A run: sorted rows in a temporary file.
//!
//! ```text
//! row   varint shared, varint rest, varint value length, rest of the key, value
//!       shared: bytes in common with the key before
//! ```

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use keyfold_reader::format::varint::write_varint;

use crate::error::{At, Error, Result};

const BUFFER: usize = 1 << 17;

/// A run being written.
pub(crate) struct RunWriter {
    folder: PathBuf,
    file: BufWriter<File>,
    last: Vec<u8>,
    lengths: Vec<u8>,
}

impl RunWriter {
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(folder).at(folder)?;
        let file = BufWriter::with_capacity(BUFFER, file);
        Ok(RunWriter {
            folder: folder.to_owned(),
            file,
            last: Vec::new(),
            lengths: Vec::new(),
        })
    }

    /// The last key written.
    pub(crate) fn last_key(&self) -> &[u8] {
        &self.last
    }

    pub(crate) fn write(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let shared = shared_prefix(&self.last, key);
        self.lengths.clear();
        for length in [shared, key.len() - shared, value.len()] {
            write_varint(length as u64, &mut self.lengths);
        }
        self.file
            .write_all(&self.lengths)
            .and_then(|()| self.file.write_all(&key[shared..]))
            .and_then(|()| self.file.write_all(value))
            .at(&self.folder)?;
        self.last.truncate(shared);
        self.last.extend_from_slice(&key[shared..]);
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<Run> {
        let file = self
            .file
            .into_inner()
            .map_err(|e| Error::io(&self.folder, e.into_error()))?;
        Ok(Run {
            folder: self.folder,
            file,
        })
    }
}

/// Bytes two keys have in common at their start.
pub(crate) fn shared_prefix(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// A finished run.
pub(crate) struct Run {
    folder: PathBuf,
    file: File,
}

impl Run {
    /// Reads the run from its start; one reader at a time.
    pub(crate) fn read(&mut self) -> Result<RunReader> {
        self.file.rewind().at(&self.folder)?;
        let file = self.file.try_clone().at(&self.folder)?;
        Ok(RunReader {
            folder: self.folder.clone(),
            file: BufReader::with_capacity(BUFFER, file),
            key: Vec::new(),
            value: Vec::new(),
        })
    }
}

/// The rows of a run, one after the other.
pub struct RunReader {
    folder: PathBuf,
    file: BufReader<File>,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl RunReader {
    pub(super) fn advance(&mut self) -> Result<bool> {
        self.next_row().at(&self.folder)
    }

    fn next_row(&mut self) -> std::io::Result<bool> {
        use std::io::BufRead;
        if self.file.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let shared = self.number()?;
        let rest = self.number()?;
        let value = self.number()?;
        self.key.resize(shared + rest, 0);
        self.file.read_exact(&mut self.key[shared..])?;
        self.value.resize(value, 0);
        self.file.read_exact(&mut self.value)?;
        Ok(true)
    }

    fn number(&mut self) -> std::io::Result<usize> {
        let mut value = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let mut byte = [0];
            self.file.read_exact(&mut byte)?;
            value |= usize::from(byte[0] & 0x7F) << shift;
            if byte[0] & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(std::io::ErrorKind::InvalidData.into())
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    pub(super) fn value(&self) -> &[u8] {
        &self.value
    }
}
