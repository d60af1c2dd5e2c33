//! Packing: each finished state goes to the first place where it fits.
//!
//! A state needs the slots of its transitions, value units and weight; the slots of different states
//! interleave. Which places are possible follows from the placement rules of the format (`docs/format.md`, N1
//! to N9). They come down to three sets of positions: slots in use, starts of states, and positions that may
//! not become the start of a state, because some slot would then be taken for a transition, a final marker or
//! a weight of it. 64 places are tried at once, by shifting those sets over each other.
//!
//! Only a window of the array is held: slots far enough behind the highest state never change and are
//! written out.

use keyfold_reader::format::transition::{
    self, Encoding, FINAL, FINAL_LABEL, SPAN, WEIGHT, WINDOW,
};
use keyfold_reader::format::varint::{MAX_VARSHORT_LEN, write_varshort};

use crate::bits::Bits;
use crate::error::Result;
use crate::overflow::Overflow;
use crate::spool::Spool;
use crate::unfinished::UnfinishedState;

/// How far behind the highest state a place is looked for. A wider window fills holes better, and costs time
/// on each state: to weigh it anew, change it and run `cargo bench -p keyfold-benches --bench compile`.
const SEARCH: u64 = 1024;

/// Slots that may change below the lowest place of the search: overflow units, and starts of states that
/// labels are checked against.
const MARGIN: u64 = WINDOW + SPAN;

/// Slots written out at once.
const FLUSH: usize = 1 << 16;

/// The label keyvi puts into the first slot, which no state may use.
const PRESET: u8 = 42;

/// The two arrays under construction.
pub(crate) struct SparseArray {
    labels: Spool,
    transitions: Spool,
    window: Window,
    overflow: Overflow,
    /// The highest start of a state.
    highest: u64,
    /// All slots before this one are in use.
    dense: u64,
    states: u64,
    pointers: Vec<u16>,
}

/// The slots that may still change, and the three sets of positions.
#[derive(Default)]
pub(crate) struct Window {
    /// Position of the first slot held.
    base: u64,
    labels: Vec<u8>,
    words: Vec<u16>,
    /// Slots with a role other than filler.
    pub(crate) used: Bits,
    /// Starts of states.
    starts: Bits,
    /// Positions that may not become the start of a state: starts, and what slots forbid.
    blocked: Bits,
}

impl Window {
    fn put(&mut self, at: u64, label: u8, word: u16) {
        let i = usize::try_from(at - self.base).expect("the window fits memory");
        if i >= self.labels.len() {
            self.labels.resize(i + 1, 0);
            self.words.resize(i + 1, 0);
        }
        self.labels[i] = label;
        self.words[i] = word;
    }

    /// Forbids the state that would start at a distance before a slot.
    fn block_before(&mut self, at: u64, distance: u64) {
        if let Some(start) = at.checked_sub(distance)
            && start >= self.base
        {
            self.blocked.set(start);
        }
    }

    /// A label for a slot that is no part of a state: it names a position where no state starts, best one where
    /// none can start anyway. Labels 0 and 1 are not given, they could be taken for a weight or a final marker.
    fn foreign_label(&self, at: u64) -> Option<u8> {
        let mut choice = None;
        for label in (2..=u8::MAX).rev() {
            let Some(start) = at.checked_sub(u64::from(label)) else {
                return Some(label);
            };
            // state 0 does not exist and must not seem to
            if start == 0 || self.starts.get(start) {
                continue;
            }
            if self.blocked.get(start) {
                return Some(label);
            }
            choice = choice.or(Some(label));
        }
        choice
    }

    /// Fills a slot that is no part of a state; false when no label can be given to it.
    fn put_foreign(&mut self, at: u64, word: u16) -> bool {
        let Some(label) = self.foreign_label(at) else {
            return false;
        };
        self.put(at, label, word);
        self.block_before(at, u64::from(label));
        true
    }

    /// Gives slots to the units of an overflow pointer.
    pub(crate) fn put_units(&mut self, at: u64, units: &[u16]) -> bool {
        for (slot, &unit) in (at..).zip(units) {
            if !self.put_foreign(slot, unit) {
                return false;
            }
            self.used.set(slot);
        }
        true
    }
}

