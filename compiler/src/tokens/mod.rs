//! Token tables: trained on a sample of texts, used to encode, written into a file.

mod encoder;
mod parse;
mod pool;
mod repeats;
mod train;
mod trie;

pub(crate) use encoder::TokenEncoder;

use std::ops::Range;

use keyfold_reader::format::native::tokens::{
    MAX_ONE_BYTE, MAX_TOKEN_LEN, SLACK, capacity, write_entry,
};

use crate::bits::Bits;
use pool::Pool;

/// Most bytes of text that are trained on.
const MAX_SAMPLE: usize = 4 << 20;

/// Tokens in the order of their codes.
#[derive(Debug, Default)]
pub(crate) struct TokenTable {
    tokens: Vec<Token>,
}

impl TokenTable {
    /// A table for texts such as those of the sample, `total` bytes of them in all.
    ///
    /// It holds those strings which save more bytes of codes than they take up in the table: for little text there are
    /// few of them, or none. Equal samples give equal tables. The sample should be picked evenly from all texts; of more than
    /// 4 MiB a part is used. Training takes about a tenth of a second for each megabyte.
    pub(crate) fn train<T: AsRef<[u8]>>(sample: impl IntoIterator<Item = T>, total: u64) -> Self {
        let mut sample = Texts::new(sample);
        if sample.bytes.len() > MAX_SAMPLE {
            sample = sample.part(MAX_SAMPLE);
        }
        TokenTable {
            tokens: train::tokens(&sample, total),
        }
    }

    /// Appends the table as it stands in a file.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let number = |n: usize| {
            u16::try_from(n)
                .expect("no more tokens than codes")
                .to_le_bytes()
        };
        let pool = Pool::new(&self.tokens);
        let pool_len = u32::try_from(pool.bytes.len()).expect("a limited pool");
        out.extend_from_slice(&number(one_byte_codes(self.tokens.len())));
        out.extend_from_slice(&number(self.tokens.len()));
        out.extend_from_slice(&pool_len.to_le_bytes());
        for (token, &offset) in self.tokens.iter().zip(&pool.offsets) {
            out.extend_from_slice(&write_entry(offset, token.text().len()));
        }
        out.extend_from_slice(&pool.bytes);
        out.extend_from_slice(&[0; SLACK]);
    }

    /// What encodes text with this table.
    pub(crate) fn encoder(&self) -> TokenEncoder {
        TokenEncoder::new(&self.tokens, one_byte_codes(self.tokens.len()))
    }
}

/// How many of so many tokens get codes of one byte: as many as leave codes for all the others.
fn one_byte_codes(tokens: usize) -> usize {
    let mut codes = tokens.min(MAX_ONE_BYTE);
    while capacity(codes) < tokens {
        codes -= 1;
    }
    codes
}

/// A string of 1 to 31 bytes; compares as strings do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Token {
    bytes: [u8; MAX_TOKEN_LEN],
    len: u8,
}

impl Token {
    fn new(text: &[u8]) -> Self {
        let mut bytes = [0; MAX_TOKEN_LEN];
        bytes[..text.len()].copy_from_slice(text);
        let len = u8::try_from(text.len()).expect("at most 31");
        Token { bytes, len }
    }

    fn text(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Both, one after the other, if that is not too long.
    fn join(&self, other: &Token) -> Option<Token> {
        let len = self.len + other.len;
        let mut bytes = self.bytes;
        bytes
            .get_mut(usize::from(self.len)..usize::from(len))?
            .copy_from_slice(other.text());
        Some(Token { bytes, len })
    }
}

/// Texts one after the other.
#[derive(Debug, Default)]
struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Where texts start.
    starts: Bits,
}

impl Texts {
    /// Bytes that are not exceeded: what comes then is left out.
    const LIMIT: usize = 1 << 28;

    fn new<T: AsRef<[u8]>>(all: impl IntoIterator<Item = T>) -> Self {
        let mut texts = Texts::default();
        for text in all {
            let text = text.as_ref();
            if text.len() > Self::LIMIT - texts.bytes.len() {
                break;
            }
            texts.starts.set(texts.bytes.len() as u64);
            texts.bytes.extend_from_slice(text);
            texts.ends.push(texts.bytes.len());
        }
        texts
    }

    fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| start..end)
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.ranges().map(|range| &self.bytes[range])
    }

    /// Texts of about `bytes` bytes out of these, spread evenly, but without a rhythm.
    fn part(&self, bytes: usize) -> Texts {
        let odd = 0x9E37_79B9_7F4A_7C15u64;
        let limit = u64::MAX / self.bytes.len().max(1) as u64 * bytes as u64;
        let picked = self.iter().zip(0u64..);
        Texts::new(picked.filter_map(|(text, i)| (i.wrapping_mul(odd) < limit).then_some(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use keyfold_reader::format::native::tokens::Tokens;
    use keyfold_reader::{Bytes, Section};
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn written(table: &TokenTable) -> Vec<u8> {
        let mut bytes = Vec::new();
        table.write(&mut bytes);
        bytes
    }

    fn open(table: Vec<u8>) -> Option<Tokens> {
        let range = 0..table.len();
        Tokens::read(&Bytes::from(table), range, Section::Header).ok()
    }

    fn codes(table: &TokenTable, text: &[u8]) -> Vec<u8> {
        let mut codes = Vec::new();
        table.encoder().encode(text, &mut codes);
        codes
    }

    fn round_trip<T: AsRef<[u8]>>(table: &TokenTable, texts: &[T]) {
        let tokens = open(written(table)).unwrap();
        for text in texts {
            let text = text.as_ref();
            let codes = codes(table, text);
            let mut decoded = b"before".to_vec();
            tokens.decode(&codes, &mut decoded).unwrap();
            assert_eq!(decoded.strip_prefix(b"before"), Some(text));
            assert_eq!(tokens.common(&codes, text), Ok((text.len(), true)));
        }
    }

    /// Texts with a structure, of which there can be any number.
    fn paths(n: usize) -> Vec<String> {
        let parts = [
            "usr",
            "share",
            "doc",
            "lib",
            "examples",
            "README",
            "changelog",
            ".gz",
        ];
        let part = |i: usize| parts[i % parts.len()];
        (0..n)
            .map(|i| format!("/{}/{}{}/{}", part(i), part(i / 3), i % 100, part(i / 7)))
            .collect()
    }

    #[test]
    fn every_byte_and_long_texts() {
        let all: Vec<u8> = (0..=255).collect();
        let long: Vec<u8> = all.iter().copied().cycle().take(10_000).collect();
        let texts = [&all[..], &long, b"", b"\0", b"\xFF"];
        round_trip(&TokenTable::default(), &texts);
        for total in [0, 10_256, 1 << 40] {
            round_trip(&TokenTable::train(texts, total), &texts);
        }
    }

    #[test]
    fn tables_pay_for_themselves() {
        for n in [1, 10, 100, 10_000] {
            let texts = paths(n);
            let raw: usize = texts.iter().map(String::len).sum();
            let table = TokenTable::train(&texts, raw as u64);
            round_trip(&table, &texts);
            let all: usize = texts
                .iter()
                .map(|text| codes(&table, text.as_bytes()).len())
                .sum();
            let none = written(&TokenTable::default()).len() + 2 * raw;
            assert!(all + written(&table).len() <= none, "{n} texts");
            if n == 10_000 {
                assert!(all < raw / 5, "{all} bytes of codes for {raw}");
            }
        }
    }

    #[test]
    fn little_of_much_text_gives_single_bytes() {
        let texts = paths(60);
        let table = TokenTable::train(&texts[..20], 1 << 20);
        assert!(table.tokens.iter().all(|token| token.len == 1));
        round_trip(&table, &texts);
        let all: Vec<u8> = (0..=255).collect();
        round_trip(
            &TokenTable::train([&all], 1 << 20),
            &[&all[..], b"", b"\xFF\0"],
        );
    }

    #[test]
    fn equal_samples_give_equal_tables() {
        let tables = [0, 1].map(|_| written(&TokenTable::train(paths(20_000), 1 << 30)));
        assert_eq!(tables[0], tables[1]);
    }

    #[test]
    fn a_table_has_no_more_tokens_than_codes() {
        assert_eq!([0, 1, 255, 256].map(one_byte_codes), [0, 1, 255, 254]);
        assert_eq!(one_byte_codes(capacity(0)), 0);
        let texts: Vec<String> = (0..70_000).map(|i| format!("{i:05}{i:05}")).collect();
        let table = TokenTable::train(&texts, 1 << 40);
        assert!(table.tokens.len() <= capacity(0));
        round_trip(&table, &texts[..1000]);
    }

    #[test]
    fn damage_to_a_table_never_panics() {
        let texts = paths(50);
        let table = TokenTable::train(&texts, 1 << 20);
        let sound = written(&table);
        let codes: Vec<Vec<u8>> = texts
            .iter()
            .map(|text| codes(&table, text.as_bytes()))
            .collect();
        for at in 0..sound.len() {
            for flip in [1, 0x10, 0x80, 0xFF] {
                let mut damaged = sound.clone();
                damaged[at] ^= flip;
                let Some(tokens) = open(damaged) else {
                    continue;
                };
                for (codes, text) in codes.iter().zip(&texts) {
                    let mut decoded = Vec::new();
                    let whole = tokens.decode(codes, &mut decoded).is_ok();
                    assert_eq!(tokens.common(codes, &decoded).is_ok(), whole);
                    let _any = tokens.common(codes, text.as_bytes());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_texts(texts in vec(vec(prop_oneof![0..=3u8, any::<u8>()], 0..90), 0..60), total: u64) {
            round_trip(&TokenTable::train(&texts, total), &texts);
        }
    }
}
