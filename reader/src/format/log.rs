//! A log of an index, the file `log-<number, 16 hex digits>`: what was written since the last segment.
//!
//! ```text
//! +-------------------------------------------------------------------------+
//! |  4B    46    4C    4F    47    00    0D    0A                           |  magic "KFLOG\0\r\n"
//! +------------------+------------------+-----------------+-----------------+
//! |  u64le version   |  u64le number    |  u64le first    |  u64le synced   |  sequence numbers: of the first record, and of
//! +------------------+------------------+-----------------+-----------------+  the last that was on disk when the log was begun
//! |  u64le salt      |  u64le XXH3 of all bytes before, seed 0              |
//! +=========================================================================+
//! |  u32le length    |  u64le XXH3      |  u64le sequence |  u64le synced   |  record; the checksum is of all its other
//! +------------------+------------------+-----------------+-----------------+  bytes in their order, seed salt
//! |  payload: operations, `length` bytes ...                                |
//! +-------------------------------------------------------------------------+  further records
//!
//! operation   01  varint length  key  varint length  document     set
//!             02  varint length  key                              delete
//!             03  varint length  name  u8 type                    a new field of the schema
//! ```
//!
//! The operations of a record count together or not at all. Sequence numbers go up by one from record to record, from log to
//! log. `synced` is the number of the last record that was on disk for certain when this one was written. A writer that syncs
//! at all has the header on disk before it writes the first record.
//!
//! # Recovery
//!
//! A crash may leave the last records torn, in any order. So where a record is not sound, the log ends there, unless a sound
//! record further on says that the unsound one had been on disk: then it is damage. The salt, a random number, keeps
//! what a stored document holds from being taken for a record.
//!
//! A torn tail may hold sound records, so no record is ever written in its place: the log is cut, the cut synced, and a new log
//! begun. A log whose first record does not follow on the last of the log before is part of a torn tail, too, unless its header or
//! a record in it says that the missing ones had been on disk.

use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_64_with_seed};

use super::to_usize;
use super::varint::{MAX_VARINT_LEN, read_varint, write_varint};
use crate::error::{Fault, Section};
use crate::index::FieldType;

const MAGIC: &[u8; 8] = b"KFLOG\0\r\n";
const VERSION: u64 = 1;

/// Bytes of a log without records.
pub const HEADER_LEN: usize = 56;

/// Bytes of a record beside its payload.
pub const RECORD_LEN: usize = 28;

/// Bytes of these that the checksum is of.
const HASHED_LEN: usize = RECORD_LEN - 8;

/// Most bytes of a payload.
pub const MAX_PAYLOAD_LEN: usize = u32::MAX as usize;

/// Bytes hashed behind an unsound record, per byte of the file, before the search for a sound one is given up.
const MOST_HASHED: u64 = 64;

const PREFIX: &str = "log-";
const DIGITS: usize = 16;

const SET: u8 = 1;
const DELETE: u8 = 2;
const FIELD: u8 = 3;

/// The name of a log.
pub fn file_name(number: u64) -> String {
    format!("{PREFIX}{number:016x}")
}

/// The number of the log with this name; nothing for the name of another file.
pub fn file_number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(PREFIX)?;
    let number = u64::from_str_radix(digits, 16).ok()?;
    (digits.len() == DIGITS && file_name(number) == name).then_some(number)
}

/// The header of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The number, as in the file's name.
    pub number: u64,
    /// The sequence number of the first record.
    pub first: u64,
    /// The sequence number of the last record that was on disk for certain when the log was begun.
    pub synced: u64,
    /// The seed of the records' checksums, a random number.
    pub salt: u64,
}

