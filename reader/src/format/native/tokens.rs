//! Token tables: text as codes of one or two bytes, each for a token, a string of up to 31 bytes.
//!
//! ```text
//! table   one_byte u16 | count u16 | pool length u32 | entries [u24; count] | pool | 32 zero bytes
//! entry   offset << 5 | length     of the token's text in the pool, where tokens may overlap
//!
//! code    b       b < one_byte           token b
//!         b c     one_byte <= b < 255    token one_byte + (b - one_byte) * 256 + c
//!         255 c                          the byte c itself
//! ```
//!
//! Numbers are little-endian. The zero bytes let a reader take any token's text in pieces of fixed size.

use std::hint::select_unpredictable;
use std::ops::Range;
use std::sync::Arc;

use crate::bytes::Bytes;
use crate::error::{Fault, Section};

/// Most bytes of a token.
pub const MAX_TOKEN_LEN: usize = 31;

/// Most tokens with a code of one byte.
pub const MAX_ONE_BYTE: usize = 255;

/// Behind this code a byte stands for itself.
pub const LITERAL: u8 = 255;

/// Most bytes of a pool: offsets have 19 bits.
pub const MAX_POOL_LEN: usize = 1 << 19;

/// Zero bytes behind the pool.
pub const SLACK: usize = 32;

/// Bytes before the entries.
pub const HEADER_LEN: usize = 8;

/// Bytes of an entry.
pub const ENTRY_LEN: usize = 3;

const UNKNOWN: &str = "a code stands for no token";
const OUTSIDE: &str = "a token lies outside of its pool";
const CUT: &str = "codes end within a code";

/// How many tokens a table holds if `one_byte` of them have codes of one byte.
pub const fn capacity(one_byte: usize) -> usize {
    one_byte + (MAX_ONE_BYTE - one_byte) * 256
}

/// The entry of a token of 1 to 31 bytes at `offset` in the pool.
pub fn write_entry(offset: usize, len: usize) -> [u8; ENTRY_LEN] {
    assert!(
        offset < MAX_POOL_LEN && (1..=MAX_TOKEN_LEN).contains(&len),
        "19 and 5 bits"
    );
    let [low, middle, high, ..] = (offset << 5 | len).to_le_bytes();
    [low, middle, high]
}

/// A token table in a file; clones share its bytes.
#[derive(Clone, Debug)]
pub struct Tokens {
    one_byte: usize,
    /// With a byte behind them, so that four bytes of each can be read.
    entries: Bytes,
    /// With the zero bytes behind it.
    pool: Bytes,
    /// By first byte of a code the first byte of the text, or 0 where that alone does not tell.
    firsts: Arc<[u8; 256]>,
}

impl Tokens {
    /// The table that fills a range of the file. Its entries are checked when they are used.
    pub fn read(bytes: &Bytes, range: Range<usize>, section: Section) -> Result<Self, Fault> {
        let start = range.start;
        let fault = |reason| Fault::new(section, start as u64, reason);
        let table = bytes
            .get(range)
            .ok_or_else(|| fault("the token table ends behind the file"))?;
        let Some((&[o0, o1, c0, c1, p0, p1, p2, p3], rest)) = table.split_first_chunk() else {
            return Err(fault("the token table is cut off"));
        };
        let one_byte = usize::from(u16::from_le_bytes([o0, o1]));
        let count = usize::from(u16::from_le_bytes([c0, c1]));
        let pool_len = u32::from_le_bytes([p0, p1, p2, p3]) as usize;
        if one_byte > count.min(MAX_ONE_BYTE) || count > capacity(one_byte) {
            return Err(fault("impossible number of tokens"));
        }
        if pool_len > MAX_POOL_LEN || rest.len() != count * ENTRY_LEN + pool_len + SLACK {
            return Err(fault("the token table has another size than its parts"));
        }
        let entries = start + HEADER_LEN..start + HEADER_LEN + count * ENTRY_LEN;
        let pool = bytes.part(entries.end..entries.end + pool_len + SLACK);
        let entries = bytes.part(entries.start..entries.end + 1);
        let view = TokenView {
            one_byte,
            entries: &entries,
            pool: &pool,
            firsts: &[0; 256],
        };
        let first = |code| match view.padded(code) {
            Ok((&[first, ..], len)) if len > 0 && code < one_byte => first,
            _ => 0,
        };
        let firsts = Arc::new(std::array::from_fn(first));
        Ok(Tokens {
            one_byte,
            entries,
            pool,
            firsts,
        })
    }

