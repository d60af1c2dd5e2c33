//! What is known of a state: which labels have a step of their own, and where all others lead.
//!
//! Between two characters most ASCII characters lead to the same state, as they are not near in what was asked for; behind the first
//! byte of a character of two most bytes do that may come there. So labels are of two kinds.

use super::planes::Planes;
use crate::automaton::LabelSet;
use crate::format::native::alphabet::Alphabet;

/// No way.
pub(super) const NONE: u32 = u32::MAX;

/// What is known of a state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// The labels of its [kind](Kind) that have a step of their own, counted from the first one.
    pub(super) own: u128,
    pub(super) kind: Kind,
    /// Whether labels of another kind have one too.
    others: bool,
    /// Where all other labels lead, if they lead anywhere.
    pub(super) other: Option<u32>,
    /// Its first way by a label of its own, or [`NONE`].
    pub(super) first: u32,
}

/// The labels that mostly have no step of their own in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// ASCII characters.
    Ascii,
    /// Bytes behind the first one of a character.
    Behind,
}

impl Kind {
    /// Its first label.
    #[inline(always)]
    pub(super) fn first(self) -> u8 {
        match self {
            Kind::Ascii => 0,
            Kind::Behind => 0x80,
        }
    }

    /// Whether a label is of it.
    #[inline(always)]
    pub(super) fn has(self, label: u8) -> bool {
        match self {
            Kind::Ascii => label < 0x80,
            Kind::Behind => label & 0xC0 == 0x80,
        }
    }

    /// The labels of a set that are of it, counted from the first one.
    #[inline(always)]
    pub(super) fn of(self, labels: LabelSet) -> u128 {
        let [ascii, beyond] = labels.halves();
        match self {
            Kind::Ascii => ascii,
            Kind::Behind => beyond & u128::from(u64::MAX),
        }
    }
}

impl Known {
    /// Of a state with these labels that have a step of their own.
    pub(super) fn new(own: LabelSet, other: Option<u32>) -> Self {
        let (ascii, others) = own.split_ascii();
        let kind = if ascii == u128::MAX {
            Kind::Behind
        } else {
            Kind::Ascii
        };
        Known {
            own: kind.of(own),
            kind,
            others: others || kind == Kind::Behind,
            other,
            first: NONE,
        }
    }

    /// The labels of its kind that have a step of their own, of ASCII characters those from `first` up to `end`.
    #[inline(always)]
    pub(super) fn own_between(&self, first: u8, end: Option<u8>) -> u128 {
        if self.kind != Kind::Ascii {
            return self.own;
        }
        let from = FROM[usize::from(first).min(ASCII)];
        let behind = end.map_or(0, |end| FROM[usize::from(end).min(ASCII)]);
        self.own & from & !behind
    }

    /// Whether a label has a step of its own.
    #[inline(always)]
    pub(super) fn has_own(&self, label: u8) -> bool {
        if self.kind.has(label) {
            self.own >> (label - self.kind.first()) & 1 != 0
        } else {
            self.others
        }
    }

    /// Those of some keys whose labels are of another kind and have steps of their own; no key has a label from `end` on.
    #[inline(always)]
    pub(super) fn strange<const S: usize, const L: usize, const R: usize>(
        &self,
        planes: &Planes<S, L, R>,
        alphabet: &Alphabet,
        keys: u64,
        end: Option<u8>,
    ) -> u64 {
        let mut left = match self.kind {
            Kind::Ascii if end.is_some_and(|end| end <= 0x80) || !self.others => return 0,
            Kind::Ascii => keys & planes.with_rank_from(alphabet.beyond_ascii()),
            Kind::Behind => keys,
        };
        let mut strange = 0;
        while left != 0 {
            let key = left.trailing_zeros();
            left &= left - 1;
            let is_strange = !self.kind.has(planes.label(key, alphabet));
            strange |= u64::from(is_strange) << key;
        }
        strange
    }
}

/// The number of ASCII characters.
const ASCII: usize = 128;

/// The ASCII characters from each of them on, and none.
static FROM: [u128; ASCII + 1] = {
    let mut from = [0; ASCII + 1];
    let mut label = 0;
    while label < ASCII {
        from[label] = u128::MAX << label;
        label += 1;
    }
    from
};
