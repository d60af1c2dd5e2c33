//! What can go wrong on opening and reading a file.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the reader.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file concerned.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The file's bytes are not what the format allows.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A value cannot be given in the form asked for.
    #[error("{}: value {reason}", path.display())]
    Value {
        /// The file concerned.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// A query cannot be answered.
    #[error("{reason}")]
    Query {
        /// What was asked for and what can be.
        reason: String,
    },
    /// A query was told to stop.
    #[error("stopped")]
    Stopped,
    /// The file is sound, but of another sort than the call needs.
    #[error("{}: {reason}", path.display())]
    Unsupported {
        /// The file concerned.
        path: PathBuf,
        /// What was found and what is needed.
        reason: String,
    },
}

impl Error {
    /// An I/O error with the path it happened at.
    pub fn io(path: &Path, source: io::Error) -> Self {
        Error::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// A part of a file, as [`FormatError`] and checksums name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Section {
    /// Magic, header record and the records of properties.
    Header,
    /// One byte per slot of the sparse array.
    Labels,
    /// One 16 bit word per slot of the sparse array.
    Transitions,
    /// The record of value properties together with the values; in a native file the values alone.
    Values,
    /// The offsets of a value vector, or of the values of a native file.
    Offsets,
    /// A list of deleted keys.
    Deleted,
    /// The alphabet of a native file.
    Alphabet,
    /// The token table of the keys of a native file.
    Tokens,
    /// The nodes of a native file.
    Head,
    /// The slots of a native file.
    Slots,
    /// The list of junctions of a native file.
    Junctions,
    /// The leaves of a native file.
    Leaves,
    /// The grams of the keys of a native file.
    Grams,
    /// The integers of a native file.
    Integers,
    /// Which of the stored values of a native file each key has.
    Ids,
    /// The token table of the values of a native file.
    Texts,
    /// The table of shapes of a native file.
    Shapes,
    /// The table of contents of an index.
    Contents,
    /// A log of an index.
    Log,
    /// The list of partitions of a partitioned index.
    Partitions,
    /// The filter of a segment of an index.
    Filter,
}

impl Section {
    /// The name used in messages and in the header's checksums.
    pub fn name(self) -> &'static str {
        match self {
            Section::Header => "header",
            Section::Labels => "labels",
            Section::Transitions => "transitions",
            Section::Values => "values",
            Section::Offsets => "offsets",
            Section::Deleted => "deleted keys",
            Section::Alphabet => "alphabet",
            Section::Tokens => "tokens",
            Section::Head => "head",
            Section::Slots => "slots",
            Section::Junctions => "junctions",
            Section::Leaves => "leaves",
            Section::Grams => "grams",
            Section::Integers => "integers",
            Section::Ids => "value ids",
            Section::Texts => "value tokens",
            Section::Shapes => "shapes",
            Section::Contents => "table of contents",
            Section::Log => "log",
            Section::Partitions => "partitions",
            Section::Filter => "filter",
        }
    }

    /// The sections a native file may have.
    const NATIVE: [Section; 13] = [
        Section::Alphabet,
        Section::Tokens,
        Section::Head,
        Section::Slots,
        Section::Junctions,
        Section::Leaves,
        Section::Grams,
        Section::Integers,
        Section::Ids,
        Section::Offsets,
        Section::Texts,
        Section::Shapes,
        Section::Values,
    ];

    /// Whether a section of a native file serves to find keys; all others hold values.
    pub(crate) fn is_of_keys(self) -> bool {
        matches!(
            self,
            Section::Alphabet
                | Section::Tokens
                | Section::Head
                | Section::Slots
                | Section::Junctions
                | Section::Leaves
                | Section::Grams
        )
    }

    /// The section of a native file with this name.
    pub fn native(name: &str) -> Option<Self> {
        Self::NATIVE
            .into_iter()
            .find(|section| section.name() == name)
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Damage found while following a file's bytes: where, and what. Small, so that hot loops can return it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("damaged {section} at byte {offset}: {reason}")]
pub struct Fault {
    /// The section that holds the byte.
    pub section: Section,
    /// Offset from the start of the file, in bytes.
    pub offset: u64,
    /// What is wrong there.
    pub reason: &'static str,
}

impl Fault {
    /// A fault at `offset` bytes from the start of the file.
    pub fn new(section: Section, offset: u64, reason: &'static str) -> Self {
        Fault {
            section,
            offset,
            reason,
        }
    }

    /// The same, told with the file's name.
    pub(crate) fn in_file(self, path: &Path) -> FormatError {
        FormatError {
            path: path.to_owned(),
            section: self.section,
            offset: self.offset,
            reason: self.reason.into(),
        }
    }
}

/// A file whose bytes are not what the format allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {section} at byte {offset}: {reason}", path.display())]
pub struct FormatError {
    /// The file concerned.
    pub path: PathBuf,
    /// The section that holds the byte.
    pub section: Section,
    /// Offset from the start of the file, in bytes.
    pub offset: u64,
    /// What was found and what was expected.
    pub reason: String,
}

/// Adds the file's name to a fault.
pub(crate) trait InFile<T> {
    fn in_file(self, path: &Path) -> Result<T>;
}

impl<T> InFile<T> for Result<T, Fault> {
    fn in_file(self, path: &Path) -> Result<T> {
        self.map_err(|fault| Error::Format(fault.in_file(path)))
    }
}
