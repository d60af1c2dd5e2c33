//! One file: keys, values, and what can be asked of them.

use std::path::Path;
use std::sync::Arc;

use crate::bytes::{Bytes, LoadingStrategy};
use crate::error::{Fault, InFile, Result};
use crate::format::properties::{ArrayProperties, Header};
use crate::format::to_usize;
use crate::format::varint::MAX_VARINT_LEN;
use crate::fsa::walk::Lexicographic;
use crate::fsa::{Cursor, Fsa, SparseArray};
use crate::matched::Match;
use crate::scan::Scan;
use crate::value::{Value, ValueStore};

/// Most bytes of a key: 64 KiB. A longer path in a file is taken for a cycle.
pub const MAX_KEY_LEN: usize = 1 << 16;

/// An immutable dictionary, opened for reading; clones share everything.
///
/// ```
/// use keyfold_reader::Dictionary;
///
/// # let file: Vec<u8> = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"),
/// #     "/../testdata/golden/keyvi-0.7.7/values_int.kv")).unwrap();
/// let dictionary = Dictionary::from_bytes(file)?;
/// for entry in dictionary.scan() {
///     let entry = entry?;
///     assert_eq!(dictionary.get(&entry.key)?.and_then(|v| v.as_u64()), entry.value.as_u64());
/// }
/// # Ok::<(), keyfold_reader::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Dictionary(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    path: Arc<Path>,
    bytes: Bytes,
    header: Header,
    /// Where the labels start, which is where the header section ends.
    header_end: usize,
    fsa: Fsa,
    array: SparseArray,
    values: ValueStore,
    start: usize,
    end: usize,
}

