//! Positions of walks that look at many of them.

use super::fold::{Child, Heads, Inside, Opened};
use super::{Cursor, Fold, Fsa, Layout, ValueHandle};
use crate::automaton::LabelSet;
use crate::error::Fault;

/// A position as it is stored, or among what a walk has at hand of a native file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Position {
    Stored(Cursor),
    Opened(Inside),
}

/// Neighbouring labels that lead on from a position, see [`Fsa::ranges_at`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct LabelRange {
    pub(crate) label: u8,
    pub(crate) weight: u32,
    pub(crate) is_child: bool,
    pub(crate) at: Position,
}

/// What is known of the labels of a position's children, see [`Fsa::probe`].
pub(crate) enum Probe<'d> {
    /// The labels of slots.
    Window(&'d [u8; 256]),
    /// What the children in a leaf start with.
    Heads(&'d Fold, Heads),
    /// Nothing.
    Unsure,
}

impl Probe<'_> {
    /// Whether there may be a child by a label.
    #[inline]
    pub(crate) fn may_have(&self, label: u8, opened: &Opened) -> bool {
        match self {
            Probe::Window(labels) => labels[usize::from(label)] == label,
            Probe::Heads(fold, heads) => opened.has_child(fold, heads, label),
            Probe::Unsure => true,
        }
    }
}

impl Child {
    #[inline]
    fn position(self) -> Position {
        match self {
            Child::State(state) => Position::Stored(Cursor { state }),
            Child::Inside(inside) => Position::Opened(inside),
        }
    }
}

impl Fsa {
    /// The same position, taken at hand where that makes steps to its children faster.
    #[inline]
    pub(crate) fn open(&self, at: Position, opened: &mut Opened) -> Result<Position, Fault> {
        match (at, &self.layout) {
            (_, Layout::SparseArray(_)) => Ok(at),
            (Position::Stored(cursor), Layout::Fold(fold)) => {
                let inside = opened.open(fold, cursor.state)?;
                Ok(inside.map_or(at, Position::Opened))
            }
            (Position::Opened(inside), Layout::Fold(fold)) => {
                opened.at_hand(fold, inside).map(Position::Opened)
            }
        }
    }

    /// The same position as it is stored.
    #[inline]
    pub(crate) fn stored(at: Position, opened: &Opened) -> Cursor {
        match at {
            Position::Stored(cursor) => cursor,
            Position::Opened(inside) => Cursor {
                state: opened.stored(inside),
            },
        }
    }

    /// What the children of a position stand in, if that is known by ranges of labels; whether it is. For each range
    /// its first label, the highest weight below as far as it is stored, and a position: the child by that label, or one
    /// that has all children of the range and no other, once it is opened.
    pub(crate) fn ranges_at(
        &self,
        at: Position,
        ranges: &mut Vec<LabelRange>,
    ) -> Result<bool, Fault> {
        match (at, &self.layout) {
            (Position::Stored(cursor), Layout::Fold(fold)) => {
                fold.ranges(cursor.state, |label, weight, child| {
                    ranges.push(LabelRange {
                        label,
                        weight,
                        is_child: matches!(child, Child::State(_)),
                        at: child.position(),
                    });
                })
            }
            (Position::Stored(cursor), Layout::SparseArray(array)) => {
                for label in LabelSet::from_words(array.labels(cursor.state)?) {
                    if let Some(state) = array.step(cursor.state, label)? {
                        ranges.push(LabelRange {
                            label,
                            weight: array.inner_weight(state)?,
                            is_child: true,
                            at: Position::Stored(Cursor { state }),
                        });
                    }
                }
                Ok(true)
            }
            (Position::Opened(_), _) => Ok(false),
        }
    }

    /// What tells of a position that it has no child by a label, faster than the child is looked for.
    #[inline]
    pub(crate) fn probe(&self, at: Position, opened: &mut Opened) -> Result<Probe<'_>, Fault> {
        match (at, &self.layout) {
            (Position::Stored(cursor), Layout::SparseArray(array)) => Ok(array
                .window(cursor.state)
                .map_or(Probe::Unsure, Probe::Window)),
            (Position::Opened(inside), Layout::Fold(fold)) => {
                let heads = opened.heads(fold, inside)?;
                Ok(heads.map_or(Probe::Unsure, |heads| Probe::Heads(fold, heads)))
            }
            _ => Ok(Probe::Unsure),
        }
    }

    /// The labels of the children. Some of them may turn out to lead nowhere.
    #[inline]
    pub(crate) fn labels_at(&self, at: Position, opened: &mut Opened) -> Result<LabelSet, Fault> {
        match (at, &self.layout) {
            (Position::Opened(inside), Layout::Fold(fold)) => opened.labels(fold, inside),
            (Position::Opened(_), Layout::SparseArray(_)) => Ok(LabelSet::NONE),
            (Position::Stored(cursor), _) => self.labels(cursor),
        }
    }

    /// The child by a label.
    #[inline]
    pub(crate) fn step_at(
        &self,
        at: Position,
        label: u8,
        opened: &mut Opened,
    ) -> Result<Option<Position>, Fault> {
        match (at, &self.layout) {
            (Position::Opened(inside), Layout::Fold(fold)) => {
                Ok(opened.step(fold, inside, label)?.map(Child::position))
            }
            (Position::Opened(_), Layout::SparseArray(_)) => Ok(None),
            (Position::Stored(cursor), _) => Ok(self.step(cursor, label)?.map(Position::Stored)),
        }
    }

    /// The value of the key that leads on by `labels`.
    #[inline]
    pub(crate) fn get_at(
        &self,
        at: Position,
        labels: &[u8],
        opened: &mut Opened,
    ) -> Result<Option<ValueHandle>, Fault> {
        match (at, &self.layout) {
            (Position::Opened(inside), Layout::Fold(fold)) => {
                let ordinal = opened.get(fold, inside, labels)?;
                Ok(ordinal.map(|ordinal| ValueHandle(u64::from(ordinal))))
            }
            (Position::Opened(_), Layout::SparseArray(_)) => Ok(None),
            (Position::Stored(cursor), _) => self.get(cursor, labels),
        }
    }

    /// The highest weight of the keys at a position and below, as far as one is stored; 0: none is.
    pub(crate) fn weight_at(&self, at: Position, opened: &mut Opened) -> Result<u32, Fault> {
        match (at, &self.layout) {
            (Position::Stored(cursor), _) => self.inner_weight(cursor),
            (Position::Opened(inside), Layout::Fold(fold)) => opened.weight(fold, inside),
            (Position::Opened(_), Layout::SparseArray(_)) => Ok(0),
        }
    }
}