impl SparseArray {
    /// An empty array; `labels` and `transitions` take its slots in order.
    pub(crate) fn new(labels: Spool, transitions: Spool) -> Self {
        let mut window = Window::default();
        window.used.set(0);
        window.blocked.set(0);
        window.put(0, PRESET, 0);
        SparseArray {
            labels,
            transitions,
            window,
            overflow: Overflow::default(),
            highest: 0,
            dense: 0,
            states: 0,
            pointers: Vec::new(),
        }
    }

    /// Number of states placed.
    pub(crate) fn states(&self) -> u64 {
        self.states
    }

    /// Places a state; returns its start.
    pub(crate) fn place(&mut self, state: &UnfinishedState) -> Result<u64> {
        let units = state.value.map(write_varshort);
        let units = units.as_ref().map_or(&[][..], |(units, n)| &units[..*n]);
        // the first slot the state needs is not among those in use
        let first = state.transitions.first().map_or(FINAL, |t| u64::from(t.0));
        let dense = self.dense.saturating_sub(first);
        let mut start = self.highest.saturating_sub(SEARCH).max(dense).max(1);
        loop {
            start = self.first_fit(state, units.len(), start);
            let bare = self.leaves_bare(start, state);
            if (!bare || self.window.foreign_label(start).is_some())
                && self.try_pointers(start, state, units.len())
            {
                break;
            }
            start += 1;
        }
        self.commit(start, state, units);
        self.flush_settled()?;
        Ok(start)
    }

    /// The first place from `from` on where the state fits.
    fn first_fit(&self, state: &UnfinishedState, units: usize, from: u64) -> u64 {
        let Window {
            used,
            starts,
            blocked,
            ..
        } = &self.window;
        let has = |label: u8| state.transitions.iter().take(2).any(|t| t.0 == label);
        let (has_0, has_1) = (has(0), has(1));
        let mut at = from;
        loop {
            let mut bad = blocked.from(at);
            for &(label, _) in &state.transitions {
                bad |= used.from(at + u64::from(label));
            }
            for unit in 0..units as u64 {
                bad |= used.from(at + FINAL + unit);
            }
            if units > 0 {
                // the units would be transitions of the state just before them
                bad |= starts.from(at + FINAL - 1);
            }
            if state.weight > 0 {
                // the weight would be the transition by 0 of a state there
                bad |= used.from(at + WEIGHT) | starts.from(at + WEIGHT);
            }
            if has_1 {
                // the transition by 1 would make that state final
                bad |= starts_before(starts, at, FINAL - 1);
                bad |= at_place(at, FINAL - 1);
            }
            if has_0 {
                // the transition by 0 would be that state's weight
                bad |= starts_before(starts, at, WEIGHT);
            }
            if bad != u64::MAX {
                return at + u64::from(bad.trailing_ones());
            }
            at += 64;
        }
    }

    /// Whether the slot at a state's start is not used by any state: label 0 there would be a transition by 0, so
    /// that it must be filled.
    fn leaves_bare(&self, start: u64, state: &UnfinishedState) -> bool {
        state.transitions.first().is_none_or(|t| t.0 != 0) && !self.window.used.get(start)
    }

    /// Fixes the words of all pointers of a state at `start`, with room for their overflow units. When there is
    /// none for one of them the place cannot be used.
    fn try_pointers(&mut self, start: u64, state: &UnfinishedState, units: usize) -> bool {
        self.pointers.clear();
        for &(label, target) in &state.transitions {
            let Encoding::Word(word) = transition::encode(start + u64::from(label), target) else {
                return self.try_overflow_pointers(start, state, units);
            };
            self.pointers.push(word);
        }
        true
    }

    fn try_overflow_pointers(&mut self, start: u64, state: &UnfinishedState, units: usize) -> bool {
        // overflow units must neither take a slot of the state itself nor seem to be one
        self.window.starts.set(start);
        let slots = slots_of(start, state, units);
        slots.clone().for_each(|slot| self.window.used.set(slot));
        self.pointers.clear();
        for &(label, target) in &state.transitions {
            let word = self
                .overflow
                .encode(&mut self.window, start + u64::from(label), target);
            self.pointers.extend(word);
        }
        let fits = self.pointers.len() == state.transitions.len();
        if !fits {
            slots.for_each(|slot| self.window.used.clear(slot));
            self.window.starts.clear(start);
        }
        fits
    }

