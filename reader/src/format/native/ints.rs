//! Arrays of integers by ordinal, in blocks of 64.
//!
//! ```text
//! ints       blocks | directory | forms | trailer
//! block      form u8 | minimum, of as many bytes as the form says | classes, u64 each | values, bit by bit
//! directory  per 64 blocks: offset of the first u64 | offsets of all 64 from there u16 each
//! forms      minimum's bytes u8 | classes - 1 u8, being 0, 1 or 3 | widths [u8; 4] | two zero bytes
//! trailer    number of integers u64 | bytes of the blocks u64 | number of forms u64
//! ```
//!
//! All numbers are little-endian; bits count from the lowest of the first byte. The integers of a block are of up to
//! four classes. Those of class 0 are the block's minimum and what of the following integers its width can tell
//! apart, those of class 1 go on from there with theirs, and so forth:
//!
//! ```text
//! base(0) = minimum    base(c + 1) = base(c) + 2^width(c)    integer = base(class) + its bits, as many as its width
//! ```
//!
//! Where there is more than one class, bit i of the first word is the low bit of the class of integer i, and bit i of the
//! second word, which two classes do without, the high one. All sums are modulo 2^64. The last block is filled up
//! with integers that mean nothing. An array of no integers has neither blocks nor directory.

use std::ops::Range;
use std::sync::Arc;

use super::bits::{self, BitWriter};
use crate::bytes::Bytes;
use crate::error::{Fault, Section};
use crate::format::to_usize;

/// Integers of a block.
pub const BLOCK: usize = 64;

/// Most forms an array has.
pub const MAX_FORMS: usize = 256;

/// Bytes of a form.
pub const FORM_LEN: usize = 8;

/// Blocks that one entry of the directory is about.
const GROUP: usize = 64;

const GROUP_LEN: usize = 8 + 2 * GROUP;

const TRAILER_LEN: usize = 24;

/// How the integers of a block are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Bytes of the minimum, 0 to 8. None: it is 0.
    pub minimum_len: u8,
    /// How many classes there are: 1, 2 or 4.
    pub classes: u8,
    /// Bits of an integer of each class, up to 64.
    pub widths: [u8; 4],
}

impl Form {
    /// Reads a form, of which damage makes some other one.
    fn read(bytes: [u8; FORM_LEN]) -> Self {
        let [minimum_len, classes, widths @ .., _, _] = bytes;
        Form {
            minimum_len: minimum_len.min(8),
            classes: match classes {
                0 => 1,
                1 => 2,
                _ => 4,
            },
            widths: widths.map(|width| width.min(64)),
        }
    }

    /// The form as bytes.
    pub fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.minimum_len, self.classes - 1]);
        out.extend_from_slice(&self.widths);
        out.extend_from_slice(&[0; 2]);
    }

    /// What class c begins with, counted from the minimum.
    pub fn bases(self) -> [u64; 4] {
        let mut bases = [0u64; 4];
        for class in 1..4 {
            bases[class] = bases[class - 1].wrapping_add(span(self.widths[class - 1]));
        }
        bases
    }

    /// Appends a block. The minimum and the integers' distances from it must fit the form, which stands at place
    /// `index` of the array's forms.
    pub fn write_block(self, index: u8, values: &[u64; BLOCK], minimum: u64, out: &mut Vec<u8>) {
        out.push(index);
        out.extend_from_slice(&minimum.to_le_bytes()[..usize::from(self.minimum_len)]);
        let bases = self.bases();
        let mut words = [0u64; 2];
        let mut bits = BitWriter::default();
        let mut body = Vec::with_capacity(8 * BLOCK);
        for (i, &value) in values.iter().enumerate() {
            let distance = value - minimum;
            let class = self.class_of(distance).expect("a form that fits");
            words[0] |= (class as u64 & 1) << i;
            words[1] |= (class as u64 >> 1) << i;
            bits.push(distance - bases[class], self.widths[class], &mut body);
        }
        bits.finish(&mut body);
        for word in &words[..self.words()] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        out.extend_from_slice(&body);
    }

    /// The class of an integer that is so far from the minimum; nothing where the form does not reach.
    pub fn class_of(self, distance: u64) -> Option<usize> {
        let bases = self.bases();
        (0..usize::from(self.classes)).find(|&class| {
            (distance - bases[class]) >> (self.widths[class] & 63) == 0 || self.widths[class] == 64
        })
    }

    /// Words of class bits.
    fn words(self) -> usize {
        usize::from(self.classes / 2)
    }
}

