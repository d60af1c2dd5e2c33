//! Text to codes, as few bytes of them as there can be.

use keyfold_reader::format::native::tokens::LITERAL;

use super::Token;
use super::parse::{BYTE, CODE, Piece, parse};
use super::trie::{Step, Trie};

/// Encodes text with one token table; any number of threads may share it.
#[derive(Debug)]
pub(crate) struct TokenEncoder {
    trie: Trie,
    /// Per token of the trie: its code, and how many bytes that has.
    codes: Vec<([u8; 2], u8)>,
    /// The code of each byte, or that of a literal, if no token has more than one.
    bytes: Option<Box<[u8; 256]>>,
}

/// Texts up to this length need no memory of their own.
const SHORT: usize = 64;

/// Longer texts are encoded in blocks of so many bytes.
const BLOCK: usize = 4096;

impl TokenEncoder {
    /// What encodes with these tokens, the first `one_byte` of which have codes of one byte.
    pub(super) fn new(tokens: &[Token], one_byte: usize) -> Self {
        let mut sorted: Vec<(Token, usize)> = tokens.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        let codes: Vec<([u8; 2], u8)> = sorted
            .iter()
            .map(|&(_, token)| match token.checked_sub(one_byte) {
                None => ([low_byte(token), 0], 1),
                Some(rest) => ([low_byte(one_byte + rest / 256), low_byte(rest)], 2),
            })
            .collect();
        let simple = !tokens.is_empty()
            && one_byte == tokens.len()
            && tokens.iter().all(|token| token.len == 1);
        let bytes = simple.then(|| {
            let mut bytes = Box::new([LITERAL; 256]);
            for ((token, _), (code, _)) in sorted.iter().zip(&codes) {
                bytes[usize::from(token.bytes[0])] = code[0];
            }
            bytes
        });
        let sorted = sorted.into_iter().map(|(token, _)| token).collect();
        let trie = Trie::new(sorted, |i| u32::from(codes[i].1) * BYTE + CODE);
        TokenEncoder { trie, codes, bytes }
    }

    /// Appends the codes of a text.
    pub(crate) fn encode(&self, text: &[u8], out: &mut Vec<u8>) {
        if let Some(codes) = &self.bytes {
            for &byte in text {
                let code = codes[usize::from(byte)];
                out.push(code);
                if code == LITERAL {
                    out.push(byte);
                }
            }
            return;
        }
        if text.len() <= SHORT {
            return self.encode_block(text, &mut [0; SHORT + 1], out);
        }
        let mut steps = vec![0; text.len().min(BLOCK) + 1];
        for block in text.chunks(BLOCK) {
            self.encode_block(block, &mut steps, out);
        }
    }

    fn encode_block(&self, text: &[u8], steps: &mut [Step], out: &mut Vec<u8>) {
        for piece in parse(&self.trie, text, text.len(), steps) {
            match piece {
                Piece::Byte(byte) => out.extend_from_slice(&[LITERAL, byte]),
                Piece::Token(token) => {
                    let (code, len) = self.codes[token];
                    out.extend_from_slice(&code[..usize::from(len)]);
                }
            }
        }
    }
}

fn low_byte(n: usize) -> u8 {
    n.to_le_bytes()[0]
}
