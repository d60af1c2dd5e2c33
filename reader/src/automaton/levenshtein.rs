//! Strings within an edit distance.

use super::characters::{Characters, Partial};
use super::{Automaton, LabelSet};
use crate::error::{Error, Result};

/// Most edits.
pub const MAX_DISTANCE: u32 = 4;
const LEVELS: usize = MAX_DISTANCE as usize + 1;

/// Accepts the keys that at most so many edits lead to: insertion, deletion and replacement of a character, and the
/// swap of two neighbours, no part being edited twice (the optimal string alignment distance). The score is the
/// distance.
///
/// Characters are Unicode code points; each byte that is not part of valid UTF-8 counts as a character of its own.
///
/// The automaton is not built: its states are sets of positions in the query, one set for each number of edits, of which
/// only those near the diagonal can be reached. So a state takes the same few bytes and a step the same few operations
/// on them, however long the query is (the bit-parallel simulation of Wu and Manber, "Fast text searching allowing
/// errors", 1992, with the swaps of Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit
/// distances", 2003).
#[derive(Clone, Debug)]
pub struct Levenshtein {
    query: Characters,
    /// All of the query is UTF-8.
    valid: bool,
    /// Where each of the ASCII characters stands in the query, as bits; empty if the query is longer than 64.
    places: Vec<u64>,
    max_distance: u32,
    exact: u32,
}

/// The positions of the query that the characters read so far lead to.
///
/// Bit `i` stands for the position `characters read - max distance + i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// Per number of edits: positions reached with so many or fewer.
    reached: [u16; LEVELS],
    /// Per number of edits: positions where the second of two swapped characters was read, and the first must follow.
    swapped: [u16; LEVELS],
    /// Characters read.
    read: u32,
    partial: Partial,
}

impl Levenshtein {
    /// At most `max_distance` edits, [`MAX_DISTANCE`] at most.
    pub fn new(query: &[u8], max_distance: u32) -> Result<Self> {
        if max_distance > MAX_DISTANCE {
            let reason = format!(
                "an edit distance of {max_distance}: at most {MAX_DISTANCE} can be asked for"
            );
            return Err(Error::Query { reason });
        }
        let query = Characters::new(query);
        let mut places = Vec::new();
        if query.len() <= 64 {
            places.resize(128, 0);
            for (position, &character) in query.list().iter().enumerate() {
                if let Some(places) = places.get_mut(character as usize) {
                    *places |= 1u64 << position;
                }
            }
        }
        Ok(Levenshtein {
            valid: query.are_valid(),
            places,
            query,
            max_distance,
            exact: 0,
        })
    }

    /// Accepts only keys whose first characters are the same as those of the query.
    #[must_use]
    pub fn minimum_prefix(mut self, characters: usize) -> Self {
        self.exact = number(characters);
        self
    }

    /// Characters of the query.
    pub(super) fn len(&self) -> usize {
        self.query.len()
    }

    /// What all keys start with.
    pub(crate) fn exact(&self) -> &[u8] {
        self.query
            .bytes(0..self.query.len().min(self.exact as usize))
    }

    fn levels(&self) -> usize {
        self.max_distance as usize
    }

    /// The positions of the query where a character stands, as bits of an alignment; one more than an alignment has,
    /// for the second of two swapped ones.
    #[inline]
    fn equal(&self, read: u32, character: u32) -> u16 {
        let k = self.max_distance;
        if let Some(places) = self.places.get(character as usize) {
            // at most 64 characters, each a bit
            let [low, high, ..] = if read >= k {
                places.checked_shr(read - k).unwrap_or(0).to_le_bytes()
            } else {
                (places << (k - read)).to_le_bytes()
            };
            return u16::from_le_bytes([low, high]) & ((4 << (2 * k)) - 1);
        }
        let (query, read, k) = (self.query.list(), read as usize, self.levels());
        let first = k.saturating_sub(read);
        let start = (read + first - k).min(query.len());
        let end = (read + k + 2).min(query.len());
        let mut equal = 0;
        for (i, &other) in query[start..end].iter().enumerate() {
            equal |= u16::from(other == character) << i;
        }
        equal << first
    }

    /// The bits that stand for positions of the query or its end.
    #[inline]
    fn inside(&self, read: u32) -> u16 {
        let k = self.max_distance;
        let last = (number(self.query.len()) + k).checked_sub(read);
        let below = k.saturating_sub(read);
        let width = 2 * k + 1;
        match last {
            Some(last) => ((1 << (last + 1).min(width)) - 1) & !((1 << below) - 1),
            None => 0,
        }
    }

    /// Reads a character; nothing if no string that starts so is near enough.
    #[inline]
    fn read(&self, at: &Alignment, character: u32) -> Option<Alignment> {
        if at.read < self.exact && self.query.list().get(at.read as usize) != Some(&character) {
            return None;
        }
        match self.max_distance {
            0 => self.read_within::<0>(at, character),
            1 => self.read_within::<1>(at, character),
            2 => self.read_within::<2>(at, character),
            3 => self.read_within::<3>(at, character),
            _ => self.read_within::<4>(at, character),
        }
    }

    /// As [`read`](Self::read), with K edits at most.
    #[inline]
    fn read_within<const K: usize>(&self, at: &Alignment, character: u32) -> Option<Alignment> {
        let equal = self.equal(at.read, character);
        let inside = self.inside(at.read + 1);
        let mut next = Alignment {
            reached: [0; LEVELS],
            swapped: [0; LEVELS],
            read: at.read + 1,
            partial: Partial::default(),
        };
        // a position that goes on by one keeps its bit, since as many characters were read
        next.reached[0] = at.reached[0] & equal & inside;
        for edits in 1..=K {
            let before = at.reached[edits - 1];
            let same = at.reached[edits] & equal;
            let (inserted, replaced) = (before >> 1, before);
            let deleted = next.reached[edits - 1] << 1;
            let swapped = (at.swapped[edits] & equal) << 1;
            next.reached[edits] = (same | inserted | replaced | deleted | swapped) & inside;
            next.swapped[edits] = (before & equal >> 1) >> 1 & inside;
        }
        (next.reached[K] | next.swapped[K] != 0).then_some(next)
    }

