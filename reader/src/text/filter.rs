//! Tells quickly that no key starts at a place.

use super::rule::SPELLING;
use crate::entries::{Entries, Source};
use crate::error::{Fault, InFile, Result};
use crate::format::to_usize;
use crate::fsa::walk::Lexicographic;

/// Sources with more keys than this, all together, are not read for the filter: their automata are walked from the root
/// as far as [`POSITIONS`] positions go. Either takes some tens of milliseconds.
const KEYS: u64 = 1 << 18;
const POSITIONS: usize = 1 << 17;

/// Lengths of the starts of keys that are remembered, in bytes, besides 2. Those are looked up in a table of all there can be,
/// the others by a hash.
const SECOND: usize = 4;
const THIRD: usize = 8;
const FOURTH: usize = 12;

/// How far ahead it matters whether a key may end.
pub(super) const LOOK_AHEAD: usize = FOURTH - 1;

/// Bits in a table for each start in it, so that few of the other starts meet one of them.
const ROOM: usize = 32;
/// Most words of a table: 1 MiB.
const MOST_WORDS: usize = 1 << 17;

/// What is said of a start: that keys go on behind the next length, that nothing more is known, and, shifted by how
/// many bytes more than the start, or than one for the first table, a key ends there that is shorter than the next length.
const GOES_ON: u8 = 1;
const PASSES: u8 = 2;
const ENDS: u8 = 4;

/// The starts of all keys. It may say that a key starts at a place though none does, never the other way round.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    first: Vec<u8>,
    second: Table<SECOND, 8>,
    third: Table<THIRD, 8>,
    fourth: Table<FOURTH, 2>,
    /// Keys shorter than that, with zeros behind them.
    short: Table<FOURTH, 2>,
    /// Whether all of those are there.
    whole: bool,
    /// Whether a key may start with a space.
    spaced: bool,
}

/// The start of a key, or of what is left of a text.
type Start = [u8; FOURTH];

/// Starts of `LEN` bytes by their hash, with so many bits each.
#[derive(Clone, Debug)]
struct Table<const LEN: usize, const BITS: usize> {
    shift: u32,
    words: Vec<u64>,
}

/// The starts while they are gathered.
struct Starts {
    first: Vec<u8>,
    second: Vec<(Start, u8)>,
    third: Vec<(Start, u8)>,
    fourth: Vec<(Start, u8)>,
    short: Vec<(Start, u8)>,
    positions: usize,
}

impl Filter {
    /// The starts of the keys of all sources; `spelled` if those are stored with their spellings.
    pub(super) fn new(entries: &Entries, spelled: bool) -> Result<Self> {
        let mut starts = Starts {
            first: vec![0; 1 << 16],
            second: Vec::new(),
            third: Vec::new(),
            fourth: Vec::new(),
            short: Vec::new(),
            positions: POSITIONS,
        };
        let sources = entries.sources();
        let keys: u64 = sources.iter().map(|source| source.dictionary.len()).sum();
        let whole = keys <= KEYS;
        for source in sources {
            let gathered = if whole {
                starts.read(source, spelled)
            } else {
                starts.walk(source, spelled)
            };
            gathered.in_file(source.dictionary.path())?;
        }
        let spaces = starts.first.iter().skip(b' '.into()).step_by(1 << 8);
        Ok(Filter {
            spaced: { spaces }.any(|&said| said != 0),
            first: starts.first,
            second: Table::new(&starts.second),
            third: Table::new(&starts.third),
            fourth: Table::new(&starts.fourth),
            short: Table::new(&starts.short),
            whole,
        })
    }

    /// Whether a key may start at the place of a text where `rest` is left of it. Bit `n` of `ends` tells whether one may end behind
    /// `n` bytes.
    ///
    /// What is said of starts of three lengths is fetched at once: which of them decides could not be foreseen.
    #[inline]
    pub(super) fn may_start(&self, rest: &[u8], ends: u16) -> bool {
        let Some(start) = rest.first_chunk() else {
            return true;
        };
        let first = self.first[usize::from(u16::from_le_bytes([start[0], start[1]]))];
        // nothing counts that is said of starts which no shorter one goes on to
        let counts = |said: u8, before: u8| said & (before & GOES_ON).wrapping_neg();
        let second = counts(self.second.get(start), first);
        let third = counts(self.third.get(start), second);
        let keys = [(first, 1), (second, SECOND), (third, THIRD)];
        let keys = keys.map(|(said, len)| u16::from(said / ENDS) << len);
        let lens = (keys[0] | keys[1] | keys[2]) & ends;
        if (first | second | third) & PASSES != 0 || lens != 0 && self.has_short(*start, lens) {
            return true;
        }
        third & GOES_ON != 0 && self.fourth.get(start) != 0
    }

    /// Whether a key may start with a space.
    #[inline]
    pub(super) fn may_start_with_space(&self) -> bool {
        self.spaced
    }

    /// Whether these bytes may be a key.
    #[inline]
    pub(super) fn may_be_key(&self, bytes: &[u8]) -> bool {
        let mut key = Start::default();
        match key.get_mut(..bytes.len()) {
            Some(start) if self.whole && bytes.len() < FOURTH => {
                start.copy_from_slice(bytes);
                self.short.get(&key) != 0
            }
            _ => true,
        }
    }

    /// Whether one of the keys may be stored that have the lengths in a set of bits, and that a text starts with.
    fn has_short(&self, start: Start, lens: u16) -> bool {
        let mut padded = [0; 16];
        padded[..FOURTH].copy_from_slice(&start);
        let text = u128::from_le_bytes(padded);
        let mut lens = lens & ((1 << FOURTH) - 1);
        while lens != 0 {
            let key = text & ((1 << (8 * lens.trailing_zeros())) - 1);
            let [key @ .., _, _, _, _] = key.to_le_bytes();
            if self.short.get(&key) != 0 {
                return true;
            }
            lens &= lens - 1;
        }
        false
    }
}

