//! What a search for the best keys has still to look at.

use super::heap::Heap;
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

/// Items by rank, then by their strings, whose bytes stand elsewhere.
#[derive(Default)]
pub(super) struct Queue {
    heap: Heap<Place>,
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

impl Place {
    /// Whether it comes before another one.
    #[inline(always)]
    fn is_before(&self, other: &Place, items: &[Item], texts: &Texts) -> bool {
        self.rank < other.rank
            || self.rank == other.rank && is_less(self.item, other.item, items, texts)
    }
}

/// Whether the string of one item is less than that of another. It stands alone to leave the heap's loops small.
#[inline(never)]
fn is_less(one: usize, other: usize, items: &[Item], texts: &Texts) -> bool {
    texts.compare(items[one].text, items[other].text).is_lt()
}

impl Queue {
    /// Makes room for what many searches keep.
    pub(super) fn make_room(&mut self) {
        self.heap.make_room(ROOM);
        self.items.reserve(ROOM);
    }

    /// Adds an item.
    pub(super) fn push(&mut self, item: Item, texts: &Texts) {
        let place = Place {
            rank: u64::from(item.score) << 32 | u64::from(u32::MAX - item.weight),
            item: self.items.len(),
        };
        self.items.push(item);
        let items = &self.items;
        self.heap
            .push(place, |one, other| one.is_before(other, items, texts));
    }

    /// Takes the item that comes first.
    pub(super) fn pop(&mut self, texts: &Texts) -> Option<Item> {
        let items = &self.items;
        let first = self
            .heap
            .pop(|one, other| one.is_before(other, items, texts));
        first.map(|place| items[place.item])
    }
}