    /// Writes the state into its slots.
    fn commit(&mut self, start: u64, state: &UnfinishedState, units: &[u16]) {
        let window = &mut self.window;
        window.starts.set(start);
        window.blocked.set(start);
        for (&(label, _), &word) in state.transitions.iter().zip(&self.pointers) {
            let slot = start + u64::from(label);
            window.used.set(slot);
            window.put(slot, label, word);
            match label {
                0 => window.block_before(start, WEIGHT),
                1 => window.block_before(start, FINAL - 1),
                _ => {}
            }
        }
        for (label, (slot, &unit)) in (FINAL_LABEL..).zip((start + FINAL..).zip(units)) {
            window.used.set(slot);
            window.put(slot, label, unit);
        }
        if !units.is_empty() {
            window.blocked.set(start + FINAL - 1);
        }
        if state.weight > 0 {
            window.used.set(start + WEIGHT);
            window.put(start + WEIGHT, 0, state.weight);
            window.blocked.set(start + WEIGHT);
        }
        if self.leaves_bare(start, state) {
            // a filler that resolves to no target, should anybody look
            self.window.put_foreign(start, transition::NO_TARGET);
        }
        self.highest = self.highest.max(start);
        self.states += 1;
        self.dense = self.dense.max(self.highest.saturating_sub(SEARCH));
        loop {
            let ones = self.window.used.from(self.dense).trailing_ones();
            self.dense += u64::from(ones);
            if ones < u64::BITS {
                break;
            }
        }
    }

    /// Writes out the slots that cannot change any more.
    fn flush_settled(&mut self) -> Result<()> {
        let settled = self.highest.saturating_sub(SEARCH + MARGIN);
        let n = usize::try_from(settled.saturating_sub(self.window.base))
            .expect("the window fits memory");
        if n >= FLUSH { self.flush(n) } else { Ok(()) }
    }

    fn flush(&mut self, n: usize) -> Result<()> {
        let window = &mut self.window;
        self.labels.append(&window.labels[..n])?;
        let words: Vec<u8> = window.words[..n]
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .collect();
        self.transitions.append(&words)?;
        window.labels.drain(..n);
        window.words.drain(..n);
        window.base += n as u64;
        for bits in [&mut window.used, &mut window.starts, &mut window.blocked] {
            bits.forget_before(window.base);
        }
        Ok(())
    }

    /// Writes out all slots; labels and transitions are complete then.
    pub(crate) fn finish(mut self) -> Result<(Spool, Spool)> {
        let window = &mut self.window;
        if self.states == 0 {
            // an empty dictionary announces a start state nobody follows
            window.put(1, PRESET, 0);
            self.highest = 0;
        }
        let end = (window.base + window.labels.len() as u64).max(self.highest + SPAN);
        let last = end - 1;
        let i = usize::try_from(last - window.base).expect("the window fits memory");
        if i >= window.labels.len() {
            window.put(last, 0, 0);
        }
        let n = window.labels.len();
        self.flush(n)?;
        Ok((self.labels, self.transitions))
    }
}

/// The slots a state at `start` takes.
fn slots_of(
    start: u64,
    state: &UnfinishedState,
    units: usize,
) -> impl Iterator<Item = u64> + Clone {
    let transitions = state
        .transitions
        .iter()
        .map(move |&(label, _)| start + u64::from(label));
    let units = (start + FINAL..).take(units);
    let weight = (state.weight > 0).then_some(start + WEIGHT);
    transitions.chain(units).chain(weight)
}

/// The starts that lie `distance` before 64 places.
fn starts_before(starts: &Bits, at: u64, distance: u64) -> u64 {
    match at.checked_sub(distance) {
        Some(before) => starts.from(before),
        None if distance - at >= 64 => 0,
        None => starts.from(0) << (distance - at),
    }
}

/// The bit of one position among the 64 places from `at` on.
fn at_place(at: u64, position: u64) -> u64 {
    match position.checked_sub(at) {
        Some(bit) if bit < 64 => 1 << bit,
        _ => 0,
    }
}

const _: () = assert!(MAX_VARSHORT_LEN as u64 + FINAL <= SPAN);
