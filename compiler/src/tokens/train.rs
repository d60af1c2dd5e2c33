//! Which strings should be tokens?
//!
//! ```text
//! strings that occur often in one half of the sample -> candidates
//! three times or more:
//!     write the sample with the candidates as cheaply as possible; in the first round, half of it
//!     keep the candidates that save more than they take up; those used most get codes of one byte
//!     in the first two rounds, join those that often stand one after the other to new candidates
//!     from the third on, drop no more than half of the candidates, until few have to go
//! ```
//!
//! All is counted in bytes of the sample's codes. A byte of the table is worth less of them the more text there is
//! beside the sample. There is no arithmetic but on integers, and nothing depends on anything but the sample.

use std::cmp::Reverse;

use keyfold_reader::format::native::tokens::{ENTRY_LEN, MAX_ONE_BYTE, MAX_POOL_LEN};

use super::parse::{BYTE, CODE, LITERAL_LEN, Piece, parse};
use super::repeats::Repeats;
use super::trie::{Step, Trie};
use super::{Texts, Token, one_byte_codes};

/// Most candidates that a round starts with; a table holds as many.
const MAX_CANDIDATES: usize = 60_000;

/// A sample of up to so many bytes is used as a whole from the start.
const SMALL_SAMPLE: usize = 1 << 17;

/// A small sample of so many times its text says little of what strings there are, and somebody wants it quick.
const SCANTY: u64 = 64;

/// Texts are parsed in blocks of so many bytes.
const BLOCK: usize = 4096;

/// Before the last round candidates may take up so many times what they save: others that they overlap may go first.
const PATIENCE: u64 = 4;

/// Pairs that occur less often are not joined.
const MIN_PAIRS: usize = 3;

/// Bytes of the sample's codes, with a fraction of 16 bits.
type Fixed = u64;
const FRACTION: u32 = 16;

/// The tokens for texts such as those of the sample, `total` bytes of them, in the order of their codes.
pub(super) fn tokens(sample: &Texts, total: u64) -> Vec<Token> {
    let bytes = sample.bytes.len() as u64;
    if bytes == 0 {
        return Vec::new();
    }
    if sample.bytes.len() <= SMALL_SAMPLE / 2 && total / SCANTY >= bytes {
        return single_bytes(sample);
    }
    let mut training = Training {
        price: (bytes << FRACTION) / total.max(bytes),
        candidates: Vec::new(),
    };
    if sample.bytes.len() <= SMALL_SAMPLE {
        training.seed(sample, 1);
        training.round(sample, 1, true);
    } else {
        let half = sample.part(sample.bytes.len() / 2);
        training.seed(&half, 2);
        training.round(&half, 2, true);
    }
    training.round(sample, 1, true);
    // step by step: when some go, those that are left save more
    while !training.round(sample, 1, false) {}
    training.into_tokens()
}

/// The bytes that occur, the most frequent first, as far as there are codes of one byte.
fn single_bytes(sample: &Texts) -> Vec<Token> {
    let mut uses = [0usize; 256];
    for &byte in &sample.bytes {
        uses[usize::from(byte)] += 1;
    }
    let mut bytes: Vec<u8> = (0..=255).collect();
    bytes.retain(|&byte| uses[usize::from(byte)] > 0);
    bytes.sort_by_key(|&byte| Reverse(uses[usize::from(byte)]));
    bytes.truncate(MAX_ONE_BYTE);
    bytes.iter().map(|&byte| Token::new(&[byte])).collect()
}

/// A string that may become a token. All single bytes are among them: without a token, they are literals.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    token: Token,
    /// How often it is used.
    uses: u64,
    /// How many bytes of codes its text has without it.
    without: u32,
    /// How many it has with it; 0: not decided yet.
    code: u32,
}

impl Candidate {
    /// Bytes of codes that it saves.
    fn saves(&self) -> u64 {
        self.uses * u64::from(self.without.saturating_sub(self.code))
    }

    fn is_byte(&self) -> bool {
        self.token.len == 1
    }
}

struct Training {
    /// What a byte of the table is worth.
    price: Fixed,
    /// In the order of their tokens.
    candidates: Vec<Candidate>,
}

