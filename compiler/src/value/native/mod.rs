//! The values of a native file under construction.

mod documents;
mod estimate;
mod hash;
mod ints;
mod model;
mod offsets;
mod pool;

use keyfold_reader::format::native::header::Properties;
use keyfold_reader::{Section, ValueKind};

use self::ints::IntsWriter;
pub(crate) use self::model::ValueModel;
use self::pool::PoolWriter;
use super::encoder::read_int;
use crate::error::Result;
use crate::spool::Spool;

/// Takes the values of a file in the order of their keys.
pub(crate) struct ValueWriter {
    form: Form,
    /// The tables of the model, with the spools they are to go to.
    tables: Vec<(Section, Vec<u8>, Spool)>,
    count: u64,
}

enum Form {
    Nothing,
    Ints(Box<IntsWriter>),
    Pool(Box<PoolWriter>),
}

impl ValueWriter {
    /// A writer of the model's values, which gets its spools from `spool`. De-duplication uses at most about
    /// `memory` bytes; 0: there is none.
    pub(crate) fn new(model: &ValueModel, spool: impl Fn() -> Spool, memory: usize) -> Self {
        let tables = model.tables().into_iter();
        let tables = tables
            .map(|(section, table)| (section, table.to_vec(), spool()))
            .collect();
        let form = match model.kind() {
            ValueKind::KeyOnly => Form::Nothing,
            ValueKind::Int | ValueKind::Completion => {
                Form::Ints(Box::new(IntsWriter::new(spool())))
            }
            ValueKind::String | ValueKind::Json => {
                Form::Pool(Box::new(PoolWriter::new(spool, memory, true)))
            }
            ValueKind::FloatVector => {
                Form::Pool(Box::new(PoolWriter::new(spool, memory, model.compresses())))
            }
        };
        ValueWriter {
            form,
            tables,
            count: 0,
        }
    }

    /// Adds the value of the next key, as the model's encoder gives it.
    pub(crate) fn add(&mut self, encoded: &[u8]) -> Result<()> {
        self.count += 1;
        match &mut self.form {
            Form::Nothing => Ok(()),
            Form::Ints(ints) => ints.push(read_int(encoded)),
            Form::Pool(pool) => pool.push(encoded),
        }
    }

    /// The sections of the values; fills in how many strings were added and how many of them are stored.
    pub(crate) fn finish(self, properties: &mut Properties) -> Result<Vec<(Section, Spool)>> {
        let mut sections = Vec::new();
        for (section, table, mut spool) in self.tables {
            spool.append(&table)?;
            sections.push((section, spool));
        }
        match self.form {
            Form::Nothing => {}
            Form::Ints(ints) => {
                sections.push((Section::Integers, ints.finish()?));
            }
            Form::Pool(pool) => {
                let parts = pool.finish()?;
                sections.extend(parts.ids.map(|ids| (Section::Ids, ids)));
                sections.extend(parts.offsets.map(|offsets| (Section::Offsets, offsets)));
                sections.push((Section::Values, parts.strings));
                properties.values = [self.count, parts.unique];
            }
        }
        Ok(sections)
    }
}
