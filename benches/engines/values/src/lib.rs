//! Values by number, for engines that number their keys and store nothing else: one mapped file, as a user of such a
//! library would lay it out.
//!
//! ```text
//! width u64 = 4 or 8 | integers of that width            of integers
//! width u64 = 0 | count u64 | ends [u64; count] | texts  of anything else
//! ```
//! All numbers are little-endian.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use harness::{Access, Kind};
use memmap2::{Advice, Mmap};

/// A mapped file of values.
pub struct Values {
    map: Mmap,
    /// Bytes of an integer; 0 if the values are texts.
    width: usize,
    count: usize,
}

impl Values {
    /// Writes values in the order of their numbers.
    pub fn write<'v>(
        values: impl Iterator<Item = &'v [u8]> + Clone,
        kind: Kind,
        path: &Path,
    ) -> Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        if kind == Kind::Int {
            let integers = values
                .map(|value| anyhow::Ok(str::from_utf8(value)?.parse::<u64>()?))
                .collect::<Result<Vec<u64>>>()?;
            let wide = integers
                .iter()
                .any(|&integer| integer > u64::from(u32::MAX));
            let width = if wide { 8 } else { 4 };
            out.write_all(&(width as u64).to_le_bytes())?;
            for integer in integers {
                out.write_all(&integer.to_le_bytes()[..width])?;
            }
        } else {
            out.write_all(&0_u64.to_le_bytes())?;
            out.write_all(&(values.clone().count() as u64).to_le_bytes())?;
            let mut end = 0;
            for value in values.clone() {
                end += value.len() as u64;
                out.write_all(&end.to_le_bytes())?;
            }
            for value in values {
                out.write_all(value)?;
            }
        }
        Ok(out.flush()?)
    }

    /// Maps what `write` wrote.
    pub fn open(path: &Path, access: Access) -> Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        // SAFETY: nobody writes to a finished file of the work folder.
        let map = unsafe { Mmap::map(&file)? };
        if access != Access::InMemory {
            map.advise(Advice::Random)?;
        }
        ensure!(map.len() >= 8, "{} is no file of values", path.display());
        let mut values = Self {
            map,
            width: 0,
            count: 0,
        };
        values.width = values.number(0, 8);
        values.count = match values.width {
            0 => values.number(8, 8),
            width => (values.map.len() - 8) / width,
        };
        Ok(values)
    }

    /// Shows the value of a number, as text, to `take`.
    pub fn show(&self, number: usize, mut take: impl FnMut(&[u8])) {
        match self.width {
            0 => {
                let end = |number: usize| self.number(16 + 8 * number, 8);
                let texts = 16 + 8 * self.count;
                let from = if number == 0 { 0 } else { end(number - 1) };
                take(&self.map[texts + from..texts + end(number)]);
            }
            width => take(
                self.number(8 + width * number, width)
                    .to_string()
                    .as_bytes(),
            ),
        }
    }

    fn number(&self, at: usize, width: usize) -> usize {
        let mut bytes = [0; 8];
        bytes[..width].copy_from_slice(&self.map[at..at + width]);
        u64::from_le_bytes(bytes) as usize
    }
}
