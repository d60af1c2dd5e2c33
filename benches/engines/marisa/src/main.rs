//! marisa, the C++ library of the system: a trie that numbers its keys, in no order, beside a file of values by number.
//! FILE is a folder. The library cannot be told not to read ahead in the trie.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use anyhow::{Context, Result, bail};
use cxx::UniquePtr;
use harness::{Access, Engine, Form, Kind, Rows, Session};
use values::Values;

#[cxx::bridge(namespace = "engine")]
mod ffi {
    // SAFETY: `Trie` is never changed after it is opened, and every thread has its own `Agent`.
    unsafe extern "C++" {
        include!("engine-marisa/src/trie.h");

        type Keys;
        fn keys() -> UniquePtr<Keys>;
        fn push(self: Pin<&mut Keys>, key: &[u8]);
        fn write(self: Pin<&mut Keys>, path: &str) -> Result<Vec<u32>>;

        type Trie;
        fn open(path: &str) -> Result<UniquePtr<Trie>>;
        fn id(self: &Trie, agent: Pin<&mut Agent>, key: &[u8]) -> Result<i64>;

        type Agent;
        fn agent() -> UniquePtr<Agent>;
    }
}

struct Marisa {
    trie: UniquePtr<ffi::Trie>,
    values: Option<Values>,
}

// SAFETY: marisa's lookups change nothing but the agent, and every thread has its own.
unsafe impl Sync for Marisa {}

impl Engine for Marisa {
    type Session<'e> = Reader<'e>;

    fn build(rows: &Rows<'_>, kind: Kind, file: &Path) -> Result<()> {
        fs::create_dir_all(file)?;
        let mut keys = ffi::keys();
        for (key, _) in rows {
            keys.pin_mut().push(key);
        }
        let ids = keys.pin_mut().write(&text(&file.join("keys"))?)?;
        if kind != Kind::KeyOnly {
            let mut values = vec![&b""[..]; rows.len()];
            for (&(_, value), id) in rows.iter().zip(ids) {
                values[id as usize] = value;
            }
            Values::write(values.iter().copied(), kind, &file.join("values"))?;
        }
        Ok(())
    }

    fn open(file: &Path, access: Access) -> Result<Self> {
        let values = file.join("values");
        Ok(Self {
            trie: ffi::open(&text(&file.join("keys"))?)?,
            values: values
                .exists()
                .then(|| Values::open(&values, access))
                .transpose()?,
        })
    }

    fn session(&self) -> Result<Reader<'_>> {
        Ok(Reader {
            marisa: self,
            agent: ffi::agent(),
        })
    }
}

fn text(path: &Path) -> Result<String> {
    Ok(path
        .to_str()
        .context("the file name is not UTF-8")?
        .to_owned())
}

struct Reader<'e> {
    marisa: &'e Marisa,
    agent: UniquePtr<ffi::Agent>,
}

impl Session for Reader<'_> {
    fn get(&mut self, key: &[u8], form: Form, take: impl FnMut(&[u8])) -> Result<bool> {
        let id = self.marisa.trie.id(self.agent.pin_mut(), key)?;
        let Ok(id) = usize::try_from(id) else {
            return Ok(false);
        };
        match (form, &self.marisa.values) {
            (Form::None, _) => _ = black_box(id),
            (Form::Text, Some(values)) => values.show(id, take),
            _ => bail!("no such values are stored"),
        }
        Ok(true)
    }
}

fn main() -> Result<()> {
    harness::run::<Marisa>()
}
