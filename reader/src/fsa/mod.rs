//! The stored automaton.
//!
//! [`Fsa`] is the one boundary between a file's layout and everything that walks it: look-ups, traversals,
//! merge, verification. A position is an opaque [`Cursor`]; what it stands for is the layout's own affair.
//!
//! A layout offers: the child by a byte, the children in byte order, whether a key ends here and with which
//! value, the inner weight, and the rest of an unbranched chain at once.

mod batch;
mod fold;
mod position;
mod sparse_array;
pub mod walk;

pub use fold::Fold;
pub(crate) use fold::{LeafPart, OpenMark, Opened};
pub(crate) use position::{LabelRange, Position, Probe};
pub(crate) use sparse_array::Child;
pub use sparse_array::SparseArray;

use crate::automaton::LabelSet;
use crate::error::Fault;

/// A position in an automaton. Only meaningful for the automaton that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    state: u64,
}

/// What the automaton stores where a key ends: the value itself, or its offset in the value store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueHandle(pub u64);

/// The children of a position that have not been taken yet, in byte order.
#[derive(Clone, Copy, Debug)]
pub struct Children {
    parent: Cursor,
    labels: LabelSet,
}

impl Children {
    /// Whether no label is left. Some of the labels left may turn out to lead nowhere.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The number of labels left.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Drops the labels up to and including `label`.
    pub fn skip_through(&mut self, label: u8) {
        self.labels = self.labels.behind(label);
    }
}

/// The stored automaton of one file; clones share its bytes.
#[derive(Clone, Debug)]
pub struct Fsa {
    layout: Layout,
}

/// The layouts. Each method of [`Fsa`] matches on it once.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for each file, and a box would make every look-up a step longer"
)]
#[derive(Clone, Debug)]
enum Layout {
    SparseArray(SparseArray),
    Fold(Fold),
}

impl Fsa {
    /// The automaton in keyvi's sparse array.
    pub fn from_sparse_array(array: SparseArray) -> Self {
        Fsa {
            layout: Layout::SparseArray(array),
        }
    }

    /// The automaton of a native file.
    pub fn from_fold(fold: Fold) -> Self {
        Fsa {
            layout: Layout::Fold(fold),
        }
    }

    /// Where every key starts; nothing in an empty dictionary.
    #[inline]
    pub fn root(&self) -> Option<Cursor> {
        let root = match &self.layout {
            Layout::SparseArray(array) => array.root(),
            Layout::Fold(fold) => fold.root(),
        };
        root.map(|state| Cursor { state })
    }

    /// Whether a [gram](crate::format::native::grams) may be in a key.
    pub fn may_have(&self, gram: &[u8]) -> bool {
        match &self.layout {
            Layout::SparseArray(_) => true,
            Layout::Fold(fold) => fold.may_have(gram),
        }
    }

    /// The child by `label`.
    #[inline]
    pub fn step(&self, at: Cursor, label: u8) -> Result<Option<Cursor>, Fault> {
        let child = match &self.layout {
            Layout::SparseArray(array) => array.step(at.state, label)?,
            Layout::Fold(fold) => fold.follow(at.state, &[label])?,
        };
        Ok(child.map(|state| Cursor { state }))
    }

    /// Follows `labels` one after the other; nothing when one of them has no transition.
    #[inline]
    pub fn follow(&self, at: Cursor, labels: &[u8]) -> Result<Option<Cursor>, Fault> {
        let followed = match &self.layout {
            Layout::SparseArray(array) => array.follow(at.state, labels)?,
            Layout::Fold(fold) => fold.follow(at.state, labels)?,
        };
        Ok(followed.map(|state| Cursor { state }))
    }

    /// The value of the key that leads on from here by `labels`: the same as following them and asking for the
    /// value, in one go.
    #[inline]
    pub fn get(&self, at: Cursor, labels: &[u8]) -> Result<Option<ValueHandle>, Fault> {
        let found = match &self.layout {
            Layout::SparseArray(array) => array.get(at.state, labels)?,
            Layout::Fold(fold) => fold.get(at.state, labels)?,
        };
        Ok(found.map(ValueHandle))
    }

    /// The values of many keys that lead on from here, found faster than one after the other: `found` is told
    /// the index of each key with its value, in no particular order.
    ///
    /// If keys meet damage, this ends with the fault that [`get`](Self::get) gives for the first of them, and
    /// some keys have not been told about.
    #[inline]
    pub fn get_many<K: AsRef<[u8]>>(
        &self,
        at: Cursor,
        keys: &[K],
        found: impl FnMut(usize, Option<ValueHandle>),
    ) -> Result<(), Fault> {
        match &self.layout {
            Layout::SparseArray(array) => batch::get_many(&array.lookups(at.state), keys, found),
            Layout::Fold(fold) => fold.get_many(at.state, keys, found),
        }
    }

    /// Tells the length of each key that leads on from here and that `text` starts with, and its value, shortest first;
    /// how much of the text leads to any key.
    #[inline]
    pub fn prefixes(
        &self,
        at: Cursor,
        text: &[u8],
        mut found: impl FnMut(usize, ValueHandle),
    ) -> Result<usize, Fault> {
        match &self.layout {
            Layout::SparseArray(array) => {
                array.prefixes(at.state, text, |len, value| found(len, ValueHandle(value)))
            }
            Layout::Fold(fold) => fold.prefixes(at.state, text, |len, ordinal| {
                found(len, ValueHandle(ordinal.into()));
            }),
        }
    }

