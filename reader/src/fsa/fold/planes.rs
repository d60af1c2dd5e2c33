//! The planes of a leaf at hand.

use super::forks::FEW;
use super::leaf::Leaf;
use super::numbers::{equal_to, with_rank};
use crate::automaton::LabelSet;
use crate::format::native::alphabet::Alphabet;
use crate::format::native::leaf::{HEADER_LEN, LeafHeader, SLACK};

/// Most planes of shared lengths and of code lengths.
const MOST: usize = 18;

/// Planes of shared lengths, where there are few of any kind.
const FEWEST: usize = 4;

/// The planes of a leaf at hand, for searches that look at them again and again: so many of shared lengths, of code
/// lengths and of label ranks, as nearly all leaves have at most. All of them are looked at, those a leaf does not have being
/// zero: how many it has cannot be foreseen by a processor.
#[derive(Clone, Debug)]
pub(super) struct Planes<const S: usize = 6, const L: usize = 4, const R: usize = 8> {
    pub header: LeafHeader,
    /// Where the codes start among all leaves.
    codes_at: usize,
    shared: [u64; S],
    lengths: [u64; L],
    ranks: [u64; R],
    /// Shared lengths and code lengths, if there are more planes of them.
    wide: Option<Box<[[u64; MOST]; 2]>>,
}

/// The planes of most leaves, in less room, for leaves that [have no more](Planes::have_room).
pub(super) type FewPlanes = Planes<FEWEST, 3, 7>;

impl<const S: usize, const L: usize, const R: usize> Planes<S, L, R> {
    /// Whether a leaf has no more planes than there is room for without a box.
    #[inline(always)]
    pub(super) fn have_room(header: &LeafHeader) -> bool {
        S >= header.shared_planes as usize
            && L >= header.length_planes as usize
            && R >= header.label_planes as usize
    }

    /// Those of the leaf at `offset`, which has at most as many planes of label ranks.
    #[inline(always)]
    pub(super) fn new(leaf: &Leaf<'_>, offset: usize) -> Result<Self, &'static str> {
        let header = leaf.header;
        let window = leaf.window()?;
        let step = header.plane_len();
        let (lengths_at, ranks_at) = (header.lengths_at(), header.labels_at());
        let narrow = S >= header.shared_planes as usize && L >= header.length_planes as usize;
        Ok(Planes {
            header,
            codes_at: offset + header.codes_at(),
            shared: Leaf::planes(window, HEADER_LEN, step, header.shared_planes),
            lengths: Leaf::planes(window, lengths_at, step, header.length_planes),
            ranks: Leaf::planes(window, ranks_at, step, header.label_planes),
            wide: if narrow {
                None
            } else {
                Some(wide(header, window))
            },
        })
    }

    #[inline(always)]
    fn wide(&self) -> Option<&[[u64; MOST]; 2]> {
        if S == FEWEST {
            None
        } else {
            self.wide.as_deref()
        }
    }

    /// The keys that share exactly `depth` bytes with the one before, and those that share less. What is said of the
    /// first key is not to be used.
    #[inline(always)]
    pub(super) fn compare_shared(&self, depth: u32) -> (u64, u64) {
        let (depth, is_under) = depth.overflowing_sub(self.header.base);
        let planes = match self.wide() {
            None => S,
            Some(_) => MOST,
        };
        let (equal, less) = match self.wide() {
            None => equal_to(self.shared, depth as usize),
            Some(wide) => equal_to(wide[0], depth as usize),
        };
        // both are rare, so that they are masks and no jumps
        let over = u64::from(depth >> planes != 0).wrapping_neg();
        let under = u64::from(is_under).wrapping_neg();
        (equal & !over, (less | over) & !under)
    }

    /// The end of the keys that start with the first `depth` bytes of `key`.
    #[inline(always)]
    pub(super) fn end_of(&self, key: u32, depth: u32) -> u32 {
        let (_, less) = self.compare_shared(depth);
        let stops = less & (u64::MAX - 1) << key;
        stops.trailing_zeros().min(self.header.keys)
    }

    /// The keys that have this label.
    #[inline(always)]
    pub(super) fn with_label(&self, label: u8, alphabet: &Alphabet) -> u64 {
        with_rank(self.ranks, alphabet.rank(label))
    }

    /// All keys that have a label of a set, and perhaps more; nothing if the set is too large to look for them.
    #[inline(always)]
    pub(super) fn with_any(&self, labels: LabelSet, alphabet: &Alphabet) -> Option<u64> {
        let (mut ascii, beyond) = labels.split_ascii();
        if ascii.count_ones() > FEW {
            return None;
        }
        let mut with = 0;
        while ascii != 0 {
            let [label, ..] = ascii.trailing_zeros().to_le_bytes();
            with |= self.with_label(label, alphabet);
            ascii &= ascii - 1;
        }
        if beyond {
            with |= self.with_rank_from(alphabet.beyond_ascii());
        }
        Some(with)
    }

    /// The keys whose label has at least this rank.
    #[inline(always)]
    pub(super) fn with_rank_from(&self, rank: u8) -> u64 {
        if usize::from(rank) >> R != 0 {
            return 0;
        }
        !equal_to(self.ranks, rank.into()).1
    }

    /// The keys that have more than a label of their own.
    #[inline(always)]
    pub(super) fn with_codes(&self) -> u64 {
        let any = |planes: &[u64]| planes.iter().fold(0, |any, plane| any | plane);
        match self.wide() {
            None => any(&self.lengths),
            Some(wide) => any(&wide[1]),
        }
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
        let shared = match self.wide() {
            None => number_of(&self.shared, key),
            Some(wide) => number_of(&wide[0], key),
        };
        self.header.base + shared
    }

    /// Where the codes of a key start among all leaves, if it has any.
    #[inline(always)]
    pub(super) fn codes_at(&self, key: u32) -> usize {
        let start = match self.wide() {
            None => sum_before(&self.lengths, key).0,
            Some(wide) => sum_before(&wide[1], key).0,
        };
        self.codes_at + start
    }

    /// Where the codes of a key start among all leaves, and how many bytes they take.
    #[inline(always)]
    pub(super) fn codes(&self, key: u32) -> (usize, usize) {
        let (start, len) = match self.wide() {
            None => sum_before(&self.lengths, key),
            Some(wide) => sum_before(&wide[1], key),
        };
        (self.codes_at + start, len)
    }
}

impl FewPlanes {
    /// The keys that share no byte, one, and two bytes with the one before. What is said of the first key is not to be used.
    #[inline(always)]
    pub(super) fn top(&self) -> [u64; 3] {
        let [low, next, high @ ..] = self.shared;
        let more = high.iter().fold(0, |more, plane| more | plane);
        let [none, one, two] = [
            !(low | next | more),
            low & !(next | more),
            next & !(low | more),
        ];
        // which base a leaf has cannot be foreseen
        let [at_0, at_1, at_2] =
            [0, 1, 2].map(|base| u64::from(self.header.base == base).wrapping_neg());
        [
            none & at_0,
            one & at_0 | none & at_1,
            two & at_0 | one & at_1 | none & at_2,
        ]
    }
}

/// As many planes of shared lengths and of code lengths as there can be.
#[cold]
fn wide(header: LeafHeader, window: &[u8; SLACK]) -> Box<[[u64; MOST]; 2]> {
    let step = header.plane_len();
    Box::new([
        Leaf::planes(window, HEADER_LEN, step, header.shared_planes),
        Leaf::planes(window, header.lengths_at(), step, header.length_planes),
    ])
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