impl Dictionary {
    /// Opens the file at `path`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, LoadingStrategy::default())
    }

    /// Opens the file at `path`, its pages loaded as `strategy` says.
    pub fn open_with(path: impl AsRef<Path>, strategy: LoadingStrategy) -> Result<Self> {
        let path = path.as_ref();
        let bytes = Bytes::open(path, strategy)?;
        let dictionary = Self::read(bytes, 0, path.into()).in_file(path)?;
        let keys =
            dictionary.0.array.label_bytes().start..dictionary.0.array.transition_bytes().end;
        dictionary
            .0
            .bytes
            .advise(strategy, &keys, &dictionary.values().range());
        Ok(dictionary)
    }

    /// A dictionary in memory.
    pub fn from_bytes(file: Vec<u8>) -> Result<Self> {
        let path: Arc<Path> = Path::new("<memory>").into();
        Self::read(file.into(), 0, path.clone()).in_file(&path)
    }

    /// The dictionary that starts at byte `start` of a file.
    pub(crate) fn read(bytes: Bytes, start: usize, path: Arc<Path>) -> Result<Self, Fault> {
        let (header, at) = Header::read(&bytes, start)?;
        let (properties, labels) = ArrayProperties::read(&bytes, at)?;
        let root = if header.keys == 0 {
            0
        } else {
            header.start_state
        };
        if header.keys > 0 && root == 0 {
            return Err(Fault::new(
                crate::Section::Header,
                start as u64,
                "the start state is 0",
            ));
        }
        let array = SparseArray::new(bytes.clone(), labels, properties.slots, root)?;
        let values_at = array.transition_bytes().end;
        let values = if header.kind.has_section() {
            ValueStore::read(header.kind, bytes.clone(), values_at, &path)?
        } else {
            ValueStore::without_section(header.kind, bytes.clone(), values_at, &path)
        };
        let end = values.range().end;
        let fsa = Fsa::from_sparse_array(array.clone());
        Ok(Dictionary(Arc::new(Parts {
            path,
            bytes,
            header,
            header_end: labels,
            fsa,
            array,
            values,
            start,
            end,
        })))
    }

    /// Number of keys.
    pub fn len(&self) -> u64 {
        self.0.header.keys
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// The free text stored with the dictionary; empty when there is none.
    pub fn manifest(&self) -> &str {
        &self.0.header.manifest
    }

    /// The automaton over the keys.
    pub fn fsa(&self) -> &Fsa {
        &self.0.fsa
    }

    /// The values.
    pub fn values(&self) -> &ValueStore {
        &self.0.values
    }

    /// The value of `key`; nothing when it is not stored.
    #[inline]
    pub fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        self.get_below(self.fsa().root(), key)
    }

    #[inline]
    pub(crate) fn get_below(&self, root: Option<Cursor>, key: &[u8]) -> Result<Option<Value<'_>>> {
        let Some(root) = root else { return Ok(None) };
        let found = self.fsa().get(root, key).in_file(self.path())?;
        Ok(found.map(|handle| Value::new(self.values(), handle)))
    }

    /// Whether `key` is stored.
    #[inline]
    pub fn contains(&self, key: &[u8]) -> Result<bool> {
        Ok(self.get(key)?.is_some())
    }

    /// All entries in byte order of the keys.
    pub fn scan(&self) -> Scan<'_> {
        Scan::new(
            self,
            Lexicographic::new(self.fsa().root(), b"", self.len(), self.longest_key()),
            true,
            0,
        )
    }

    /// The keys in byte order.
    pub fn keys(&self) -> impl Iterator<Item = Result<Vec<u8>>> + '_ {
        self.scan().map(|entry| entry.map(|entry| entry.key))
    }

    /// The entries whose keys start with `prefix`, the key that equals it included.
    pub fn prefix(&self, prefix: &[u8]) -> Result<Scan<'_>> {
        self.prefix_below(self.fsa().root(), b"", prefix)
    }

    pub(crate) fn prefix_below(
        &self,
        root: Option<Cursor>,
        hidden: &[u8],
        prefix: &[u8],
    ) -> Result<Scan<'_>> {
        let start = match root {
            Some(root) => self.fsa().follow(root, prefix).in_file(self.path())?,
            None => None,
        };
        let complete = prefix.is_empty() && root.is_some() && root == self.fsa().root();
        let walk = Lexicographic::new(
            start,
            &[hidden, prefix].concat(),
            self.len(),
            self.longest_key(),
        );
        Ok(Scan::new(self, walk, complete, hidden.len()))
    }

    /// The entries from the key `from` on; for an upper end see [`Scan::before`].
    pub fn range(&self, from: &[u8]) -> Result<Scan<'_>> {
        self.range_below(self.fsa().root(), b"", b"", from)
    }

    /// The entries below `root` whose keys start with `prefix`, from the key `from` on.
    pub(crate) fn range_below(
        &self,
        root: Option<Cursor>,
        hidden: &[u8],
        prefix: &[u8],
        from: &[u8],
    ) -> Result<Scan<'_>> {
        let start = match root {
            Some(root) => self.fsa().follow(root, prefix).in_file(self.path())?,
            None => None,
        };
        let mut walk = Lexicographic::new(
            start,
            &[hidden, prefix].concat(),
            self.len(),
            self.longest_key(),
        );
        walk.seek(self.fsa(), &[hidden, from].concat())
            .in_file(self.path())?;
        let complete =
            prefix.is_empty() && from.is_empty() && root.is_some() && root == self.fsa().root();
        Ok(Scan::new(self, walk, complete, hidden.len()))
    }

    /// The entry with the first key in byte order.
    pub fn first(&self) -> Result<Option<Match<'_>>> {
        self.scan().next().transpose()
    }

    /// The entry with the last key in byte order.
    pub fn last(&self) -> Result<Option<Match<'_>>> {
        let fsa = self.fsa();
        let Some(mut at) = fsa.root() else {
            return Ok(None);
        };
        let mut key = Vec::new();
        loop {
            let mut children = fsa.children(at).in_file(self.path())?;
            let Some((label, child)) = fsa.last_child(&mut children).in_file(self.path())? else {
                break;
            };
            if key.len() == self.longest_key() {
                return Err(fsa.fault(at, "a path is longer than any key: a cycle"))
                    .in_file(self.path());
            }
            key.push(label);
            at = child;
        }
        let Some(handle) = fsa.value(at).in_file(self.path())? else {
            return Err(fsa.fault(at, "a path ends without a key")).in_file(self.path());
        };
        Ok(Some(Match {
            key,
            value: Value::new(self.values(), handle),
        }))
    }

    /// The stored keys that are prefixes of `text`, shortest first, as their lengths with their values.
    pub fn prefixes_of<'a>(
        &'a self,
        text: &'a [u8],
    ) -> impl Iterator<Item = Result<(usize, Value<'a>)>> + 'a {
        self.prefixes_below(self.fsa().root(), text)
    }

    pub(crate) fn prefixes_below<'a>(
        &'a self,
        root: Option<Cursor>,
        text: &'a [u8],
    ) -> impl Iterator<Item = Result<(usize, Value<'a>)>> + 'a {
        let mut at = root;
        let mut depth = 0;
        std::iter::from_fn(move || {
            loop {
                let cursor = at.take()?;
                let label = text.get(depth)?;
                depth += 1;
                let stepped = self.fsa().step(cursor, *label).and_then(|next| {
                    at = next;
                    next.map_or(Ok(None), |next| self.fsa().value(next))
                });
                match stepped.in_file(self.path()) {
                    Ok(None) => {}
                    Ok(Some(handle)) => {
                        return Some(Ok((depth, Value::new(self.values(), handle))));
                    }
                    Err(e) => {
                        at = None;
                        return Some(Err(e));
                    }
                }
            }
        })
    }

    /// The longest stored key that is a prefix of `text`, as its length with its value.
    pub fn longest_prefix_of<'a>(&'a self, text: &'a [u8]) -> Result<Option<(usize, Value<'a>)>> {
        self.prefixes_of(text)
            .try_fold(None, |_, found| found.map(Some))
    }

    /// Most bytes of a stored key: codes of secondary keys come on top of the key itself.
    fn longest_key(&self) -> usize {
        MAX_KEY_LEN + MAX_VARINT_LEN * self.0.header.secondary.len()
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.0.bytes
    }

    pub(crate) fn array(&self) -> &SparseArray {
        &self.0.array
    }

    /// Where the dictionary starts and ends in its file, and where its labels start.
    pub(crate) fn extent(&self) -> (usize, usize, usize) {
        (self.0.start, self.0.header_end, self.0.end)
    }

    /// The dictionary that follows this one in the same file.
    pub(crate) fn following(&self) -> Result<Self> {
        Self::read(
            self.0.bytes.clone(),
            to_usize(self.0.end as u64),
            self.0.path.clone(),
        )
        .in_file(self.path())
    }
}
