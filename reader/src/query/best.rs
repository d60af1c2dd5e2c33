//! Keys that an automaton accepts, best first.

use super::endings::{self, Ending};
use super::floor::Floor;
use super::texts::{Text, Texts};
use crate::automaton::Automaton;
use crate::entries::{Entries, Found, Places, Spot, Walk};
use crate::error::Result;
use crate::fsa::LabelRange;

/// A search that always goes on where the best key may be: by score, ascending, then by weight, descending, then by
/// key in byte order. What no key that is still asked for stands in is never looked at, so that the first matches of a
/// large part of a dictionary take no longer than those of a small one.
pub(crate) struct BestFirst<A: Automaton> {
    automaton: A,
    places: Places,
    /// The strings of the items.
    texts: Texts,
    /// States of the items that are positions.
    states: Vec<A::State>,
    queue: Queue,
    /// Room for the ranges of a position.
    ranges: Vec<LabelRange>,
    /// Room for keys that are found by their names.
    endings: Vec<Ending>,
    key: Vec<u8>,
    score: u32,
    minimum_weight: u32,
    /// Tells what need not be kept, if only some of the heaviest keys are wanted.
    floor: Option<Floor>,
}

/// What is known of some keys, or of one.
#[derive(Clone, Copy, Debug)]
struct Item {
    /// None of the keys has less.
    score: u32,
    /// None of the keys has more.
    weight: u32,
    /// One of them has as much.
    exact: bool,
    /// None of the keys is before this string.
    text: Text,
    /// What leads to the position. The string of a range goes on by its first label.
    path: Text,
    /// Bytes of the path.
    depth: usize,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// All keys at a position and below, with the number of its state.
    Below(Spot, usize),
    /// The key itself.
    Key(Found),
}

/// From more keys than this on, to know the heaviest costs more than it saves.
const MOST_COUNTED: usize = 256;
/// Most searches keep no more items than this.
const ROOM: usize = 128;

