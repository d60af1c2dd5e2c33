//! One file: keys, values, and what can be asked of them.

use std::path::Path;
use std::sync::Arc;

use crate::bytes::{Bytes, LoadingStrategy};
use crate::entries::Entries;
use crate::error::{Error, Fault, InFile, Result};
use crate::format::checksum::Rows;
use crate::format::native::header::{self, NativeHeader};
use crate::format::properties::{ArrayProperties, Header};
use crate::format::to_usize;
use crate::format::value::ValueProperties;
use crate::format::varint::MAX_VARINT_LEN;
use crate::fsa::{Cursor, Fold, Fsa, SparseArray, ValueHandle};
use crate::matched::Match;
use crate::text::{SeparatorInKey, TextRule};
use crate::value::{NativeValues, Value, ValueKind, ValueStore};

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
///     assert_eq!(dictionary.get(&entry.key)?.and_then(|v| v.as_u64()), entry.value().as_u64());
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
    /// Sections and properties, in a native file.
    native: Option<NativeHeader>,
    /// Where the header section ends.
    header_end: usize,
    fsa: Fsa,
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
        let keys = dictionary.0.header_end..dictionary.values().range().start;
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
        if bytes
            .get(start..)
            .is_some_and(|file| file.starts_with(header::MAGIC))
        {
            return Self::read_native(bytes, start, path);
        }
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
        let array = SparseArray::new(&bytes, labels, properties.slots, root)?;
        let values_at = array.transition_bytes().end;
        let values = if header.kind.has_section() {
            ValueStore::read(header.kind, bytes.clone(), values_at, &path)?
        } else {
            ValueStore::without_section(header.kind, bytes.clone(), values_at, &path)
        };
        let end = values.range().end;
        Ok(Dictionary(Arc::new(Parts {
            path,
            bytes,
            header,
            native: None,
            header_end: labels,
            fsa: Fsa::from_sparse_array(array),
            values,
            start,
            end,
        })))
    }

    fn read_native(bytes: Bytes, start: usize, path: Arc<Path>) -> Result<Self, Fault> {
        let (native, header_end) = NativeHeader::read(&bytes, start)?;
        let properties = &native.properties;
        let kind = properties.kind;
        let native_values = NativeValues::read(kind, &bytes, &native)?;
        let weights = native_values
            .ints()
            .filter(|_| kind == ValueKind::Completion);
        let fold = Fold::new(&bytes, &native, weights.cloned())?;
        let end = native.end(header_end);
        let header = Header {
            version: header::VERSION,
            start_state: properties.root,
            keys: properties.keys,
            kind,
            states: properties.nodes + properties.leaves,
            manifest: properties.manifest.clone(),
            secondary: properties.secondary.clone(),
            text_rule: properties.text_rule,
            provenance: None,
            oddity: None,
        };
        let range = fold.leaf_bytes().end.max(header_end)..end;
        let [values, unique_values] = properties.values;
        let value_properties = ValueProperties {
            size: range.len() as u64,
            values,
            unique_values,
            compression: properties.compression.clone(),
        };
        let values = ValueStore::native(
            kind,
            bytes.clone(),
            range,
            native_values,
            value_properties,
            &path,
        );
        Ok(Dictionary(Arc::new(Parts {
            path,
            bytes,
            header,
            native: Some(native),
            header_end,
            fsa: Fsa::from_fold(fold),
            values,
            start,
            end,
        })))
    }

    /// All entries, to be asked in other ways than by their keys.
    pub fn entries(&self) -> Entries {
        Entries::from(self)
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

    /// Bytes of the file.
    pub fn file_bytes(&self) -> u64 {
        self.0.bytes.len() as u64
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// The free text stored with the dictionary; empty when there is none.
    pub fn manifest(&self) -> &str {
        &self.0.header.manifest
    }

    /// How the keys were folded: text that is compared with them is to be folded alike, as a [`Finder`](crate::Finder) does.
    /// Such keys are stored with their spelling, see [`TextRule::stored_key`].
    pub fn text_rule(&self) -> TextRule {
        self.0.header.text_rule
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

    /// The value of the key that was given to the compiler as `key`, whether the file stores [keys folded](Self::text_rule) or not.
    pub fn get_spelled(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        let rule = self.text_rule();
        if rule.is_none() {
            return self.get(key);
        }
        match rule.stored_key(key) {
            Ok(stored) => self.get(&stored),
            Err(SeparatorInKey) => Ok(None),
        }
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

    /// The value of each key, or nothing where it is not stored, in the order of the keys: as
    /// [`get`](Self::get) for each, but with many look-ups on their way at once. The more keys, the better;
    /// a hundred at a time are enough.
    ///
    /// If keys meet damage, the error is the one that `get` gives for the first of them.
    ///
    /// ```
    /// # use keyfold_reader::Dictionary;
    /// # let dictionary = Dictionary::open(concat!(env!("CARGO_MANIFEST_DIR"),
    /// #     "/../testdata/golden/keyvi-0.7.7/words_int.kv"))?;
    /// let keys: Vec<Vec<u8>> = dictionary.keys().take(1000).collect::<Result<_, _>>()?;
    /// let values = dictionary.get_many(&keys)?;
    /// assert!(values.iter().all(Option::is_some));
    /// assert!(dictionary.get_many(&["", "not stored"])?.iter().all(Option::is_none));
    /// # Ok::<(), keyfold_reader::Error>(())
    /// ```
    pub fn get_many<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<Vec<Option<Value<'_>>>> {
        let mut values = Vec::new();
        self.get_many_into(keys, &mut values)?;
        Ok(values)
    }

    /// As [`get_many`](Self::get_many), into a vector that can be used again: its contents are replaced. After
    /// an error they are of no use.
    pub fn get_many_into<'d, K: AsRef<[u8]>>(
        &'d self,
        keys: &[K],
        values: &mut Vec<Option<Value<'d>>>,
    ) -> Result<()> {
        self.get_many_below(self.fsa().root(), keys, values)
    }

    pub(crate) fn get_many_below<'d, K: AsRef<[u8]>>(
        &'d self,
        root: Option<Cursor>,
        keys: &[K],
        values: &mut Vec<Option<Value<'d>>>,
    ) -> Result<()> {
        values.clear();
        values.resize(keys.len(), None);
        let Some(root) = root else { return Ok(()) };
        let store = self.values();
        self.fsa()
            .get_many(root, keys, |index, handle| {
                values[index] = handle.map(|handle| Value::new(store, handle));
            })
            .in_file(self.path())
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
    pub(crate) fn longest_key(&self) -> usize {
        MAX_KEY_LEN + MAX_VARINT_LEN * self.0.header.secondary.len()
    }

    /// The number of keys before `key` in byte order, whether it is stored or not: its ordinal if it is. Only
    /// native files answer.
    ///
    /// ```
    /// # use keyfold_reader::Dictionary;
    /// # fn example(words: &Dictionary) -> keyfold_reader::Result<()> {
    /// for (ordinal, word) in words.keys().enumerate() {
    ///     assert_eq!(words.rank(&word?)?, ordinal as u64);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn rank(&self, key: &[u8]) -> Result<u64> {
        self.ordinals()?;
        let mut walk = self.range(key)?;
        let first = walk.advance()?.then(|| walk.value().handle().0);
        Ok(first.unwrap_or(self.len()))
    }

    /// The key with this ordinal: the one that has so many keys before it in byte order. Nothing behind the last
    /// key. Only native files answer.
    pub fn select(&self, ordinal: u64) -> Result<Option<Match>> {
        let fold = self.ordinals()?;
        let Some(number) = u32::try_from(ordinal).ok().filter(|_| ordinal < self.len()) else {
            return Ok(None);
        };
        let mut key = Vec::new();
        fold.select(number, self.longest_key(), &mut key)
            .in_file(self.path())?;
        Ok(Some(Match::new(key, 0, self.clone(), ValueHandle(ordinal))))
    }

    /// What knows the ordinals of the keys.
    fn ordinals(&self) -> Result<&Fold> {
        self.fsa().fold().ok_or_else(|| Error::Unsupported {
            path: self.path().to_owned(),
            reason: "a keyvi file has no ordinals: compile it to the native layout".into(),
        })
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.0.bytes
    }

    /// Whether the file carries checksums.
    pub(crate) fn has_checksums(&self) -> bool {
        self.0.native.is_some() || self.0.header.provenance.is_some()
    }

    /// What became of the rows the dictionary was built from, where the file says it.
    pub fn rows(&self) -> Option<Rows> {
        match &self.0.native {
            Some(native) => Some(native.properties.rows),
            None => self.0.header.provenance.map(|provenance| provenance.rows),
        }
    }

    /// Sections and properties, in a native file.
    pub(crate) fn native(&self) -> Option<&NativeHeader> {
        self.0.native.as_ref()
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
