//! An entry of a file.

use keyfold_reader::Value;

use super::{Columns, Members, Row};

/// Where a value is found.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// Under a key.
    Key(&'a [u8]),
    /// At a position of a vector, which is shown.
    Index(u64),
    /// At a position of a vector, told by the order of the rows.
    Next,
}

/// An entry to be shown.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    /// Names of the secondary keys whose values are shown.
    pub(crate) names: &'a [String],
    /// Their values.
    pub(crate) fields: &'a [&'a [u8]],
    pub(crate) place: Place<'a>,
    /// Nothing: the value is not shown.
    pub(crate) value: Option<Value<'a>>,
}

impl Row for Entry<'_> {
    fn columns(&self, columns: &mut Columns<'_>) -> keyfold_reader::Result<()> {
        self.fields.iter().for_each(|field| columns.text(field));
        match self.place {
            Place::Key(key) => columns.text(key),
            Place::Index(index) => columns.number(index),
            Place::Next => {}
        }
        self.value.map_or(Ok(()), |value| columns.value(value))
    }

    fn members(&self, members: &mut Members<'_>) -> keyfold_reader::Result<()> {
        match self.place {
            Place::Key(key) => members.string("key", key),
            Place::Index(index) => members.plain("index", index),
            Place::Next => {}
        }
        self.write_fields(members);
        self.value.map_or(Ok(()), |value| members.value(value))
    }
}

impl Entry<'_> {
    /// The secondary values: those that are UTF-8 in one member, the others in another.
    fn write_fields(&self, members: &mut Members<'_>) {
        let fields = || self.names.iter().zip(self.fields);
        let is_text = |field: &[u8]| std::str::from_utf8(field).is_ok();
        if fields().any(|(_, field)| is_text(field)) {
            let mut inner = Members::new(members.name("secondary"));
            fields()
                .filter(|(_, field)| is_text(field))
                .for_each(|(name, field)| inner.string(name, field));
            inner.end();
        }
        if fields().any(|(_, field)| !is_text(field)) {
            let mut inner = Members::new(members.name("secondary_b64"));
            fields()
                .filter(|(_, field)| !is_text(field))
                .for_each(|(name, field)| inner.base64(name, field));
            inner.end();
        }
    }
}
