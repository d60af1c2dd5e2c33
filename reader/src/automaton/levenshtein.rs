//! Strings within an edit distance.

use super::characters::{Characters, Next, Partial};
use super::occurrences::Occurrences;
use super::{Automaton, LabelSet};
use crate::error::{Error, Result};
use crate::format::native::grams;

/// Most edits.
pub const MAX_DISTANCE: u32 = 4;
/// Bits of a lane: twice the largest distance and one, and two more that a shift may reach.
const LANE: u32 = 12;
/// The lowest bit of each lane.
const LOWEST: u64 = 1 | 1 << LANE | 1 << (2 * LANE) | 1 << (3 * LANE) | 1 << (4 * LANE);
/// Most characters of a query whose positions, and as many more as there may be edits, are bits of one word.
const SHORT: usize = 63 - MAX_DISTANCE as usize;

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
    /// Where each character stands in the query: bit `max distance + i` for position `i`. Not known if the query is longer
    /// than [`SHORT`].
    places: Occurrences,
    max_distance: u32,
    /// A bit for each position that a lane has, and one more for the second of two swapped characters.
    lane: u64,
    /// The positions from which a key may be reached, in lanes, by the number of characters read.
    inside: Vec<u64>,
    exact: u32,
}

/// The positions of the query that the characters read so far lead to, in lanes of [`LANE`] bits: one for each number of
/// edits, from none on.
///
/// Bit `i` of a lane stands for the position `characters read - max distance + i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// Positions reached with so many edits or fewer.
    reached: u64,
    /// Positions where the second of two swapped characters was read, and the first must follow.
    swapped: u64,
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
        let places = if query.len() <= SHORT {
            Occurrences::new(query.list(), max_distance)
        } else {
            Occurrences::default()
        };
        Ok(Levenshtein {
            valid: query.are_valid(),
            places,
            inside: inside(query.len(), max_distance),
            query,
            max_distance,
            lane: (4 << (2 * max_distance)) - 1,
            exact: 0,
        })
    }

    /// Accepts only keys whose first characters are the same as those of the query.
    #[must_use]
    pub fn minimum_prefix(mut self, characters: usize) -> Self {
        self.exact = number(characters);
        self
    }

    /// Leaves out what cannot lead to a key that has only such [grams], of those that the query has.
    ///
    /// A gram that no key has must be edited, and an edit changes one at most of those that are a character apart. So many edits
    /// the rest of the query needs at least, wherever it begins (after Ukkonen, "Approximate string-matching with q-grams and
    /// maximal matches", 1992).
    #[must_use]
    pub(crate) fn among(mut self, may_have: impl Fn(&[u8]) -> bool) -> Self {
        if !self.valid {
            return self;
        }
        let mut before = usize::MAX;
        let mut edits = (0..=self.max_distance).rev();
        for start in (0..(self.query.len() + 1).saturating_sub(grams::CHARACTERS)).rev() {
            let end = start + grams::CHARACTERS;
            if end >= before || may_have(self.query.bytes(start..end)) {
                continue;
            }
            // so many edits must not lead to this position or one before
            let Some(edits) = edits.next() else {
                break;
            };
            let last = start + self.max_distance as usize;
            for (inside, left) in self.inside[..=last].iter_mut().zip((1..=last + 1).rev()) {
                let bits = (1 << left.min(LANE as usize)) - 1;
                *inside &= !(bits << (LANE * edits));
            }
            before = start;
        }
        self
    }

    /// Characters of the query.
    pub(super) fn len(&self) -> usize {
        self.query.len()
    }

    /// Whether all of the query is UTF-8.
    pub(super) fn is_valid(&self) -> bool {
        self.valid
    }

    /// Most edits.
    pub(super) fn max_distance(&self) -> u32 {
        self.max_distance
    }

    /// What all keys start with.
    pub(crate) fn exact(&self) -> &[u8] {
        self.query
            .bytes(0..self.query.len().min(self.exact as usize))
    }

    /// The positions of the query where a character stands that is read next, as bits of a lane, and one more than a lane
    /// has, for the second of two swapped ones.
    #[inline(always)]
    fn equal(&self, read: u32, character: u32) -> u64 {
        match self.places.of(character) {
            // what can go on has read no more than a word has bits
            Some(places) => places.wrapping_shr(read) & self.lane,
            None => self.far(read, character),
        }
    }

    /// As [`equal`](Self::equal), of a query that is too long for places.
    #[cold]
    fn far(&self, read: u32, character: u32) -> u64 {
        let (query, read, k) = (self.query.list(), read as usize, self.max_distance as usize);
        let first = k.saturating_sub(read);
        let start = (read + first - k).min(query.len());
        let end = (read + k + 2).min(query.len());
        let equal = (query[start..end].iter().rev()).fold(0, |equal, &other| {
            equal << 1 | u64::from(other == character)
        });
        equal << first
    }

    /// The positions from which a key may be reached after so many characters.
    #[inline(always)]
    fn inside(&self, read: u32) -> u64 {
        self.inside.get(read as usize).copied().unwrap_or(0)
    }

    /// Reads a character; nothing if no string that starts so is near enough.
    #[inline(always)]
    fn read(&self, at: &Alignment, character: u32) -> Option<Alignment> {
        if at.read < self.exact && self.query.list().get(at.read as usize) != Some(&character) {
            return None;
        }
        self.go_on(at, self.equal(at.read, character))
    }

    /// Reads a character that stands at the positions `equal` of the query.
    #[inline(always)]
    fn go_on(&self, at: &Alignment, equal: u64) -> Option<Alignment> {
        // the same in all lanes
        let equal = equal * LOWEST;
        let (inside, behind) = (self.inside(at.read + 1), self.inside(at.read + 2));
        // a position that goes on by one keeps its bit, since as many characters were read; an edit leads to the next lane
        let before = at.reached << LANE;
        let same = at.reached & equal;
        let (inserted, replaced) = (before >> 1, before);
        let swapped = (at.swapped & equal) << 1;
        let mut reached = (same | inserted | replaced | swapped) & inside;
        // one deletion, up to three, up to four
        reached |= reached << (LANE + 1) & inside;
        reached |= reached << (2 * LANE + 2) & inside;
        reached |= reached << (LANE + 1) & inside;
        // the first one that follows leads two positions on
        let swapped = (before & equal >> 1 & behind & !LOWEST) >> 1;
        (reached | swapped != 0).then_some(Alignment {
            reached,
            swapped,
            read: at.read + 1,
            partial: Partial::default(),
        })
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

    /// A step where a character has more bytes than one.
    #[inline(never)]
    fn step_beyond_ascii(&self, at: &Alignment, byte: u8) -> Option<Alignment> {
        match at.partial.next(byte) {
            Next::Begun(partial) => Some(Alignment { partial, ..*at }),
            Next::Whole(character) => self.read(at, character),
            Next::Broken => self.read_byte(at, byte, |_| {}),
        }
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
        (end <= 2 * self.max_distance).then(|| lowest(at.reached >> end & LOWEST))?
    }

    /// Whether all edits are used up, so that the rest has to be the same.
    #[inline]
    fn is_exhausted(&self, at: &Alignment) -> bool {
        let lanes_before = (1 << (LANE * self.max_distance)) - 1;
        (at.reached | at.swapped) & lanes_before == 0
    }

    /// The byte by which these bytes become the character at a position.
    #[inline(never)]
    fn completing(&self, position: usize, begun: &[u8]) -> Option<u8> {
        let character = self.query.bytes(position..position + 1);
        match *character.strip_prefix(begun)? {
            [label] => Some(label),
            _ => None,
        }
    }

    /// The number of a state behind the first bytes of a character. Sets of up to four lanes leave room for them, in bits that are
    /// not set in the number of any other state.
    #[inline(never)]
    fn id_within(&self, at: &Alignment, read: u8) -> Option<u128> {
        if self.max_distance == MAX_DISTANCE {
            return None;
        }
        let mut begun = [0; 4];
        begun[1..].copy_from_slice(&at.partial.padded());
        let sets = u128::from(at.swapped) << (MAX_DISTANCE * LANE) | u128::from(at.reached);
        Some(u128::from(u32::from_be_bytes(begun)) << 104 | sets << 8 | u128::from(read))
    }

    /// What may follow between two characters, where all edits are used up.
    #[inline(always)]
    fn rests(&self, state: &Alignment, mut put: impl FnMut(&[u8], u32)) {
        let len = self.query.len();
        for position in self.positions(state.reached, state.read) {
            put(self.query.bytes(position..len), self.max_distance);
        }
        for position in self.positions(state.swapped, state.read) {
            let first = self.query.bytes(position..position + 1);
            let swapped = [first, self.query.bytes(position + 2..len)].concat();
            let known = self
                .positions(state.reached, state.read)
                .any(|position| self.query.bytes(position..len) == swapped);
            if !known {
                put(&swapped, self.max_distance);
            }
        }
    }

    /// As [`rests`](Self::rests), behind the first bytes of a character.
    #[inline(never)]
    fn rests_behind(&self, state: &Alignment, mut put: impl FnMut(&[u8], u32)) {
        self.rests(state, |text, score| {
            if let Some(rest) = text.strip_prefix(state.partial.bytes()) {
                put(rest, score);
            }
        });
    }

    /// The positions that the last lane has.
    #[inline]
    fn positions(&self, lanes: u64, read: u32) -> impl Iterator<Item = usize> {
        let k = self.max_distance;
        let mut bits = lanes >> (LANE * k);
        std::iter::from_fn(move || {
            let bit = (bits != 0).then(|| bits.trailing_zeros())?;
            bits &= bits - 1;
            (read + bit)
                .checked_sub(k)
                .map(|position| position as usize)
        })
    }
}

