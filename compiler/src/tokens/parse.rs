//! The cheapest way to write a text with tokens.

use super::trie::{COST_SHIFT, Step, TOKEN, Trie};

/// The cost of a byte of code.
pub(super) const BYTE: u32 = 1 << 8;

/// What each code costs beside its bytes: of equally many bytes, those with the fewest codes are quickest to read.
pub(super) const CODE: u32 = 1;

/// Length of the code of a byte that is no token.
pub(super) const LITERAL_LEN: u32 = 2;

const LITERAL: Step = ((LITERAL_LEN * BYTE + CODE) as Step) << COST_SHIFT | TOKEN;

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The number of a token in the trie.
    Token(usize),
    /// A byte that is no token.
    Byte(u8),
}

/// The pieces of a text whose codes cost least; the first piece has at most `first` bytes if it is a token.
///
/// `steps` has room for one more than the bytes of the text.
#[inline]
pub(super) fn parse<'t>(
    trie: &'t Trie,
    text: &'t [u8],
    first: usize,
    steps: &'t mut [Step],
) -> impl Iterator<Item = Piece> + 't {
    let steps = &mut steps[..=text.len()];
    steps.fill(Step::MAX);
    steps[0] = 0;
    for at in 0..text.len() {
        let here = steps[at] & !TOKEN;
        let ahead = &mut steps[at + 1..];
        ahead[0] = ahead[0].min(here + LITERAL);
        let end = if at == 0 { first } else { text.len() };
        trie.reach(&text[at..end], here, ahead);
    }
    turn_round(trie, steps);
    let mut at = 0;
    std::iter::from_fn(move || {
        let &byte = text.get(at)?;
        let token = token(steps[at]);
        at += trie.len(token);
        Some(if token == token_of_literals() {
            Piece::Byte(byte)
        } else {
            Piece::Token(token)
        })
    })
}

/// Moves each step of the cheapest way from the place where its token ends to the one where it starts.
fn turn_round(trie: &Trie, steps: &mut [Step]) {
    let mut at = steps.len() - 1;
    let mut step = steps[at];
    while at > 0 {
        at -= trie.len(token(step));
        std::mem::swap(&mut steps[at], &mut step);
    }
}

fn token(step: Step) -> usize {
    usize::try_from(step & TOKEN).expect("17 bits")
}

fn token_of_literals() -> usize {
    token(LITERAL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Token;
    use Piece::{Byte, Token as T};

    #[test]
    fn fewest_bytes_then_fewest_codes() {
        let tokens = ["a", "ab", "b", "bcd", "cd"].map(|text| Token::new(text.as_bytes()));
        let lens = [1, 1, 1, 2, 1];
        let trie = Trie::new(tokens.to_vec(), |i| lens[i] * BYTE + CODE);
        let pieces = |text: &[u8], first| -> Vec<Piece> {
            parse(&trie, text, first, &mut vec![0; text.len() + 1]).collect()
        };
        assert_eq!(pieces(b"abcd", 4), [T(1), T(4)]);
        assert_eq!(
            pieces(b"abcd", 1),
            [T(0), T(3)],
            "as many bytes as a, b and cd"
        );
        assert_eq!(pieces(b"xabx", 4), [Byte(b'x'), T(1), Byte(b'x')]);
        assert_eq!(pieces(b"c", 1), [Byte(b'c')]);
        assert_eq!(pieces(b"", 0), []);
    }
}
