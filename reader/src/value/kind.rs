//! The kinds of values.

use std::fmt;
use std::str::FromStr;

/// What the values of a dictionary are; one kind per file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// Keys without values: a set.
    KeyOnly,
    /// Unsigned integers of 64 bits.
    Int,
    /// Byte strings without NUL.
    String,
    /// JSON documents, stored as MessagePack.
    Json,
    /// Integers below 2^60 that also rank completions, as inner weights.
    Completion,
    /// Vectors of 32 bit floats, all of the same length.
    FloatVector,
}

impl ValueKind {
    /// Every kind.
    pub const ALL: [ValueKind; 6] = [
        ValueKind::KeyOnly,
        ValueKind::Int,
        ValueKind::String,
        ValueKind::Json,
        ValueKind::Completion,
        ValueKind::FloatVector,
    ];

    /// The `value_store_type` of the format.
    pub fn id(self) -> u64 {
        match self {
            ValueKind::KeyOnly => 1,
            ValueKind::Int => 2,
            ValueKind::String => 3,
            ValueKind::Json => 5,
            ValueKind::Completion => 6,
            ValueKind::FloatVector => 7,
        }
    }

    /// The kind with a `value_store_type`.
    pub fn from_id(id: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// The name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            ValueKind::KeyOnly => "key-only",
            ValueKind::Int => "int",
            ValueKind::String => "string",
            ValueKind::Json => "json",
            ValueKind::Completion => "completion",
            ValueKind::FloatVector => "float-vector",
        }
    }

    /// Whether the file has a section of values beside the automaton.
    pub fn has_section(self) -> bool {
        matches!(
            self,
            ValueKind::String | ValueKind::Json | ValueKind::FloatVector
        )
    }
}

impl fmt::Display for ValueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ValueKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| format!("no kind of value is named {name:?}"))
    }
}
