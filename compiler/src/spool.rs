//! A section under construction: bytes that are only appended, and copied into the output at the end.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use crate::error::{At, Result};

/// Bytes that are copied at a time.
const COPY: usize = 1 << 18;

/// Holds bytes in memory up to a limit, then in an unnamed temporary file, which the system removes however
/// the process ends.
pub(crate) struct Spool {
    folder: PathBuf,
    memory: Vec<u8>,
    limit: usize,
    file: Option<File>,
    in_file: u64,
    checksum: Xxh3,
}

impl Spool {
    pub(crate) fn new(folder: &Path, limit: usize) -> Self {
        Spool {
            folder: folder.to_owned(),
            memory: Vec::new(),
            limit,
            file: None,
            in_file: 0,
            checksum: Xxh3::new(),
        }
    }

    /// Number of bytes.
    pub(crate) fn len(&self) -> u64 {
        self.in_file + self.memory.len() as u64
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.checksum.update(bytes);
        self.memory.extend_from_slice(bytes);
        if self.memory.len() > self.limit {
            self.spill()
        } else {
            Ok(())
        }
    }

    fn spill(&mut self) -> Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self
                .file
                .insert(tempfile::tempfile_in(&self.folder).at(&self.folder)?),
        };
        file.write_all(&self.memory).at(&self.folder)?;
        self.in_file += self.memory.len() as u64;
        self.memory.clear();
        Ok(())
    }

    /// The folder of the temporary file.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads all bytes from the first on.
    pub(crate) fn reader(&mut self) -> Result<Box<dyn Read + '_>> {
        Ok(match &mut self.file {
            Some(file) => {
                file.rewind().at(&self.folder)?;
                Box::new(file.take(self.in_file).chain(self.memory.as_slice()))
            }
            None => Box::new(self.memory.as_slice()),
        })
    }

    /// The checksum of all bytes, followed by `after`.
    pub(crate) fn checksum(&self, after: &[u8]) -> u64 {
        let mut checksum = self.checksum.clone();
        checksum.update(after);
        checksum.digest()
    }

    /// Copies all bytes.
    pub(crate) fn copy_to(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.rewind()?;
            io::copy(&mut BufReader::with_capacity(COPY, file), out)?;
        }
        out.write_all(&self.memory)
    }
}
