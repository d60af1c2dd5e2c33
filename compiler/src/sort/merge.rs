//! K-way merge of sorted sources into one sequence of different keys.

use std::cmp::Ordering;

use super::run::shared_prefix;
use crate::error::{Error, Result};
use crate::options::OnDuplicate;

/// Rows in strictly ascending order of their keys.
pub trait Source {
    /// Goes to the next row; false at the end.
    fn advance(&mut self) -> Result<bool>;
    /// The key of the current row.
    fn key(&self) -> &[u8];
    /// Bytes its key has in common with the key before; 0 in the first row.
    fn shared(&self) -> usize;
}

/// Merges sources, oldest first. Of rows with the same key one stays, by the age of its source.
///
/// A tournament: each inner node of a tree over the sources holds the one that lost there, and the winner of
/// all is the current row. When it goes on, only the matches on its way up are played again. All who meet there
/// have lost to the last key, and are compared by how they differ from it, which is one number (`Player`).
/// Only if that is the same, bytes behind it are compared. Thus no byte of a key is compared twice in one place.
pub struct Merge<S> {
    sources: Vec<S>,
    /// Losers; the winner at 0. Source `i` is the leaf `sources + i`, the parent of `n` is `n / 2`.
    tree: Vec<Player>,
    on_duplicate: OnDuplicate,
    /// Whether the winner is the current row, and not still to be reached.
    started: bool,
    /// The current key, and what it has in common with the one before.
    key: Vec<u8>,
    shared: usize,
    duplicates: u64,
}

/// A source in the tournament.
///
/// A key is taken for a sequence of words, see [`word`]. `difference` tells how it differs from a smaller key, the one that
/// it lost to: the number of words both have in common, inverted, then the first word that they do not. Of two
/// keys that differ from the same smaller one, the one with the smaller number is smaller, and the other differs from
/// it just as it did from that one.
#[derive(Clone, Copy)]
struct Player {
    difference: u128,
    source: usize,
}

/// Greater than every difference.
const ENDED: u128 = u128::MAX;

/// Bytes of a key in a word.
const WORD: usize = 7;

/// Seven bytes of a key and their number, which is less in its last word. So words, as numbers, order like keys,
/// and a key that ends differs from one that goes on.
#[inline]
fn word(key: &[u8], index: usize) -> u64 {
    let rest = key.get(index * WORD..).unwrap_or_default();
    if let Some(bytes) = rest.first_chunk() {
        return u64::from_be_bytes(*bytes) & !0xFF | WORD as u64;
    }
    let mut word = rest.len() as u64;
    for (i, &byte) in rest.iter().enumerate() {
        word |= u64::from(byte) << (56 - 8 * i);
    }
    word
}

impl Player {
    /// The source whose `key` has the first `words` words in common with a smaller one.
    #[inline]
    fn new(source: usize, key: &[u8], words: usize) -> Self {
        let inverted = u128::from(!(words as u64));
        Player {
            difference: inverted << 64 | u128::from(word(key, words)),
            source,
        }
    }

    /// Words in common with the key it lost to.
    #[inline]
    fn words(self) -> usize {
        !(self.difference >> 64) as usize
    }
}

impl<S: Source> Merge<S> {
    /// Stands before the first key.
    pub fn new(mut sources: Vec<S>, on_duplicate: OnDuplicate) -> Result<Self> {
        let count = sources.len();
        let nobody = Player {
            difference: ENDED,
            source: 0,
        };
        let mut winners = vec![nobody; count];
        for (i, source) in sources.iter_mut().enumerate() {
            winners.push(if source.advance()? {
                Player::new(i, source.key(), 0)
            } else {
                Player {
                    source: i,
                    ..nobody
                }
            });
        }
        let mut merge = Merge {
            sources,
            tree: vec![nobody; count],
            on_duplicate,
            started: false,
            key: Vec::new(),
            shared: 0,
            duplicates: 0,
        };
        for node in (1..count).rev() {
            (winners[node], merge.tree[node]) =
                merge.play(winners[2 * node], winners[2 * node + 1]);
        }
        if let [_, winner, ..] = winners[..] {
            merge.tree[0] = winner;
        }
        Ok(merge)
    }

    /// Goes to the next key; false at the end.
    #[inline]
    pub fn advance(&mut self) -> Result<bool> {
        if self.started {
            // rows with the current key, which share more words with it than it has
            let words = self.key.len() / WORD + 1;
            self.advance_winner()?;
            while self.winner().is_some_and(|winner| winner.words() >= words) {
                if self.on_duplicate == OnDuplicate::Error {
                    return Err(Error::DuplicateKey(std::mem::take(&mut self.key)));
                }
                self.duplicates += 1;
                self.advance_winner()?;
            }
        }
        self.started = true;
        let Some(winner) = self.winner() else {
            return Ok(false);
        };
        let key = self.sources[winner.source].key();
        let shared = (winner.words() * WORD).min(key.len());
        let last = self.key.get(shared..).unwrap_or_default();
        self.shared = shared + shared_prefix(last, &key[shared..]);
        self.key.truncate(self.shared);
        self.key.extend_from_slice(&key[self.shared..]);
        Ok(true)
    }

