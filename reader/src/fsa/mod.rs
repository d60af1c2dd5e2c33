//! The stored automaton.
//!
//! [`Fsa`] is the one boundary between a file's layout and everything that walks it: look-ups, traversals,
//! merge, verification. A position is an opaque [`Cursor`]; what it stands for is the layout's own affair.
//!
//! A layout offers: the child by a byte, the children in byte order, whether a key ends here and with which
//! value, the inner weight, and the rest of an unbranched chain at once.

mod sparse_array;
pub mod walk;

pub use sparse_array::SparseArray;

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
    labels: [u64; 4],
}

impl Children {
    /// Whether no label is left. Some of the labels left may turn out to lead nowhere.
    pub fn is_empty(&self) -> bool {
        self.labels == [0; 4]
    }

    /// The number of labels left.
    pub fn len(&self) -> usize {
        self.labels
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// Drops the labels up to and including `label`.
    pub fn skip_through(&mut self, label: u8) {
        let (word, bit) = (usize::from(label / 64), u32::from(label % 64));
        self.labels[..word].fill(0);
        self.labels[word] &= u64::MAX.checked_shl(bit + 1).unwrap_or(0);
    }

    fn take_first(&mut self) -> Option<u8> {
        let word = self.labels.iter().position(|&w| w != 0)?;
        let bit = self.labels[word].trailing_zeros();
        self.labels[word] &= self.labels[word] - 1;
        label_at(word, bit)
    }

    fn take_last(&mut self) -> Option<u8> {
        let word = self.labels.iter().rposition(|&w| w != 0)?;
        let bit = self.labels[word].ilog2();
        self.labels[word] &= !(1 << bit);
        label_at(word, bit)
    }
}

fn label_at(word: usize, bit: u32) -> Option<u8> {
    u8::try_from(64 * word + bit as usize).ok()
}

/// The stored automaton of one file; clones share its bytes.
#[derive(Clone, Debug)]
pub struct Fsa {
    layout: Layout,
}

/// The layouts. Each method of [`Fsa`] matches on it once.
#[derive(Clone, Debug)]
enum Layout {
    SparseArray(SparseArray),
}

impl Fsa {
    /// The automaton in keyvi's sparse array.
    pub fn from_sparse_array(array: SparseArray) -> Self {
        Fsa {
            layout: Layout::SparseArray(array),
        }
    }

    /// Where every key starts; nothing in an empty dictionary.
    #[inline]
    pub fn root(&self) -> Option<Cursor> {
        let Layout::SparseArray(array) = &self.layout;
        array.root().map(|state| Cursor { state })
    }

    /// The child by `label`.
    #[inline]
    pub fn step(&self, at: Cursor, label: u8) -> Result<Option<Cursor>, Fault> {
        self.follow(at, &[label])
    }

    /// Follows `labels` one after the other; nothing when one of them has no transition.
    #[inline]
    pub fn follow(&self, at: Cursor, labels: &[u8]) -> Result<Option<Cursor>, Fault> {
        let Layout::SparseArray(array) = &self.layout;
        Ok(array
            .follow(at.state, labels)?
            .map(|state| Cursor { state }))
    }

    /// The value of the key that leads on from here by `labels`: the same as following them and asking for the
    /// value, in one go.
    #[inline]
    pub fn get(&self, at: Cursor, labels: &[u8]) -> Result<Option<ValueHandle>, Fault> {
        let Layout::SparseArray(array) = &self.layout;
        Ok(array.get(at.state, labels)?.map(ValueHandle))
    }

    /// The children, to be taken with [`next_child`](Self::next_child) or [`last_child`](Self::last_child).
    #[inline]
    pub fn children(&self, at: Cursor) -> Result<Children, Fault> {
        let Layout::SparseArray(array) = &self.layout;
        Ok(Children {
            parent: at,
            labels: array.labels(at.state)?,
        })
    }

    /// Takes the first child that is left.
    #[inline]
    pub fn next_child(&self, children: &mut Children) -> Result<Option<(u8, Cursor)>, Fault> {
        self.take(children, Children::take_first)
    }

    /// Takes the last child that is left.
    pub fn last_child(&self, children: &mut Children) -> Result<Option<(u8, Cursor)>, Fault> {
        self.take(children, Children::take_last)
    }

    #[inline]
    fn take(
        &self,
        children: &mut Children,
        next: impl Fn(&mut Children) -> Option<u8>,
    ) -> Result<Option<(u8, Cursor)>, Fault> {
        let Layout::SparseArray(array) = &self.layout;
        while let Some(label) = next(children) {
            if let Some(state) = array.child(children.parent.state, label)? {
                return Ok(Some((label, Cursor { state })));
            }
        }
        Ok(None)
    }

    /// The value of the key that ends here, if one does.
    #[inline]
    pub fn value(&self, at: Cursor) -> Result<Option<ValueHandle>, Fault> {
        let Layout::SparseArray(array) = &self.layout;
        Ok(array.value(at.state)?.map(ValueHandle))
    }

    /// Whether a key ends here.
    #[inline]
    pub fn is_final(&self, at: Cursor) -> Result<bool, Fault> {
        let Layout::SparseArray(array) = &self.layout;
        array.is_final(at.state)
    }

    /// The highest weight of any key below, as far as one is stored here; 0: none is.
    pub fn inner_weight(&self, at: Cursor) -> Result<u32, Fault> {
        let Layout::SparseArray(array) = &self.layout;
        array.inner_weight(at.state)
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

    /// A number that tells positions of one automaton apart, smaller than [`positions`](Self::positions).
    pub fn id(&self, at: Cursor) -> u64 {
        let Layout::SparseArray(_) = &self.layout;
        at.state
    }

    /// An upper bound of all [`id`](Self::id)s.
    pub fn positions(&self) -> u64 {
        let Layout::SparseArray(array) = &self.layout;
        array.slots() as u64
    }

    /// Damage at a position, to be reported by a traversal.
    pub fn fault(&self, at: Cursor, reason: &'static str) -> Fault {
        let Layout::SparseArray(array) = &self.layout;
        array.fault_at(at.state, reason)
    }

    /// How many slots the layout has, and how many of them are used.
    pub fn fill(&self) -> (u64, u64) {
        let Layout::SparseArray(array) = &self.layout;
        (array.slots() as u64, array.used())
    }
}
