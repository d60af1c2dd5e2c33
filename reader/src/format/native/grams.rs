//! Grams: which runs of six characters there are in keys.
//!
//! ```text
//! words  u64le, a power of two of them
//! ```
//!
//! A gram is six neighbouring characters of valid UTF-8. Those of all keys are in a filter (after Bloom, "Space/time
//! trade-offs in hash coding with allowable errors", 1970, with one function): of 2^n bits the one is set that the n highest
//! bits of the XXH3 of the gram's bytes number, from the lowest bit of the first word on. So a gram whose bit is not set is in no
//! key, and a filter of half the size has a bit where either of two neighbours was set.

use xxhash_rust::xxh3::xxh3_64;

use crate::bytes::Bytes;

/// Characters of a gram.
pub const CHARACTERS: usize = 6;

/// Most bytes of a gram.
const MAX_LEN: usize = 4 * CHARACTERS;

/// Bits of the largest filter, as a power of two: 8 MiB.
const MAX_BITS: u32 = 26;

/// Bits of the smallest filter, as a power of two: one word.
const MIN_BITS: u32 = 6;

/// Tells the grams of a key that do not end within its first `known` bytes.
pub fn each<'k>(key: &'k [u8], known: usize, mut put: impl FnMut(&'k [u8])) {
    // where a character starts, far enough before what is not known
    let mut from = (known.min(key.len()) + 1).saturating_sub(MAX_LEN);
    while from > 0 && key[from] & 0xC0 == 0x80 {
        from -= 1;
    }
    for chunk in key[from..].utf8_chunks() {
        let text = chunk.valid();
        let starts = text.char_indices().map(|(start, _)| start);
        let lasts = text.char_indices().skip(CHARACTERS - 1);
        for (start, (last, character)) in starts.zip(lasts) {
            let end = last + character.len_utf8();
            if from + end > known {
                put(&text.as_bytes()[start..end]);
            }
        }
        from += text.len() + chunk.invalid().len();
    }
}

/// The number of a gram's bit among 2^`bits`.
#[inline]
fn bit(gram: &[u8], bits: u32) -> u64 {
    xxh3_64(gram) >> (u64::BITS - bits)
}

/// The grams of a file.
#[derive(Clone, Debug)]
pub struct Grams {
    words: Bytes,
    bits: u32,
}

impl Grams {
    /// Reads the section; nothing when its length is not a power of two of words.
    pub fn read(words: Bytes) -> Option<Self> {
        let bits = words.len().checked_mul(8)?;
        (bits.is_power_of_two() && bits.ilog2() >= MIN_BITS).then(|| Grams {
            bits: bits.ilog2(),
            words,
        })
    }

    /// Whether a gram may be in a key.
    #[inline]
    pub fn may_have(&self, gram: &[u8]) -> bool {
        let bit = bit(gram, self.bits);
        let byte = usize::try_from(bit / 8).ok();
        byte.and_then(|byte| self.words.get(byte))
            .is_some_and(|byte| byte >> (bit % 8) & 1 != 0)
    }
}

/// Grams that are collected.
#[derive(Debug)]
pub struct GramsWriter {
    words: Vec<u64>,
    bits: u32,
}

impl GramsWriter {
    /// None, with room for about so many.
    pub fn new(grams: u64) -> Self {
        let bits = grams.clamp(1 << MIN_BITS, 1 << MAX_BITS);
        let bits = bits.next_power_of_two().ilog2();
        GramsWriter {
            words: vec![0; 1 << (bits - MIN_BITS)],
            bits,
        }
    }

    /// Adds one.
    #[inline]
    pub fn add(&mut self, gram: &[u8]) {
        let bit = bit(gram, self.bits);
        if let Ok(word) = usize::try_from(bit >> MIN_BITS) {
            self.words[word] |= 1 << (bit % 64);
        }
    }

    /// Bits that are set, of a hundred.
    fn load(words: &[u64]) -> usize {
        let set: usize = words.iter().map(|word| word.count_ones() as usize).sum();
        set * 100 / (words.len() * 64)
    }

