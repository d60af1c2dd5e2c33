//! Bytes as characters, however damaged.

use super::LabelSet;

/// Above all code points: a byte that is not part of valid UTF-8 counts as the character `STRAY + byte`.
const STRAY: u32 = 0x11_0000;

/// The bytes of a character that is not complete yet: the start of a valid UTF-8 sequence, or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Partial {
    bytes: [u8; 3],
    len: u8,
}

/// What a byte makes of the bytes before it.
pub(crate) enum Next {
    /// The start of a character.
    Begun(Partial),
    /// A character.
    Whole(u32),
    /// Nothing: those before are characters of their own.
    Broken,
}

impl Partial {
    /// Whether a character ends before the next byte.
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The bytes so far.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The bytes so far, and zeros.
    #[inline]
    pub(crate) fn padded(self) -> [u8; 3] {
        let mut padded = [0; 3];
        padded[..usize::from(self.len)].copy_from_slice(self.bytes());
        padded
    }

    /// The bytes that do not complete a character, if there are others, and if any of these does.
    #[inline]
    pub(crate) fn unfinished(self) -> Option<LabelSet> {
        const NO_ASCII: LabelSet = LabelSet::from_words([0, 0, u64::MAX, u64::MAX]);
        const NOT_BEHIND: LabelSet = LabelSet::from_words([u64::MAX, u64::MAX, 0, u64::MAX]);
        match *self.bytes() {
            [] => Some(NO_ASCII),
            [lead, ..] if length(lead) == Some(usize::from(self.len) + 1) => Some(NOT_BEHIND),
            _ => None,
        }
    }

    /// What a byte makes of the bytes so far.
    #[inline(always)]
    pub(crate) fn next(mut self, byte: u8) -> Next {
        if self.is_empty() {
            return match length(byte) {
                Some(1) => Next::Whole(u32::from(byte)),
                Some(_) => Next::Begun(Partial {
                    bytes: [byte, 0, 0],
                    len: 1,
                }),
                None => Next::Whole(STRAY + u32::from(byte)),
            };
        }
        let [lead, ..] = self.bytes;
        let Some(len) = length(lead).filter(|_| continues(self.bytes(), byte)) else {
            return Next::Broken;
        };
        if let Some(place) = self.bytes.get_mut(usize::from(self.len))
            && usize::from(self.len) + 1 < len
        {
            *place = byte;
            self.len += 1;
            return Next::Begun(self);
        }
        let lead = u32::from(lead) & (0x7F >> len);
        let behind = self.bytes()[1..].iter().chain([&byte]);
        Next::Whole(behind.fold(lead, |sum, byte| sum << 6 | u32::from(byte & 0x3F)))
    }

    /// Reads a byte: `put` is told each character that is complete by it. Where `put` gives nothing, it ends.
    #[inline]
    pub(crate) fn push(&mut self, byte: u8, mut put: impl FnMut(u32) -> Option<()>) -> Option<()> {
        let mut next = self.next(byte);
        if matches!(next, Next::Broken) {
            self.finish(&mut put)?;
            next = self.next(byte);
        }
        match next {
            Next::Begun(partial) => *self = partial,
            Next::Whole(character) => {
                self.len = 0;
                put(character)?;
            }
            // nothing was begun that it could break off
            Next::Broken => {}
        }
        Some(())
    }

    /// The bytes end here: those left are characters of their own.
    pub(crate) fn finish(&mut self, mut put: impl FnMut(u32) -> Option<()>) -> Option<()> {
        let len = std::mem::take(&mut self.len);
        self.bytes[..usize::from(len)]
            .iter()
            .try_for_each(|&byte| put(STRAY + u32::from(byte)))
    }
}

/// Bytes of the sequence that a byte starts; nothing if it starts none.
#[inline]
fn length(lead: u8) -> Option<usize> {
    match lead {
        0..=0x7F => Some(1),
        0xC2..=0xDF => Some(2),
        0xE0..=0xEF => Some(3),
        0xF0..=0xF4 => Some(4),
        _ => None,
    }
}

/// Whether a byte goes on with the start of a valid sequence (the Unicode standard, table 3-7).
#[inline]
fn continues(start: &[u8], byte: u8) -> bool {
    match *start {
        [0xE0] => (0xA0..=0xBF).contains(&byte),
        [0xED] => (0x80..=0x9F).contains(&byte),
        [0xF0] => (0x90..=0xBF).contains(&byte),
        [0xF4] => (0x80..=0x8F).contains(&byte),
        _ => (0x80..=0xBF).contains(&byte),
    }
}

/// A string as characters, with the bytes of each.
#[derive(Clone, Debug)]
pub(crate) struct Characters {
    bytes: Vec<u8>,
    list: Vec<u32>,
    /// Where each character starts in the bytes, and their end.
    starts: Vec<usize>,
}

impl Characters {
    /// The characters of a string.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut list = Vec::with_capacity(bytes.len());
        let mut partial = Partial::default();
        let mut put = |character| {
            list.push(character);
            Some(())
        };
        for &byte in bytes {
            partial.push(byte, &mut put);
        }
        partial.finish(&mut put);
        let mut starts = Vec::with_capacity(list.len() + 1);
        starts.push(0);
        let mut end = 0;
        for &character in &list {
            end += char::from_u32(character).map_or(1, char::len_utf8);
            starts.push(end);
        }
        Characters {
            bytes: bytes.to_vec(),
            list,
            starts,
        }
    }

    /// How many there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The characters.
    #[inline]
    pub(crate) fn list(&self) -> &[u32] {
        &self.list
    }

    /// The first byte of a character; nothing behind the last one.
    #[inline]
    pub(crate) fn first_byte(&self, character: usize) -> Option<u8> {
        let start = self.starts.get(character)?;
        self.bytes.get(*start).copied()
    }

    /// Whether all of it is valid UTF-8.
    pub(crate) fn are_valid(&self) -> bool {
        self.list.iter().all(|&character| character < STRAY)
    }

    /// The bytes of the characters in a range.
    pub(crate) fn bytes(&self, range: std::ops::Range<usize>) -> &[u8] {
        &self.bytes[self.starts[range.start]..self.starts[range.end]]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Characters, STRAY};

    proptest! {
        #[test]
        fn valid_text_is_its_code_points(text: String) {
            let characters = Characters::new(text.as_bytes());
            prop_assert_eq!(characters.list(), text.chars().map(u32::from).collect::<Vec<_>>());
            prop_assert!(characters.are_valid());
        }

        #[test]
        fn no_byte_is_lost(bytes in prop::collection::vec(
            prop_oneof![Just(0xE2), Just(0x82), Just(0xAC), Just(b'a'), Just(0xF4), Just(0x90), any::<u8>()], 0..12)) {
            let characters = Characters::new(&bytes);
            let mut again = Vec::new();
            for (i, &character) in characters.list().iter().enumerate() {
                let part = characters.bytes(i..i + 1);
                if let Some(stray) = character.checked_sub(STRAY) {
                    prop_assert_eq!(part, &[u8::try_from(stray).unwrap()]);
                } else {
                    let text = char::from_u32(character).unwrap().to_string();
                    prop_assert_eq!(part, text.as_bytes());
                }
                again.extend_from_slice(part);
            }
            // text is found wherever it is valid, as the standard library finds it
            let valid: String = characters.list().iter().filter_map(|&c| char::from_u32(c)).collect();
            let expected: String = bytes.utf8_chunks().map(|chunk| chunk.valid()).collect();
            prop_assert_eq!(valid, expected);
            prop_assert_eq!(again, bytes);
        }
    }
}
