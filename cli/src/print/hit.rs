//! What a query found.

use keyfold_reader::Value;

use super::{Columns, Members, Row};

/// A match to be shown.
pub(crate) struct Hit<'a> {
    /// What was asked for, where that is shown.
    pub(crate) query: Option<&'a [u8]>,
    pub(crate) key: &'a [u8],
    /// Nothing: the query does not measure how near a key is.
    pub(crate) score: Option<u32>,
    pub(crate) value: Value<'a>,
}

impl Row for Hit<'_> {
    fn columns(&self, columns: &mut Columns<'_>) -> keyfold_reader::Result<()> {
        if let Some(query) = self.query {
            columns.text(query);
        }
        columns.text(self.key);
        if let Some(score) = self.score {
            columns.number(score);
        }
        columns.value(self.value)
    }

    fn members(&self, members: &mut Members<'_>) -> keyfold_reader::Result<()> {
        if let Some(query) = self.query {
            members.string("query", query);
        }
        members.string("key", self.key);
        if let Some(score) = self.score {
            members.plain("score", score);
        }
        members.value(self.value)
    }
}
