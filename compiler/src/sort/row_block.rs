//! Sorted rows in one piece of memory.

use super::run::shared_prefix;

/// Neighbouring rows, keys ascending, each key once.
///
/// It may be shared by threads: one that looks at keys, others that look at values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowBlock {
    keys: Vec<u8>,
    values: Vec<u8>,
    ends: Vec<Ends>,
}

/// Where key and value of a row end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ends {
    key: u32,
    value: u32,
    shared: u32,
}

/// One row of a [`RowBlock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The key.
    pub key: &'a [u8],
    /// Bytes the key has in common with the key before, which for the first row is the last one of the block before.
    pub shared: usize,
    /// The value in its stored form.
    pub value: &'a [u8],
}

impl RowBlock {
    /// An empty block with room for as much as this one holds.
    pub(crate) fn like(&self) -> Self {
        RowBlock {
            keys: Vec::with_capacity(self.keys.len()),
            values: Vec::with_capacity(self.values.len()),
            ends: Vec::with_capacity(self.ends.len()),
        }
    }

    #[inline]
    pub(super) fn push(&mut self, row: Row<'_>) {
        let number = |n: usize| u32::try_from(n).expect("a block is limited to far less");
        self.keys.extend_from_slice(row.key);
        // integers, copied faster if their length is fixed
        match <&[u8; 8]>::try_from(row.value) {
            Ok(int) => self.values.extend_from_slice(int),
            Err(_) => self.values.extend_from_slice(row.value),
        }
        self.ends.push(Ends {
            key: number(self.keys.len()),
            value: number(self.values.len()),
            shared: number(row.shared),
        });
    }

    /// Adds a row that is known by its key and its value only.
    pub(crate) fn push_behind(&mut self, key: &[u8], value: &[u8]) {
        let last = self.len().checked_sub(1).map(|last| self.row(last).key);
        let shared = shared_prefix(last.unwrap_or_default(), key);
        self.push(Row { key, shared, value });
    }

    /// Bytes of keys and values, and what it takes to tell them apart.
    pub(crate) fn bytes(&self) -> usize {
        self.keys.len() + self.values.len() + self.ends.len() * size_of::<Ends>()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A row.
    ///
    /// # Panics
    /// If there are not that many.
    #[inline]
    pub fn row(&self, index: usize) -> Row<'_> {
        let start = index
            .checked_sub(1)
            .map_or_else(Ends::default, |before| self.ends[before]);
        self.between(start, self.ends[index])
    }

    /// The rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        let mut start = Ends::default();
        self.ends
            .iter()
            .map(move |&end| self.between(std::mem::replace(&mut start, end), end))
    }

    #[inline]
    fn between(&self, start: Ends, end: Ends) -> Row<'_> {
        Row {
            key: &self.keys[start.key as usize..end.key as usize],
            shared: end.shared as usize,
            value: &self.values[start.value as usize..end.value as usize],
        }
    }
}