    /// The table as loops use it that look at it often.
    #[inline(always)]
    pub fn view(&self) -> TokenView<'_> {
        TokenView {
            one_byte: self.one_byte,
            entries: &self.entries,
            pool: &self.pool,
            firsts: &self.firsts,
        }
    }

    /// How many tokens there are.
    pub fn count(&self) -> usize {
        (self.entries.len() - 1) / ENTRY_LEN
    }

    /// A token's text; nothing if there is no such token, or its entry is damaged.
    pub fn token(&self, index: usize) -> Option<&[u8]> {
        let (text, len) = self.view().padded(index).ok()?;
        text.get(..len)
    }

    /// Appends the text of all codes; of damaged codes, what comes before the damage.
    pub fn decode(&self, codes: &[u8], out: &mut Vec<u8>) -> Result<(), &'static str> {
        self.view().decode(codes, out)
    }

    /// How many bytes the text of the codes and the query have in common from the start on, and whether that is the
    /// whole text.
    pub fn common(&self, codes: &[u8], query: &[u8]) -> Result<(usize, bool), &'static str> {
        self.view().common(codes, query)
    }
}

/// A token table as slices.
#[derive(Clone, Copy, Debug)]
pub struct TokenView<'a> {
    one_byte: usize,
    /// With a byte behind them.
    entries: &'a [u8],
    /// With the zero bytes behind it.
    pool: &'a [u8],
    firsts: &'a [u8; 256],
}

/// What a code stands for.
enum Meaning<'a> {
    /// A token's length, and its text with what happens to stand behind it.
    Token(usize, &'a [u8; SLACK]),
    Byte(u8),
}

