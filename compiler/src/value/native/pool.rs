//! Strings of bytes under construction.

use keyfold_reader::format::native::pool::SLACK;

use super::ints::IntsWriter;
use super::offsets::Lengths;
use crate::error::Result;
use crate::spool::Spool;
use crate::value::seen::Seen;

/// Stores strings in order, equal ones once as far as the memory for it goes.
pub(super) struct PoolWriter {
    strings: Spool,
    lengths: Lengths,
    unique: u64,
    repeats: Option<(Seen, IntsWriter)>,
    /// Where the offsets go.
    offsets: Spool,
    /// Whether strings of one length still need offsets.
    always_offsets: bool,
}

/// The parts of a finished pool.
pub(super) struct Parts {
    pub(super) strings: Spool,
    pub(super) offsets: Option<Spool>,
    /// Which string each value has, unless each has its own.
    pub(super) ids: Option<Spool>,
    pub(super) unique: u64,
}

impl PoolWriter {
    /// A pool whose de-duplication uses at most about `memory` bytes; 0: there is none.
    pub(super) fn new(spool: impl Fn() -> Spool, memory: usize, always_offsets: bool) -> Self {
        PoolWriter {
            strings: spool(),
            lengths: Lengths::new(spool()),
            unique: 0,
            repeats: (memory > 0).then(|| (Seen::new(memory), IntsWriter::new(spool()))),
            offsets: spool(),
            always_offsets,
        }
    }

    /// Adds a string.
    pub(super) fn push(&mut self, string: &[u8]) -> Result<()> {
        if let Some((seen, ids)) = &mut self.repeats {
            let hash = seen.hash(string);
            if let Some(id) = seen.find(hash) {
                return ids.push(id);
            }
            seen.insert(hash, self.unique);
            ids.push(self.unique)?;
        }
        self.unique += 1;
        self.lengths.push(string.len() as u64)?;
        self.strings.append(string)
    }

    /// The parts of the pool.
    pub(super) fn finish(mut self) -> Result<Parts> {
        self.strings.append(&[0; SLACK])?;
        let offsets = if self.always_offsets || !self.lengths.are_equal() {
            Some(self.lengths.finish(self.offsets)?)
        } else {
            None
        };
        let ids = match self.repeats {
            Some((_, ids)) if self.unique < ids.len() => Some(ids.finish()?),
            _ => None,
        };
        Ok(Parts {
            strings: self.strings,
            offsets,
            ids,
            unique: self.unique,
        })
    }
}
