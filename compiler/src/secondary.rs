//! Secondary values and their codes.
//!
//! A row is sorted by its secondary values and its key as they are; the codes that stand for the values in the
//! file are given out afterwards, such that the order of the codes' bytes is that of the values. So the rows
//! need not be sorted again, the file does not depend on the order of the input, and the values need not be in
//! memory.
//!
//! ```text
//! sort key    per value: its bytes, NUL as 00 FF, then 00 00; then the key
//! stored key  per value: varint code, 1 for the empty value; then the key
//! ```

use std::collections::HashSet;
use std::fs::File;
use std::io::Seek;

use keyfold_reader::format::varint::write_varint;
use keyfold_reader::{Dictionary, ValueKind};

use crate::error::{At, Result};
use crate::generator::Generator;
use crate::options::Options;
use crate::sort::{RowBlock, SortOptions, Sorted, Sorter};

/// Distinct values remembered, so that most repeated values are not sorted again.
const REMEMBERED: usize = 1 << 12;
/// The code of the empty value, which is not in the dictionary of codes.
const EMPTY_CODE: u64 = 1;
const FIRST_CODE: u64 = 2;

/// The secondary values of all rows.
pub(crate) struct SecondaryValues {
    sorter: Sorter,
    recent: HashSet<Vec<u8>>,
}

impl SecondaryValues {
    pub(crate) fn new(options: SortOptions) -> Self {
        SecondaryValues {
            sorter: Sorter::new(options),
            recent: HashSet::new(),
        }
    }

    pub(crate) fn add(&mut self, value: &[u8]) -> Result<()> {
        if value.is_empty() || self.recent.contains(value) {
            return Ok(());
        }
        if self.recent.len() == REMEMBERED {
            self.recent.clear();
        }
        self.recent.insert(value.to_vec());
        self.sorter.add(value, &[])
    }

    /// Gives out the codes.
    pub(crate) fn finish(self, options: &Options) -> Result<Codes> {
        let mut sorted = self.sorter.finish()?;
        let count = count(&mut sorted)?;
        let sample = sorted.sample(options.sample_rows())?;
        let mut generator = Generator::new(Options {
            format: options.format,
            profile: options.profile,
            memory_limit: options.memory_limit,
            temporary_path: options.temporary_path.clone(),
            ..Options::new(ValueKind::String)
        })?;
        generator.train(&sample, count);
        let mut rows = sorted.rows()?;
        let mut block = RowBlock::default();
        let mut at = 0;
        let mut code = Vec::new();
        each_code_in_byte_order(count, &mut |number| {
            code.clear();
            write_varint(number, &mut code);
            if at == block.len() {
                (block, at) = (rows.next_block()?.unwrap_or_default(), 0);
            }
            at += 1;
            generator.add_row(block.row(at - 1).key, &code)
        })?;
        drop(rows);
        let mut sections = generator.close(2, None)?;
        let folder = &options.temporary_path;
        let mut file = tempfile::NamedTempFile::new_in(folder).at(folder)?;
        sections.write(file.as_file_mut()).at(folder)?;
        let dictionary = Dictionary::open(file.path())?;
        Ok(Codes {
            dictionary,
            file: file.into_file(),
        })
    }
}

fn count(sorted: &mut Sorted) -> Result<u64> {
    let mut rows = sorted.rows()?;
    let mut count = 0;
    while let Some(block) = rows.next_block()? {
        count += block.len() as u64;
    }
    Ok(count)
}

/// The numbers from 2 on, `count` of them, in the order of the bytes of their varints.
fn each_code_in_byte_order<E>(
    count: u64,
    f: &mut impl FnMut(u64) -> Result<(), E>,
) -> Result<(), E> {
    each_below(0, 0, FIRST_CODE + count, f)
}

/// The numbers below `end` whose low `shift` bits are `low`, in the order of their varints' further bytes.
fn each_below<E>(
    low: u64,
    shift: u32,
    end: u64,
    f: &mut impl FnMut(u64) -> Result<(), E>,
) -> Result<(), E> {
    // a last group of 0 is only written for the number 0, which is no code
    for group in 0..128 {
        let number = low | group << shift;
        if number >= end {
            break;
        }
        if number >= FIRST_CODE && group > 0 {
            f(number)?;
        }
    }
    for group in 0..128 {
        let number = low | group << shift;
        let next = shift + 7;
        if number >= end || number | 1 << next >= end {
            break;
        }
        each_below(number, next, end, f)?;
    }
    Ok(())
}

