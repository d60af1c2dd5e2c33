//! The kinds of files that can be built.

use keyfold_reader::ValueKind;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Keys without values: a set
    KeyOnly,
    /// Integers from 0 to 2^64 - 1
    Int,
    /// Integers below 2^60 that also rank completions
    Completion,
    /// Byte strings without NUL
    String,
    /// JSON documents
    Json,
    /// Vectors of 32 bit floats, all of the same length
    FloatVector,
    /// JSON documents addressed by position instead of a key
    Vector,
    /// Byte strings addressed by position instead of a key
    StringVector,
}

impl Kind {
    /// What the values are.
    pub(crate) fn values(self) -> ValueKind {
        match self {
            Kind::KeyOnly => ValueKind::KeyOnly,
            Kind::Int => ValueKind::Int,
            Kind::Completion => ValueKind::Completion,
            Kind::String | Kind::StringVector => ValueKind::String,
            Kind::Json | Kind::Vector => ValueKind::Json,
            Kind::FloatVector => ValueKind::FloatVector,
        }
    }

    /// Whether values are addressed by position, so that rows have no keys.
    pub(crate) fn is_vector(self) -> bool {
        matches!(self, Kind::Vector | Kind::StringVector)
    }
}