impl<'a> TokenView<'a> {
    /// As [`Tokens::decode`].
    #[inline(always)]
    pub fn decode(self, codes: &[u8], out: &mut Vec<u8>) -> Result<(), &'static str> {
        let mut next = 0;
        while next < codes.len() {
            match self.meaning(codes, &mut next)? {
                Meaning::Byte(byte) => out.push(byte),
                Meaning::Token(len, text) => {
                    // a copy of fixed size is quicker than one of the right size
                    let end = out.len() + len;
                    out.extend_from_slice(text);
                    out.truncate(end);
                }
            }
        }
        Ok(())
    }

    /// The text of the code at `at`, before the end; moves on to the next code.
    #[inline(always)]
    pub fn next<'c>(self, codes: &'c [u8], at: &mut usize) -> Result<&'c [u8], &'static str>
    where
        'a: 'c,
    {
        Ok(match self.meaning(codes, at)? {
            Meaning::Byte(_) => &codes[*at - 1..*at],
            Meaning::Token(len, text) => &text[..len],
        })
    }

    /// The first byte of the text of some codes; nothing if there are none.
    #[inline]
    pub fn first(self, codes: &[u8]) -> Result<Option<u8>, &'static str> {
        let Some(&code) = codes.first() else {
            return Ok(None);
        };
        if let Some(first) = self.first_of(code) {
            return Ok(Some(first));
        }
        Ok(match self.meaning(codes, &mut 0)? {
            Meaning::Byte(byte) => Some(byte),
            // a token has a byte at least
            Meaning::Token(_, text) => Some(text[0]),
        })
    }

    /// The first byte of the text of codes that start with this byte, if that alone tells it.
    #[inline(always)]
    pub fn first_of(self, code: u8) -> Option<u8> {
        let first = self.firsts[usize::from(code)];
        (first != 0).then_some(first)
    }

    /// As [`Tokens::common`].
    #[inline]
    pub fn common(self, codes: &[u8], query: &[u8]) -> Result<(usize, bool), &'static str> {
        self.common_from(codes, &Query::new(query, &Short::of(query)), 0)
    }

    /// As [`Tokens::common`], of the query from byte `start` on, which is not behind its end; the first number is
    /// where in the query it ends.
    #[inline(always)]
    pub fn common_from(
        self,
        codes: &[u8],
        query: &Query<'_>,
        start: usize,
    ) -> Result<(usize, bool), &'static str> {
        let (mut next, mut at) = (0, start);
        while next < codes.len() {
            let (len, same) = match self.meaning(codes, &mut next)? {
                Meaning::Byte(byte) => (1, usize::from(query.bytes.get(at) == Some(&byte))),
                Meaning::Token(len, text) => (len, query.common(at, text, len)),
            };
            if same < len {
                return Ok((at + same, false));
            }
            // `same` is as much, but takes longer to be known
            at += len;
        }
        Ok((at, true))
    }

    /// What the code at `at`, before the end, stands for; moves on to the next one.
    #[inline(always)]
    fn meaning(self, codes: &[u8], at: &mut usize) -> Result<Meaning<'a>, &'static str> {
        let code = codes[*at];
        // the same again where it is the last one
        let behind = *at + usize::from(*at + 1 < codes.len());
        let second = codes[behind];
        if code == LITERAL {
            *at += 2;
            return if behind < *at - 1 {
                Err(CUT)
            } else {
                Ok(Meaning::Byte(second))
            };
        }
        // of which kind the next code is, a processor cannot foresee
        let code = usize::from(code);
        let one = code < self.one_byte;
        let block = code.wrapping_sub(self.one_byte).wrapping_mul(256);
        let two_bytes = block.wrapping_add(self.one_byte + usize::from(second));
        let index = select_unpredictable(one, code, two_bytes);
        *at += select_unpredictable(one, 1, 2);
        if *at > codes.len() {
            return Err(CUT);
        }
        let (text, len) = self.padded(index)?;
        Ok(Meaning::Token(len, text))
    }

    /// The text of a token with what happens to stand behind it, and its length.
    #[inline(always)]
    fn padded(self, index: usize) -> Result<(&'a [u8; SLACK], usize), &'static str> {
        let entry = self.entries.get(ENTRY_LEN * index..).ok_or(UNKNOWN)?;
        let entry = u32::from_le_bytes(*entry.first_chunk().ok_or(UNKNOWN)?) as usize;
        let start = entry >> 5 & (MAX_POOL_LEN - 1);
        let text = self.pool.get(start..start + SLACK).ok_or(OUTSIDE)?;
        Ok((text.first_chunk().ok_or(OUTSIDE)?, entry & MAX_TOKEN_LEN))
    }
}

/// The bytes of a query of fewer than eight, followed by zeros.
#[derive(Clone, Copy, Debug, Default)]
pub struct Short([u8; 8]);

impl Short {
    /// Room that a query of these bytes needs; of no use if they are eight or more.
    #[inline(always)]
    pub fn of(bytes: &[u8]) -> Self {
        let n = bytes.len();
        let short = if n >= 8 {
            0
        } else if let (Some(&first), Some(&last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            let (low, high) = (u32::from_le_bytes(first), u32::from_le_bytes(last));
            u64::from(high) << (8 * (n - 4)) | u64::from(low)
        } else if n > 0 {
            // first, middle and last of up to three bytes
            let byte = |i: usize| u64::from(bytes[i]) << (8 * i);
            byte(0) | byte(n / 2) | byte(n - 1)
        } else {
            0
        };
        Short(short.to_le_bytes())
    }
}

/// A query that is compared eight bytes at a time, though it need not have as many.
#[derive(Clone, Copy, Debug)]
pub struct Query<'q> {
    bytes: &'q [u8],
    /// The same, with zeros behind them if they are fewer than eight.
    eight: &'q [u8],
}

