//! Some fields of many documents.

use super::field::{Field, Packed};
use crate::error::Result;
use crate::value::Value;

/// Fields of documents: a row for each key that was asked for, a column for each name.
#[derive(Clone, Debug)]
pub struct Columns {
    names: usize,
    stored: Vec<bool>,
    packed: Packed,
}

impl Columns {
    /// The named fields of values. A key without a value, or with one that is no document, has a row without fields.
    pub fn of<N: AsRef<str>>(values: &[Option<Value<'_>>], names: &[N]) -> Result<Self> {
        let mut packed = Packed::default();
        for value in values {
            match value {
                Some(value) => packed.push(*value, names)?,
                None => packed.push_none(names.len()),
            }
        }
        Ok(Columns {
            names: names.len(),
            stored: values.iter().map(Option::is_some).collect(),
            packed,
        })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.stored.len()
    }

    /// Number of columns.
    pub fn names(&self) -> usize {
        self.names
    }

    /// Whether the key of a row is stored.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn is_stored(&self, row: usize) -> bool {
        self.stored[row]
    }

    /// A field; nothing when the document does not have it or there is none.
    ///
    /// # Panics
    ///
    /// If there is no such column.
    pub fn get(&self, row: usize, column: usize) -> Option<Field<'_>> {
        assert!(column < self.names, "{} columns", self.names);
        self.packed.get(row * self.names + column)
    }

    /// A column, one item for each row.
    ///
    /// # Panics
    ///
    /// If there is no such column.
    pub fn column(&self, column: usize) -> impl ExactSizeIterator<Item = Option<Field<'_>>> {
        (0..self.rows()).map(move |row| self.get(row, column))
    }
}
