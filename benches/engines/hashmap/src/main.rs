//! The hash map of the standard library, with owned keys: the speed limit of a get in memory. FILE holds the rows.

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;
use std::path::Path;

use anyhow::{Result, bail};
use harness::{Access, Engine, Form, Session, rows};

/// Integers are kept as such, anything else as its text.
enum Table {
    Integers(HashMap<Box<[u8]>, u64>),
    Texts(HashMap<Box<[u8]>, Box<[u8]>>),
}

impl Engine for Table {
    type Session<'e> = &'e Table;

    fn open(file: &Path, _access: Access) -> Result<Self> {
        let text = fs::read(file)?;
        let integer = |value: &[u8]| str::from_utf8(value).ok()?.parse::<u64>().ok();
        let first = rows::rows(&text).next();
        let integers = first.is_some_and(|(_, value)| integer(value).is_some());
        Ok(if integers {
            let entry = |(key, value)| Some((Box::from(key), integer(value)?));
            Table::Integers(rows::rows(&text).filter_map(entry).collect())
        } else {
            let entry = |(key, value)| (Box::from(key), Box::from(value));
            Table::Texts(rows::rows(&text).map(entry).collect())
        })
    }

    fn session(&self) -> Result<&Table> {
        Ok(self)
    }
}

impl Session for &Table {
    fn get(&mut self, key: &[u8], form: Form, mut take: impl FnMut(&[u8])) -> Result<bool> {
        match (self, form) {
            (_, Form::Packed) => bail!("a hash map stores no MessagePack"),
            (Table::Integers(table), Form::None) => Ok(black_box(table.get(key)).is_some()),
            (Table::Texts(table), Form::None) => Ok(black_box(table.get(key)).is_some()),
            (Table::Integers(table), Form::Text) => {
                let value = table.get(key);
                Ok(value
                    .map(|value| take(value.to_string().as_bytes()))
                    .is_some())
            }
            (Table::Texts(table), Form::Text) => {
                Ok(table.get(key).map(|value| take(value)).is_some())
            }
        }
    }
}

fn main() -> Result<()> {
    harness::run::<Table>()
}