/// How many integers a width tells apart, modulo 2^64.
fn span(width: u8) -> u64 {
    1u64.checked_shl(width.into()).unwrap_or(0)
}

/// The directory under construction.
#[derive(Debug, Default)]
pub struct Directory {
    bytes: Vec<u8>,
    blocks: usize,
    first: u64,
}

impl Directory {
    /// Adds the block at `offset`; blocks come in order.
    pub fn push(&mut self, offset: u64) {
        if self.blocks.is_multiple_of(GROUP) {
            self.first = offset;
            self.bytes.extend_from_slice(&offset.to_le_bytes());
        }
        let distance = u16::try_from(offset - self.first).expect("blocks are small");
        self.bytes.extend_from_slice(&distance.to_le_bytes());
        self.blocks += 1;
    }

    /// The bytes that stand behind the blocks.
    pub fn finish(mut self, integers: u64, blocks_len: u64, forms: &[Form]) -> Vec<u8> {
        let groups = self.blocks.div_ceil(GROUP);
        self.bytes.resize(groups * GROUP_LEN, 0);
        for form in forms {
            form.write(&mut self.bytes);
        }
        for number in [integers, blocks_len, forms.len() as u64] {
            self.bytes.extend_from_slice(&number.to_le_bytes());
        }
        self.bytes
    }
}

/// A form ready for use.
#[derive(Clone, Copy, Debug)]
struct Layout {
    form: Form,
    bases: [u64; 4],
    /// The bits of an integer of each class.
    masks: [u64; 4],
    /// Those of the minimum.
    minimum: u64,
}

/// An array of integers in a file; clones share its bytes.
///
/// Reading never fails: where bytes are damaged it gives some other number, where there is no integer 0.
#[derive(Clone, Debug)]
pub struct Ints {
    /// From the first block to the end of the trailer.
    array: Bytes,
    directory: Bytes,
    layouts: Arc<[Layout]>,
    len: u64,
}

impl Ints {
    /// The array that fills `range` of a file.
    pub fn read(bytes: &Bytes, range: Range<usize>, section: Section) -> Result<Self, Fault> {
        let fault = |reason| Fault::new(section, range.start as u64, reason);
        let array = bytes
            .get(range.clone())
            .ok_or_else(|| fault("the integers end behind the file"))?;
        let Some((front, trailer)) = array.split_last_chunk::<TRAILER_LEN>() else {
            return Err(fault("the integers' trailer is cut off"));
        };
        let (numbers, _) = trailer.as_chunks::<8>();
        let [len, blocks_len, forms] = [0, 1, 2].map(|i| u64::from_le_bytes(numbers[i]));
        if forms > MAX_FORMS as u64 {
            return Err(fault("too many forms of integers"));
        }
        let Some((front, forms)) = front
            .len()
            .checked_sub(to_usize(forms) * FORM_LEN)
            .map(|at| front.split_at(at))
        else {
            return Err(fault("the integers' forms are cut off"));
        };
        let groups = len.div_ceil((GROUP * BLOCK) as u64);
        let parts = groups
            .checked_mul(GROUP_LEN as u64)
            .and_then(|directory| directory.checked_add(blocks_len));
        if parts != Some(front.len() as u64) {
            return Err(fault("the integers' parts do not fill their section"));
        }
        let layouts = forms.as_chunks::<FORM_LEN>().0.iter().map(|bytes| {
            let form = Form::read(*bytes);
            Layout {
                form,
                bases: form.bases(),
                masks: form.widths.map(bits::mask),
                minimum: bits::mask(8 * form.minimum_len),
            }
        });
        let directory = to_usize(blocks_len)..front.len();
        let array = bytes.part(range);
        Ok(Ints {
            layouts: layouts.collect(),
            directory: array.part(directory),
            array,
            len,
        })
    }

