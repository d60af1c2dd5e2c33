//! What a search for the best keys has still to look at.

use super::texts::{Text, Texts};
use crate::entries::{Found, Spot};

/// Many searches keep no more items than this.
pub(super) const ROOM: usize = 32;

/// What is known of some keys, or of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// None of the keys has less.
    pub(super) score: u32,
    /// None of the keys has more.
    pub(super) weight: u32,
    /// One of them has as much.
    pub(super) exact: bool,
    /// None of the keys is before this string.
    pub(super) text: Text,
    /// What leads to the position. The string of a range goes on by its first label.
    pub(super) path: Text,
    /// Bytes of the path.
    pub(super) depth: usize,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// All keys at a position and below, with the number of its state.
    Below(Spot, usize),
    /// The key itself.
    Key(Found),
}

/// A binary heap of items, some of which are compared by bytes that stand elsewhere. What comes next is mostly the best
/// of the items that came last, so that the best one of these is not put into the heap but kept at hand.
pub(super) struct Queue {
    hand: Option<Place>,
    heap: Vec<Place>,
    /// All items there were.
    items: Vec<Item>,
}

/// An item in the heap.
#[derive(Clone, Copy)]
struct Place {
    /// Score, ascending, then weight, descending.
    rank: u64,
    item: usize,
}

impl Queue {
    /// Nothing.
    pub(super) fn new() -> Self {
        Queue {
            hand: None,
            heap: Vec::with_capacity(ROOM),
            items: Vec::with_capacity(ROOM),
        }
    }

    /// Whether one comes before the other.
    #[inline]
    fn is_before(&self, one: Place, other: Place, texts: &Texts) -> bool {
        one.rank < other.rank
            || one.rank == other.rank
                && texts
                    .compare(self.items[one.item].text, self.items[other.item].text)
                    .is_lt()
    }

    /// Adds an item.
    pub(super) fn push(&mut self, item: Item, texts: &Texts) {
        let place = Place {
            rank: u64::from(item.score) << 32 | u64::from(u32::MAX - item.weight),
            item: self.items.len(),
        };
        self.items.push(item);
        let place = match self.hand {
            None => {
                self.hand = Some(place);
                return;
            }
            Some(hand) if self.is_before(place, hand, texts) => {
                self.hand = Some(place);
                hand
            }
            Some(_) => place,
        };
        let mut at = self.heap.len();
        self.heap.push(place);
        while let Some(above) = at.checked_sub(1).map(|below| below / 2) {
            if !self.is_before(place, self.heap[above], texts) {
                break;
            }
            self.heap[at] = self.heap[above];
            at = above;
        }
        self.heap[at] = place;
    }

    /// Takes the item that comes first.
    pub(super) fn pop(&mut self, texts: &Texts) -> Option<Item> {
        let first = match (self.hand, self.heap.first()) {
            (Some(hand), Some(&top)) if self.is_before(top, hand, texts) => self.pop_heap(texts),
            (Some(_), _) => self.hand.take(),
            (None, _) => self.pop_heap(texts),
        };
        first.map(|place| self.items[place.item])
    }

    fn pop_heap(&mut self, texts: &Texts) -> Option<Place> {
        let last = self.heap.pop()?;
        let Some(&first) = self.heap.first() else {
            return Some(last);
        };
        let mut at = 0;
        while let Some(&left) = self.heap.get(2 * at + 1) {
            let right = self.heap.get(2 * at + 2).copied();
            let (next, place) = match right {
                Some(right) if self.is_before(right, left, texts) => (2 * at + 2, right),
                _ => (2 * at + 1, left),
            };
            if !self.is_before(place, last, texts) {
                break;
            }
            self.heap[at] = place;
            at = next;
        }
        self.heap[at] = last;
        Some(first)
    }
}
