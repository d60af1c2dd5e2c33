//! Offsets of neighbours: numbers that never fall, by Elias and Fano.
//!
//! ```text
//! offsets  lows | highs | samples | trailer
//! lows     the lowest bits of each offset, `width` of them, bit by bit, filled up to whole u64
//! highs    u64 words: bit (offset i >> width) + i is set for each i
//! samples  u64 for each 256th offset: which bit of the highs is set for it
//! trailer  number of offsets u64 | width u64
//! ```
//!
//! All numbers are little-endian; bits count from the lowest of the first byte. With a width of log2(highest / number),
//! rounded down, an offset takes two to three bits more than its width.

use std::ops::Range;

use super::bits::{self, BitWriter};
use crate::bytes::Bytes;
use crate::error::{Fault, Section};
use crate::format::to_usize;

/// Offsets that share a sample.
const SAMPLE: u64 = 256;

const TRAILER_LEN: usize = 16;

/// The width of the lows that makes `count` offsets up to `highest` smallest.
pub fn width(count: u64, highest: u64) -> u8 {
    let ratio = highest / count.max(1);
    let bits = ratio.checked_ilog2().unwrap_or(0);
    u8::try_from(bits).expect("64 bits at most")
}

/// Writes the parts of offsets one after the other: each takes all offsets in order, in pieces as the caller likes.
#[derive(Debug)]
pub struct OffsetsWriter {
    width: u8,
    bits: BitWriter,
    index: u64,
    /// Bits of the highs written so far.
    written: u64,
}

impl OffsetsWriter {
    /// A writer of offsets with lows of `width` bits.
    pub fn new(width: u8) -> Self {
        OffsetsWriter {
            width,
            bits: BitWriter::default(),
            index: 0,
            written: 0,
        }
    }

    /// Appends the low bits of the next offset.
    pub fn push_low(&mut self, offset: u64, out: &mut Vec<u8>) {
        self.bits
            .push(offset & bits::mask(self.width), self.width, out);
    }

    /// Appends the high bits of the next offset.
    pub fn push_high(&mut self, offset: u64, out: &mut Vec<u8>) {
        let bit = (offset >> self.width) + self.index;
        while bit - self.written >= 64 {
            self.bits.push(0, 64, out);
            self.written += 64;
        }
        let zeros = bit - self.written;
        if zeros > 0 {
            self.bits
                .push(0, u8::try_from(zeros).expect("below 64"), out);
        }
        self.bits.push(1, 1, out);
        self.written = bit + 1;
        self.index += 1;
    }

    /// Appends the sample of the next offset, should it have one.
    pub fn push_sample(&mut self, offset: u64, out: &mut Vec<u8>) {
        if self.index.is_multiple_of(SAMPLE) {
            let bit = (offset >> self.width) + self.index;
            out.extend_from_slice(&bit.to_le_bytes());
        }
        self.index += 1;
    }

    /// Ends a part, of which `len` bytes were taken from `out` before.
    pub fn end_part(&mut self, len: u64, out: &mut Vec<u8>) {
        self.bits.finish(out);
        let end = (len + out.len() as u64).next_multiple_of(8) - len;
        out.resize(to_usize(end), 0);
        *self = OffsetsWriter::new(self.width);
    }

    /// Appends the trailer.
    pub fn finish(self, count: u64, out: &mut Vec<u8>) {
        for number in [count, self.width.into()] {
            out.extend_from_slice(&number.to_le_bytes());
        }
    }
}

/// Offsets in a file; clones share its bytes.
#[derive(Clone, Debug)]
pub struct Offsets {
    /// And all that follows.
    lows: Bytes,
    highs: Bytes,
    samples: Bytes,
    width: u8,
    count: u64,
}

