//! Search and decoding within a leaf.

use super::TOO_LONG;
use super::numbers::{Compared, bit_of, equal_to, with, with_rank};
use crate::format::native::alphabet::Alphabet;
use crate::format::native::leaf::{HEADER_LEN, LeafHeader, MAX_KEYS, REACH, SLACK};
use crate::format::native::tokens::{Query, TokenView};

pub(super) const OUTSIDE: &str = "a leaf reaches beyond the leaves";
const CODES_OUTSIDE: &str = "the codes of a leaf reach beyond the leaves";

/// Above the number of planes of any kind.
const MOST_PLANES: usize = 32;

/// As many masks that keep a word as there can be planes, then masks that clear it.
const KEPT: [u64; 2 * MOST_PLANES] = {
    let mut masks = [0; 2 * MOST_PLANES];
    let mut i = 0;
    while i < MOST_PLANES {
        masks[i] = u64::MAX;
        i += 1;
    }
    masks
};

/// What decodes the keys of all leaves of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Codec<'d> {
    pub alphabet: &'d Alphabet,
    pub tokens: TokenView<'d>,
}

/// A leaf within the leaves of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaf<'d> {
    pub header: LeafHeader,
    /// From the leaf to the end of all leaves.
    bytes: &'d [u8],
}

/// The place of a key in a leaf: its number, and what of it stands there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    /// Bytes shared with the key before.
    pub shared: usize,
    /// The first byte not shared.
    pub label: u8,
    /// Where its codes start, counted from the leaf.
    pub codes: usize,
    /// Bytes of the codes.
    pub len: usize,
}

impl<'d> Leaf<'d> {
    /// The leaf at `offset`.
    #[inline(always)]
    pub(super) fn read(leaves: &'d [u8], offset: usize) -> Result<Self, &'static str> {
        let bytes = leaves.get(offset..).ok_or(OUTSIDE)?;
        let header = LeafHeader::read(bytes.first_chunk::<HEADER_LEN>().ok_or(OUTSIDE)?);
        if header.codes_at() + SLACK > bytes.len() {
            return Err(OUTSIDE);
        }
        Ok(Leaf { header, bytes })
    }

    /// As many of the leaf's bytes as a search looks at for planes.
    #[inline(always)]
    pub(super) fn window(&self) -> Result<&'d [u8; SLACK], &'static str> {
        self.bytes.first_chunk().ok_or(OUTSIDE)
    }

    /// The word at `at`, of which the plane there is the lower part.
    #[inline(always)]
    fn word(&self, at: usize) -> u64 {
        self.bytes
            .get(at..)
            .and_then(|bytes| bytes.first_chunk())
            .map_or(0, |word| u64::from_le_bytes(*word))
    }

    /// The keys that share exactly `depth` bytes with the one before, and those that share less. The first key shares
    /// nothing; what is said of it here is not to be used unless `depth` and base are 0.
    #[inline]
    fn compare_shared(&self, depth: usize) -> (u64, u64) {
        let planes = self.header.shared_planes;
        let Some(depth) = depth.checked_sub(self.header.base as usize) else {
            return (0, 0);
        };
        if depth >> planes != 0 {
            return (0, u64::MAX);
        }
        let step = self.header.plane_len();
        let starts = (HEADER_LEN..self.header.lengths_at()).step_by(step);
        let words = starts.map(|at| self.word(at)).enumerate();
        words
            .fold(Compared::default(), |compared, (plane, word)| {
                compared.with(word, bit_of(depth, plane))
            })
            .sets()
    }

    /// Where the codes of a key start and how many bytes they take.
    #[inline]
    pub(super) fn codes(&self, key: u32) -> (usize, usize) {
        let step = self.header.plane_len();
        let mut at = self.header.lengths_at();
        let before = (1u64 << key) - 1;
        let (mut start, mut len) = (0, 0);
        for plane in 0..self.header.length_planes {
            let word = self.word(at);
            start += ((word & before).count_ones() as usize) << plane;
            len += ((word >> key & 1) as usize) << plane;
            at += step;
        }
        (self.header.codes_at() + start, len)
    }

    /// How many bytes a key shares with the one before.
    #[inline]
    pub(super) fn shared(&self, key: u32) -> usize {
        if key == 0 {
            return 0;
        }
        self.header.base as usize + self.number(HEADER_LEN, self.header.shared_planes, key)
    }

    /// The label of a key.
    #[inline]
    pub(super) fn label(&self, key: u32, alphabet: &Alphabet) -> u8 {
        let planes = self.header.label_planes.min(8);
        let rank = self.number(self.header.labels_at(), planes, key);
        alphabet.byte(rank.to_le_bytes()[0])
    }

    /// The number of a key in some planes, of which the first stands at `start`.
    #[inline]
    fn number(&self, start: usize, planes: u32, key: u32) -> usize {
        let step = self.header.plane_len();
        (0..planes).fold(0, |sum, plane| {
            let word = self.word(start + plane as usize * step);
            sum | ((word >> key & 1) as usize) << plane
        })
    }

    /// The codes of an entry.
    #[inline(always)]
    pub(super) fn code_bytes(&self, start: usize, len: usize) -> Result<&'d [u8], &'static str> {
        self.bytes.get(start..start + len).ok_or(CODES_OUTSIDE)
    }

    /// Follows a query from its byte `top` on, where the keys of the leaf start to differ: the first key that starts with
    /// the query, if there is one, else any key. With it how many bytes of the query were followed, and whether the
    /// key ends there. `hint` is the first key with the label at `top`, where that is known; there is a byte at `top`.
    #[inline(always)]
    pub(super) fn descend(
        &self,
        codec: Codec<'_>,
        query: &Query<'_>,
        top: usize,
        hint: Option<u32>,
    ) -> Result<(u32, usize, bool), &'static str> {
        self.descend_by(codec, query, top, hint, |_, _| {})
    }

