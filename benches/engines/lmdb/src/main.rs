//! LMDB through the heed crate. FILE is a single file, written in one transaction of rows in order.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use anyhow::{Context, Result, bail};
use harness::{Access, Engine, Form, Kind, Rows, Session};
use heed::types::Bytes;
use heed::{Database, Env, EnvFlags, EnvOpenOptions, PutFlags, RoTxn, WithTls};

/// Address space for the map, more than any file here takes.
const MAP_SIZE: usize = 64 << 30;

struct Lmdb {
    environment: Env,
    rows: Database<Bytes, Bytes>,
}

impl Engine for Lmdb {
    type Session<'e> = Reader<'e>;

    fn build(rows: &Rows<'_>, _kind: Kind, file: &Path) -> Result<()> {
        if file.exists() {
            fs::remove_file(file)?;
        }
        let environment = open(file, EnvFlags::NO_SUB_DIR)?;
        let mut transaction = environment.write_txn()?;
        let table: Database<Bytes, Bytes> = environment.create_database(&mut transaction, None)?;
        for (key, value) in rows {
            table.put_with_flags(&mut transaction, PutFlags::APPEND, key, value)?;
        }
        Ok(transaction.commit()?)
    }

    fn open(file: &Path, access: Access) -> Result<Self> {
        let mut flags = EnvFlags::NO_SUB_DIR | EnvFlags::READ_ONLY;
        if access != Access::InMemory {
            flags |= EnvFlags::NO_READ_AHEAD;
        }
        let environment = open(file, flags)?;
        let transaction = environment.read_txn()?;
        let rows = environment
            .open_database(&transaction, None)?
            .context("no rows in the environment")?;
        transaction.commit()?;
        Ok(Self { environment, rows })
    }

    fn session(&self) -> Result<Reader<'_>> {
        let transaction = self.environment.read_txn()?;
        Ok(Reader {
            transaction,
            rows: self.rows,
        })
    }
}

fn open(file: &Path, flags: EnvFlags) -> Result<Env> {
    let mut options = EnvOpenOptions::new();
    options.map_size(MAP_SIZE);
    // SAFETY: nobody but LMDB touches its files in the work folder, and none of the flags turns its locks off.
    Ok(unsafe { options.flags(flags).open(std::path::absolute(file)?)? })
}

/// One transaction for all that a thread asks.
struct Reader<'e> {
    transaction: RoTxn<'e, WithTls>,
    rows: Database<Bytes, Bytes>,
}

impl Session for Reader<'_> {
    fn get(&mut self, key: &[u8], form: Form, mut take: impl FnMut(&[u8])) -> Result<bool> {
        let Some(value) = self.rows.get(&self.transaction, key)? else {
            return Ok(false);
        };
        match form {
            Form::None => _ = black_box(value),
            Form::Text => take(value),
            Form::Packed => bail!("no MessagePack is stored"),
        }
        Ok(true)
    }

    fn iterate(&mut self, mut take: impl FnMut(&[u8])) -> Result<()> {
        for row in self.rows.iter(&self.transaction)? {
            take(row?.0);
        }
        Ok(())
    }
}

fn main() -> Result<()> {
    harness::run::<Lmdb>()
}