impl Offsets {
    /// The offsets that fill `range` of a file.
    pub fn read(bytes: &Bytes, range: Range<usize>) -> Result<Self, Fault> {
        let fault = |reason| Fault::new(Section::Offsets, range.start as u64, reason);
        let section = bytes
            .get(range.clone())
            .ok_or_else(|| fault("the offsets end behind the file"))?;
        let Some((front, trailer)) = section.split_last_chunk::<TRAILER_LEN>() else {
            return Err(fault("the offsets' trailer is cut off"));
        };
        let (numbers, _) = trailer.as_chunks::<8>();
        let [count, width] = [0, 1].map(|i| u64::from_le_bytes(numbers[i]));
        let Some(width) = u8::try_from(width).ok().filter(|&width| width < 64) else {
            return Err(fault("the offsets' width is impossible"));
        };
        let lows = count
            .checked_mul(width.into())
            .map(|bits| to_usize(bits.div_ceil(64)).saturating_mul(8));
        let samples = to_usize(count.div_ceil(SAMPLE)).saturating_mul(8);
        let parts = lows.and_then(|lows| Some((lows, front.len().checked_sub(samples)?)));
        let Some((lows, highs)) = parts.filter(|&(lows, highs)| lows <= highs) else {
            return Err(fault("the offsets' parts do not fill their section"));
        };
        let end = front.len();
        let section = bytes.part(range);
        Ok(Offsets {
            highs: section.part(lows..highs),
            samples: section.part(highs..end),
            lows: section.part(0..end),
            width,
            count,
        })
    }

    /// How many offsets there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The offsets `index` and `index + 1`; nothing where there are none or their bytes are damaged.
    #[inline]
    pub fn pair(&self, index: u64) -> Option<Range<u64>> {
        if index >= self.count.checked_sub(1)? {
            return None;
        }
        let highs = self.highs.as_chunks::<8>().0;
        let samples = self.samples.as_chunks::<8>().0;
        let sample = u64::from_le_bytes(*samples.get(to_usize(index / SAMPLE))?);
        let mut set = Bits::new(highs, sample)?;
        let first = set.nth(index % SAMPLE)?;
        let second = set.nth(1)?;
        let width = u64::from(self.width);
        let low = |index: u64| bits::read(&self.lows, to_usize(index * width), self.width);
        let start = first.checked_sub(index)? << width | low(index);
        let end = second.checked_sub(index + 1)? << width | low(index + 1);
        Some(start..end)
    }
}

/// Bits that are set, from one of them on.
struct Bits<'a> {
    words: &'a [[u8; 8]],
    at: usize,
    /// The word at `at`, without the bits before the one reached.
    word: u64,
}

impl<'a> Bits<'a> {
    #[inline]
    fn new(words: &'a [[u8; 8]], bit: u64) -> Option<Self> {
        let at = to_usize(bit / 64);
        let word = u64::from_le_bytes(*words.get(at)?) >> (bit % 64) << (bit % 64);
        Some(Bits { words, at, word })
    }

    /// Goes on by `n` bits that are set, and returns which bit that is.
    #[inline]
    fn nth(&mut self, n: u64) -> Option<u64> {
        let mut n = u32::try_from(n).ok()?;
        loop {
            let count = self.word.count_ones();
            if n < count {
                break;
            }
            n -= count;
            self.at += 1;
            self.word = u64::from_le_bytes(*self.words.get(self.at)?);
        }
        let bit = select(self.word, n);
        self.word = self.word >> bit << bit;
        Some(self.at as u64 * 64 + u64::from(bit))
    }
}

/// Which bit of a word is the one set after `n` others, of which there are more than `n`.
#[inline]
fn select(mut word: u64, mut n: u32) -> u32 {
    // halves, quarters and so on are skipped while they do not hold it
    let mut skipped = 0;
    for half in [32, 16, 8] {
        let low = word & ((1 << half) - 1);
        let count = low.count_ones();
        if n < count {
            word = low;
        } else {
            n -= count;
            word >>= half;
            skipped += half;
        }
    }
    for _ in 0..n {
        word &= word - 1;
    }
    skipped + word.trailing_zeros()
}