impl Header {
    /// Appends the header.
    pub fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(MAGIC);
        for number in [VERSION, self.number, self.first, self.synced, self.salt] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        let sum = xxh3_64(&out[start..]);
        out.extend_from_slice(&sum.to_le_bytes());
    }

    /// Reads the header; nothing if the log was cut while it was being created, so that it holds no records.
    fn read(file: &[u8]) -> Result<Option<Self>, Fault> {
        let fault = |reason| Err(Fault::new(Section::Log, 0, reason));
        let number = |at: usize| number(file, at);
        let header = || {
            let checked = file.get(..HEADER_LEN - 8)?;
            let sound = checked.starts_with(MAGIC) && xxh3_64(checked) == number(HEADER_LEN - 8)?;
            sound.then_some(())?;
            let header = Header {
                number: number(16)?,
                first: number(24)?,
                synced: number(32)?,
                salt: number(40)?,
            };
            Some((number(8)?, header))
        };
        match header() {
            Some((VERSION, header)) => Ok(Some(header)),
            Some(_) => fault("a version of the log that is not read"),
            None if file.len() <= HEADER_LEN => Ok(None),
            None => fault("records behind a header that is not sound"),
        }
    }

    /// Appends a record whose payload `write` appends. Nothing is appended, and the answer is no, if the payload has more than
    /// [`MAX_PAYLOAD_LEN`] bytes.
    #[inline]
    pub fn write_record(
        &self,
        sequence: u64,
        synced: u64,
        write: impl FnOnce(&mut Vec<u8>),
        out: &mut Vec<u8>,
    ) -> bool {
        // what is hashed stands together first: the checksum's place is before it, the length's then before that
        let start = out.len();
        let hashed = start + RECORD_LEN - HASHED_LEN;
        let mut head = [0; RECORD_LEN];
        head[12..20].copy_from_slice(&sequence.to_le_bytes());
        head[20..].copy_from_slice(&synced.to_le_bytes());
        out.extend_from_slice(&head);
        write(out);
        let Ok(length) = u32::try_from(out.len() - start - RECORD_LEN) else {
            out.truncate(start);
            return false;
        };
        let length = length.to_le_bytes();
        out[hashed..hashed + 4].copy_from_slice(&length);
        let sum = xxh3_64_with_seed(&out[hashed..], self.salt);
        out[start..start + 4].copy_from_slice(&length);
        out[start + 4..start + 12].copy_from_slice(&sum.to_le_bytes());
        true
    }
}

/// The number at an offset.
fn number(file: &[u8], at: usize) -> Option<u64> {
    let bytes = file.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*bytes))
}

/// What stands before a payload, but for the checksum.
#[derive(Clone, Copy)]
struct Head {
    length: u32,
    sequence: u64,
    synced: u64,
}

impl Head {
    fn checksum(self, payload: &[u8], salt: u64) -> u64 {
        let mut sum = Xxh3::with_seed(salt);
        sum.update(&self.length.to_le_bytes());
        sum.update(&self.sequence.to_le_bytes());
        sum.update(&self.synced.to_le_bytes());
        sum.update(payload);
        sum.digest()
    }
}

/// A record as it stands in a log, not yet checked.
struct Candidate<'f> {
    head: Head,
    checksum: u64,
    payload: &'f [u8],
}

impl<'f> Candidate<'f> {
    /// What stands at an offset; nothing if it does not lie within the file.
    fn at(file: &'f [u8], at: usize) -> Option<Self> {
        let record = file.get(at..)?;
        let (head, rest) = record.split_first_chunk::<RECORD_LEN>()?;
        let length = u32::from_le_bytes(*head.first_chunk()?);
        Some(Candidate {
            head: Head {
                length,
                sequence: number(head, 12)?,
                synced: number(head, 20)?,
            },
            checksum: number(head, 4)?,
            payload: rest.get(..to_usize(length.into()))?,
        })
    }

    fn is_sound(&self, salt: u64) -> bool {
        self.checksum == self.head.checksum(self.payload, salt)
    }
}

/// A record that was found sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'f> {
    /// The record's sequence number.
    pub sequence: u64,
    /// The sequence number of the last record that was on disk for certain when this one was written.
    pub synced: u64,
    /// Where the record starts in the log.
    offset: usize,
    payload: &'f [u8],
}

impl<'f> Record<'f> {
    /// The operations, in their order. After an error there are no more.
    pub fn operations(&self) -> impl Iterator<Item = Result<Operation<'f>, Fault>> + use<'f> {
        let (offset, mut rest) = (self.offset, self.payload);
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let Some((operation, behind)) = Operation::read(rest) else {
                rest = &[];
                let reason = "an operation of a sound record is not one";
                return Some(Err(Fault::new(Section::Log, offset as u64, reason)));
            };
            rest = behind;
            Some(Ok(operation))
        })
    }
}

/// One change to an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation<'f> {
    /// A key has this document from now on.
    Set {
        /// The key.
        key: &'f [u8],
        /// The document, as MessagePack.
        document: &'f [u8],
    },
    /// A key is no longer stored.
    Delete {
        /// The key.
        key: &'f [u8],
    },
    /// The schema has a further field.
    Field {
        /// The field's name.
        name: &'f str,
        /// The field's type.
        kind: FieldType,
    },
}

