//! The keyvi crate, which only reads; `keyvi_compile.py` writes its files.

use std::cmp::Reverse;
use std::hint::black_box;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use harness::{Access, Engine, Form, Session};
use keyvi::LoadingStrategy;
use keyvi::dictionary::Dictionary;
use keyvi::keyvi_match::KeyviMatch;

struct Keyvi(Dictionary);

impl Engine for Keyvi {
    type Session<'e> = &'e Keyvi;

    fn open(file: &Path, access: Access) -> Result<Self> {
        let name = file.to_str().context("the file name is not UTF-8")?;
        Ok(Self(match access {
            Access::InMemory => Dictionary::new(name)?,
            Access::FromDisk { .. } => {
                let strategy = LoadingStrategy::lazy_no_readahead;
                Dictionary::with_loading_strategy(name, strategy)?
            }
        }))
    }

    fn session(&self) -> Result<&Keyvi> {
        Ok(self)
    }
}

impl Session for &Keyvi {
    fn get(&mut self, key: &[u8], form: Form, mut take: impl FnMut(&[u8])) -> Result<bool> {
        // SAFETY: the crate hands pointer and length to C++, which takes any bytes; checking them here would be charged to keyvi.
        let found = self.0.get(unsafe { str::from_utf8_unchecked(key) });
        if found.is_empty() {
            return Ok(false);
        }
        match form {
            Form::None => _ = black_box(&found),
            Form::Packed => take(&found.get_msgpacked_value()),
            Form::Text => take(found.get_value_as_string().as_bytes()),
        }
        Ok(true)
    }

    fn iterate(&mut self, mut take: impl FnMut(&[u8])) -> Result<()> {
        for found in self.0.get_all_items() {
            take(found.matched_string().as_bytes());
        }
        Ok(())
    }

    fn fuzzy(
        &mut self,
        query: &[u8],
        distance: u32,
        minimum_prefix: usize,
        mut take: impl FnMut(&[u8], u32),
    ) -> Result<()> {
        ensure!(
            minimum_prefix == 2,
            "the crate keeps the first two characters"
        );
        let query = str::from_utf8(query)?;
        for found in self.0.get_fuzzy(query, distance as usize) {
            take(found.matched_string().as_bytes(), found.get_score() as u32);
        }
        Ok(())
    }

    /// keyvi shows more than it is asked for, in no order: its user sorts and cuts.
    fn complete(
        &mut self,
        prefix: &[u8],
        top: usize,
        mut take: impl FnMut(&[u8], u32),
    ) -> Result<()> {
        let matches = self.0.get_prefix_completions(str::from_utf8(prefix)?, top);
        let mut found = matches
            .map(|found| Ok((Reverse(found.get_value_as_string().parse()?), found)))
            .collect::<Result<Vec<(Reverse<u32>, KeyviMatch)>>>()?;
        found.sort_unstable_by_key(|&(weight, _)| weight);
        for (Reverse(weight), found) in found.into_iter().take(top) {
            take(found.matched_string().as_bytes(), weight);
        }
        Ok(())
    }
}

fn main() -> Result<()> {
    harness::run::<Keyvi>()
}
