//! Many strings that start alike.

use std::cmp::Ordering;

/// From this length on the bytes of a string are no longer copied to those that go on from it.
const LONG: u32 = 256;

/// Strings, each made of another by appending a byte, or the rest of a key. Short ones are whole copies, so that two are quickly compared; of
/// long ones only the last part is copied, so that a path as long as keys can be takes no more memory than its length
/// times [`LONG`].
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    parts: Vec<Text>,
}

/// A string: one of the parts, if it is long, and bytes behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text {
    start: usize,
    /// Keys are shorter than 4 GiB.
    len: u32,
    part: u32,
}

/// Stands for the number of a part where there is none.
const NONE: u32 = u32::MAX;

impl Texts {
    /// Makes room for what most searches need.
    pub(super) fn make_room(&mut self) {
        self.bytes.reserve(1024);
    }

    /// Adds a string.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Text {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        Text {
            start,
            len: length(bytes),
            part: NONE,
        }
    }

    /// The same string, prepared for being gone on from.
    pub(super) fn prepared(&mut self, text: Text) -> Text {
        let part = u32::try_from(self.parts.len()).unwrap_or(NONE);
        if text.len < LONG || part == NONE {
            return text;
        }
        self.parts.push(text);
        Text {
            start: self.bytes.len(),
            len: 0,
            part,
        }
    }

    /// Adds the string that goes on from another one, which is prepared, by some bytes.
    pub(super) fn append(&mut self, text: Text, bytes: &[u8]) -> Text {
        let start = self.bytes.len();
        self.bytes
            .extend_from_within(text.start..text.start + text.len as usize);
        self.bytes.extend_from_slice(bytes);
        Text {
            start,
            len: text.len + length(bytes),
            ..text
        }
    }

    /// Writes a string into `out`, replacing what is there.
    pub(super) fn write(&self, text: Text, out: &mut Vec<u8>) {
        let mut part = text.part;
        if part == NONE {
            out.clear();
            out.extend_from_slice(self.tail(text));
            return;
        }
        let mut pieces = vec![self.tail(text)];
        while part != NONE {
            let text = self.parts[part as usize];
            pieces.push(self.tail(text));
            part = text.part;
        }
        out.clear();
        pieces
            .iter()
            .rev()
            .for_each(|piece| out.extend_from_slice(piece));
    }

    fn tail(&self, text: Text) -> &[u8] {
        &self.bytes[text.start..text.start + text.len as usize]
    }

    /// Compares two strings by their bytes.
    #[inline]
    pub(super) fn compare(&self, one: Text, other: Text) -> Ordering {
        if one.part == other.part {
            self.tail(one).cmp(self.tail(other))
        } else {
            self.compare_whole(one, other)
        }
    }

    #[cold]
    fn compare_whole(&self, one: Text, other: Text) -> Ordering {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        self.write(one, &mut a);
        self.write(other, &mut b);
        a.cmp(&b)
    }
}

/// The length of a key or of a part of one.
#[expect(clippy::cast_possible_truncation, reason = "keys are limited to less")]
fn length(bytes: &[u8]) -> u32 {
    bytes.len() as u32
}

#[cfg(test)]
mod tests {
    use super::{LONG, Text, Texts};

    #[test]
    fn long_strings_are_what_they_are_made_of() {
        let mut texts = Texts::default();
        let mut made: Vec<(Text, Vec<u8>)> = vec![(texts.add(b"start"), b"start".to_vec())];
        for step in 0..3 * LONG as usize {
            let (text, bytes) = made[made.len() - 1 - step % 2].clone();
            let text = texts.prepared(text);
            for byte in [b'b', b'a'] {
                made.push((texts.append(text, &[byte]), [&bytes[..], &[byte]].concat()));
            }
        }
        let mut out = Vec::new();
        for (text, bytes) in &made {
            texts.write(*text, &mut out);
            assert_eq!(&out, bytes);
        }
        for pair in made.windows(5) {
            let ((one, a), (other, b)) = (&pair[0], &pair[4]);
            assert_eq!(texts.compare(*one, *other), a.cmp(b));
        }
        assert!(texts.bytes.len() < made.len() * 2 * LONG as usize);
    }
}
