//! The options of a build.

use std::path::PathBuf;
use std::str::FromStr;

use keyfold_reader::{Compression, Precision, TextRule, ValueKind};

use crate::error::{Error, Result};
use crate::spool::Spool;

/// The share of values in the memory limit, in sixteenths.
const VALUES_SHARE: usize = 2;
/// A section is kept in memory up to this part of the limit, and this size.
const SPOOL_SHARE: usize = 64;
const MAX_SPOOL: usize = 8 << 20;

/// Rows to train on.
const SAMPLE: usize = 1 << 17;

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

/// The layout of the file that is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Our own: smaller and faster, with ordinals.
    #[default]
    Native,
    /// That of keyvi 0.7, which keyvi reads as well.
    Keyvi,
}

impl Format {
    /// The name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Native => "native",
            Format::Keyvi => "keyvi",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "native" => Ok(Format::Native),
            "keyvi" => Ok(Format::Keyvi),
            _ => Err(format!("{name:?} is neither native nor keyvi")),
        }
    }
}

/// What a native file is compiled for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Look-ups: with slots, that lead from the root to a leaf in one step per byte.
    #[default]
    Fast,
    /// Size: without them.
    Small,
}

impl Profile {
    /// The name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Fast => "fast",
            Profile::Small => "small",
        }
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "fast" => Ok(Profile::Fast),
            "small" => Ok(Profile::Small),
            _ => Err(format!("{name:?} is neither fast nor small")),
        }
    }
}

/// The options of a build, with keyvi's names and defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What the values are.
    pub kind: ValueKind,
    /// The layout of the file.
    pub format: Format,
    /// What a native file is compiled for.
    pub profile: Profile,
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
    /// How keys are folded, so that a [`Finder`](keyfold_reader::Finder) finds them in text that is folded alike. They are
    /// stored by [`TextRule::stored_key`].
    pub text_rule: TextRule,
    /// Free text to be stored with the dictionary.
    pub manifest: String,
}

impl Options {
    /// The default options for a kind of values.
    pub fn new(kind: ValueKind) -> Self {
        Options {
            kind,
            format: Format::default(),
            profile: Profile::default(),
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
            text_rule: TextRule::default(),
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
            "format" => self.format = value.parse().map_err(fail)?,
            "profile" => self.profile = value.parse().map_err(fail)?,
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

    /// Whether the options go together.
    pub(crate) fn check(&self) -> Result<()> {
        if self.text_rule.is_none() || self.secondary.is_empty() {
            return Ok(());
        }
        Err(Error::Option {
            name: "text_rule".to_owned(),
            reason: "keys below secondary keys cannot be folded".to_owned(),
        })
    }

    /// Room for a section under construction.
    pub(crate) fn spool(&self) -> Spool {
        let memory = (self.memory_limit / SPOOL_SHARE).min(MAX_SPOOL);
        Spool::new(&self.temporary_path, memory)
    }

    /// Memory for finding equal values.
    pub(crate) fn dedup_memory(&self) -> usize {
        if self.minimization || self.kind == ValueKind::String {
            VALUES_SHARE * (self.memory_limit / 16)
        } else {
            0
        }
    }

    /// Rows of the sample to train on.
    pub(crate) fn sample_rows(&self) -> usize {
        match self.format {
            Format::Native => SAMPLE,
            Format::Keyvi => 0,
        }
    }

    /// The name of the compression that a native file tells, if its values may be compressed.
    pub(crate) fn compression_name(&self) -> Option<String> {
        let compresses = matches!(self.kind, ValueKind::Json | ValueKind::FloatVector)
            && self.compression != Compression::None;
        compresses.then(|| self.compression.name().to_owned())
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
