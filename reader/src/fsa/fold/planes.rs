//! The planes of a leaf at hand.

use super::leaf::{Leaf, equal_to, with_rank};
use crate::format::native::alphabet::Alphabet;
use crate::format::native::leaf::{HEADER_LEN, LeafHeader};

/// As many planes of shared lengths and of code lengths as nearly all leaves have at most. All of them are looked at,
/// those a leaf does not have being zero: how many it has cannot be foreseen by a processor.
const NARROW: (usize, usize) = (6, 4);
/// Most planes of shared lengths and of code lengths.
const WIDE: usize = 18;
/// Most planes of label ranks.
const RANKS: usize = 8;

/// The planes of a leaf at hand, for searches that look at them again and again.
#[derive(Clone, Debug)]
pub(super) struct Planes {
    pub header: LeafHeader,
    /// Where the codes start among all leaves.
    codes_at: usize,
    shared: [u64; NARROW.0],
    lengths: [u64; NARROW.1],
    ranks: [u64; RANKS],
    /// Shared lengths and code lengths, if there are more planes of them.
    wide: Option<Box<[[u64; WIDE]; 2]>>,
}

impl Planes {
    /// Those of the leaf at `offset`.
    pub(super) fn new(leaf: &Leaf<'_>, offset: usize) -> Result<Self, &'static str> {
        let header = leaf.header;
        let window = leaf.window()?;
        let step = header.plane_len();
        let (lengths_at, ranks_at) = (header.lengths_at(), header.labels_at());
        let narrow =
            NARROW.0 >= header.shared_planes as usize && NARROW.1 >= header.length_planes as usize;
        let wide = || {
            Box::new([
                Leaf::planes(window, HEADER_LEN, step, header.shared_planes),
                Leaf::planes(window, lengths_at, step, header.length_planes),
            ])
        };
        Ok(Planes {
            header,
            codes_at: offset + header.codes_at(),
            shared: Leaf::planes(window, HEADER_LEN, step, header.shared_planes),
            lengths: Leaf::planes(window, lengths_at, step, header.length_planes),
            ranks: Leaf::planes(window, ranks_at, step, header.label_planes),
            wide: (!narrow).then(wide),
        })
    }

    /// The keys that share exactly `depth` bytes with the one before, and those that share less. What is said of the
    /// first key is not to be used.
    #[inline(always)]
    pub(super) fn compare_shared(&self, depth: u32) -> (u64, u64) {
        let Some(depth) = depth.checked_sub(self.header.base) else {
            return (0, 0);
        };
        if depth >> self.header.shared_planes.min(31) != 0 {
            return (0, u64::MAX);
        }
        match &self.wide {
            None => equal_to(self.shared, depth as usize),
            Some(wide) => equal_to(wide[0], depth as usize),
        }
    }

    /// The keys that have this label.
    #[inline(always)]
    pub(super) fn with_label(&self, label: u8, alphabet: &Alphabet) -> u64 {
        with_rank(self.ranks, alphabet.rank(label))
    }

    /// The label of a key.
    #[inline(always)]
    pub(super) fn label(&self, key: u32, alphabet: &Alphabet) -> u8 {
        alphabet.byte(number_of(&self.ranks, key).to_le_bytes()[0])
    }

    /// How many bytes a key shares with the one before.
    #[inline(always)]
    pub(super) fn shared(&self, key: u32) -> u32 {
        if key == 0 {
            return 0;
        }
        let shared = match &self.wide {
            None => number_of(&self.shared, key),
            Some(wide) => number_of(&wide[0], key),
        };
        self.header.base + shared
    }

    /// Where the codes of a key start among all leaves, and how many bytes they take.
    #[inline(always)]
    pub(super) fn codes(&self, key: u32) -> (usize, usize) {
        let (start, len) = match &self.wide {
            None => sum_before(&self.lengths, key),
            Some(wide) => sum_before(&wide[1], key),
        };
        (self.codes_at + start, len)
    }
}

/// The numbers of all keys before one in some planes, added up, and its own number.
#[inline(always)]
fn sum_before<const N: usize>(planes: &[u64; N], key: u32) -> (usize, usize) {
    let before = (1u64 << key) - 1;
    let (mut sum, mut own) = (0, 0);
    for (plane, word) in planes.iter().enumerate() {
        sum += ((word & before).count_ones() as usize) << plane;
        own += ((word >> key & 1) as usize) << plane;
    }
    (sum, own)
}

/// The number of a key in some planes.
#[inline(always)]
fn number_of<const N: usize>(planes: &[u64; N], key: u32) -> u32 {
    let mut number = 0;
    for (plane, word) in planes.iter().enumerate() {
        number |= ((word >> key & 1) as u32) << plane;
    }
    number
}
