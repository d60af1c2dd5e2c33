//! A list of deleted keys, the file `<dictionary>.dk` beside a dictionary: a MessagePack array of strings
//! (str or bin), in any order.

use crate::error::{Fault, Section};
use crate::key_set::KeySet;
use crate::value::msgpack;

/// Reads a list.
pub fn read(file: &[u8]) -> Result<KeySet, Fault> {
    let mut at = 0;
    let fault = |at: usize, reason| Fault::new(Section::Deleted, at as u64, reason);
    let count = match *file {
        [b @ 0x90..=0x9F, ..] => {
            at += 1;
            u64::from(b & 0x0F)
        }
        [0xDC, ..] => {
            take_number(file, &mut at, 2).ok_or_else(|| fault(at, "the list ends early"))?
        }
        [0xDD, ..] => {
            take_number(file, &mut at, 4).ok_or_else(|| fault(at, "the list ends early"))?
        }
        _ => return Err(fault(0, "not a MessagePack array")),
    };
    // each key has a byte for its length: a list that is not sound has no more room than one of its size
    let room = usize::try_from(count).map_or(0, |count| count.min(file.len()));
    let mut keys = KeySet::with_capacity(room, file.len());
    for _ in 0..count {
        let start = at;
        let key =
            take_string(file, &mut at).ok_or_else(|| fault(start, "not a MessagePack string"))?;
        keys.insert(key);
    }
    Ok(keys)
}

/// The list of these keys, fewer than 2^32.
pub fn write<'k>(keys: impl IntoIterator<Item = &'k [u8]>) -> Vec<u8> {
    let mut list = List::default();
    keys.into_iter().for_each(|key| list.push(key));
    list.write()
}

/// A list under construction.
#[derive(Debug, Default)]
pub struct List {
    strings: Vec<u8>,
    len: usize,
}

impl List {
    /// Adds a key that is not in the list, which has fewer than 2^32.
    pub fn push(&mut self, key: &[u8]) {
        msgpack::write_str(key, &mut self.strings);
        self.len += 1;
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The keys.
    pub fn keys(&self) -> KeySet {
        let mut keys = KeySet::with_capacity(self.len, self.strings.len());
        let mut at = 0;
        while let Some(key) = take_string(&self.strings, &mut at) {
            keys.insert(key);
        }
        keys
    }

    /// The list.
    pub fn write(&self) -> Vec<u8> {
        let mut file = Vec::with_capacity(self.strings.len() + 5);
        msgpack::write_array_header(self.len, &mut file);
        file.extend_from_slice(&self.strings);
        file
    }
}

/// The big-endian number of `width` bytes behind a type byte.
fn take_number(file: &[u8], at: &mut usize, width: usize) -> Option<u64> {
    let bytes = file.get(*at + 1..*at + 1 + width)?;
    *at += 1 + width;
    Some(bytes.iter().fold(0, |n, &b| n << 8 | u64::from(b)))
}

fn take_string<'a>(file: &'a [u8], at: &mut usize) -> Option<&'a [u8]> {
    let length = match *file.get(*at)? {
        b @ 0xA0..=0xBF => {
            *at += 1;
            u64::from(b & 0x1F)
        }
        0xC4 | 0xD9 => take_number(file, at, 1)?,
        0xC5 | 0xDA => take_number(file, at, 2)?,
        0xC6 | 0xDB => take_number(file, at, 4)?,
        _ => return None,
    };
    let end = at.checked_add(usize::try_from(length).ok()?)?;
    let text = file.get(*at..end)?;
    *at = end;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_string_forms_are_read() {
        let keys = read(b"\x93\xA1a\xC4\x02bc\xD9\x00").unwrap();
        assert_eq!(
            keys,
            [&b""[..], b"a", b"bc"].into_iter().collect::<KeySet>()
        );
        assert!(read(b"\x92\xA1a").is_err());
        assert!(read(b"\xDD\xFF\xFF\xFF\xFF").is_err());
        assert!(read(b"").is_err());
    }

    #[test]
    fn round_trip() {
        for count in [0, 1, 15, 16, 70_000] {
            let keys: KeySet = (0..count)
                .map(|number: u32| number.to_be_bytes().to_vec())
                .collect();
            let file = write(keys.iter());
            assert_eq!(read(&file), Ok(keys));
        }
        let long = vec![0xFF; 70_000];
        assert!(
            read(&write([&long[..]].into_iter()))
                .unwrap()
                .contains(&long)
        );
    }
}