    /// How many integers there are.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The integer at `ordinal`.
    #[inline]
    pub fn get(&self, ordinal: u64) -> u64 {
        if ordinal >= self.len {
            return 0;
        }
        self.open(ordinal / BLOCK as u64)
            .map_or(0, |block| block.get(place(ordinal)))
    }

    /// Reads block `index`, the integers from `index * 64` on, and returns how many there are: 64 but in the last one.
    pub fn block(&self, index: u64, out: &mut [u64; BLOCK]) -> usize {
        let before = index.saturating_mul(BLOCK as u64);
        let count = self.len.saturating_sub(before).min(BLOCK as u64);
        match self.open(index) {
            Some(block) if count > 0 => block.all(out),
            _ => out.fill(0),
        }
        to_usize(count)
    }

    /// Tells the integers at the ordinals, as far as there are any, in order.
    pub fn for_each(&self, ordinals: Range<u64>, mut tell: impl FnMut(u64)) {
        let end = ordinals.end.min(self.len);
        let mut at = ordinals.start;
        while at < end {
            let block = at / BLOCK as u64;
            let next = end.min((block + 1) * BLOCK as u64);
            match self.open(block) {
                Some(block) => block.for_each(place(at)..place(next - 1) + 1, &mut tell),
                None => (at..next).for_each(|_| tell(0)),
            }
            at = next;
        }
    }

    /// Tells the integers at the ordinals that are `least` or more, and some others, in no particular order, each behind its
    /// ordinal. The answer is the `least` from there on.
    #[inline(always)]
    pub(crate) fn for_each_from(
        &self,
        ordinals: Range<u64>,
        least: u64,
        mut tell: impl FnMut(u64, u64) -> u64,
    ) {
        let end = ordinals.end.min(self.len);
        let (mut at, mut least) = (ordinals.start, least);
        while at < end {
            let block = at / BLOCK as u64;
            let first = block * BLOCK as u64;
            let next = end.min(first + BLOCK as u64);
            if let Some(block) = self.open(block) {
                let range = place(at)..place(next - 1) + 1;
                let tell = |i, value| tell(first + u64::from(i), value);
                least = block.for_each_from(range, least, tell);
            }
            at = next;
        }
    }

    /// All integers in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let blocks = self.len.div_ceil(BLOCK as u64);
        (0..blocks).flat_map(|index| {
            let mut values = [0; BLOCK];
            let count = self.block(index, &mut values);
            values.into_iter().take(count)
        })
    }

    #[inline(always)]
    fn open(&self, index: u64) -> Option<Block<'_>> {
        let index = to_usize(index);
        let entry = self.directory.get(index / GROUP * GROUP_LEN..)?;
        let first = u64::from_le_bytes(*entry.first_chunk()?);
        let distance = *entry.get(8 + index % GROUP * 2..)?.first_chunk()?;
        let offset = to_usize(first).checked_add(u16::from_le_bytes(distance).into())?;
        let (&form, rest) = self.array.get(offset..)?.split_first()?;
        let layout = self.layouts.get(usize::from(form))?;
        Some(Block::new(layout, rest))
    }
}

/// The number of an ordinal in its block.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "less than 64")]
fn place(ordinal: u64) -> u32 {
    (ordinal % BLOCK as u64) as u32
}

