//! Some fields of one document.

use super::field::{Field, Packed};
use crate::error::Result;
use crate::value::Value;

/// The fields of a document that were asked for, in the order of their names.
#[derive(Clone, Debug)]
pub struct Fields(Packed);

impl Fields {
    /// The named fields of a value. A value that is no document has none.
    pub fn of<N: AsRef<str>>(value: Value<'_>, names: &[N]) -> Result<Self> {
        let mut packed = Packed::default();
        packed.push(value, names)?;
        Ok(Fields(packed))
    }

    /// The field of the name with this number; nothing when the document does not have it.
    pub fn get(&self, number: usize) -> Option<Field<'_>> {
        self.0.get(number)
    }

    /// The fields, one item for each name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<Field<'_>>> {
        (0..self.0.len()).map(|number| self.get(number))
    }
}
