//! Keys that an automaton accepts, best first.

use super::endings::{self, Ending};
use super::floor::Floor;
use super::queue::{Item, Queue, ROOM, What};
use super::texts::{Text, Texts};
use crate::automaton::Automaton;
use crate::entries::{Entries, Found, Places, Source, Spot, Walk};
use crate::error::{InFile, Result};
use crate::format::native::leaf::MAX_KEYS;
use crate::fsa::{LabelRange, ValueHandle};

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
    /// Room for where named beginnings lead.
    beginnings: Vec<(Vec<u8>, Spot)>,
    /// Room for a key of a part of a leaf.
    room: Vec<u8>,
    key: Vec<u8>,
    score: u32,
    minimum_weight: u32,
    /// Whether any keys are deleted.
    deleted: bool,
    /// Tells what need not be kept, if only some of the heaviest keys are wanted.
    floor: Option<Floor>,
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
            places: Places::default(),
            texts: Texts::default(),
            states: Vec::new(),
            queue: Queue::default(),
            ranges: Vec::new(),
            endings: Vec::new(),
            beginnings: Vec::new(),
            room: Vec::new(),
            key: Vec::new(),
            score: 0,
            minimum_weight,
            deleted: entries.sources().iter().any(Source::has_any_deleted),
            floor: None,
        };
        let mut state = Some(search.automaton.start());
        for &label in prefix {
            state = state.and_then(|state| search.automaton.step(&state, label));
        }
        let spot = match search.places.root(entries) {
            Some(root) => search.places.follow(entries, root, prefix)?,
            None => None,
        };
        if let Some((spot, state)) = spot.zip(state) {
            search.places.make_room(2 * ROOM);
            search.texts.make_room();
            search.states.reserve(ROOM);
            search.queue.make_room();
            let weight = search
                .places
                .weight(entries, spot, u32::MAX, prefix.len())?;
            let path = search.texts.add(prefix);
            search.add(path, path, prefix.len(), weight, spot, state);
        }
        Ok(search)
    }

    /// Wants only some of the heaviest keys. To be called before the first step, where every key below counts: those of one source,
    /// without deleted ones, accepted by the automaton and with the same score.
    pub(crate) fn above(mut self, floor: Option<Floor>) -> Self {
        self.floor = floor;
        self
    }

    /// No key of less weight is wanted.
    #[inline]
    fn least(&self) -> u32 {
        let floor = self.floor.as_ref().map_or(0, Floor::least);
        floor.max(self.minimum_weight)
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
        let settled = self.automaton.is_settled(&state);
        if settled {
            if self.add_part(entries, item, spot, &state)? {
                return Ok(());
            }
        } else if whole
            && (self.end(entries, item, spot, &state)?
                || self.begin(entries, item, &[], spot, &state)?)
        {
            return Ok(());
        }
        if whole && self.automaton.accepts(&state) {
            self.add_key(entries, item, spot, &state)?;
        }
        let mut ranges = std::mem::take(&mut self.ranges);
        let by_range = whole && self.places.ranges(entries, spot, settled, &mut ranges)?;
        for range in ranges.drain(..) {
            self.add_range(entries, item, spot, &state, range)?;
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
            if weight.0 < self.least() {
                self.places.truncate(mark);
                continue;
            }
            if !self.begin(entries, item, &[label], child, &state)? {
                let text = self.texts.append(item.path, &[label]);
                self.add(text, text, depth, weight, child, state);
            }
        }
        Ok(())
    }

    /// Adds what is below the position that `path` leads to from that of an item, if the automaton can name how it begins;
    /// whether it could.
    fn begin(
        &mut self,
        entries: &Entries,
        item: Item,
        path: &[u8],
        spot: Spot,
        state: &A::State,
    ) -> Result<bool> {
        let mut found = std::mem::take(&mut self.beginnings);
        let (automaton, places) = (&self.automaton, &mut self.places);
        let named = endings::follow(automaton, state, places, entries, spot, &mut found)?;
        for (beginning, spot) in found.drain(..) {
            let step = |state: A::State, &label| self.automaton.step(&state, label);
            let Some(state) = beginning.iter().try_fold(state.clone(), step) else {
                continue;
            };
            let rest = [path, &beginning].concat();
            let depth = item.depth + rest.len();
            self.places.check_depth(entries, spot, depth)?;
            let weight = self.places.weight(entries, spot, item.weight, depth)?;
            if weight.0 >= self.least() {
                let text = self.texts.append(item.path, &rest);
                self.add(text, text, depth, weight, spot, state);
            }
        }
        self.beginnings = found;
        Ok(named)
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

    /// Adds the keys at and below a position where all are accepted, if they stand together; whether they do.
    fn add_part(
        &mut self,
        entries: &Entries,
        item: Item,
        spot: Spot,
        state: &A::State,
    ) -> Result<bool> {
        let Some((number, at)) = self.places.only(spot) else {
            return Ok(false);
        };
        let source = entries.source(number);
        let (fsa, file) = (source.dictionary.fsa(), source.dictionary.path());
        let Some((fold, part)) = fsa.part(at).in_file(file)? else {
            return Ok(false);
        };
        let mut weights = [0; MAX_KEYS];
        let (least, minimum) = (self.least(), self.minimum_weight);
        let floor = &mut self.floor;
        let mut seen = 0u64;
        fold.heavy(&part, least, |key, weight| {
            weights[key as usize] = weight;
            seen |= 1 << key;
            floor.as_mut().map_or(minimum, |floor| {
                floor.add(weight);
                floor.least().max(minimum)
            })
        });
        let (mut wanted, least) = (0u64, self.least());
        while seen != 0 {
            let key = seen.trailing_zeros();
            seen &= seen - 1;
            wanted |= u64::from(weights[key as usize] >= least) << key;
        }
        let deleted = self.deleted;
        let Self {
            texts,
            queue,
            key,
            room,
            ..
        } = self;
        fold.read_part(&part, wanted, room, |rest, index| {
            let text = texts.append(item.path, rest);
            if deleted {
                texts.write(text, key);
                if source.has_deleted(key, b"") {
                    return;
                }
            }
            let found = Found {
                source: number,
                handle: ValueHandle(part.ordinal(index).into()),
            };
            let key = Item {
                score: self.automaton.score(state),
                weight: weights[index as usize],
                exact: true,
                text,
                path: text,
                depth: item.depth + rest.len(),
                what: What::Key(found),
            };
            queue.push(key, texts);
        })
        .in_file(file)?;
        Ok(true)
    }

    /// Adds the key that ends at a position whose automaton accepts it.
    fn add_key(
        &mut self,
        entries: &Entries,
        item: Item,
        spot: Spot,
        state: &A::State,
    ) -> Result<()> {
        // the key itself serves to find out whether it is deleted
        if self.deleted {
            self.texts.write(item.path, &mut self.key);
        }
        let Some(found) = self.places.value(entries, spot, &self.key)? else {
            return Ok(());
        };
        let weight = entries.value(found).weight();
        if weight >= self.least() {
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
        let depth = item.depth + usize::from(range.is_child);
        let weight = (self.places).range_weight(entries, spot, &range, item.weight, depth);
        if weight.0 < self.least() {
            return Ok(());
        }
        let label = [range.label];
        let child = self.places.add_range(spot, range);
        self.places.check_depth(entries, child, depth)?;
        if !range.is_child {
            let text = self.texts.append(item.path, &label);
            self.add(text, item.path, depth, weight, child, state.clone());
            return Ok(());
        }
        let Some(state) = self.automaton.step(state, range.label) else {
            return Ok(());
        };
        if !self.begin(entries, item, &label, child, &state)? {
            let text = self.texts.append(item.path, &label);
            self.add(text, text, depth, weight, child, state);
        }
        Ok(())
    }
}

impl<A: Automaton> Walk for BestFirst<A> {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Found>> {
        while let Some(item) = self.queue.pop(&self.texts) {
            entries.go_on()?;
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