impl<'q> Query<'q> {
    /// A query of these bytes.
    #[inline(always)]
    pub fn new(bytes: &'q [u8], short: &'q Short) -> Self {
        let eight = if bytes.len() < 8 { &short.0 } else { bytes };
        Query { bytes, eight }
    }

    /// The bytes.
    #[inline(always)]
    pub fn bytes(&self) -> &'q [u8] {
        self.bytes
    }

    /// Eight bytes from `at` on; those behind the end are of no use. Whether there are eight is hard to foresee, so there is
    /// no jump.
    #[inline(always)]
    fn window(&self, at: usize) -> u64 {
        let last = self.eight.len() - 8;
        let start = select_unpredictable(at < last, at, last);
        let eight = self.eight[start..]
            .first_chunk()
            .map_or(0, |eight| u64::from_le_bytes(*eight));
        eight >> ((8 * (at - start)) & 63)
    }

    /// How many bytes from `at` on, which is not behind the end, are those of a token of `len` bytes.
    #[inline(always)]
    pub fn common(&self, at: usize, text: &[u8; SLACK], len: usize) -> usize {
        let rest = self.bytes.len() - at;
        let limit = select_unpredictable(len < rest, len, rest);
        let (&[first, second, ref more @ ..], _) = text.as_chunks() else {
            return 0;
        };
        // how many of the tokens have more than eight bytes cannot be foreseen
        let low = equal_bytes(first, self.window(at));
        let high = equal_bytes(second, self.window(at + 8));
        let mut same = low + select_unpredictable(low < 8, 0, high);
        if len > 16 && same == 16 {
            for &eight in more {
                let equal = equal_bytes(eight, self.window(at + same));
                same += equal;
                if equal < 8 {
                    break;
                }
            }
        }
        select_unpredictable(same < limit, same, limit)
    }
}

