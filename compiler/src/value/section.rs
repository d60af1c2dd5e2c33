//! The value section under construction.

use keyfold_reader::ValueKind;
use keyfold_reader::format::value::{ValueProperties, write_blob, write_string};

use super::encoder::read_int;
use super::seen::Seen;
use crate::error::Result;
use crate::spool::Spool;

/// Stores values one after the other, equal ones once as far as the memory for it goes.
pub(crate) struct ValueSection {
    kind: ValueKind,
    spool: Spool,
    seen: Option<Seen>,
    /// Values added and stored.
    values: u64,
    unique: u64,
    record: Vec<u8>,
}

impl ValueSection {
    /// A section whose de-duplication uses at most about `memory` bytes; 0: there is none.
    pub(crate) fn new(kind: ValueKind, spool: Spool, memory: usize) -> Self {
        let seen = (memory > 0).then(|| Seen::new(memory));
        ValueSection {
            kind,
            spool,
            seen,
            values: 0,
            unique: 0,
            record: Vec::new(),
        }
    }

    /// Adds a value in its stored form; returns what the final state is to hold.
    pub(crate) fn add(&mut self, stored: &[u8]) -> Result<u64> {
        match self.kind {
            ValueKind::KeyOnly => return Ok(0),
            ValueKind::Int | ValueKind::Completion => return Ok(read_int(stored)),
            ValueKind::String | ValueKind::Json | ValueKind::FloatVector => {}
        }
        self.values += 1;
        let hash = self.seen.as_ref().map(|seen| seen.hash(stored));
        if let (Some(seen), Some(hash)) = (&mut self.seen, hash)
            && let Some(offset) = seen.find(hash)
        {
            return Ok(offset);
        }
        let offset = self.spool.len();
        self.record.clear();
        match self.kind {
            ValueKind::String => write_string(stored, &mut self.record),
            _ => write_blob(stored, &mut self.record),
        }
        self.spool.append(&self.record)?;
        // keyvi counts none where none are looked for
        self.unique += u64::from(self.seen.is_some());
        if let (Some(seen), Some(hash)) = (&mut self.seen, hash) {
            seen.insert(hash, offset);
        }
        Ok(offset)
    }

    /// Appends the bytes of another file's values as they are; returns where they start.
    pub(crate) fn append_section(
        &mut self,
        section: &[u8],
        properties: &ValueProperties,
    ) -> Result<u64> {
        let offset = self.spool.len();
        for chunk in section.chunks(1 << 20) {
            self.spool.append(chunk)?;
        }
        self.values += properties.values;
        self.unique += properties.unique_values;
        Ok(offset)
    }

    /// The properties of the section.
    pub(crate) fn properties(&self, compression: Option<&str>) -> ValueProperties {
        let counted = self.kind != ValueKind::String;
        ValueProperties {
            size: self.spool.len(),
            values: if counted { self.values } else { 0 },
            unique_values: if counted { self.unique } else { 0 },
            compression: compression.filter(|_| counted).map(str::to_owned),
        }
    }

    /// Forgets how many values were added.
    pub(crate) fn forget_count(&mut self) {
        self.values = 0;
    }

    /// The values so far.
    pub(crate) fn spool(&mut self) -> &mut Spool {
        &mut self.spool
    }

    pub(crate) fn into_spool(self) -> Spool {
        self.spool
    }
}
