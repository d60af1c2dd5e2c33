//! What can go wrong while building a file.

use std::io;
use std::path::{Path, PathBuf};

use keyfold_reader::index::Misfit;
use keyfold_reader::{
    FloatError, JsonError, MAX_KEY_LEN, MAX_VALUE_LEN, MsgpackError, SeparatorInKey, ValueKind,
};

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the compiler. After any of them but [`Error::Row`] the build is over: nothing was written, and
/// a file that existed is untouched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder concerned.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The output exists and is not to be replaced.
    #[error("{}: the file exists", .0.display())]
    Exists(PathBuf),
    /// A file that was to be read cannot be.
    #[error(transparent)]
    Read(#[from] keyfold_reader::Error),
    /// An option that is not known, or whose value does not fit.
    #[error("option {name}: {reason}")]
    Option {
        /// The option's name.
        name: String,
        /// What does not fit.
        reason: String,
    },
    /// A row that cannot be stored. It was left out; the build may go on.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A key came twice, and duplicates are to be errors.
    #[error("the key {} came twice", .0.escape_ascii())]
    DuplicateKey(Vec<u8>),
    /// Input declared as sorted is not.
    #[error("the key {} came after {}: the input is not in ascending byte order", key.escape_ascii(), previous.escape_ascii())]
    OutOfOrder {
        /// The key before.
        previous: Vec<u8>,
        /// The key that should have come before it.
        key: Vec<u8>,
    },
    /// Files that cannot become one.
    #[error("{}: {reason}", path.display())]
    Mismatch {
        /// The file that does not fit the others.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// There is more than a native file can hold.
    #[error("too much for one file: {0}")]
    TooLarge(&'static str),
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// Another writer has the index open, in this process or in another.
    #[error("{}: another writer has the index open", .0.display())]
    Locked(PathBuf),
    /// The writer of an index was closed.
    #[error("the writer was closed")]
    Closed,
    /// The writer of an index was opened before a fork: only the parent may write.
    #[error("the writer belongs to the process that this one was forked from")]
    Forked,
    /// A write to the log of an index failed before, so that nobody knows what it holds. Opening the index again tells.
    #[error("{}: an earlier write failed ({reason}): the index must be opened again", path.display())]
    Broken {
        /// The index.
        path: PathBuf,
        /// What happened.
        reason: String,
    },
    /// An index lacks what it needs.
    #[error("{}: {reason}", path.display())]
    Index {
        /// The index, or a file of it.
        path: PathBuf,
        /// What is wrong.
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

/// Adds a path to an I/O error.
pub(crate) trait At<T> {
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|source| Error::io(path, source))
    }
}

/// Why a row cannot be stored.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// The format cannot hold the empty key.
    #[error("the key is empty, which no dictionary can hold")]
    EmptyKey,
    /// The key is longer than the limit.
    #[error("the key has {0} bytes, more than {MAX_KEY_LEN}")]
    KeyTooLong(usize),
    /// A folded key has the byte that parts it from its spelling.
    #[error("{0}")]
    Separator(#[from] SeparatorInKey),
    /// The value is longer than the limit.
    #[error("the value has {0} bytes, more than {MAX_VALUE_LEN}")]
    ValueTooLong(usize),
    /// The row has a value of another kind than the dictionary, or none, or one too many.
    #[error("{found}, but the kind {kind} takes {needed}")]
    Kind {
        /// What the row has.
        found: &'static str,
        /// The dictionary's kind.
        kind: ValueKind,
        /// What it takes.
        needed: &'static str,
    },
    /// A text that is no integer of 64 bits.
    #[error("the value {0:?} is not an integer from 0 to 18446744073709551615")]
    NotInteger(String),
    /// A completion's value does not leave room for its weight.
    #[error("the value {0} is too large: a completion holds less than 2^60")]
    CompletionRange(u64),
    /// The format ends strings with NUL.
    #[error("the string has a NUL at byte {0}, which no dictionary can hold")]
    NulInString(usize),
    /// The text is not JSON.
    #[error("the value is {0}")]
    Json(#[from] JsonError),
    /// The text is no vector of floats.
    #[error("the value is {0}")]
    Floats(#[from] FloatError),
    /// The bytes are not one `MessagePack` object.
    #[error("the value is {0}")]
    Msgpack(#[from] MsgpackError),
    /// The document does not fit the schema of its index, or is none.
    #[error(transparent)]
    Document(#[from] Misfit),
    /// The vector has another length than all vectors must have.
    #[error("the vector has {found} components, {needed} are needed")]
    VectorSize {
        /// Its length.
        found: usize,
        /// The length all vectors have.
        needed: usize,
    },
    /// Values for secondary keys are missing or too many.
    #[error("{found} secondary values, {needed} are needed")]
    Secondary {
        /// Values given.
        found: usize,
        /// Values needed.
        needed: usize,
    },
}
