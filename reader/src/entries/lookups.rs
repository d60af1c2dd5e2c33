//! Look-ups of whole keys in several sources.

use super::{Entries, Found, Source};
use crate::error::Result;
use crate::format::filter::hash;
use crate::matched::Match;
use crate::value::Value;

/// Keys that are looked up at a time where a source is read from end to end.
const BATCH: usize = 512;

impl Entries {
    /// The entry with this key.
    pub fn get(&self, key: &[u8]) -> Result<Option<Match>> {
        let found = self.find(key)?;
        Ok(found.map(|found| self.matched(key.to_vec(), 0, found)))
    }

    /// The value of a key; nothing when it is not stored. As [`get`](Self::get), without a copy of the key.
    pub fn get_value(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        Ok(self.find(key)?.map(|found| self.value(found)))
    }

    /// Whether a key is stored.
    pub fn contains(&self, key: &[u8]) -> Result<bool> {
        Ok(self.find(key)?.is_some())
    }

    /// The value of each key, or nothing where it is not stored, in the order of the keys: as
    /// [`get_value`](Self::get_value) for each, but with many look-ups on their way at once.
    pub fn get_many<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<Vec<Option<Value<'_>>>> {
        let found = find_many(self.sources(), keys)?.into_iter();
        Ok(found
            .map(|found| found.map(|found| self.value(found)))
            .collect())
    }

    /// As [`get_many`](Self::get_many), with the keys: entries that keep their dictionaries open.
    pub fn get_many_matches<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<Vec<Option<Match>>> {
        let found = keys.iter().zip(find_many(self.sources(), keys)?);
        let matched = |(key, found): (&K, Option<Found>)| {
            found.map(|found| self.matched(key.as_ref().to_vec(), 0, found))
        };
        Ok(found.map(matched).collect())
    }

    fn find(&self, key: &[u8]) -> Result<Option<Found>> {
        let mut hashed = None;
        for (number, source) in (0..).zip(self.sources()) {
            if let Some(filter) = source.filter()
                && !filter.may_have(*hashed.get_or_insert_with(|| hash(key)))
            {
                continue;
            }
            if let Some(value) = source.dictionary.get_below(source.root, key)? {
                let found = Found {
                    source: number,
                    handle: value.handle(),
                };
                return Ok((!source.has_deleted(key, b"")).then_some(found));
            }
        }
        Ok(None)
    }

    /// Number of keys, counted: the more keys all sources but the oldest hold, the longer it takes.
    pub fn count(&self) -> Result<u64> {
        let Some((oldest, newer)) = self.sources().split_last() else {
            return Ok(0);
        };
        let mut stored = count_oldest(oldest)?;
        for (index, source) in newer.iter().enumerate().rev() {
            let (added, removed) = changes(source, &self.sources()[index + 1..])?;
            stored = (stored + added).saturating_sub(removed);
        }
        Ok(stored)
    }
}

/// Where each key is found in sources, newest first.
fn find_many<K: AsRef<[u8]>>(sources: &[Source], keys: &[K]) -> Result<Vec<Option<Found>>> {
    let mut found = vec![None; keys.len()];
    let hashes: Vec<u64> = if sources.iter().any(|source| source.filter().is_some()) {
        keys.iter().map(|key| hash(key.as_ref())).collect()
    } else {
        Vec::new()
    };
    // places of the keys that no source so far knows of, and of those among them that a source is asked for
    let mut places: Vec<usize> = (0..keys.len()).collect();
    let mut asked: Vec<usize> = Vec::new();
    let (mut batch, mut values) = (Vec::new(), Vec::new());
    for (number, source) in (0..).zip(sources) {
        if places.is_empty() {
            break;
        }
        asked.clone_from(&places);
        if let Some(filter) = source.filter() {
            asked.retain(|&place| filter.may_have(hashes[place]));
        }
        batch.clear();
        batch.extend(asked.iter().map(|&place| keys[place].as_ref()));
        let dictionary = &source.dictionary;
        dictionary.get_many_below(source.root, &batch, &mut values)?;
        // in the order of the places, as they are
        let mut known = asked.iter().zip(&values).peekable();
        places.retain(|&place| {
            let Some((_, value)) = known.next_if(|&(&asked, _)| asked == place) else {
                return true;
            };
            let Some(value) = value else { return true };
            if !source.has_deleted(keys[place].as_ref(), b"") {
                found[place] = Some(Found {
                    source: number,
                    handle: value.handle(),
                });
            }
            false
        });
    }
    Ok(found)
}

/// Keys of a source that are not deleted in it.
fn count_oldest(source: &Source) -> Result<u64> {
    if source.root != source.dictionary.fsa().root() {
        let (added, _) = changes(source, &[])?;
        return Ok(added);
    }
    let mut stored = source.dictionary.len();
    // a list may name keys that the source does not hold
    for key in source.deleted_keys() {
        let listed = u64::from(source.dictionary.contains(key)?);
        stored = stored.saturating_sub(listed);
    }
    Ok(stored)
}

/// How many keys a source adds to older ones, and how many it removes from them.
fn changes(source: &Source, older: &[Source]) -> Result<(u64, u64)> {
    let (mut added, mut removed) = (0, 0);
    let mut keys: Vec<Vec<u8>> = Vec::new();
    let mut scan = source.dictionary.range_below(source.root, &[], b"", b"")?;
    let mut more = true;
    while more {
        keys.clear();
        while keys.len() < BATCH && more {
            more = scan.advance()?;
            if more {
                keys.push(scan.key().to_vec());
            }
        }
        for (key, before) in keys.iter().zip(find_many(older, &keys)?) {
            match (before.is_some(), source.has_deleted(key, b"")) {
                (false, false) => added += 1,
                (true, true) => removed += 1,
                _ => {}
            }
        }
    }
    Ok((added, removed))
}