/// A binary heap of items, some of which are compared by bytes that stand elsewhere. What comes next is mostly the best
/// of the items that came last, so that the best one of these is not put into the heap but kept at hand.
struct Queue {
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
    fn new() -> Self {
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

    fn push(&mut self, item: Item, texts: &Texts) {
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
    fn pop(&mut self, texts: &Texts) -> Option<Item> {
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

impl<A: Automaton> BestFirst<A> {
    /// A search among the keys that start with `prefix`, which the automaton reads first. Keys of less than
    /// `minimum_weight` are left out.
    pub(crate) fn new(
        entries: &Entries,
        automaton: A,
        prefix: &[u8],
        minimum_weight: u32,
    ) -> Result<Self> {
        let mut search = BestFirst {
            automaton,
            places: Places::with_room(),
            texts: Texts::with_room(),
            states: Vec::with_capacity(ROOM),
            queue: Queue::new(),
            ranges: Vec::new(),
            endings: Vec::new(),
            key: Vec::new(),
            score: 0,
            minimum_weight,
            floor: None,
        };
        let root = search.places.root(entries);
        let spot = match root {
            Some(root) => search.places.follow(entries, root, prefix)?,
            None => None,
        };
        let mut state = Some(search.automaton.start());
        for &label in prefix {
            state = state.and_then(|state| search.automaton.step(&state, label));
        }
        if let Some((spot, state)) = spot.zip(state) {
            let weight = search
                .places
                .weight(entries, spot, u32::MAX, prefix.len())?;
            let path = search.texts.add(prefix);
            search.add(path, path, prefix.len(), weight, spot, state);
        }
        Ok(search)
    }

    /// Wants only so many of the heaviest keys. To be called before the first step, where every key below counts: those of
    /// one source, without deleted ones, accepted by the automaton and with the same score.
    pub(crate) fn heaviest(mut self, wanted: usize) -> Self {
        self.floor = (1..=MOST_COUNTED)
            .contains(&wanted)
            .then(|| Floor::new(wanted));
        self
    }

    /// Whether no key of this weight or less is wanted.
    #[inline]
    fn is_too_light(&self, weight: u32) -> bool {
        weight < self.minimum_weight
            || self
                .floor
                .as_ref()
                .is_some_and(|floor| floor.is_above(weight))
    }

    /// Adds a position that a path of `depth` bytes leads to, none of whose keys is before `text`.
    fn add(
        &mut self,
        text: Text,
        path: Text,
        depth: usize,
        (weight, exact): (u32, bool),
        spot: Spot,
        state: A::State,
    ) {
        if let Some(floor) = self.floor.as_mut().filter(|_| exact) {
            floor.add(weight);
        }
        let item = Item {
            score: self.automaton.least_score(&state),
            weight,
            exact,
            text,
            path,
            depth,
            what: What::Below(spot, self.states.len()),
        };
        self.states.push(state);
        self.queue.push(item, &self.texts);
    }

    /// Adds the key at a position, and what is below it.
    fn expand(&mut self, entries: &Entries, item: Item, spot: Spot, state: usize) -> Result<()> {
        let state = self.states[state].clone();
        let whole = item.path == item.text;
        let path = self.texts.prepared(item.path);
        let item = Item { path, ..item };
        if let Some(floor) = self.floor.as_mut().filter(|_| item.exact) {
            floor.take_apart(item.weight);
        }
        if whole && self.end(entries, item, spot, &state)? {
            return Ok(());
        }
        if whole && self.automaton.accepts(&state) {
            self.add_key(entries, item, spot, &state)?;
        }
        let mut ranges = std::mem::take(&mut self.ranges);
        let by_range = whole && self.places.ranges(entries, spot, &mut ranges)?;
        for range in ranges.drain(..) {
            if !self.is_too_light(range.weight) {
                self.add_range(entries, item, spot, &state, range)?;
            }
        }
        self.ranges = ranges;
        if by_range {
            return Ok(());
        }
        self.places.open(entries, spot)?;
        let wanted = self.automaton.labels(&state);
        for label in self.places.labels(entries, spot)?.and(wanted) {
            let Some(state) = self.automaton.step(&state, label) else {
                continue;
            };
            let mark = self.places.mark();
            let Some(child) = self.places.step(entries, spot, label)? else {
                continue;
            };
            let depth = item.depth + 1;
            self.places.check_depth(entries, child, depth)?;
            let weight = self.places.weight(entries, child, item.weight, depth)?;
            if self.is_too_light(weight.0) {
                self.places.truncate(mark);
                continue;
            }
            let text = self.texts.append(item.path, label);
            self.add(text, text, depth, weight, child, state);
        }
        Ok(())
    }

    /// Adds the keys at and below a position if the automaton can name them; whether it could.
    fn end(&mut self, entries: &Entries, item: Item, spot: Spot, state: &A::State) -> Result<bool> {
        let mut endings = std::mem::take(&mut self.endings);
        self.texts.write(item.path, &mut self.key);
        let named = endings::look_up(
            &self.automaton,
            state,
            &mut self.places,
            entries,
            spot,
            &self.key,
            &mut endings,
        )?;
        for Ending { key, score, found } in endings.drain(..) {
            let weight = entries.value(found).weight();
            if weight < self.minimum_weight {
                continue;
            }
            let text = self.texts.add(&key);
            let item = Item {
                score,
                weight,
                exact: true,
                text,
                path: text,
                depth: key.len(),
                what: What::Key(found),
            };
            self.queue.push(item, &self.texts);
        }
        self.endings = endings;
        Ok(named)
    }

    /// Adds the key that ends at a position whose automaton accepts it.
    fn add_key(
        &mut self,
        entries: &Entries,
        item: Item,
        spot: Spot,
        state: &A::State,
    ) -> Result<()> {
        self.texts.write(item.path, &mut self.key);
        let Some(found) = self.places.value(entries, spot, &self.key)? else {
            return Ok(());
        };
        let weight = entries.value(found).weight();
        if !self.is_too_light(weight) {
            if let Some(floor) = &mut self.floor {
                floor.add(weight);
            }
            let key = Item {
                score: self.automaton.score(state),
                weight,
                exact: true,
                what: What::Key(found),
                ..item
            };
            self.queue.push(key, &self.texts);
        }
        Ok(())
    }

    /// Adds a range of the children of a position: one child, or several that are looked at when it is their turn.
    fn add_range(
        &mut self,
        entries: &Entries,
        item: Item,
        spot: Spot,
        state: &A::State,
        range: LabelRange,
    ) -> Result<()> {
        let (depth, state) = if range.is_child {
            let Some(state) = self.automaton.step(state, range.label) else {
                return Ok(());
            };
            (item.depth + 1, state)
        } else {
            (item.depth, state.clone())
        };
        let text = self.texts.append(item.path, range.label);
        let path = if range.is_child { text } else { item.path };
        let spot = self.places.add_range(spot, range);
        self.places.check_depth(entries, spot, depth)?;
        let weight = range.weight.min(item.weight);
        self.add(text, path, depth, (weight, true), spot, state);
        Ok(())
    }
}

impl<A: Automaton> Walk for BestFirst<A> {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Found>> {
        while let Some(item) = self.queue.pop(&self.texts) {
            match item.what {
                What::Below(spot, state) => self.expand(entries, item, spot, state)?,
                What::Key(found) => {
                    self.texts.write(item.text, &mut self.key);
                    self.score = item.score;
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    fn key(&self) -> &[u8] {
        &self.key
    }

    fn score(&self) -> u32 {
        self.score
    }
}
