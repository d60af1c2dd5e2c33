//! RocksDB, the library of the system. FILE is a folder: one sorted table made at once and taken in, so nothing is left
//! to compact. Bloom filters of 10 bits, hash index within blocks, Snappy, block cache as large as redb's.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use anyhow::{Context, Result, bail};
use harness::{Access, Engine, Form, Kind, Rows, Session};
use rocksdb::{
    BlockBasedOptions, Cache, DB, DBCompressionType, DataBlockIndexType, Options, SstFileWriter,
};

const CACHE_BYTES: usize = 1 << 30;
/// Where RocksDB puts rows if nobody says otherwise.
const FAMILY: &str = "default";
const BLOOM_BITS: f64 = 10.0;
/// Keys to a bucket of a block's hash index, what RocksDB's documentation proposes.
const HASH_RATIO: f64 = 0.75;

struct Rocks(DB);

impl Engine for Rocks {
    type Session<'e> = &'e Rocks;

    fn build(rows: &Rows<'_>, _kind: Kind, file: &Path) -> Result<()> {
        if file.exists() {
            fs::remove_dir_all(file)?;
        }
        let mut options = options(Access::InMemory)?;
        options.create_if_missing(true);
        let table = file.with_extension("sst");
        let mut writer = SstFileWriter::create(&options);
        writer.open(&table)?;
        for (key, value) in rows {
            writer.put(key, value)?;
        }
        writer.finish()?;
        let database = DB::open(&options, file)?;
        database.ingest_external_file(vec![&table])?;
        database.flush()?;
        Ok(fs::remove_file(&table)?)
    }

    fn open(file: &Path, access: Access) -> Result<Self> {
        let options = options(access)?;
        // Batches are asked of a family by its handle.
        Ok(Self(DB::open_cf_for_read_only(
            &options,
            file,
            [FAMILY],
            false,
        )?))
    }

    fn session(&self) -> Result<&Rocks> {
        Ok(self)
    }
}

fn options(access: Access) -> Result<Options> {
    let mut blocks = BlockBasedOptions::default();
    blocks.set_bloom_filter(BLOOM_BITS, false);
    blocks.set_data_block_index_type(DataBlockIndexType::BinaryAndHash);
    blocks.set_data_block_hash_ratio(HASH_RATIO);
    let cache = Cache::new_lru_cache(access.cache_bytes(CACHE_BYTES))?;
    blocks.set_block_cache(&cache);
    let mut options = Options::default();
    options.set_compression_type(DBCompressionType::Snappy);
    options.set_block_based_table_factory(&blocks);
    Ok(options)
}

impl Session for &Rocks {
    fn get(&mut self, key: &[u8], form: Form, mut take: impl FnMut(&[u8])) -> Result<bool> {
        let Some(value) = self.0.get_pinned(key)? else {
            return Ok(false);
        };
        match form {
            Form::None => _ = black_box(&*value),
            Form::Text => take(&value),
            Form::Packed => bail!("no MessagePack is stored"),
        }
        Ok(true)
    }

    fn get_many(&mut self, keys: &[&[u8]]) -> Result<u64> {
        let family = self.0.cf_handle(FAMILY).context("no default family")?;
        let mut found = 0;
        for value in self.0.batched_multi_get_cf(family, keys, false) {
            found += u64::from(black_box(value?).is_some());
        }
        Ok(found)
    }

    fn iterate(&mut self, mut take: impl FnMut(&[u8])) -> Result<()> {
        let mut rows = self.0.raw_iterator();
        rows.seek_to_first();
        while let Some(key) = rows.key() {
            take(key);
            rows.next();
        }
        Ok(rows.status()?)
    }
}

fn main() -> Result<()> {
    harness::run::<Rocks>()
}
