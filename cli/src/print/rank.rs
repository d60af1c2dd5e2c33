//! The rank of a key.

use super::{Columns, Members, Row};

/// A key with its rank.
pub(crate) struct Rank<'a> {
    pub(crate) key: &'a [u8],
    /// How many keys come before it.
    pub(crate) before: u64,
    pub(crate) stored: bool,
}

impl Row for Rank<'_> {
    fn columns(&self, columns: &mut Columns<'_>) -> keyfold_reader::Result<()> {
        columns.text(self.key);
        columns.number(self.before);
        Ok(())
    }

    fn members(&self, members: &mut Members<'_>) -> keyfold_reader::Result<()> {
        members.string("key", self.key);
        members.plain("rank", self.before);
        members.plain("stored", self.stored);
        Ok(())
    }
}
