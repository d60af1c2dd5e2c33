//! Near keys, the first of them under a wrong name.

use super::super::near::Near;
use super::{Hits, Keyvi, Look, Raw};
use crate::entries::{Entries, Walk};
use crate::error::Result;

impl Keyvi {
    /// keyvi's `GetNear`: as [`Entries::near`], but if the first `minimum_prefix` bytes are a key themselves, the whole
    /// query stands for it.
    pub fn near(&self, query: &[u8], minimum_prefix: usize, greedy: bool) -> Result<Hits> {
        let walk = Near::new(&self.entries, query, minimum_prefix, greedy)?;
        Ok(self.hits(NearHits {
            walk,
            query: query.to_vec(),
            minimum_prefix,
        }))
    }
}

struct NearHits {
    walk: Near,
    query: Vec<u8>,
    minimum_prefix: usize,
}

impl NearHits {
    fn is_query(&self) -> bool {
        self.walk.key().len() == self.minimum_prefix
    }
}

impl Look for NearHits {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Raw>> {
        let found = self.walk.advance(entries)?;
        Ok(found.map(|found| Raw {
            end: self.matched().len(),
            score: self.walk.score(),
            found,
            is_query: self.is_query(),
        }))
    }

    fn matched(&self) -> &[u8] {
        if self.is_query() {
            return &self.query;
        }
        self.walk.key()
    }
}