impl<'f> Operation<'f> {
    /// Bytes that an operation takes at most beside its strings.
    pub const ROOM: usize = 1 + 2 * MAX_VARINT_LEN;

    /// Appends the operation to a payload.
    pub fn write(&self, payload: &mut Vec<u8>) {
        match *self {
            Operation::Set { key, document } => {
                payload.push(SET);
                write_string(key, payload);
                write_string(document, payload);
            }
            Operation::Delete { key } => {
                payload.push(DELETE);
                write_string(key, payload);
            }
            Operation::Field { name, kind } => {
                payload.push(FIELD);
                write_string(name.as_bytes(), payload);
                payload.push(kind.code());
            }
        }
    }

    fn read(payload: &'f [u8]) -> Option<(Self, &'f [u8])> {
        let (&code, rest) = payload.split_first()?;
        let (first, rest) = read_string(rest)?;
        match code {
            SET => {
                let (document, rest) = read_string(rest)?;
                let key = first;
                Some((Operation::Set { key, document }, rest))
            }
            DELETE => Some((Operation::Delete { key: first }, rest)),
            FIELD => {
                let (&kind, rest) = rest.split_first()?;
                let field = Operation::Field {
                    name: std::str::from_utf8(first).ok()?,
                    kind: FieldType::from_code(kind)?,
                };
                Some((field, rest))
            }
            _ => None,
        }
    }
}

fn write_string(string: &[u8], out: &mut Vec<u8>) {
    write_varint(string.len() as u64, out);
    out.extend_from_slice(string);
}

fn read_string(src: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = read_varint(src)?;
    rest.split_at_checked(to_usize(length))
}

/// A log as found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log<'f> {
    /// The header.
    pub header: Header,
    /// The records, without gaps.
    pub records: Vec<Record<'f>>,
    /// Bytes of header and records; what follows is a torn tail, to be cut off before more is written.
    pub end: usize,
}

impl<'f> Log<'f> {
    /// Reads a log; nothing if it was cut while it was being created, so that it holds no records.
    pub fn read(file: &'f [u8]) -> Result<Option<Self>, Fault> {
        let Some(header) = Header::read(file)? else {
            return Ok(None);
        };
        let mut log = Log {
            header,
            records: Vec::new(),
            end: HEADER_LEN,
        };
        while let Some(candidate) =
            Candidate::at(file, log.end).filter(|found| found.is_sound(header.salt))
        {
            let Head {
                sequence, synced, ..
            } = candidate.head;
            if sequence != log.next() || synced >= sequence {
                let reason = "a record out of its place";
                return Err(Fault::new(Section::Log, log.end as u64, reason));
            }
            log.records.push(Record {
                sequence,
                synced,
                offset: log.end,
                payload: candidate.payload,
            });
            log.end += RECORD_LEN + candidate.payload.len();
        }
        log.check_tail(file)?;
        Ok(Some(log))
    }

    /// The sequence number that the next record has.
    pub fn next(&self) -> u64 {
        self.header.first.saturating_add(self.records.len() as u64)
    }

    /// The highest sequence number that the log says was on disk.
    pub fn synced(&self) -> u64 {
        let records = self.records.iter().map(|record| record.synced);
        records.fold(self.header.synced, u64::max)
    }

    /// An error if what stands behind the sound records was on disk once.
    fn check_tail(&self, file: &[u8]) -> Result<(), Fault> {
        let lost = self.next();
        let damage = |reason| Err(Fault::new(Section::Log, self.end as u64, reason));
        let mut budget = (file.len() as u64).saturating_mul(MOST_HASHED);
        for at in self.end + 1..file.len() {
            let Some(candidate) = Candidate::at(file, at) else {
                continue;
            };
            let Head {
                sequence, synced, ..
            } = candidate.head;
            // records between this place and the sound ones number no more than they would have bytes
            let farthest = lost.saturating_add((at - self.end) as u64);
            let told = lost <= synced && synced < sequence && sequence <= farthest;
            if !told {
                continue;
            }
            let Some(left) = budget.checked_sub(u64::from(candidate.head.length)) else {
                return damage("what looks like records behind one that is not sound");
            };
            budget = left;
            if candidate.is_sound(self.header.salt) {
                return damage("a record that had been on disk is not sound");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
