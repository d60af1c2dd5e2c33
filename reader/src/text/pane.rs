//! A stretch of text, folded, and the way back to it.

use std::ops::Range;

use super::folder::{Folder, Unit};
use super::rule::TextRule;

/// Text that is folded at a time, in bytes.
const LEN: usize = 1 << 15;
/// More of the text than that is looked at, to see where a unit ends.
const AHEAD: usize = 1 << 10;

/// A stretch of text, folded.
pub(super) struct Pane {
    rule: TextRule,
    folder: Folder,
    /// The folded bytes.
    bytes: Vec<u8>,
    /// A bit for each of them: whether a unit starts there, which is where a match may start or end.
    starts: Vec<u64>,
    /// From where on folded bytes are as far from their unfolded ones as at this place.
    anchors: Vec<Anchor>,
    /// Where the stretch starts and ends in the text.
    from: usize,
    to: usize,
}

#[derive(Clone, Copy)]
struct Anchor {
    folded: usize,
    original: usize,
}

impl Pane {
    /// An empty stretch at the start of a text.
    pub(super) fn new(rule: TextRule) -> Self {
        Pane {
            rule,
            folder: Folder::new(rule),
            bytes: Vec::new(),
            starts: Vec::new(),
            anchors: vec![Anchor {
                folded: 0,
                original: 0,
            }],
            from: 0,
            to: 0,
        }
    }

    /// The folded bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where the stretch ends in the text.
    pub(super) fn to(&self) -> usize {
        self.to
    }

    /// Folds the stretch that starts at `from`, where a unit does, longer than the last one if that started there too. Whether
    /// it got longer, or is a new one that is not empty.
    pub(super) fn fill(&mut self, text: &[u8], from: usize, last: bool) -> bool {
        let before = if from == self.from { self.to - from } else { 0 };
        self.bytes.clear();
        self.starts.clear();
        self.anchors.clear();
        self.anchors.push(Anchor {
            folded: 0,
            original: from,
        });
        (self.from, self.to) = (from, from);
        let wanted = from + LEN.max(2 * before);
        let seen = text.len().min(wanted + AHEAD);
        while self.to < wanted {
            let rest = &text[self.to..seen];
            let Some(unit) = self.folder.next(rest, last && seen == text.len()) else {
                break;
            };
            let start = self.bytes.len();
            match unit {
                Unit::Ascii(len) => {
                    self.rule.write_ascii(&rest[..len], &mut self.bytes);
                    self.to += len;
                    set(&mut self.starts, start..self.bytes.len());
                }
                Unit::Folded(len, folded) => {
                    self.bytes.extend_from_slice(folded);
                    self.to += len;
                    if !folded.is_empty() {
                        set(&mut self.starts, start..start + 1);
                    }
                    if folded.len() != len {
                        self.anchors.push(Anchor {
                            folded: self.bytes.len(),
                            original: self.to,
                        });
                    }
                }
            }
        }
        self.to - from > before
    }

    /// Whether a unit starts at a folded byte, or it is the end.
    #[inline]
    pub(super) fn is_start(&self, at: usize) -> bool {
        at == self.bytes.len()
            || self
                .starts
                .get(at / 64)
                .is_some_and(|bits| bits >> (at % 64) & 1 == 1)
    }

    /// Where in the text a folded byte stands at which a unit starts.
    #[inline]
    pub(super) fn original(&self, at: usize) -> usize {
        let anchor = self.anchors[self.anchor(at)];
        anchor.original.wrapping_add(at - anchor.folded)
    }

    /// The folded byte at which the unit starts that stands at a place of the text; nothing if none starts there.
    pub(super) fn folded(&self, original: usize) -> Option<usize> {
        let next = self
            .anchors
            .partition_point(|anchor| anchor.original <= original);
        let anchor = self.anchors[next.checked_sub(1)?];
        let at = anchor.folded + (original - anchor.original);
        (self.is_start(at) && self.original(at) == original).then_some(at)
    }

    /// The last anchor at or before a folded byte.
    #[inline]
    fn anchor(&self, at: usize) -> usize {
        match &self.anchors[..] {
            [_] => 0,
            anchors => anchors.partition_point(|anchor| anchor.folded <= at) - 1,
        }
    }

    /// The end of the bytes that are as far from their unfolded ones as the one at `at`, and where that stands.
    #[inline]
    pub(super) fn run(&self, at: usize) -> (usize, usize) {
        let number = self.anchor(at);
        let end = self
            .anchors
            .get(number + 1)
            .map_or(self.bytes.len(), |anchor| anchor.folded);
        let anchor = self.anchors[number];
        (end, anchor.original.wrapping_add(at - anchor.folded))
    }

    /// Forgets the first `bytes` of the text, which are gone.
    pub(super) fn shift(&mut self, bytes: usize) {
        // a start that is gone is none a stretch may start at again
        self.from = self.from.checked_sub(bytes).unwrap_or(usize::MAX);
        self.to -= bytes;
        for anchor in &mut self.anchors {
            // one that is gone itself still tells, modulo 2^64, where the bytes behind it stand
            anchor.original = anchor.original.wrapping_sub(bytes);
        }
    }
}

/// Sets the bits of a range.
#[inline]
fn set(bits: &mut Vec<u64>, range: Range<usize>) {
    bits.resize(bits.len().max(range.end.div_ceil(64)), 0);
    let mut at = range.start;
    while at < range.end {
        let len = (64 - at % 64).min(range.end - at);
        bits[at / 64] |= u64::MAX >> (64 - len) << (at % 64);
        at += len;
    }
}
