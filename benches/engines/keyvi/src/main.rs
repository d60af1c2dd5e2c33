//! The keyvi crate, which only reads; `keyvi_compile.py` writes its files.

use std::hint::black_box;
use std::path::Path;

use anyhow::{Context, Result};
use harness::{Access, Engine, Form, Session};
use keyvi::LoadingStrategy;
use keyvi::dictionary::Dictionary;

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
}

fn main() -> Result<()> {
    harness::run::<Keyvi>()
}