    /// As `descend`; `met` is told of each key that the query starts with, shortest first, and where it ends in the
    /// query.
    #[inline(always)]
    pub(super) fn descend_by(
        &self,
        codec: Codec<'_>,
        query: &Query<'_>,
        top: usize,
        hint: Option<u32>,
        met: impl FnMut(u32, usize),
    ) -> Result<(u32, usize, bool), &'static str> {
        let LeafHeader {
            shared_planes,
            length_planes,
            label_planes,
            ..
        } = self.header;
        if shared_planes <= 4 && length_planes <= 3 && label_planes <= 5 {
            self.search::<4, 3, 5>(codec, query, top, hint, met)
        } else if shared_planes <= 6 && length_planes <= 6 && label_planes <= 7 {
            self.search::<6, 6, 7>(codec, query, top, hint, met)
        } else {
            self.search::<18, 18, 8>(codec, query, top, hint, met)
        }
    }

    /// As `descend_by`, in a leaf of at most so many planes of shared lengths, of code lengths and of label ranks.
    ///
    /// Whether a leaf has one plane more or less cannot be foreseen, so all of them are loaded, and those that it has
    /// not are made zero: there is one jump per key that parts from the path, and none per plane.
    #[inline(always)]
    fn search<const S: usize, const L: usize, const R: usize>(
        &self,
        codec: Codec<'_>,
        query: &Query<'_>,
        top: usize,
        hint: Option<u32>,
        mut met: impl FnMut(u32, usize),
    ) -> Result<(u32, usize, bool), &'static str> {
        let header = self.header;
        let step = header.plane_len();
        let window = self.window()?;
        let shared = Self::planes::<S>(window, HEADER_LEN, step, header.shared_planes);
        let ranks = Self::planes::<R>(window, header.labels_at(), step, header.label_planes);
        let text = query.bytes();
        let mut live = header.all();
        let mut at = top;
        let mut key = if let Some(key) = hint {
            key & 63
        } else {
            // the first key shares nothing, whatever the base
            let first = if header.base == 0 {
                equal_to(shared, 0).0
            } else {
                1
            };
            let hits = first & live & with_rank(ranks, codec.alphabet.rank(text[at]));
            if hits == 0 {
                return Ok((0, at, false));
            }
            hits.trailing_zeros()
        };
        let lengths = Self::planes::<L>(window, header.lengths_at(), step, header.length_planes);
        // one turn per key that parts from the path; `live` loses a bit in each
        loop {
            let before = (1u64 << key) - 1;
            let (mut start, mut len) = (header.codes_at(), 0);
            for (plane, word) in lengths.iter().enumerate() {
                start += ((word & before).count_ones() as usize) << plane;
                len += ((word >> key & 1) as usize) << plane;
            }
            let tail = self.code_bytes(start, len)?;
            let (end, complete) = codec.tokens.common_from(tail, query, at + 1)?;
            at = end;
            if complete {
                met(key, at);
            }
            let Some(&label) = text.get(at) else {
                return Ok((key, at, complete));
            };
            live &= !(before | 1 << key);
            let Some(depth) = (at - top).checked_sub(header.base as usize) else {
                return Ok((key, at, false));
            };
            let hits = with(shared, depth) & live & with_rank(ranks, codec.alphabet.rank(label));
            let first = hits & hits.wrapping_neg();
            if first == 0 || equal_to(shared, depth).1 & live & (first - 1) != 0 || depth >> S != 0
            {
                return Ok((key, at, false));
            }
            key = first.trailing_zeros();
        }
    }

    /// The planes from `start` on, as many as there are, then zeros.
    #[inline(always)]
    pub(super) fn planes<const N: usize>(
        window: &[u8; SLACK],
        start: usize,
        step: usize,
        count: u32,
    ) -> [u64; N] {
        let mut planes = [0; N];
        let mut at = start;
        // masks from a table: of a comparison the compiler makes a jump
        let kept = &KEPT[MOST_PLANES - (count as usize & (MOST_PLANES - 1))..][..N];
        for (plane, kept) in planes.iter_mut().zip(kept) {
            let here = at & (REACH - 1);
            let word = window[here..here + 8]
                .first_chunk()
                .map_or(0, |word| u64::from_le_bytes(*word));
            *plane = word & kept;
            at += step;
        }
        planes
    }

    /// An entry by its number.
    pub(super) fn entry(&self, key: u32, alphabet: &Alphabet) -> Entry {
        let (codes, len) = self.codes(key);
        Entry {
            shared: self.shared(key),
            label: self.label(key, alphabet),
            codes,
            len,
        }
    }

    /// Appends all entries in order, faster than one after the other.
    pub(super) fn entries(&self, alphabet: &Alphabet, entries: &mut Vec<Entry>) {
        let header = self.header;
        let start = entries.len();
        let mut codes = header.codes_at();
        let mut add = |(shared, len, rank): (u32, u32, u8)| {
            let entry = Entry {
                shared: (header.base + shared) as usize,
                label: alphabet.byte(rank),
                codes,
                len: len as usize,
            };
            codes += entry.len;
            entry
        };
        let keys = header.keys as usize;
        let ranks = self.low_bytes(header.labels_at(), header.label_planes);
        if header.shared_planes <= 8 && header.length_planes <= 8 {
            let shared = self.low_bytes(HEADER_LEN, header.shared_planes);
            let lengths = self.low_bytes(header.lengths_at(), header.length_planes);
            let bytes = shared.iter().zip(&lengths).zip(&ranks).take(keys);
            entries.extend(
                bytes.map(|((&shared, &len), &rank)| add((shared.into(), len.into(), rank))),
            );
        } else {
            let shared = self.numbers(HEADER_LEN, header.shared_planes);
            let lengths = self.numbers(header.lengths_at(), header.length_planes);
            let numbers = shared.iter().zip(&lengths).zip(&ranks).take(keys);
            entries.extend(numbers.map(|((&shared, &len), &rank)| add((shared, len, rank))));
        }
        if let Some(first) = entries.get_mut(start) {
            first.shared = 0;
        }
    }

    /// The low bytes of the numbers of all keys in some planes, of which the first stands at `start`.
    #[inline]
    fn low_bytes(&self, start: usize, planes: u32) -> [u8; MAX_KEYS] {
        let mut bytes = [0; MAX_KEYS];
        let (eights, _) = bytes.as_chunks_mut::<8>();
        let mut at = start;
        let mut sums = [0u64; MAX_KEYS / 8];
        for shift in 0..planes.min(8) {
            let plane = self.word(at).to_le_bytes();
            for (sum, bits) in sums.iter_mut().zip(plane) {
                *sum |= SPREAD[usize::from(bits)] << shift;
            }
            at += self.header.plane_len();
        }
        for (eight, sum) in eights.iter_mut().zip(sums) {
            *eight = sum.to_le_bytes();
        }
        bytes
    }

    /// The numbers of all keys in some planes, of which the first stands at `start`.
    fn numbers(&self, start: usize, planes: u32) -> [u32; MAX_KEYS] {
        let mut numbers = [0; MAX_KEYS];
        let step = self.header.plane_len();
        for shift in (0..planes).step_by(8) {
            let bytes = self.low_bytes(start + shift as usize * step, planes - shift);
            for (number, byte) in numbers.iter_mut().zip(bytes) {
                *number |= u32::from(byte) << shift;
            }
        }
        numbers
    }

    /// Appends the key with this number to what leads to the node above. More than `max_key_len` bytes are damage.
    pub(super) fn select(
        &self,
        codec: Codec<'_>,
        number: u32,
        max_key_len: usize,
        key: &mut Vec<u8>,
    ) -> Result<(), &'static str> {
        if number >= self.header.keys {
            return Err("a leaf lacks a key");
        }
        // the keys that hold a part of the text, from the last part to the first
        let mut parts = [(Entry::default(), 0); MAX_KEYS];
        let mut count = 0;
        let mut upto = usize::MAX;
        for number in (0..=number).rev() {
            let entry = self.entry(number, codec.alphabet);
            if entry.shared < upto {
                parts[count] = (entry, upto);
                count += 1;
                upto = entry.shared;
            }
        }
        let start = key.len();
        for (entry, upto) in parts[..count].iter().rev() {
            if start + entry.shared != key.len() {
                return Err("a key shares more than the key before it has");
            }
            key.push(entry.label);
            codec
                .tokens
                .decode(self.code_bytes(entry.codes, entry.len)?, key)?;
            if key.len() > max_key_len {
                return Err(TOO_LONG);
            }
            key.truncate(start.saturating_add(*upto));
        }
        Ok(())
    }

    /// The first key behind `key` that shares less than `depth` bytes with the one before it: the end of the keys that
    /// start with the first `depth` bytes of `key`.
    pub(super) fn end_of(&self, key: u32, depth: usize) -> u32 {
        let (_, less) = self.compare_shared(depth);
        let behind = !((2u64 << key).wrapping_sub(1));
        let stops = less & behind & self.header.all();
        if stops == 0 {
            self.header.keys
        } else {
            stops.trailing_zeros()
        }
    }

    /// The keys in `key + 1..end` that part at `depth`, as a set of bits.
    pub(super) fn parting_at(&self, key: u32, end: u32, depth: usize) -> u64 {
        let (equal, _) = self.compare_shared(depth);
        let behind = !((2u64 << key).wrapping_sub(1));
        let before = if end >= 64 { u64::MAX } else { (1 << end) - 1 };
        equal & behind & before & self.header.all()
    }
}

/// For each byte its bits as bytes, the lowest bit first.
static SPREAD: [u64; 256] = {
    let mut spread = [0; 256];
    let mut bits = 0;
    while bits < 256 {
        let mut bit = 0;
        while bit < 8 {
            spread[bits] |= (bits as u64 >> bit & 1) << (8 * bit);
            bit += 1;
        }
        bits += 1;
    }
    spread
};