/// The positions of a query of so many characters, and its end, in lanes, by the number of characters read.
fn inside(len: usize, max_distance: u32) -> Vec<u64> {
    let k = max_distance as usize;
    let lanes = LOWEST & ((2 << (LANE * max_distance)) - 1);
    let of = |read: usize| {
        let behind = (2 << (len + k - read).min(2 * k)) - 1;
        (behind & u64::MAX << k.saturating_sub(read)) * lanes
    };
    (0..=len + k).map(of).collect()
}

/// The first lane that is not empty.
#[inline]
fn lowest(lanes: u64) -> Option<u32> {
    (lanes != 0).then(|| lanes.trailing_zeros() / LANE)
}

fn number(n: usize) -> u32 {
    // a query of so many characters would be longer than memory
    u32::try_from(n).unwrap_or(u32::MAX / 2)
}

impl Automaton for Levenshtein {
    type State = Alignment;

    fn start(&self) -> Alignment {
        // nothing read, so that position 0 has the bit `max distance`; deletions lead on
        let lane = |edits| ((2u64 << edits) - 1) << self.max_distance << (LANE * edits);
        Alignment {
            reached: (0..=self.max_distance).map(lane).sum::<u64>() & self.inside(0),
            swapped: 0,
            read: 0,
            partial: Partial::default(),
        }
    }

