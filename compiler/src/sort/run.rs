//! A run: sorted rows, each key once, in memory or in a temporary file.
//!
//! ```text
//! row   varint shared, varint rest, varint value length, rest of the key, value
//!       shared: bytes in common with the key before; 0 in the first row
//! ```

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyfold_reader::format::varint::write_varint;

use super::marks::Marks;
use crate::error::{At, Error, Result};

/// Bytes written at once.
const BUFFER: usize = 1 << 18;

/// A run being written.
pub(crate) struct RunWriter {
    /// Where it goes; nothing: it stays in memory.
    file: Option<(PathBuf, File)>,
    /// What is not in the file yet.
    bytes: Vec<u8>,
    in_file: u64,
    first: Option<Vec<u8>>,
    last: Vec<u8>,
    marks: Marks,
}

impl RunWriter {
    /// A run that stays in memory, and has about `bytes` bytes at most.
    pub(crate) fn in_memory(bytes: usize) -> Self {
        RunWriter {
            file: None,
            bytes: Vec::with_capacity(bytes),
            in_file: 0,
            first: None,
            last: Vec::new(),
            marks: Marks::new(),
        }
    }

    /// A run in a temporary file, which goes away with its handle.
    pub(crate) fn in_file(folder: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(folder).at(folder)?;
        Ok(RunWriter {
            file: Some((folder.to_owned(), file)),
            ..RunWriter::in_memory(BUFFER)
        })
    }

    /// The last key written; empty before the first.
    pub(crate) fn last_key(&self) -> &[u8] {
        &self.last
    }

    pub(crate) fn write(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let at = self.in_file + self.bytes.len() as u64;
        self.marks.offer(key, at);
        if self.first.is_none() {
            self.first = Some(key.to_vec());
        }
        let shared = shared_prefix(&self.last, key);
        for length in [shared, key.len() - shared, value.len()] {
            match u8::try_from(length) {
                Ok(length) if length < 0x80 => self.bytes.push(length),
                _ => write_varint(length as u64, &mut self.bytes),
            }
        }
        self.bytes.extend_from_slice(&key[shared..]);
        self.bytes.extend_from_slice(value);
        self.last.truncate(shared);
        self.last.extend_from_slice(&key[shared..]);
        if self.file.is_some() && self.bytes.len() >= BUFFER {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if let Some((folder, file)) = &mut self.file {
            file.write_all(&self.bytes).at(folder)?;
            self.in_file += self.bytes.len() as u64;
            self.bytes.clear();
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<Run> {
        self.flush()?;
        let len = self.in_file + self.bytes.len() as u64;
        let store = if let Some((folder, file)) = self.file {
            Store::File { folder, file }
        } else {
            Store::Memory(self.bytes.into())
        };
        self.marks.shrink();
        Ok(Run {
            store,
            len,
            first: self.first.unwrap_or_default(),
            last: self.last,
            marks: self.marks,
        })
    }
}

/// Bytes two keys have in common at their start.
#[inline]
pub(crate) fn shared_prefix(a: &[u8], b: &[u8]) -> usize {
    let (a_words, _) = a.as_chunks::<8>();
    let (b_words, _) = b.as_chunks::<8>();
    let mut shared = 0;
    for (a, b) in a_words.iter().zip(b_words) {
        let differ = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if differ != 0 {
            return shared + (differ.trailing_zeros() / 8) as usize;
        }
        shared += 8;
    }
    let rest = a[shared..].iter().zip(&b[shared..]);
    shared + rest.take_while(|(a, b)| a == b).count()
}

/// A finished run; it has rows.
pub(crate) struct Run {
    store: Store,
    len: u64,
    first: Vec<u8>,
    last: Vec<u8>,
    marks: Marks,
}

enum Store {
    Memory(Arc<[u8]>),
    File { folder: PathBuf, file: File },
}

impl Run {
    pub(super) fn first_key(&self) -> &[u8] {
        &self.first
    }

    pub(super) fn last_key(&self) -> &[u8] {
        &self.last
    }

    /// Bytes of all rows.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Bytes it takes in memory.
    pub(super) fn memory(&self) -> usize {
        let rows = self.in_memory().map_or(0, |rows| rows.len());
        rows + self.marks.memory() + self.first.len() + self.last.len() + size_of::<Run>()
    }

    /// All rows, if they are in memory.
    #[inline]
    pub(super) fn in_memory(&self) -> Option<&Arc<[u8]>> {
        match &self.store {
            Store::Memory(bytes) => Some(bytes),
            Store::File { .. } => None,
        }
    }

    /// Where to begin reading in search of `key`: key and place of a row.
    pub(super) fn mark(&self, key: &[u8]) -> Option<(&[u8], u64)> {
        self.marks.before(key)
    }

    /// Appends up to `len` bytes of the file from `at` on, one reader at a time.
    pub(super) fn read(&self, at: u64, len: usize, out: &mut Vec<u8>) -> Result<()> {
        let Store::File { folder, file } = &self.store else {
            return Ok(());
        };
        let wanted = (self.len - at).min(len as u64);
        let mut file = file;
        let read = file
            .seek(SeekFrom::Start(at))
            .and_then(|_| file.take(wanted).read_to_end(out))
            .at(folder)?;
        if read as u64 == wanted {
            Ok(())
        } else {
            Err(Error::io(folder, io::ErrorKind::UnexpectedEof.into()))
        }
    }

    /// The error of rows that are not what was written.
    pub(super) fn damaged(&self) -> Error {
        let folder = match &self.store {
            Store::Memory(_) => Path::new(""),
            Store::File { folder, .. } => folder,
        };
        Error::io(folder, io::ErrorKind::InvalidData.into())
    }
}