impl<const LEN: usize, const BITS: usize> Table<LEN, BITS> {
    /// Places in a word.
    const PLACES: usize = 64 / BITS;

    fn new(starts: &[(Start, u8)]) -> Self {
        let words = (starts.len() * ROOM)
            .div_ceil(64)
            .next_power_of_two()
            .min(MOST_WORDS);
        let mut table = Table {
            shift: 64 - (words * Self::PLACES).ilog2(),
            words: vec![0; words],
        };
        for (start, bits) in starts {
            let (word, bit) = table.place(start);
            table.words[word] |= u64::from(*bits) << bit;
        }
        table
    }

    #[inline]
    fn place(&self, start: &Start) -> (usize, usize) {
        let [eight @ .., a, b, c, d] = *start;
        let eight = u64::from_le_bytes(eight) & (u64::MAX >> (64 - 8 * LEN.min(8)));
        let more = if LEN > 8 {
            u32::from_le_bytes([a, b, c, d])
        } else {
            0
        };
        // the golden ratio's digits spread the bytes over the upper bits
        let spread = |bytes: u64| bytes.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let hash = spread(eight ^ spread(more.into()).rotate_left(32)) >> self.shift;
        let hash = to_usize(hash);
        (hash / Self::PLACES, BITS * (hash % Self::PLACES))
    }

    #[inline]
    fn get(&self, start: &Start) -> u8 {
        let (word, bit) = self.place(start);
        let [bits, ..] = (self.words[word] >> bit).to_le_bytes();
        bits & (u8::MAX >> (8 - BITS))
    }
}

impl Starts {
    /// Adds all keys of a source.
    fn read(&mut self, source: &Source, spelled: bool) -> Result<(), Fault> {
        let dictionary = &source.dictionary;
        let longest = dictionary.longest_key();
        let mut walk = Lexicographic::new(source.root, b"", dictionary.len(), longest);
        while walk.advance(dictionary.fsa())?.is_some() {
            let key = walk.key();
            let key = &key[..key.len().min(FOURTH + 1)];
            let end = key.iter().position(|&byte| spelled && byte == SPELLING);
            self.add(&key[..end.unwrap_or(key.len()).min(FOURTH)]);
        }
        Ok(())
    }

    /// Adds what the first positions of a source tell of its keys, nearest to the root first.
    fn walk(&mut self, source: &Source, spelled: bool) -> Result<(), Fault> {
        let fsa = source.dictionary.fsa();
        let mut level: Vec<_> = source
            .root
            .map(|root| (root, Start::default()))
            .into_iter()
            .collect();
        for depth in 0..FOURTH {
            let mut next = Vec::new();
            for (at, start) in level {
                if depth > 0 && fsa.is_final(at)? {
                    self.add(&start[..depth]);
                }
                if self.positions == 0 {
                    self.add_start(&start[..depth]);
                    continue;
                }
                let mut children = fsa.children(at)?;
                while let Some((label, child)) = fsa.next_child(&mut children)? {
                    if spelled && label == SPELLING {
                        self.add(&start[..depth]);
                        continue;
                    }
                    let mut start = start;
                    start[depth] = label;
                    next.push((child, start));
                    self.positions = self.positions.saturating_sub(1);
                }
            }
            level = next;
        }
        for (_, start) in &level {
            self.add_start(start);
        }
        Ok(())
    }

    /// Adds a key, of which no more than the first bytes are looked at.
    fn add(&mut self, key: &[u8]) {
        let ends = |start: usize| ENDS << (key.len() - start);
        if key.len() < FOURTH {
            push(&mut self.short, key, key.len(), GOES_ON);
        }
        match key.len() {
            0 => {}
            1..SECOND => self.add_first(key, ends(1)),
            SECOND..THIRD => self.add_second(key, ends(SECOND)),
            THIRD..FOURTH => self.add_third(key, ends(THIRD)),
            _ => self.add_fourth(key),
        }
    }

    /// Adds a start of keys of which no more is known.
    fn add_start(&mut self, start: &[u8]) {
        match start.len() {
            0..SECOND => self.add_first(start, PASSES),
            SECOND..THIRD => self.add_second(start, PASSES),
            THIRD..FOURTH => self.add_third(start, PASSES),
            _ => self.add_fourth(start),
        }
    }

    fn add_first(&mut self, start: &[u8], bits: u8) {
        let (place, step) = match *start {
            [] => (0, 1),
            [first] => (usize::from(first), 1 << 8),
            [first, second, ..] => (usize::from(u16::from_le_bytes([first, second])), 1 << 16),
        };
        for place in (place..1 << 16).step_by(step) {
            self.first[place] |= bits;
        }
    }

    fn add_second(&mut self, start: &[u8], bits: u8) {
        self.add_first(start, GOES_ON);
        push(&mut self.second, start, SECOND, bits);
    }

    fn add_third(&mut self, start: &[u8], bits: u8) {
        self.add_second(start, GOES_ON);
        push(&mut self.third, start, THIRD, bits);
    }

    fn add_fourth(&mut self, start: &[u8]) {
        self.add_third(start, GOES_ON);
        push(&mut self.fourth, start, FOURTH, GOES_ON);
    }
}

/// Adds what is said of the first `len` bytes of a start behind all that come before it in order.
fn push(starts: &mut Vec<(Start, u8)>, start: &[u8], len: usize, bits: u8) {
    let mut padded = Start::default();
    padded[..len].copy_from_slice(&start[..len]);
    match starts.last_mut() {
        Some((last, known)) if *last == padded => *known |= bits,
        _ => starts.push((padded, bits)),
    }
}