    /// The current key.
    #[inline]
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// Bytes the current key has in common with the key before; 0 in the first row.
    #[inline]
    pub fn shared(&self) -> usize {
        self.shared
    }

    /// The source whose row is the current one.
    #[inline]
    pub fn current(&self) -> &S {
        &self.sources[self.current_index()]
    }

    /// The current source's place among the sources.
    #[inline]
    pub fn current_index(&self) -> usize {
        self.tree[0].source
    }

    /// Rows passed over so far because a row with the same key stayed.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// The sources, wherever they stand.
    pub(super) fn into_sources(self) -> Vec<S> {
        self.sources
    }

    #[inline]
    fn winner(&self) -> Option<Player> {
        let winner = self.tree.first().copied();
        winner.filter(|winner| winner.difference != ENDED)
    }

    /// Goes on in the winner's source and plays its matches again.
    #[inline]
    fn advance_winner(&mut self) -> Result<()> {
        let at = self.current_index();
        let source = &mut self.sources[at];
        let mut winner = if source.advance()? {
            Player::new(at, source.key(), source.shared() / WORD)
        } else {
            Player {
                difference: ENDED,
                source: at,
            }
        };
        let mut node = usize::midpoint(self.sources.len(), at);
        while node > 0 {
            let other = self.tree[node];
            (winner, self.tree[node]) = self.play(winner, other);
            node /= 2;
        }
        self.tree[0] = winner;
        Ok(())
    }

    /// Winner and loser of a match between two that lost to the same key.
    #[inline]
    fn play(&self, a: Player, b: Player) -> (Player, Player) {
        match a.difference.cmp(&b.difference) {
            Ordering::Less => (a, b),
            Ordering::Greater => (b, a),
            Ordering::Equal => self.play_on(a, b),
        }
    }

    /// The same between two whose words up to the first that differs from that key are the same.
    #[inline(never)]
    fn play_on(&self, a: Player, b: Player) -> (Player, Player) {
        if a.difference == ENDED {
            return (a, b);
        }
        let [a_key, b_key] = [a, b].map(|player| self.sources[player.source].key());
        let common = (a.words() + 1) * WORD;
        let [a_rest, b_rest] = [a_key, b_key].map(|key| key.get(common..).unwrap_or_default());
        let shared = shared_prefix(a_rest, b_rest);
        let (a_wins, words) = match a_rest[shared..].cmp(&b_rest[shared..]) {
            Ordering::Equal => (self.stays(a.source, b.source), a_key.len() / WORD + 1),
            order => (order.is_lt(), (common + shared) / WORD),
        };
        let (winner, loser, loser_key) = if a_wins { (a, b, b_key) } else { (b, a, a_key) };
        (winner, Player::new(loser.source, loser_key, words))
    }

    /// Whether of two rows with the same key the one of source `a` stays.
    fn stays(&self, a: usize, b: usize) -> bool {
        match self.on_duplicate {
            OnDuplicate::Last | OnDuplicate::Error => a > b,
            OnDuplicate::First => a < b,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Words(std::slice::Iter<'static, &'static str>, &'static str, usize);

    impl Source for Words {
        fn advance(&mut self) -> Result<bool> {
            let next = self.0.next();
            let last = std::mem::replace(&mut self.1, next.copied().unwrap_or_default());
            self.2 = shared_prefix(last.as_bytes(), self.1.as_bytes());
            Ok(next.is_some())
        }

        fn key(&self) -> &[u8] {
            self.1.as_bytes()
        }

        fn shared(&self) -> usize {
            self.2
        }
    }

    fn merge(on_duplicate: OnDuplicate) -> Result<(Vec<(String, usize)>, u64)> {
        const SOURCES: [&[&str]; 4] = [&["a", "c", "d"], &[], &["a", "b", "d"], &["d"]];
        let sources = SOURCES
            .iter()
            .map(|words| Words(words.iter(), "", 0))
            .collect();
        let mut merge = Merge::new(sources, on_duplicate)?;
        let mut rows = Vec::new();
        while merge.advance()? {
            rows.push((
                String::from_utf8_lossy(merge.key()).into_owned(),
                merge.current_index(),
            ));
        }
        Ok((rows, merge.duplicates()))
    }

    #[test]
    fn one_row_a_key() {
        let rows = |list: [(&str, usize); 4]| list.map(|(k, i)| (k.to_owned(), i)).to_vec();
        assert_eq!(
            merge(OnDuplicate::Last).unwrap(),
            (rows([("a", 2), ("b", 2), ("c", 0), ("d", 3)]), 3)
        );
        assert_eq!(
            merge(OnDuplicate::First).unwrap(),
            (rows([("a", 0), ("b", 2), ("c", 0), ("d", 0)]), 3)
        );
        assert!(matches!(merge(OnDuplicate::Error), Err(Error::DuplicateKey(key)) if key == b"a"));
    }
}