    /// The children, to be taken with [`next_child`](Self::next_child) or [`last_child`](Self::last_child).
    #[inline]
    pub fn children(&self, at: Cursor) -> Result<Children, Fault> {
        let labels = self.labels(at)?;
        Ok(Children { parent: at, labels })
    }

    /// The labels of the children. Some of them may turn out to lead nowhere.
    #[inline]
    pub fn labels(&self, at: Cursor) -> Result<LabelSet, Fault> {
        let words = match &self.layout {
            Layout::SparseArray(array) => array.labels(at.state)?,
            Layout::Fold(fold) => fold.labels(at.state)?,
        };
        Ok(LabelSet::from_words(words))
    }

    /// Takes the first child that is left.
    #[inline]
    pub fn next_child(&self, children: &mut Children) -> Result<Option<(u8, Cursor)>, Fault> {
        self.take(children, LabelSet::take_first)
    }

    /// Takes the last child that is left.
    pub fn last_child(&self, children: &mut Children) -> Result<Option<(u8, Cursor)>, Fault> {
        self.take(children, LabelSet::take_last)
    }

    #[inline]
    fn take(
        &self,
        children: &mut Children,
        next: impl Fn(&mut LabelSet) -> Option<u8>,
    ) -> Result<Option<(u8, Cursor)>, Fault> {
        while let Some(label) = next(&mut children.labels) {
            let state = match &self.layout {
                Layout::SparseArray(array) => array.child(children.parent.state, label)?,
                Layout::Fold(fold) => fold.follow(children.parent.state, &[label])?,
            };
            if let Some(state) = state {
                return Ok(Some((label, Cursor { state })));
            }
        }
        Ok(None)
    }

    /// The value of the key that ends here, if one does.
    #[inline]
    pub fn value(&self, at: Cursor) -> Result<Option<ValueHandle>, Fault> {
        let value = match &self.layout {
            Layout::SparseArray(array) => array.value(at.state)?,
            Layout::Fold(fold) => fold.ordinal(at.state)?.map(u64::from),
        };
        Ok(value.map(ValueHandle))
    }

    /// Whether a key ends here.
    #[inline]
    pub fn is_final(&self, at: Cursor) -> Result<bool, Fault> {
        match &self.layout {
            Layout::SparseArray(array) => array.is_final(at.state),
            Layout::Fold(fold) => Ok(fold.ordinal(at.state)?.is_some()),
        }
    }

    /// The highest weight of any key below, as far as one is stored here; 0: none is.
    pub fn inner_weight(&self, at: Cursor) -> Result<u32, Fault> {
        match &self.layout {
            Layout::SparseArray(array) => array.inner_weight(at.state),
            Layout::Fold(fold) => fold.inner_weight(at.state),
        }
    }

    /// Follows an unbranched chain: appends the labels from here to the next position where a key ends or
    /// several children part, at most `limit` of them, and returns that position.
    pub fn chain(&self, at: Cursor, limit: usize, labels: &mut Vec<u8>) -> Result<Cursor, Fault> {
        let mut at = at;
        for _ in 0..limit {
            let mut children = self.children(at)?;
            if children.len() != 1 || self.is_final(at)? {
                break;
            }
            let Some((label, child)) = self.next_child(&mut children)? else {
                break;
            };
            labels.push(label);
            at = child;
        }
        Ok(at)
    }

    /// The value of the only key that leads on from here by at most `limit` labels, which are appended. Nothing if there are
    /// several, or to find out takes more than a look.
    #[inline]
    pub(crate) fn only(
        &self,
        at: Cursor,
        limit: usize,
        labels: &mut Vec<u8>,
    ) -> Result<Option<ValueHandle>, Fault> {
        let value = match &self.layout {
            Layout::SparseArray(array) => array.only(at.state, limit, labels)?,
            Layout::Fold(fold) => fold.only(at.state, labels)?.map(u64::from),
        };
        Ok(value.map(ValueHandle))
    }

    /// The keys at a position and below, if they stand in one leaf of a native file.
    pub(crate) fn part(&self, at: Cursor) -> Result<Option<(&Fold, LeafPart)>, Fault> {
        match &self.layout {
            Layout::SparseArray(_) => Ok(None),
            Layout::Fold(fold) => Ok(fold.part(at.state)?.map(|part| (fold, part))),
        }
    }

    /// Whether there is a faster way from the root than by its children.
    pub(crate) fn has_slots(&self) -> bool {
        self.fold().is_some_and(Fold::has_slots)
    }

    /// A number that tells the positions of one automaton apart.
    pub(crate) fn id(at: Cursor) -> u64 {
        at.state
    }

    /// Damage at a position, to be reported by a traversal.
    pub fn fault(&self, at: Cursor, reason: &'static str) -> Fault {
        match &self.layout {
            Layout::SparseArray(array) => array.fault_at(at.state, reason),
            Layout::Fold(fold) => fold.fault_at(at.state, reason),
        }
    }

    /// keyvi's sparse array, if that is the layout.
    pub fn sparse_array(&self) -> Option<&SparseArray> {
        match &self.layout {
            Layout::SparseArray(array) => Some(array),
            Layout::Fold(_) => None,
        }
    }

    /// The fold, if that is the layout.
    pub fn fold(&self) -> Option<&Fold> {
        match &self.layout {
            Layout::SparseArray(_) => None,
            Layout::Fold(fold) => Some(fold),
        }
    }
}