impl Training {
    /// Starts with single bytes, and the strings that occur often in the texts. Texts count `weight` times.
    fn seed(&mut self, texts: &Texts, weight: u64) {
        // two bytes of text take about one byte of codes
        let saves = |len: usize, uses: usize| {
            let code = if len <= 3 { 1 } else { 2 };
            len.saturating_sub(2 * code) * uses / 2
        };
        let mut strings = Vec::new();
        Repeats::new(texts).each(
            |len, uses| len > 1 && saves(len, uses) >= 4,
            |text, uses| strings.push((Reverse(saves(text.len(), uses)), Token::new(text), uses)),
        );
        if strings.len() > MAX_CANDIDATES {
            strings.select_nth_unstable(MAX_CANDIDATES);
            strings.truncate(MAX_CANDIDATES);
        }
        let mut bytes = [0; 256];
        for &byte in &texts.bytes {
            bytes[usize::from(byte)] += 1;
        }
        let bytes = (0..=255).map(|byte| (Token::new(&[byte]), bytes[usize::from(byte)]));
        let strings = strings.into_iter().map(|(_, token, uses)| (token, uses));
        self.candidates
            .extend(bytes.chain(strings).map(|(token, uses)| Candidate {
                token,
                uses: weight * uses as u64,
                without: LITERAL_LEN,
                code: 0,
            }));
        self.candidates
            .sort_unstable_by_key(|candidate| candidate.token);
        // most of them will not stay
        let expected = self.candidates.len() / 4;
        give_codes(&mut self.candidates, expected);
    }

    /// Writes the texts with the candidates, and chooses among them and, in a round that `joins`, among pairs of them. Whether
    /// few of them went.
    fn round(&mut self, texts: &Texts, weight: u64, joins: bool) -> bool {
        let trie = Trie::new(
            self.candidates
                .iter()
                .map(|candidate| candidate.token)
                .collect(),
            |i| self.cost(&self.candidates[i]),
        );
        let mut steps = vec![0; BLOCK + 1];
        let mut uses = vec![0; self.candidates.len()];
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for block in texts.iter().flat_map(|text| text.chunks(BLOCK)) {
            let mut before = None;
            for piece in parse(&trie, block, block.len(), &mut steps) {
                let Piece::Token(token) = piece else { continue };
                uses[token] += weight;
                if joins {
                    let token = u32::try_from(token).expect("few candidates");
                    pairs.extend(before.map(|before| (before, token)));
                    before = Some(token);
                }
            }
        }
        for (i, uses) in uses.into_iter().enumerate() {
            self.candidates[i].without = self.without(&trie, i, &mut steps);
            self.candidates[i].uses = uses;
        }
        self.join(pairs, weight);
        self.choose(if joins { PATIENCE } else { 1 })
    }

    /// What a token takes up in the table, where about a third of the tokens' text is shared. Two thirds of it count: what a
    /// token saves is judged beside all others, and grows when some of them go.
    fn room(&self, token: &Token) -> Fixed {
        let thirds = 3 * ENTRY_LEN as u64 + 2 * u64::from(token.len);
        self.price * thirds * 2 / 9
    }

    /// What a parse has to weigh: the bytes of the code, and of the token's room what falls to each use. So what is used
    /// little is used even less, until it is not worth its room.
    fn cost(&self, candidate: &Candidate) -> u32 {
        let code = candidate.code * BYTE + CODE;
        if candidate.is_byte() {
            return code;
        }
        let share = self.room(&candidate.token) / candidate.uses;
        let share = share >> (FRACTION - BYTE.ilog2());
        code + u32::try_from(share).map_or(2 * BYTE, |share| share.min(2 * BYTE))
    }

    /// How many bytes of codes a candidate's text has without it.
    fn without(&self, trie: &Trie, i: usize, steps: &mut [Step]) -> u32 {
        let text = self.candidates[i].token.text();
        parse(trie, text, text.len() - 1, steps)
            .map(|piece| match piece {
                Piece::Token(token) => self.candidates[token].code,
                Piece::Byte(_) => LITERAL_LEN,
            })
            .sum()
    }

    /// Adds the pairs that occur often enough.
    fn join(&mut self, mut pairs: Vec<(u32, u32)>, weight: u64) {
        pairs.sort_unstable();
        for equal in pairs
            .chunk_by(|a, b| a == b)
            .filter(|equal| equal.len() >= MIN_PAIRS)
        {
            let [first, second] = [equal[0].0, equal[0].1].map(|i| self.candidates[i as usize]);
            if let Some(token) = first.token.join(&second.token) {
                self.candidates.push(Candidate {
                    token,
                    uses: weight * equal.len() as u64,
                    without: first.code + second.code,
                    code: 0,
                });
            }
        }
        // new ones behind old ones; what is there already needs no other
        self.candidates
            .sort_by_key(|candidate| (candidate.token, candidate.code == 0));
        self.candidates.dedup_by(|next, kept| {
            let equal = next.token == kept.token;
            if equal && kept.code == 0 {
                kept.uses += next.uses;
                kept.without = kept.without.min(next.without);
            }
            equal
        });
    }