    #[inline(always)]
    fn step(&self, state: &Alignment, label: u8) -> Option<Alignment> {
        if state.partial.is_empty() && label < 0x80 {
            return self.read(state, u32::from(label));
        }
        self.step_beyond_ascii(state, label)
    }

    #[inline]
    fn accepts(&self, state: &Alignment) -> bool {
        self.distance(state).is_some()
    }

    #[inline(always)]
    fn labels(&self, state: &Alignment) -> LabelSet {
        if !self.valid || !self.is_exhausted(state) {
            return LabelSet::ALL;
        }
        let begun = state.partial.bytes();
        let mut labels = LabelSet::NONE;
        for position in self.positions(state.reached | state.swapped, state.read) {
            let label = if begun.is_empty() {
                self.query.first_byte(position)
            } else if position < self.query.len() {
                let character = self.query.bytes(position..position + 1);
                (character.strip_prefix(begun)).and_then(|rest| rest.first().copied())
            } else {
                None
            };
            if let Some(label) = label {
                labels.insert(label);
            }
        }
        labels
    }

    #[inline]
    fn default_step(&self, state: &Alignment) -> (LabelSet, Option<Alignment>) {
        // most bytes that complete a character do so to one that does not stand near
        let Some(mut own) = state.partial.unfinished() else {
            return (LabelSet::ALL, None);
        };
        let begun = state.partial.bytes();
        let mut add = |position: u32| {
            let Some(&character) = self.query.list().get(position as usize) else {
                return;
            };
            if begun.is_empty() {
                if let Ok(label) = u8::try_from(character) {
                    own.insert(label);
                }
            } else if let Some(label) = self.completing(position as usize, begun) {
                own.insert(label);
            }
        };
        if state.read < self.exact {
            add(state.read);
            return (own, None);
        }
        // where one character goes on, or the first of two swapped ones stands
        let lanes = |lanes: u64| {
            let sum = lanes | lanes >> (2 * LANE) | lanes >> (4 * LANE);
            (sum | sum >> LANE) & ((1 << LANE) - 1)
        };
        let may_swap = state.reached & !(u64::MAX << (LANE * self.max_distance));
        let mut bits = lanes(state.reached | state.swapped) | lanes(may_swap) << 1;
        while bits != 0 {
            let position = (state.read + bits.trailing_zeros()).checked_sub(self.max_distance);
            position.into_iter().for_each(&mut add);
            bits &= bits - 1;
        }
        (own, self.go_on(state, 0))
    }

    #[inline]
    fn id(&self, state: &Alignment) -> Option<u128> {
        // sets of up to five lanes, and a byte
        let read = u8::try_from(state.read).ok()?;
        if !state.partial.is_empty() {
            return self.id_within(state, read);
        }
        let sets = u128::from(state.swapped) << 60 | u128::from(state.reached);
        Some(sets << 8 | u128::from(read))
    }

    fn score(&self, state: &Alignment) -> u32 {
        self.distance(state).unwrap_or(self.max_distance)
    }

    fn least_score(&self, state: &Alignment) -> u32 {
        lowest(state.reached | state.swapped).unwrap_or(self.max_distance)
    }

    #[inline(always)]
    fn endings(&self, state: &Alignment, put: impl FnMut(&[u8], u32)) -> bool {
        let ready = self.valid && state.read >= self.exact;
        if !ready || !self.is_exhausted(state) {
            return false;
        }
        if !state.partial.is_empty() {
            self.rests_behind(state, put);
            return true;
        }
        self.rests(state, put);
        true
    }
}

#[cfg(test)]
mod tests;