    /// Reads a byte; `each` is told the state after every character that is complete by it. Nothing if no string that
    /// starts so is near enough.
    #[inline]
    pub(super) fn read_byte(
        &self,
        at: &Alignment,
        byte: u8,
        mut each: impl FnMut(&Alignment),
    ) -> Option<Alignment> {
        let (mut partial, mut at) = (at.partial, *at);
        at.partial = Partial::default();
        let read = |character| {
            at = self.read(&at, character)?;
            each(&at);
            Some(())
        };
        partial.push(byte, read)?;
        at.partial = partial;
        Some(at)
    }

    /// After the bytes of a character that is not complete, as if the key ended there; `each` is told the states in
    /// between.
    pub(super) fn finish(
        &self,
        at: &Alignment,
        mut each: impl FnMut(&Alignment),
    ) -> Option<Alignment> {
        let (mut partial, mut at) = (at.partial, *at);
        at.partial = Partial::default();
        let read = |character| {
            at = self.read(&at, character)?;
            each(&at);
            Some(())
        };
        partial.finish(read)?;
        Some(at)
    }

    /// The distance from what was read to the query, if it is small enough.
    #[inline]
    pub(crate) fn distance(&self, at: &Alignment) -> Option<u32> {
        if !at.partial.is_empty() {
            return self.distance(&self.finish(at, |_| {})?);
        }
        if at.read < self.exact {
            return None;
        }
        let end = (number(self.query.len()) + self.max_distance).checked_sub(at.read)?;
        (0..=self.max_distance)
            .find(|&edits| at.reached[edits as usize].checked_shr(end).unwrap_or(0) & 1 != 0)
    }

    /// Whether all edits are used up, so that the rest has to be the same.
    #[inline]
    fn is_exhausted(&self, at: &Alignment) -> bool {
        match self.levels().checked_sub(1) {
            Some(last) => at.reached[last] | at.swapped[last] == 0,
            None => true,
        }
    }

    /// The positions that bits stand for.
    #[inline]
    fn positions(&self, mut bits: u16, read: u32) -> impl Iterator<Item = usize> {
        let k = self.max_distance;
        std::iter::from_fn(move || {
            let bit = (bits != 0).then(|| bits.trailing_zeros())?;
            bits &= bits - 1;
            (read + bit)
                .checked_sub(k)
                .map(|position| position as usize)
        })
    }
}

fn number(n: usize) -> u32 {
    // a query of so many characters would be longer than memory
    u32::try_from(n).unwrap_or(u32::MAX / 2)
}

impl Automaton for Levenshtein {
    type State = Alignment;

    fn start(&self) -> Alignment {
        let mut reached = [0; LEVELS];
        for (edits, bits) in reached.iter_mut().enumerate().take(self.levels() + 1) {
            // nothing read, so that position 0 has the bit `max distance`; deletions lead on
            *bits = ((2 << edits) - 1) << self.max_distance & self.inside(0);
        }
        Alignment {
            reached,
            swapped: [0; LEVELS],
            read: 0,
            partial: Partial::default(),
        }
    }

    #[inline]
    fn step(&self, state: &Alignment, label: u8) -> Option<Alignment> {
        if state.partial.is_empty() && label < 0x80 {
            return self.read(state, u32::from(label));
        }
        self.read_byte(state, label, |_| {})
    }

    #[inline]
    fn accepts(&self, state: &Alignment) -> bool {
        self.distance(state).is_some()
    }

    #[inline]
    fn labels(&self, state: &Alignment) -> LabelSet {
        if !self.valid || !self.is_exhausted(state) {
            return LabelSet::ALL;
        }
        let k = self.levels();
        let positions = state.reached[k] | state.swapped[k];
        self.positions(positions, state.read)
            .filter(|&position| position < self.query.len())
            .filter_map(|position| {
                let bytes = self.query.bytes(position..position + 1);
                bytes.strip_prefix(state.partial.bytes())?.first().copied()
            })
            .collect()
    }

    fn score(&self, state: &Alignment) -> u32 {
        self.distance(state).unwrap_or(self.max_distance)
    }

    fn least_score(&self, state: &Alignment) -> u32 {
        (0..self.max_distance)
            .find(|&edits| state.reached[edits as usize] | state.swapped[edits as usize] != 0)
            .unwrap_or(self.max_distance)
    }

    #[inline]
    fn endings(&self, state: &Alignment, mut put: impl FnMut(&[u8], u32)) -> bool {
        let ready = self.valid && state.partial.is_empty() && state.read >= self.exact;
        if !ready || !self.is_exhausted(state) {
            return false;
        }
        let (k, len) = (self.levels(), self.query.len());
        for position in self.positions(state.reached[k], state.read) {
            put(self.query.bytes(position..len), self.max_distance);
        }
        for position in self.positions(state.swapped[k], state.read) {
            let first = self.query.bytes(position..position + 1);
            let swapped = [first, self.query.bytes(position + 2..len)].concat();
            let known = self
                .positions(state.reached[k], state.read)
                .any(|position| self.query.bytes(position..len) == swapped);
            if !known {
                put(&swapped, self.max_distance);
            }
        }
        true
    }
}
