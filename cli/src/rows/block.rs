//! A source in blocks of whole rows.

use std::io::{self, Read};

use memchr::{memchr, memrchr};

/// Most bytes of a row: a value of the greatest length with every byte escaped fits.
const MAX_ROW: usize = 2 << 30;

/// Cuts a source into blocks.
pub(crate) struct Blocks<R> {
    input: R,
    /// Bytes read beyond the last block.
    carry: Vec<u8>,
    block_len: usize,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    pub(crate) fn new(input: R, block_len: usize) -> Self {
        Blocks {
            input,
            carry: Vec::new(),
            block_len,
            ended: false,
        }
    }

    /// Puts whole rows into `text`, about as many as fit a block; false when there are none left. Only the
    /// last row of all may not be ended.
    pub(crate) fn next(&mut self, text: &mut Vec<u8>) -> io::Result<bool> {
        text.clear();
        text.append(&mut self.carry);
        let mut searched = 0;
        let mut want = self.block_len;
        loop {
            if !self.ended {
                let missing = want.saturating_sub(text.len());
                text.reserve_exact(missing);
                let read = (&mut self.input).take(missing as u64).read_to_end(text)?;
                self.ended = read < missing;
            }
            if self.ended {
                return Ok(!text.is_empty());
            }
            if let Some(end) = memrchr(b'\n', &text[searched..]) {
                let end = searched + end + 1;
                self.carry.extend_from_slice(&text[end..]);
                text.truncate(end);
                return Ok(true);
            }
            if text.len() >= MAX_ROW {
                let reason = format!("a row is longer than {} GiB", MAX_ROW >> 30);
                return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
            }
            searched = text.len();
            want = text.len() * 2;
        }
    }
}

/// The rows of a block, without their ends.
pub(crate) fn rows(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let end = memchr(b'\n', text).unwrap_or(text.len());
        let row = &text[..end];
        text = text.get(end + 1..).unwrap_or_default();
        Some(row)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_kept_whole() {
        let texts: [&[u8]; 6] = [
            b"",
            b"\n",
            b"\n\na",
            b"a\nbb\nccc\n",
            b"aaaaaaaaaaaaaaaaaaaa",
            b"a\nbbbbbbbbbbbbbbbbb\nc",
        ];
        for text in texts {
            for block_len in 1..8 {
                let mut blocks = Blocks::new(text, block_len);
                let (mut block, mut found) = (Vec::new(), Vec::new());
                while blocks.next(&mut block).unwrap() {
                    found.extend(rows(&block).map(<[u8]>::to_vec));
                }
                let expected: Vec<&[u8]> = rows(text).collect();
                assert_eq!(found, expected, "{text:?} in blocks of {block_len}");
            }
        }
        assert_eq!(rows(b"a\n\nb").collect::<Vec<_>>(), [&b"a"[..], b"", b"b"]);
        assert_eq!(rows(b"\n").count(), 1);
    }
}
