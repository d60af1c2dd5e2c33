//! keyfold's runner for the query protocol.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::path::Path;

use anyhow::Result;
use harness::{Access, Engine, Form, Session};
use keyfold_reader::{Dictionary, LoadingStrategy, Value};

struct Keyfold(Dictionary);

/// A thread's view, with room for the values of a batch.
struct Reader<'e> {
    dictionary: &'e Dictionary,
    values: Vec<Option<Value<'e>>>,
}

impl Engine for Keyfold {
    type Session<'e> = Reader<'e>;

    fn open(file: &Path, access: Access) -> Result<Self> {
        let strategy = match access {
            Access::InMemory => LoadingStrategy::default(),
            Access::FromDisk { .. } => LoadingStrategy::LazyNoReadahead,
        };
        Ok(Self(Dictionary::open_with(file, strategy)?))
    }

    fn session(&self) -> Result<Reader<'_>> {
        Ok(Reader {
            dictionary: &self.0,
            values: Vec::new(),
        })
    }
}

impl Session for Reader<'_> {
    fn get(&mut self, key: &[u8], form: Form, mut take: impl FnMut(&[u8])) -> Result<bool> {
        let Some(value) = self.dictionary.get(key)? else {
            return Ok(false);
        };
        match form {
            Form::None => _ = black_box(value),
            Form::Packed => take(&value.msgpack()?),
            Form::Text => take(value.text()?.as_bytes()),
        }
        Ok(true)
    }

    fn get_many(&mut self, keys: &[&[u8]]) -> Result<u64> {
        self.dictionary.get_many_into(keys, &mut self.values)?;
        Ok(black_box(&self.values).iter().flatten().count() as u64)
    }

    fn iterate(&mut self, mut take: impl FnMut(&[u8])) -> Result<()> {
        let mut scan = self.dictionary.scan();
        while scan.advance()? {
            take(scan.key());
        }
        Ok(())
    }
}

fn main() -> Result<()> {
    harness::run::<Keyfold>()
}
