//! A hit.

use serde::de::DeserializeOwned;

use crate::error::Result;
use crate::value::Value;

/// A key that was found, with its value.
#[derive(Clone, Debug)]
pub struct Match<'d> {
    /// The key, as stored.
    pub key: Vec<u8>,
    /// Its value.
    pub value: Value<'d>,
}

impl Match<'_> {
    /// The value decoded through serde, see [`Value::decode`].
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        self.value.decode()
    }
}
