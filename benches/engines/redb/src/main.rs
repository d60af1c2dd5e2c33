//! The redb crate. FILE is written in one transaction of rows in order, then compacted.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use anyhow::{Result, bail};
use harness::{Access, Engine, Form, Kind, Rows, Session};
use redb::{
    Builder, Database, ReadOnlyDatabase, ReadOnlyTable, ReadableDatabase, ReadableTable,
    TableDefinition,
};

const ROWS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("rows");
/// What redb takes if nobody says otherwise.
const CACHE_BYTES: usize = 1 << 30;

struct Redb(ReadOnlyDatabase);

impl Engine for Redb {
    type Session<'e> = Reader;

    fn build(rows: &Rows<'_>, _kind: Kind, file: &Path) -> Result<()> {
        if file.exists() {
            fs::remove_file(file)?;
        }
        let mut database = Database::create(file)?;
        let transaction = database.begin_write()?;
        let mut table = transaction.open_table(ROWS)?;
        for &(key, value) in rows {
            table.insert(key, value)?;
        }
        drop(table);
        transaction.commit()?;
        database.compact()?;
        Ok(())
    }

    fn open(file: &Path, access: Access) -> Result<Self> {
        let cache = access.cache_bytes(CACHE_BYTES);
        Ok(Self(
            Builder::new().set_cache_size(cache).open_read_only(file)?,
        ))
    }

    fn session(&self) -> Result<Reader> {
        Ok(Reader(self.0.begin_read()?.open_table(ROWS)?))
    }
}

struct Reader(ReadOnlyTable<&'static [u8], &'static [u8]>);

impl Session for Reader {
    fn get(&mut self, key: &[u8], form: Form, mut take: impl FnMut(&[u8])) -> Result<bool> {
        let Some(value) = self.0.get(key)? else {
            return Ok(false);
        };
        match form {
            Form::None => _ = black_box(value.value()),
            Form::Text => take(value.value()),
            Form::Packed => bail!("no MessagePack is stored"),
        }
        Ok(true)
    }

    fn iterate(&mut self, mut take: impl FnMut(&[u8])) -> Result<()> {
        for row in self.0.iter()? {
            take(row?.0.value());
        }
        Ok(())
    }
}

fn main() -> Result<()> {
    harness::run::<Redb>()
}
