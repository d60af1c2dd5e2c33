//! Parts that the benchmarks measure by themselves. Not part of the interface.

pub use crate::register::{Entry, Register};
pub use crate::sort::{Delivery, Merge, Row, RowBlock, SortOptions, Sorted, Sorter, Source};

use crate::error::Result;
use crate::fold::{Events, KeyModel, Outline};
use crate::sort::shared_prefix;
use crate::tokens::{TokenEncoder, TokenTable};

/// A token table that was trained, and what encodes with it.
#[derive(Debug)]
pub struct Tokens(TokenTable, TokenEncoder);

impl Tokens {
    /// Trains a table for texts such as these, `total` bytes of them in all.
    pub fn train(sample: &[&[u8]], total: u64) -> Self {
        let table = TokenTable::train(sample, total);
        let encoder = table.encoder();
        Tokens(table, encoder)
    }

    /// Appends the codes of a text.
    pub fn encode(&self, text: &[u8], out: &mut Vec<u8>) {
        self.1.encode(text, out);
    }

    /// The table as it stands in a file.
    pub fn section(&self) -> Vec<u8> {
        let mut section = Vec::new();
        self.0.write(&mut section);
        section
    }
}

/// What the leaves of a native file are encoded with.
#[derive(Debug)]
pub struct Leaves(KeyModel);

impl Leaves {
    /// Trains on all of these sorted keys.
    pub fn train(keys: &[&[u8]]) -> Self {
        let mut before: &[u8] = &[];
        let tails = keys.iter().map(|&key| {
            let shared = shared_prefix(before, key);
            before = key;
            &key[shared..]
        });
        let tails: Vec<&[u8]> = tails.collect();
        let total: usize = tails.iter().map(|tail| tail.len()).sum();
        Leaves(KeyModel::train(&tails, total as u64))
    }

    /// Cuts sorted keys into leaves and encodes these; on one core.
    pub fn encode(&self, keys: &[&[u8]]) -> Result<impl Sized> {
        let (mut outline, mut events) = (Outline::default(), Events::new());
        for key in keys {
            outline.add(key, 0, &mut events)?;
        }
        outline.finish(&mut events);
        Ok(self.0.encode(events))
    }
}
