//! The options of a build.

use std::path::PathBuf;
use std::str::FromStr;

use keyfold_reader::{Compression, Precision, ValueKind};

use crate::error::{Error, Result};

/// The least memory limit: 1 MiB.
pub const MIN_MEMORY_LIMIT: usize = 1 << 20;

/// Which row stays when a key comes more than once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDuplicate {
    /// The one added last.
    #[default]
    Last,
    /// The one added first.
    First,
    /// None: the build fails with [`Error::DuplicateKey`].
    Error,
}

impl FromStr for OnDuplicate {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "last" => Ok(OnDuplicate::Last),
            "first" => Ok(OnDuplicate::First),
            "error" => Ok(OnDuplicate::Error),
            _ => Err(format!("{name:?} is none of last, first, error")),
        }
    }
}

/// The options of a build, with keyvi's names and defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What the values are.
    pub kind: ValueKind,
    /// Bytes of memory the build may use for its buffers and tables.
    pub memory_limit: usize,
    /// Folder for temporary files; the system's when there is none given.
    pub temporary_path: PathBuf,
    /// How values of kinds json and float-vector are compressed.
    pub compression: Compression,
    /// JSON documents of more bytes than this, as MessagePack, are compressed.
    pub compression_threshold: usize,
    /// Whether equal states and equal values are stored once.
    pub minimization: bool,
    /// Whether JSON numbers are stored as 64 or 32 bit floats.
    pub floating_point_precision: Precision,
    /// More rows than this are sorted on all cores; 0: never.
    pub parallel_sort_threshold: usize,
    /// Length of every float vector.
    pub vector_size: usize,
    /// Which row stays when a key comes more than once.
    pub on_duplicate: OnDuplicate,
    /// Whether text that is not JSON is kept as a string, as keyvi does, instead of being an error.
    pub json_or_text: bool,
    /// Names of the secondary keys; empty for an ordinary dictionary.
    pub secondary: Vec<String>,
    /// Free text to be stored with the dictionary.
    pub manifest: String,
}

impl Options {
    /// The default options for a kind of values.
    pub fn new(kind: ValueKind) -> Self {
        Options {
            kind,
            memory_limit: 1 << 30,
            temporary_path: std::env::temp_dir(),
            compression: Compression::None,
            compression_threshold: 32,
            minimization: true,
            floating_point_precision: Precision::Double,
            parallel_sort_threshold: 10_000,
            vector_size: 10,
            on_duplicate: OnDuplicate::Last,
            json_or_text: false,
            secondary: Vec::new(),
            manifest: String::new(),
        }
    }

    /// Sets an option by keyvi's name from text. Unknown names and values that do not fit are errors.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let fail = |reason: String| Error::Option {
            name: name.to_owned(),
            reason,
        };
        let number = || {
            value
                .parse::<usize>()
                .map_err(|_| fail(format!("{value:?} is not a number")))
        };
        let memory = |unit: usize| {
            let bytes = number()?
                .checked_mul(unit)
                .ok_or_else(|| fail(format!("{value} is too large")))?;
            if bytes < MIN_MEMORY_LIMIT {
                return Err(fail("at least 1 MiB is needed".to_owned()));
            }
            Ok(bytes)
        };
        match name {
            "memory_limit" => self.memory_limit = memory(1)?,
            "memory_limit_kb" => self.memory_limit = memory(1 << 10)?,
            "memory_limit_mb" => self.memory_limit = memory(1 << 20)?,
            "memory_limit_gb" => self.memory_limit = memory(1 << 30)?,
            "temporary_path" => self.temporary_path = value.into(),
            "compression" => self.compression = value.parse().map_err(|e| fail(format!("{e}")))?,
            "compression_threshold" => self.compression_threshold = number()?,
            "minimization" => {
                self.minimization = match value.to_ascii_lowercase().as_str() {
                    "on" | "true" => true,
                    "off" | "false" => false,
                    _ => return Err(fail(format!("{value:?} is none of on, true, off, false"))),
                }
            }
            "floating_point_precision" => {
                self.floating_point_precision = match value {
                    "double" => Precision::Double,
                    "single" => Precision::Single,
                    _ => return Err(fail(format!("{value:?} is neither single nor double"))),
                }
            }
            "parallel_sort_threshold" => self.parallel_sort_threshold = number()?,
            "vector_size" => self.vector_size = number()?,
            _ => return Err(fail("there is no such option".to_owned())),
        }
        Ok(())
    }

    /// The file version these options lead to: documents that may be compressed with zstd need version 3.
    pub(crate) fn version(&self) -> u64 {
        if self.kind == ValueKind::Json && self.compression == Compression::Zstd {
            3
        } else {
            2
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyvi_names() {
        let mut options = Options::new(ValueKind::Json);
        for (name, value) in [
            ("memory_limit_mb", "5"),
            ("compression", "ZIP"),
            ("minimization", "Off"),
            ("vector_size", "3"),
        ] {
            options.set(name, value).unwrap();
        }
        assert_eq!(options.memory_limit, 5 << 20);
        assert_eq!(options.compression, Compression::Zlib);
        assert!(!options.minimization);
        for (name, value) in [
            ("memory_limit", "1000"),
            ("compression", "lzma"),
            ("no_such", "1"),
            ("vector_size", "x"),
            ("memory_limit_gb", "99999999999999999"),
        ] {
            assert!(
                matches!(options.set(name, value), Err(Error::Option { .. })),
                "{name}={value}"
            );
        }
    }
}