    /// The smallest filter with no more bits set than so many of a hundred, in no more bytes than `most`; nothing when that
    /// is too little for it.
    pub fn finish(self, load: usize, most: u64) -> Option<Vec<u8>> {
        let mut words = self.words;
        if Self::load(&words) > load {
            return None;
        }
        while words.len() > 1 {
            let half: Vec<_> = words
                .chunks_exact(2)
                .map(|two| halved(two[0]) | halved(two[1]) << 32)
                .collect();
            if Self::load(&half) > load {
                break;
            }
            words = half;
        }
        let fits = words.len() as u64 * 8 <= most.max(8);
        fits.then(|| words.iter().flat_map(|word| word.to_le_bytes()).collect())
    }
}

/// Of each two neighbouring bits whether one is set, as the lower half of a word.
fn halved(word: u64) -> u64 {
    let mut bits = (word | word >> 1) & 0x5555_5555_5555_5555;
    for (shift, mask) in [
        (1, 0x3333_3333_3333_3333),
        (2, 0x0F0F_0F0F_0F0F_0F0F),
        (4, 0x00FF_00FF_00FF_00FF),
        (8, 0x0000_FFFF_0000_FFFF),
        (16, 0x0000_0000_FFFF_FFFF),
    ] {
        bits = (bits | bits >> shift) & mask;
    }
    bits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The grams of a key, by their definition.
    fn all(key: &[u8]) -> Vec<&[u8]> {
        let is_gram = |part: &&[u8]| {
            str::from_utf8(part).is_ok_and(|text| text.chars().count() == CHARACTERS)
        };
        (0..key.len())
            .flat_map(|start| (start..=key.len()).map(move |end| &key[start..end]))
            .filter(is_gram)
            .collect()
    }

    proptest! {
        #[test]
        fn are_told_behind_what_is_known(
            parts in prop::collection::vec(prop::sample::select(vec![&b"a"[..], b"b", "ä".as_bytes(), "京".as_bytes(), "𝄞".as_bytes(), b"\xC3", b"\x84"]), 0..40),
            known in 0..100usize,
        ) {
            let key = parts.concat();
            let mut told = Vec::new();
            each(&key, known, |gram| told.push(gram));
            let starts: Vec<_> = told.iter().map(|gram| gram.as_ptr().addr() - key.as_ptr().addr()).collect();
            let mut expected = all(&key);
            expected.retain(|gram| gram.as_ptr().addr() - key.as_ptr().addr() + gram.len() > known);
            prop_assert_eq!(&told, &expected);
            prop_assert!(starts.is_sorted());
        }

        #[test]
        fn are_held_in_any_size(keys in prop::collection::vec("[a-d]{6,30}", 1..40), room in 0..10_000u64, load in 1..90usize) {
            let mut writer = GramsWriter::new(room);
            for key in &keys {
                each(key.as_bytes(), 0, |gram| writer.add(gram));
            }
            let Some(words) = writer.finish(load, 1 << 20) else { return Ok(()) };
            let set: u32 = words.iter().map(|byte| byte.count_ones()).sum();
            prop_assert!(set as usize * 100 < (load + 1) * words.len() * 8);
            let grams = Grams::read(Bytes::from(words)).unwrap();
            for key in &keys {
                each(key.as_bytes(), 0, |gram| assert!(grams.may_have(gram)));
            }
        }
    }

    #[test]
    fn take_the_room_they_need() {
        let mut writer = GramsWriter::new(1 << 20);
        for number in 0..10_000 {
            writer.add(format!("{number:06}").as_bytes());
        }
        let len = writer.finish(60, 1 << 20).unwrap().len();
        assert_eq!(len, 16_384 / 8);
        let mut writer = GramsWriter::new(0);
        writer.add(b"absent");
        assert_eq!(writer.finish(60, 0).map(|words| words.len()), Some(8));
        assert!(
            GramsWriter::new(0)
                .finish(60, 0)
                .unwrap()
                .iter()
                .all(|&byte| byte == 0)
        );
    }

    #[test]
    fn too_many_are_not_kept() {
        let mut writer = GramsWriter::new(64);
        for number in 0..1_000 {
            writer.add(format!("{number:06}").as_bytes());
        }
        assert_eq!(writer.finish(60, 1 << 20), None);
        let mut writer = GramsWriter::new(1 << 20);
        for number in 0..10_000 {
            writer.add(format!("{number:06}").as_bytes());
        }
        assert_eq!(writer.finish(60, 1_000), None);
    }

    #[test]
    fn other_lengths_are_damage() {
        for len in [0, 4, 12, 24, 65] {
            assert!(Grams::read(Bytes::from(vec![0; len])).is_none());
        }
    }
}
