//! An index at one moment.

use std::path::Path;
use std::sync::OnceLock;

use super::columns::Columns;
use super::fields::Fields;
use super::opened::IndexOptions;
use super::part::{Part, read_partitions};
use super::schema::Schema;
use super::segment::Segment;
use crate::entries::{Entries, Source};
use crate::error::Result;
use crate::format::partitions::Partitions;
use crate::format::toc::Partition;
use crate::matched::Match;
use crate::value::Value;

/// An index as it was at one moment. It keeps all of its files open, so that it stays the same whatever a writer does.
///
/// Of a partitioned index each part is as it was at one moment, but not all of them at the same.
#[derive(Debug)]
pub struct Snapshot {
    partitions: Option<Partitions>,
    parts: Vec<Part>,
    entries: Entries,
    schema: Option<Schema>,
    count: OnceLock<u64>,
}

impl Snapshot {
    /// The index in a folder as it is now.
    pub(super) fn open(folder: &Path, options: IndexOptions) -> Result<Self> {
        let partitions = read_partitions(folder)?;
        let parts = match partitions {
            None => vec![Part::open(folder, None, options)?],
            Some(partitions) => (0..partitions.of)
                .map(|number| {
                    let partition = Partition { number, partitions };
                    let folder = folder.join(Partitions::folder(number));
                    Part::open(&folder, Some(partition), options)
                })
                .collect::<Result<_>>()?,
        };
        Ok(Self::of(partitions, parts))
    }

    /// The same index as it is now; nothing if it did not change.
    pub(super) fn newer(&self, options: IndexOptions) -> Result<Option<Self>> {
        let mut changed = false;
        let parts = self.parts.iter().map(|part| {
            let newer = part.newer(options)?;
            changed |= newer.is_some();
            Ok(newer.unwrap_or_else(|| part.clone()))
        });
        let parts: Vec<Part> = parts.collect::<Result<_>>()?;
        Ok(changed.then(|| Self::of(self.partitions, parts)))
    }

    fn of(partitions: Option<Partitions>, parts: Vec<Part>) -> Self {
        let sources = parts.iter().flat_map(|part| part.entries().sources());
        let sources: Vec<Source> = sources.cloned().collect();
        // a field has the same type in all parts, unless somebody wrote into them one by one
        let told = parts
            .iter()
            .rev()
            .filter_map(|part| part.toc().details.as_ref());
        let schemas: Vec<&Schema> = told.filter_map(|details| details.schema.as_ref()).collect();
        let fields = schemas.iter().flat_map(|schema| schema.iter());
        let schema = (!schemas.is_empty()).then(|| {
            fields
                .map(|(field, kind)| (field.to_owned(), kind))
                .collect()
        });
        Snapshot {
            partitions,
            parts,
            entries: Entries::new(sources),
            schema,
            count: OnceLock::new(),
        }
    }

    /// The parts of a partitioned index; the only one of any other.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// How the index is divided, where it is.
    pub fn partitions(&self) -> Option<Partitions> {
        self.partitions
    }

    /// The segments, of each part the oldest first.
    pub fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.parts.iter().flat_map(Part::segments)
    }

    /// A number that is higher the later the snapshot, the sum of the parts' generations; 0 for an index of keyvi.
    pub fn generation(&self) -> u64 {
        let generations = self.parts.iter().filter_map(|part| part.toc().generation());
        generations.fold(0, u64::saturating_add)
    }

    /// The types of the fields, in an index of documents.
    pub fn schema(&self) -> Option<&Schema> {
        self.schema.as_ref()
    }

    /// All entries, to be asked in every way there is.
    pub fn entries(&self) -> Entries {
        self.entries.clone()
    }

    /// The entries of the part that a key belongs to.
    fn of_key(&self, key: &[u8]) -> &Entries {
        match self.partitions {
            None => &self.entries,
            Some(partitions) => self.parts[partitions.of_key(key) as usize].entries(),
        }
    }

    /// The value of a key; nothing when it is not stored.
    pub fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        self.of_key(key).get_value(key)
    }

    /// The entry with this key, which keeps its segment open.
    pub fn get_match(&self, key: &[u8]) -> Result<Option<Match>> {
        self.of_key(key).get(key)
    }

    /// Whether a key is stored.
    pub fn contains(&self, key: &[u8]) -> Result<bool> {
        Ok(self.get(key)?.is_some())
    }

    /// The value of each key, or nothing where it is not stored, in the order of the keys: as [`get`](Self::get) for each,
    /// but with many look-ups on their way at once.
    pub fn get_many<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<Vec<Option<Value<'_>>>> {
        self.by_part(keys, |entries, keys| entries.get_many(keys))
    }

    /// As [`get_many`](Self::get_many), with the keys: entries that keep their segments open.
    pub fn get_many_matches<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<Vec<Option<Match>>> {
        self.by_part(keys, |entries, keys| entries.get_many_matches(keys))
    }

    /// Asks the entries of each part for its keys, and puts the answers into the order of the keys.
    fn by_part<'s, K: AsRef<[u8]>, T>(
        &'s self,
        keys: &[K],
        ask: impl Fn(&'s Entries, &[&[u8]]) -> Result<Vec<Option<T>>>,
    ) -> Result<Vec<Option<T>>> {
        let keys: Vec<&[u8]> = keys.iter().map(AsRef::as_ref).collect();
        let Some(partitions) = self.partitions else {
            return ask(&self.entries, &keys);
        };
        let mut places: Vec<Vec<usize>> = vec![Vec::new(); self.parts.len()];
        for (place, key) in keys.iter().enumerate() {
            places[partitions.of_key(key) as usize].push(place);
        }
        let mut found: Vec<Option<T>> = keys.iter().map(|_| None).collect();
        for (part, places) in self.parts.iter().zip(places) {
            let asked: Vec<&[u8]> = places.iter().map(|&place| keys[place]).collect();
            for (place, one) in places.into_iter().zip(ask(part.entries(), &asked)?) {
                found[place] = one;
            }
        }
        Ok(found)
    }

    /// The named fields of the document of a key; nothing when the key is not stored. Others are passed over, not decoded.
    pub fn get_fields<N: AsRef<str>>(&self, key: &[u8], names: &[N]) -> Result<Option<Fields>> {
        let value = self.get(key)?;
        value.map(|value| Fields::of(value, names)).transpose()
    }

    /// The named fields of the documents of keys, as columns. Others are passed over, not decoded.
    pub fn get_many_fields<K, N>(&self, keys: &[K], names: &[N]) -> Result<Columns>
    where
        K: AsRef<[u8]>,
        N: AsRef<str>,
    {
        Columns::of(&self.get_many(keys)?, names)
    }

    /// Number of keys. The first call counts them, see [`Entries::count`].
    pub fn len(&self) -> Result<u64> {
        if let Some(&count) = self.count.get() {
            return Ok(count);
        }
        let counts = self.parts.iter().map(|part| part.entries().count());
        let count = counts.sum::<Result<u64>>()?;
        Ok(*self.count.get_or_init(|| count))
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }
}
