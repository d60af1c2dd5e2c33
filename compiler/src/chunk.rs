//! Rows for a build, gathered on another thread.

use std::collections::HashSet;

use crate::compiler::check_row;
use crate::error::{Result, RowError};
use crate::keys::StoredKeys;
use crate::options::{OnDuplicate, Options};
use crate::secondary::write_sort_key_of;
use crate::sort::{Buffer, SortedBuffer, pivots};

/// Rows that a thread gathers, and sorts, for a [`Compiler`](crate::Compiler) to take in one go. So several threads
/// may encode and sort.
///
/// ```
/// use keyfold_compiler::{Chunk, Compiler, Encoder, Input, Options};
/// use keyfold_reader::{Dictionary, ValueKind};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("words.kf");
/// let options = Options::new(ValueKind::Int);
/// let mut compiler = Compiler::new(options.clone())?;
/// let (mut encoder, mut chunk) = (Encoder::new(&options), Chunk::new(&options));
/// for (key, value) in [("key", 9), ("fold", 7)] {
///     chunk.add(&[], key.as_bytes(), |out| encoder.encode(Input::Int(value), out))?;
/// }
/// chunk.sort();
/// compiler.add_chunk(&mut chunk)?;
/// compiler.finish(&path, false)?;
/// assert_eq!(Dictionary::open(&path)?.get(b"key")?.and_then(|v| v.as_u64()), Some(9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Chunk {
    rows: Buffer,
    keys: StoredKeys,
    /// What became of the rows; nothing while they are still to be sorted.
    sorted: Option<Result<SortedBuffer>>,
    on_duplicate: OnDuplicate,
    pivots: usize,
    /// Number of secondary keys.
    secondary: usize,
    /// The secondary values, each once.
    values: HashSet<Vec<u8>>,
    sort_key: Vec<u8>,
}

impl Chunk {
    /// A chunk for a build with these options.
    pub fn new(options: &Options) -> Self {
        Chunk {
            rows: Buffer::default(),
            keys: StoredKeys::new(options.text_rule),
            sorted: None,
            on_duplicate: options.on_duplicate,
            pivots: pivots(options.sample_rows()),
            secondary: options.secondary.len(),
            values: HashSet::new(),
            sort_key: Vec::new(),
        }
    }

    /// Adds a row under the values of the secondary keys, in the order of the options. `write` appends the value, in the form an
    /// [`Encoder`](crate::Encoder) gives it. After an error no row was added.
    pub fn add(
        &mut self,
        fields: &[&[u8]],
        key: &[u8],
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), RowError>,
    ) -> Result<(), RowError> {
        check_row(fields, key, self.secondary)?;
        let key = self.keys.of(key)?;
        if fields.is_empty() {
            self.rows.push_with(key, write)?;
        } else {
            write_sort_key_of(fields, key, &mut self.sort_key);
            self.rows.push_with(&self.sort_key, write)?;
            for &field in fields {
                if !self.values.contains(field) {
                    self.values.insert(field.to_vec());
                }
            }
        }
        Ok(())
    }

    /// Adds a row without a key, as those of vectors are.
    pub fn add_value(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), RowError>,
    ) -> Result<(), RowError> {
        self.rows.push_with(&[], write)
    }

    /// Keys, in the form in which they are stored, and values in the order they were added. With secondary keys, each key stands behind their values in a form of its own.
    pub fn rows(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.rows.rows()
    }

    /// Bytes of memory that the rows take.
    pub fn bytes(&self) -> usize {
        self.rows.bytes()
    }

    /// Sorts the rows, which a compiler that takes them would have to do else. Then none may be added until it did.
    pub fn sort(&mut self) {
        if self.sorted.is_none() {
            self.sorted = Some(self.rows.sort(self.on_duplicate, self.pivots));
        }
    }

    /// Takes the rows out, in order.
    pub(crate) fn take_sorted(&mut self) -> Result<Option<SortedBuffer>> {
        self.sort();
        self.sorted.take().transpose()
    }

    /// Takes the secondary values out.
    pub(crate) fn take_values(&mut self) -> impl Iterator<Item = Vec<u8>> {
        self.values.drain()
    }

    /// Empties the chunk; of its memory it keeps `bytes` at most.
    pub fn clear(&mut self, bytes: usize) {
        self.sorted = None;
        self.rows.clear();
        self.rows.shrink_to(bytes);
        self.values.clear();
    }
}