    /// Keeps what saves more than it takes up; in the last rounds no less than half of all. Whether few went.
    fn choose(&mut self, patience: u64) -> bool {
        let mut candidates = std::mem::take(&mut self.candidates);
        let all = candidates.len();
        let worthy = self.worthy(&mut candidates, patience);
        let half = if patience == 1 { all / 2 } else { 0 };
        let kept = worthy.max(half);
        let lead = give_codes(&mut candidates, kept);
        let margin = |candidate: &Candidate| self.margin(candidate, lead, patience);
        let mut margins: Vec<i64> = candidates.iter().map(margin).collect();
        let mut limit = i64::MIN;
        if kept < margins.len() {
            limit = *margins.select_nth_unstable_by_key(kept, |&m| Reverse(m)).1;
        }
        if half <= worthy {
            limit = limit.max(0);
        }
        candidates.retain(|candidate| margin(candidate) > limit);
        let few_went = candidates.len() >= all - all / 8;
        self.candidates = candidates;
        few_went
    }

    /// How many save more than they take up when as many are left: the more are left, the fewer codes of one byte there are.
    fn worthy(&self, candidates: &mut [Candidate], patience: u64) -> usize {
        let (mut few, mut many) = (0, candidates.len().min(MAX_CANDIDATES) + 1);
        while few + 1 < many {
            let expected = few.midpoint(many);
            let lead = give_codes(candidates, expected);
            let margins = candidates
                .iter()
                .map(|candidate| self.margin(candidate, lead, patience));
            if margins.filter(|&margin| margin > 0).count() < expected {
                many = expected;
            } else {
                few = expected;
            }
        }
        few
    }

    /// What a candidate saves `patience` times, less what it takes up, when codes of two bytes take up `lead` beside.
    fn margin(&self, candidate: &Candidate, lead: Fixed, patience: u64) -> i64 {
        if candidate.is_byte() && patience > 1 {
            return i64::MAX;
        }
        if candidate.uses == 0 {
            return i64::MIN;
        }
        let lead = if candidate.code == 1 { 0 } else { lead };
        let takes = self.room(&candidate.token) + lead;
        let saves = (candidate.saves() << FRACTION) * patience;
        saves.cast_signed() - takes.cast_signed()
    }

    /// The tokens, those used most first.
    fn into_tokens(mut self) -> Vec<Token> {
        self.candidates
            .sort_unstable_by_key(|candidate| (Reverse(candidate.uses), candidate.token));
        let mut pool_len = 0;
        let tokens = self.candidates.iter().map(|candidate| candidate.token);
        tokens
            .take_while(|token| {
                pool_len += token.text().len();
                pool_len <= MAX_POOL_LEN
            })
            .collect()
    }
}

/// Gives those used most codes of one byte, as many as a table of the `expected` size has; returns what each of the others takes
/// up by leaving fewer such codes.
fn give_codes(candidates: &mut [Candidate], expected: usize) -> Fixed {
    let short = one_byte_codes(expected);
    let mut uses: Vec<(Reverse<u64>, usize)> = Vec::with_capacity(candidates.len());
    uses.extend(
        candidates
            .iter()
            .map(|candidate| Reverse(candidate.uses))
            .zip(0..),
    );
    let first_long = (short < uses.len()).then(|| *uses.select_nth_unstable(short).1);
    for (rank, &(_, i)) in uses.iter().enumerate() {
        candidates[i].code = if rank < short { 1 } else { 2 };
    }
    // 256 more codes of two bytes leave one less of one byte
    first_long.map_or(0, |(Reverse(uses), _)| (uses << FRACTION) / 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(texts: &[&str], total: u64) -> Vec<String> {
        let tokens = tokens(&Texts::new(texts), total);
        let text = |token: &Token| String::from_utf8(token.text().to_vec()).unwrap();
        tokens.iter().map(text).collect()
    }

    #[test]
    fn little_text_gets_few_tokens() {
        assert_eq!(table(&[], 0), [""; 0]);
        assert_eq!(table(&["", ""], 100), [""; 0]);
        assert_eq!(table(&["abcdefgh"], 8), [""; 0]);
        assert_eq!(table(&["abcdefgh"; 4], 32), ["abcdefgh"]);
    }

    #[test]
    fn the_more_text_the_more_tokens() {
        let texts = ["/index.html", "/index.xml", "/about.html", "/news.xml"];
        let sizes = [1, 10, 1000].map(|more| table(&texts, more * 39).len());
        assert!(sizes.is_sorted() && sizes[0] < sizes[2], "{sizes:?}");
    }

    #[test]
    fn those_used_most_come_first() {
        let mut texts = vec!["Greenland"; 30];
        texts.extend(["Iceland"; 50]);
        assert_eq!(table(&texts, 10_000), ["Iceland", "Greenland"]);
    }
}
