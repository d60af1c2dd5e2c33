//! The fst crate: a map from keys to integers, or, where values are no integers, to ordinals that number the values of a
//! file beside it. FILE is a folder.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Result, bail};
use fst::automaton::Levenshtein;
use fst::{IntoStreamer, Map, MapBuilder, Streamer};
use harness::{Access, Engine, Form, Kind, Rows, Session};
use memmap2::{Advice, Mmap};
use values::Values;

/// Of the automaton of a query: long ones need more than the crate allows by itself.
const MOST_STATES: usize = 1_000_000;

struct Fst {
    keys: Map<Mmap>,
    values: Option<Values>,
}

impl Engine for Fst {
    type Session<'e> = &'e Fst;

    fn build(rows: &Rows<'_>, kind: Kind, file: &Path) -> Result<()> {
        fs::create_dir_all(file)?;
        let mut keys = MapBuilder::new(BufWriter::new(File::create(file.join("keys"))?))?;
        for (ordinal, &(key, value)) in rows.iter().enumerate() {
            keys.insert(
                key,
                match kind {
                    Kind::KeyOnly => 0,
                    Kind::Int => str::from_utf8(value)?.parse()?,
                    Kind::Json => ordinal as u64,
                },
            )?;
        }
        keys.into_inner()?.flush()?;
        if kind == Kind::Json {
            Values::write(
                rows.iter().map(|&(_, value)| value),
                kind,
                &file.join("values"),
            )?;
        }
        Ok(())
    }

    fn open(file: &Path, access: Access) -> Result<Self> {
        // SAFETY: nobody writes to a finished file of the work folder.
        let keys = unsafe { Mmap::map(&File::open(file.join("keys"))?)? };
        if access != Access::InMemory {
            keys.advise(Advice::Random)?;
        }
        let values = file.join("values");
        Ok(Self {
            keys: Map::new(keys)?,
            values: values
                .exists()
                .then(|| Values::open(&values, access))
                .transpose()?,
        })
    }

    fn session(&self) -> Result<&Fst> {
        Ok(self)
    }
}

impl Session for &Fst {
    fn get(&mut self, key: &[u8], form: Form, mut take: impl FnMut(&[u8])) -> Result<bool> {
        let Some(number) = self.keys.get(key) else {
            return Ok(false);
        };
        match (form, &self.values) {
            (Form::None, _) => _ = black_box(number),
            (Form::Text, Some(values)) => values.show(number as usize, take),
            (Form::Text, None) => take(number.to_string().as_bytes()),
            (Form::Packed, _) => bail!("fst stores no MessagePack"),
        }
        Ok(true)
    }

    fn iterate(&mut self, mut take: impl FnMut(&[u8])) -> Result<()> {
        let mut stream = self.keys.stream();
        while let Some((key, _)) = stream.next() {
            take(key);
        }
        Ok(())
    }

    /// To the crate a swap is two edits, and its automaton does not tell the distance: all are shown as 0.
    fn fuzzy(
        &mut self,
        query: &[u8],
        distance: u32,
        minimum_prefix: usize,
        mut take: impl FnMut(&[u8], u32),
    ) -> Result<()> {
        let query = str::from_utf8(query)?;
        let end = query.char_indices().nth(minimum_prefix);
        let prefix = &query[..end.map_or(query.len(), |(end, _)| end)];
        let near = Levenshtein::new_with_limit(query, distance, MOST_STATES)?;
        // No byte of UTF-8 is 0xff.
        let behind = [prefix.as_bytes(), &[0xff]].concat();
        let search = self.keys.search(near).ge(prefix).lt(behind);
        let mut stream = search.into_stream();
        while let Some((key, _)) = stream.next() {
            take(key, 0);
        }
        Ok(())
    }
}

fn main() -> Result<()> {
    harness::run::<Fst>()
}