/// The 8 bytes at `at`, or 0.
#[inline]
fn word(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// A block being read.
struct Block<'a> {
    layout: &'a Layout,
    minimum: u64,
    words: [u64; 2],
    /// Values, and what stands behind the block.
    values: &'a [u8],
}

impl<'a> Block<'a> {
    #[inline(always)]
    fn new(layout: &'a Layout, rest: &'a [u8]) -> Self {
        let minimum_len = usize::from(layout.form.minimum_len);
        let minimum = word(rest, 0) & layout.minimum;
        let words = match layout.form.classes {
            1 => [0; 2],
            2 => [word(rest, minimum_len), 0],
            _ => [word(rest, minimum_len), word(rest, minimum_len + 8)],
        };
        let values = minimum_len + 8 * layout.form.words();
        Block {
            layout,
            minimum,
            words,
            values: rest.get(values..).unwrap_or_default(),
        }
    }

    #[inline]
    fn get(&self, i: u32) -> u64 {
        self.value(i, self.start(i))
    }

    /// Tells some integers in order.
    #[inline]
    fn for_each(&self, range: Range<u32>, mut tell: impl FnMut(u64)) {
        let mut at = self.start(range.start);
        for i in range {
            tell(self.value(i, at));
            at += usize::from(self.layout.form.widths[self.class(i)]);
        }
    }

    /// As [`Ints::for_each_from`], for some integers of the block; the last answer.
    ///
    /// Integers of a class are greater than those of the classes before it, so that the last class comes first, and often
    /// none of the others is looked at.
    #[inline(always)]
    fn for_each_from(
        &self,
        range: Range<u32>,
        least: u64,
        mut tell: impl FnMut(u32, u64) -> u64,
    ) -> u64 {
        let mut least = least;
        let within = u64::MAX << range.start & u64::MAX >> (64 - range.end);
        for class in (0..usize::from(self.layout.form.classes)).rev() {
            let first = self.layout.bases[class].wrapping_add(self.minimum);
            if first.saturating_add(self.layout.masks[class]) < least {
                break;
            }
            let [low, high] = self.words;
            let low = if class & 1 == 0 { !low } else { low };
            let high = if class & 2 == 0 { !high } else { high };
            let mut members = low & high & within;
            while members != 0 {
                let i = members.trailing_zeros();
                members &= members - 1;
                let value = bits::read(self.values, self.start(i), self.layout.form.widths[class]);
                least = tell(i, value.wrapping_add(first));
            }
        }
        least
    }

    /// Where the bits of integer i begin.
    #[inline(always)]
    fn start(&self, i: u32) -> usize {
        let widths = self.layout.form.widths.map(usize::from);
        let below = (1u64 << i) - 1;
        let [low, high] = self.words.map(|word| word & below);
        let count = |word: u64| word.count_ones() as usize;
        if self.layout.form.classes == 1 {
            return widths[0] * i as usize;
        }
        let both = count(low & high);
        let [low, high] = [count(low) - both, count(high) - both];
        let none = i as usize - low - high - both;
        none * widths[0] + low * widths[1] + high * widths[2] + both * widths[3]
    }

    /// Integer i, whose bits begin at bit `at`.
    #[inline]
    fn value(&self, i: u32, at: usize) -> u64 {
        let class = self.class(i);
        let width = self.layout.form.widths[class];
        bits::read(self.values, at, width)
            .wrapping_add(self.layout.bases[class])
            .wrapping_add(self.minimum)
    }

    #[inline]
    fn class(&self, i: u32) -> usize {
        let [low, high] = self.words.map(|word| (word >> i & 1) as usize);
        low | high << 1
    }

    fn all(&self, out: &mut [u64; BLOCK]) {
        let mut at = 0;
        for (i, value) in (0..).zip(out) {
            *value = self.value(i, at);
            at += usize::from(self.layout.form.widths[self.class(i)]);
        }
    }
}

#[cfg(test)]
mod tests;