/// How many of eight bytes are equal before the first that is not.
#[inline(always)]
fn equal_bytes(text: [u8; 8], window: u64) -> usize {
    ((u64::from_le_bytes(text) ^ window).trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::collection::vec;
    use proptest::prelude::*;

    /// A table whose tokens stand one behind the other in the pool.
    fn table(one_byte: u16, tokens: &[&[u8]]) -> Vec<u8> {
        let mut table = one_byte.to_le_bytes().to_vec();
        table.extend(u16::try_from(tokens.len()).unwrap().to_le_bytes());
        let pool = tokens.concat();
        table.extend(u32::try_from(pool.len()).unwrap().to_le_bytes());
        let mut offset = 0;
        for token in tokens {
            table.extend(write_entry(offset, token.len()));
            offset += token.len();
        }
        table.extend(pool);
        table.extend([0; SLACK]);
        table
    }

    fn open(table: Vec<u8>) -> Result<Tokens, Fault> {
        let range = 0..table.len();
        Tokens::read(&Bytes::from(table), range, Section::Header)
    }

    fn text(tokens: &Tokens, codes: &[u8]) -> Result<Vec<u8>, &'static str> {
        let mut text = Vec::new();
        tokens.decode(codes, &mut text).map(|()| text)
    }

    #[test]
    fn codes_of_each_kind() {
        let tokens = open(table(2, &[b"the ", b"e", b"quick brown fox"])).unwrap();
        assert_eq!(tokens.count(), 3);
        assert_eq!(tokens.token(2), Some(&b"quick brown fox"[..]));
        assert_eq!(tokens.token(3), None);
        let codes = [0, 2, 0, 1, 255, 0, 255, 255];
        assert_eq!(
            text(&tokens, &codes).unwrap(),
            b"the quick brown foxe\0\xFF"
        );
        assert_eq!(text(&tokens, &[]).unwrap(), b"");
        assert_eq!(text(&tokens, &[0, 2]), Err(CUT));
        assert_eq!(text(&tokens, &[255]), Err(CUT));
        assert_eq!(text(&tokens, &[2, 1]), Err(UNKNOWN));
        assert_eq!(tokens.common(&[0, 2], b"the quick"), Err(CUT));
        assert_eq!(tokens.common(&[255], b"the quick"), Err(CUT));
        assert_eq!(tokens.common(&[254, 255], b"the quick"), Err(UNKNOWN));
    }

    #[test]
    fn a_table_without_tokens() {
        let tokens = open(table(0, &[])).unwrap();
        let all: Vec<u8> = (0..=255).collect();
        let codes: Vec<u8> = all.iter().flat_map(|&byte| [LITERAL, byte]).collect();
        assert_eq!(text(&tokens, &codes).unwrap(), all);
        assert_eq!(tokens.common(&codes, &all), Ok((256, true)));
        assert_eq!(text(&tokens, &[0, 0]), Err(UNKNOWN));
    }

    #[test]
    fn every_code_of_a_full_table() {
        for one_byte in [0, 1, 254, 255] {
            let all: Vec<[u8; 2]> = (0..capacity(one_byte.into()))
                .map(|i| u16::try_from(i).unwrap().to_be_bytes())
                .collect();
            let all: Vec<&[u8]> = all.iter().map(|token| &token[..]).collect();
            let tokens = open(table(one_byte, &all)).unwrap();
            let mut codes = Vec::new();
            for first in 0..255u8 {
                if u16::from(first) < one_byte {
                    codes.push(first);
                } else {
                    (0..=255).for_each(|second| codes.extend([first, second]));
                }
            }
            assert_eq!(text(&tokens, &codes).unwrap(), all.concat());
        }
    }

    #[test]
    fn damage_is_found_or_gives_other_text() {
        let sound = table(1, &[b"abc", b"defghijklmnop", b"\0"]);
        for len in 0..sound.len() {
            assert!(open(sound[..len].to_vec()).is_err());
        }
        for at in 0..sound.len() {
            for flip in 1..=255 {
                let mut damaged = sound.clone();
                damaged[at] ^= flip;
                let Ok(tokens) = open(damaged) else { continue };
                for codes in [&[0, 1, 0, 1, 1][..], &[1, 2, 255, 0, 0], &[200, 9]] {
                    let mut out = Vec::new();
                    let decoded = tokens.decode(codes, &mut out);
                    let common = tokens.common(codes, &out);
                    assert_eq!(common, decoded.map(|()| (out.len(), true)));
                }
            }
        }
        let range = sound.len() - 1..sound.len() + 1;
        assert!(Tokens::read(&Bytes::from(sound), range, Section::Header).is_err());
    }

    proptest! {
        #[test]
        fn common_is_the_common_length(
            tokens in vec(vec(b'a'..=b'b', 1..=MAX_TOKEN_LEN), 1..600),
            one_byte in 0..=250u16,
            picks in vec(any::<prop::sample::Index>(), 0..6),
            cut in any::<prop::sample::Index>(),
            more in vec(prop_oneof![Just(0), b'a'..=b'b'], 0..12),
        ) {
            let all: Vec<&[u8]> = tokens.iter().map(|token| &token[..]).collect();
            let one_byte = one_byte.min(u16::try_from(all.len()).unwrap());
            let tokens = open(table(one_byte, &all)).unwrap();
            let mut codes = Vec::new();
            for index in picks.iter().map(|pick| pick.index(all.len())) {
                match u8::try_from(index) {
                    Ok(code) if u16::from(code) < one_byte => codes.push(code),
                    _ => {
                        let [low, high] = u16::try_from(index).unwrap().wrapping_sub(one_byte).to_le_bytes();
                        let first = high + one_byte.to_le_bytes()[0];
                        codes.extend([first, low]);
                    }
                }
            }
            codes.extend([LITERAL, b'a']);
            let text = text(&tokens, &codes).unwrap();
            let mut query = text.clone();
            query.truncate(cut.index(text.len() + 1));
            query.extend(more);
            let same = text.iter().zip(&query).take_while(|(a, b)| a == b).count();
            prop_assert_eq!(tokens.common(&codes, &query), Ok((same, same == text.len())));
        }
    }
}
