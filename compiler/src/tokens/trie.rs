//! Which tokens does a text start with? A trie in one array.

use crate::bits::Bits;

use super::Token;

/// Tokens by their bytes, each with the cost of its code.
///
/// A node's transition by byte `c` stands in the slot at the node's base plus `c`. No two nodes have the same base, so a
/// slot with the label `c` belongs to the one node whose base it follows by `c`. Where only one token is left there is
/// no further node: the rest of its text is compared.
#[derive(Debug)]
pub(super) struct Trie {
    slots: Vec<u64>,
    tokens: Vec<Token>,
}

/// A way to a place in a text: its cost, below it the number of the token that comes last.
pub(super) type Step = u64;

/// The part of a step that is the token; no token has all of its bits set.
pub(super) const TOKEN: Step = (1 << COST_SHIFT) - 1;
/// Where in a step the cost stands.
pub(super) const COST_SHIFT: u32 = 17;

// a slot: label, flags, the step of the token that ends here or is the only one left, base or what is left of that token
const LABEL: u64 = 0xFF | USED;
const USED: u64 = 1 << 8;
const SINGLE: u64 = 1 << 9;
const STEP_SHIFT: u32 = 10;
/// The step of no token: it costs more than any string of bytes that are no tokens.
const NO_STEP: Step = (1 << 31) - 1;
const BASE_SHIFT: u32 = 41;
const MAX_BASE: usize = 1 << 23;
// of the only token that is left: how many bytes, and the first two of them
const REST_LEN: u64 = 0x1F;
const REST_SHIFT: u32 = BASE_SHIFT + 5;

/// The first base. Nodes without children have the base 0, behind which no slot is in use.
const ROOT: usize = 256;

/// A node whose children have yet to be placed: tokens from, to; length of what they share; base.
type Open = (usize, usize, usize, usize);

impl Trie {
    /// The trie of tokens in ascending order; `cost(i)` is the cost of the i-th, less than 2^14 - 1.
    pub(super) fn new(tokens: Vec<Token>, cost: impl Fn(usize) -> u32) -> Self {
        let mut trie = Trie {
            slots: vec![0; ROOT + 256],
            tokens,
        };
        let mut room = Room::new();
        let mut labels = Vec::new();
        let mut open: Vec<Open> = vec![(0, trie.tokens.len(), 0, ROOT)];
        while let Some((from, to, depth, base)) = open.pop() {
            let mut next = from;
            while next < to {
                let first = next;
                let label = trie.tokens[first].bytes[depth];
                next += trie.run(first, to, depth);
                let ends = trie.tokens[first].text().len() == depth + 1;
                let single = next - first == 1 && !ends;
                let mut slot = u64::from(label) | USED;
                slot |= if ends || single {
                    (u64::from(cost(first)) << COST_SHIFT | first as u64) << STEP_SHIFT
                } else {
                    NO_STEP << STEP_SHIFT
                };
                let below = first + usize::from(ends);
                if single {
                    slot |= SINGLE | rest(&trie.tokens[first].text()[depth + 1..]);
                } else if below < next {
                    trie.labels(below, next, depth + 1, &mut labels);
                    // a node for which there is no place is left out: its tokens are never found
                    if let Some(child) = room.place(&labels) {
                        let len = trie.slots.len().max(child + 256);
                        trie.slots.resize(len, 0);
                        slot |= (child as u64) << BASE_SHIFT;
                        open.push((below, next, depth + 1, child));
                    }
                }
                trie.slots[base + usize::from(label)] = slot;
            }
        }
        trie
    }

    /// How many tokens from the first on have the same byte at `depth`.
    fn run(&self, first: usize, to: usize, depth: usize) -> usize {
        let label = self.tokens[first].bytes[depth];
        let mut run = self.tokens[first..to].iter();
        run.position(|token| token.bytes[depth] != label)
            .unwrap_or(to - first)
    }

    /// The bytes at `depth` of tokens from, to.
    fn labels(&self, from: usize, to: usize, depth: usize, labels: &mut Vec<u8>) {
        labels.clear();
        labels.extend(self.tokens[from..to].iter().map(|token| token.bytes[depth]));
        labels.dedup();
    }

    /// Length of a token; 1 for what stands for no token.
    #[inline]
    pub(super) fn len(&self, token: usize) -> usize {
        self.tokens.get(token).map_or(1, |token| token.text().len())
    }

    #[inline]
    fn token(&self, step: Step) -> &Token {
        &self.tokens[(step & TOKEN) as usize]
    }