/// The sort key of a row, in place of what `out` holds.
pub(crate) fn write_sort_key_of(fields: &[&[u8]], key: &[u8], out: &mut Vec<u8>) {
    out.clear();
    for field in fields {
        write_sort_key(field, out);
    }
    out.extend_from_slice(key);
}

/// Appends a secondary value to a sort key.
fn write_sort_key(value: &[u8], out: &mut Vec<u8>) {
    for &byte in value {
        out.push(byte);
        if byte == 0 {
            out.push(0xFF);
        }
    }
    out.extend_from_slice(&[0, 0]);
}

/// The secondary value at the start of a sort key; what follows it.
fn read_sort_key<'k>(mut key: &'k [u8], value: &mut Vec<u8>) -> &'k [u8] {
    value.clear();
    loop {
        match key {
            [0, 0xFF, rest @ ..] => {
                value.push(0);
                key = rest;
            }
            [0, _, rest @ ..] => return rest,
            [byte, rest @ ..] => {
                value.push(*byte);
                key = rest;
            }
            [] => return key,
        }
    }
}

/// The codes of all secondary values.
pub(crate) struct Codes {
    dictionary: Dictionary,
    file: File,
}

impl Codes {
    /// The rows under their keys as stored, which take the place of their sort keys.
    pub(crate) fn stored(&self, fields: usize, rows: &RowBlock) -> Result<RowBlock> {
        let mut stored = rows.like();
        let mut key = Vec::new();
        // lengths of the secondary values in the sort key, and of their codes: most rows share them with the row before
        let (mut values, mut codes) = (usize::MAX, 0);
        for (index, row) in rows.rows().enumerate() {
            if index == 0 || row.shared < values {
                values = row.key.len() - self.write_codes(fields, row.key, &mut key)?.len();
                codes = key.len();
            }
            key.truncate(codes);
            key.extend_from_slice(&row.key[values..]);
            stored.push_behind(&key, row.value);
        }
        Ok(stored)
    }

    /// Writes the codes of the secondary values at the start of a sort key; what follows these.
    fn write_codes<'k>(
        &self,
        fields: usize,
        mut sort_key: &'k [u8],
        out: &mut Vec<u8>,
    ) -> Result<&'k [u8]> {
        out.clear();
        let mut value = Vec::new();
        for _ in 0..fields {
            sort_key = read_sort_key(sort_key, &mut value);
            if value.is_empty() {
                write_varint(EMPTY_CODE, out);
            } else if let Some(code) = self.dictionary.get(&value)?
                && let Some(code) = code.raw()?
            {
                out.extend_from_slice(&code.payload);
            }
        }
        Ok(sort_key)
    }

    /// The file of the dictionary of codes, at its start.
    pub(crate) fn into_file(mut self) -> Result<File> {
        let path = self.dictionary.path().to_owned();
        self.file.rewind().at(&path)?;
        Ok(self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_in_byte_order_and_each_once() {
        for count in [0u64, 1, 100, 126, 127, 128, 300, 16_384, 40_000] {
            let mut codes = Vec::new();
            each_code_in_byte_order::<()>(count, &mut |code| {
                codes.push(code);
                Ok(())
            })
            .unwrap();
            let bytes = |code: u64| {
                let mut out = Vec::new();
                write_varint(code, &mut out);
                out
            };
            assert!(
                codes.windows(2).all(|w| bytes(w[0]) < bytes(w[1])),
                "{count}"
            );
            codes.sort_unstable();
            assert_eq!(codes, (2..2 + count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn sort_keys_order_like_their_parts() {
        let values: [&[u8]; 7] = [b"", b"\0", b"\0\0", b"\0\xFF", b"\x01", b"a", b"a\0"];
        let mut keys = Vec::new();
        for a in values {
            for b in values {
                let mut key = Vec::new();
                write_sort_key(a, &mut key);
                write_sort_key(b, &mut key);
                key.extend_from_slice(b"key");
                let mut value = Vec::new();
                let rest = read_sort_key(&key, &mut value);
                assert_eq!(value, a);
                assert_eq!(read_sort_key(rest, &mut value), b"key");
                assert_eq!(value, b);
                keys.push(key);
            }
        }
        assert!(keys.is_sorted());
    }
}
