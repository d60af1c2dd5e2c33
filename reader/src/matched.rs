//! A hit.

use serde::de::DeserializeOwned;

use crate::dictionary::Dictionary;
use crate::error::Result;
use crate::fsa::ValueHandle;
use crate::value::Value;

/// A key that was found, with its value. It keeps its dictionary open.
#[derive(Clone, Debug)]
pub struct Match {
    /// The key, as stored.
    pub key: Vec<u8>,
    /// How far the key is from what was asked for, or how near, where a query measures that: the edit distance of
    /// fuzzy ones, the number of bytes in common of near ones. Else 0.
    pub score: u32,
    dictionary: Dictionary,
    handle: ValueHandle,
}

impl Match {
    /// The entry of a key whose value is at `handle`, which the dictionary gave ([`Value::handle`]).
    pub fn new(key: Vec<u8>, score: u32, dictionary: Dictionary, handle: ValueHandle) -> Self {
        Match {
            key,
            score,
            dictionary,
            handle,
        }
    }

    /// The dictionary it was found in.
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// The value.
    pub fn value(&self) -> Value<'_> {
        Value::new(self.dictionary.values(), self.handle)
    }

    /// The value decoded through serde, see [`Value::decode`].
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        self.value().decode()
    }
}