    /// Lowers the ways to the places after each byte of the text, `ahead`, by the way to its start and a token.
    #[inline]
    pub(super) fn reach(&self, text: &[u8], here: Step, ahead: &mut [Step]) {
        let mut base = ROOT;
        for (at, (&label, there)) in text.iter().zip(ahead.iter_mut()).enumerate() {
            let Some(&slot) = self.slots.get(base + usize::from(label)) else {
                return;
            };
            if slot & LABEL != USED | u64::from(label) {
                return;
            }
            let step = here + (slot >> STEP_SHIFT & NO_STEP);
            if slot & SINGLE != 0 {
                let len = (slot >> BASE_SHIFT & REST_LEN) as usize;
                let Some(more) = text.get(at + 1..=at + len) else {
                    return;
                };
                // mostly it is one of the first bytes that differs, and the token need not be looked at
                let starts = (slot ^ rest(more)) >> BASE_SHIFT == 0;
                if starts && (len <= 2 || self.token(step).text().ends_with(&more[2..])) {
                    let there = &mut ahead[at + len];
                    *there = step.min(*there);
                }
                return;
            }
            *there = step.min(*there);
            base = (slot >> BASE_SHIFT) as usize;
        }
    }
}

/// The part of a slot that tells what is left of its token.
#[inline]
fn rest(text: &[u8]) -> u64 {
    let start = match *text {
        [] => 0,
        [byte] => u64::from(byte),
        [first, second, ..] => u64::from(first) | u64::from(second) << 8,
    };
    start << REST_SHIFT | (text.len() as u64) << BASE_SHIFT
}

/// Which slots and bases are taken.
struct Room {
    slots: Bits,
    bases: Bits,
    /// Before this base nothing is searched.
    first: usize,
}

impl Room {
    fn new() -> Self {
        let mut room = Room {
            slots: Bits::default(),
            bases: Bits::default(),
            first: ROOT + 1,
        };
        room.bases.set(ROOT as u64);
        (ROOT..ROOT + 256).for_each(|slot| room.slots.set(slot as u64));
        room
    }

    /// The first base that no node has and whose slots for the labels are free; takes both.
    fn place(&mut self, labels: &[u8]) -> Option<usize> {
        let slot = |base: usize, label: u8| (base + usize::from(label)) as u64;
        let mut base = self.first;
        while base < MAX_BASE {
            let taken = labels
                .iter()
                .fold(self.bases.from(base as u64), |taken, &label| {
                    taken | self.slots.from(slot(base, label))
                });
            if taken != u64::MAX {
                base += taken.trailing_ones() as usize;
                self.bases.set(base as u64);
                for &label in labels {
                    self.slots.set(slot(base, label));
                }
                return Some(base);
            }
            base += 64;
            if labels.len() == 1 {
                self.first = base;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trie(tokens: &[&str]) -> Trie {
        let tokens = tokens.iter().map(|text| Token::new(text.as_bytes()));
        Trie::new(tokens.collect(), |i| 10 + u32::try_from(i).unwrap())
    }

    /// Length, cost and number of the tokens a text starts with.
    fn found(trie: &Trie, text: &str) -> Vec<(usize, u64, u64)> {
        let mut ahead = vec![Step::MAX; text.len()];
        trie.reach(text.as_bytes(), 0, &mut ahead);
        let steps = ahead.iter().enumerate();
        steps
            .filter(|&(_, &step)| step < NO_STEP)
            .map(|(at, step)| (at + 1, step >> COST_SHIFT, step & TOKEN))
            .collect()
    }

    #[test]
    fn finds_every_token_at_the_start() {
        let trie = trie(&["a", "abc", "abcdefgh", "abd", "b", "za\0", "zab"]);
        assert_eq!(
            found(&trie, "abcdefghi"),
            [(1, 10, 0), (3, 11, 1), (8, 12, 2)]
        );
        assert_eq!(found(&trie, "abcdefgx"), [(1, 10, 0), (3, 11, 1)]);
        assert_eq!(found(&trie, "abcdefg"), [(1, 10, 0), (3, 11, 1)]);
        assert_eq!(found(&trie, "abd"), [(1, 10, 0), (3, 13, 3)]);
        assert_eq!(found(&trie, "za\0"), [(3, 15, 5)]);
        assert_eq!(found(&trie, "za"), []);
        assert_eq!(found(&trie, "c"), []);
        assert_eq!(found(&trie, ""), []);
        assert_eq!((trie.len(2), trie.len(7)), (8, 1));
    }

    #[test]
    fn a_trie_of_all_pairs() {
        let all: Vec<Token> = (0..=u16::MAX)
            .map(|pair| Token::new(&pair.to_be_bytes()))
            .collect();
        let trie = Trie::new(all, |_| 1);
        for pair in 0..=u16::MAX {
            let mut ahead = [Step::MAX; 2];
            trie.reach(&pair.to_be_bytes(), 0, &mut ahead);
            assert_eq!(ahead[1], 1 << COST_SHIFT | u64::from(pair));
        }
    }

    #[test]
    fn a_trie_of_no_token() {
        assert_eq!(found(&trie(&[]), "abc"), []);
    }
}
