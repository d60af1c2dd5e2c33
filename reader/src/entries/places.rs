//! Positions in several automata at once.

use super::{Entries, Found, Source};
use crate::automaton::LabelSet;
use crate::dictionary::MAX_KEY_LEN;
use crate::error::{Fault, InFile, Result};
use crate::fsa::{Cursor, Fsa, LabelRange, OpenMark, Opened, Position, Probe};
use crate::value::ValueKind;

/// The positions of a walk, and what it has at hand of them. A string of labels leads to at most one position in
/// each source; together they are a [`Spot`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    list: Vec<Place>,
    opened: Opened,
    /// Room for a key.
    whole: Vec<u8>,
    /// Steps that led somewhere.
    steps: u64,
}

/// A position in one source.
#[derive(Clone, Copy, Debug)]
struct Place {
    source: u32,
    at: Position,
}

/// What a string of labels leads to: positions that stand side by side, newest source first; at least one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    start: u32,
    end: u32,
}

/// How many positions there were at some time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    places: usize,
    opened: OpenMark,
}

impl Places {
    /// How many positions there are now.
    #[inline]
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            places: self.list.len(),
            opened: self.opened.mark(),
        }
    }

    /// Drops the positions that were added since.
    #[inline]
    pub(crate) fn truncate(&mut self, mark: Mark) {
        self.list.truncate(mark.places);
        self.opened.truncate(mark.opened);
    }

    /// Makes room for so many positions.
    pub(crate) fn make_room(&mut self, positions: usize) {
        self.list.reserve(positions);
    }

    /// Where all keys start; nothing when there are none.
    pub(crate) fn root(&mut self, entries: &Entries) -> Option<Spot> {
        let start = self.list.len();
        for (number, source) in (0u32..).zip(entries.sources()) {
            if let Some(root) = source.root {
                self.list.push(Place {
                    source: number,
                    at: Position::Stored(root),
                });
            }
        }
        self.spot(start)
    }

    #[inline]
    fn spot(&self, start: usize) -> Option<Spot> {
        let (start, end) = (index(start), index(self.list.len()));
        (start < end).then_some(Spot { start, end })
    }

    #[inline]
    fn at(&self, spot: Spot) -> &[Place] {
        &self.list[spot.start as usize..spot.end as usize]
    }

    /// The labels of the children. Some of them may turn out to lead nowhere.
    #[inline]
    pub(crate) fn labels(&mut self, entries: &Entries, spot: Spot) -> Result<LabelSet> {
        let mut labels = LabelSet::NONE;
        for place in &self.list[spot.start as usize..spot.end as usize] {
            let source = entries.source(place.source);
            let here = source
                .dictionary
                .fsa()
                .labels_at(place.at, &mut self.opened);
            labels = labels.or(in_file(source, here)?);
        }
        Ok(labels)
    }

    /// What tells of a spot that it has no child by a label, faster than the child is looked for.
    #[inline]
    pub(crate) fn probe<'e>(&mut self, entries: &'e Entries, spot: Spot) -> Result<Probe<'e>> {
        let [place] = self.list[spot.start as usize..spot.end as usize] else {
            return Ok(Probe::Unsure);
        };
        let source = entries.source(place.source);
        let probe = source.dictionary.fsa().probe(place.at, &mut self.opened);
        in_file(source, probe)
    }

    /// Whether there may be a child by a label.
    #[inline]
    pub(crate) fn may_have(&self, probe: &Probe<'_>, label: u8) -> bool {
        probe.may_have(label, &self.opened)
    }

    /// The source and the position of a spot where all sources but one lead nowhere.
    #[inline]
    pub(crate) fn only(&self, spot: Spot) -> Option<(u32, Cursor)> {
        (spot.end - spot.start == 1).then(|| self.first(spot))
    }

    /// Divides the children of a spot into ranges of labels, if that can be done without looking at them, or if `all` of
    /// them are wanted; whether it can. See [`LabelRange`].
    pub(crate) fn ranges(
        &mut self,
        entries: &Entries,
        spot: Spot,
        all: bool,
        ranges: &mut Vec<LabelRange>,
    ) -> Result<bool> {
        let [place] = self.list[spot.start as usize..spot.end as usize] else {
            return Ok(false);
        };
        let source = entries.source(place.source);
        let fsa = source.dictionary.fsa();
        if fsa.fold().is_none() && !all {
            return Ok(false);
        }
        let known = in_file(source, fsa.ranges_at(place.at, ranges))?;
        for _ in ranges.iter() {
            self.count_step(entries, place.source)?;
        }
        Ok(known)
    }

    /// The weight of a range as [`weight`](Self::weight) gives it for a spot.
    #[inline]
    pub(crate) fn range_weight(
        &self,
        entries: &Entries,
        spot: Spot,
        range: &LabelRange,
        above: u32,
        depth: usize,
    ) -> (u32, bool) {
        let source = entries.source(self.at(spot)[0].source);
        let (weight, exact) = weight_in(source, range.weight, above, depth);
        (weight.min(above), exact)
    }

    /// Adds a range of the children of a spot as one to be opened.
    pub(crate) fn add_range(&mut self, spot: Spot, range: LabelRange) -> Spot {
        let start = self.list.len();
        let source = self.at(spot)[0].source;
        self.list.push(Place {
            source,
            at: range.at,
        });
        Spot {
            start: index(start),
            end: index(start + 1),
        }
    }

    /// Adds the child by a label, if there is one.
    #[inline]
    pub(crate) fn step(
        &mut self,
        entries: &Entries,
        spot: Spot,
        label: u8,
    ) -> Result<Option<Spot>> {
        entries.go_on()?;
        let start = self.list.len();
        for index in spot.start as usize..spot.end as usize {
            let Place { source, at } = self.list[index];
            let from = entries.source(source);
            let next = from.dictionary.fsa().step_at(at, label, &mut self.opened);
            if let Some(at) = in_file(from, next)? {
                self.list.push(Place { source, at });
            }
        }
        let child = self.spot(start);
        if let Some(child) = child {
            self.count_step(entries, self.at(child)[0].source)?;
        }
        Ok(child)
    }

    /// Whether a walk may take a step in a source: not if it is to stop, nor if it took too many.
    #[inline]
    pub(crate) fn may_step(&mut self, entries: &Entries, source: u32) -> Result<()> {
        entries.go_on()?;
        self.count_step(entries, source)
    }

    #[inline]
    fn count_step(&mut self, entries: &Entries, source: u32) -> Result<()> {
        self.steps += 1;
        if self.steps > entries.most_steps() {
            let reason = "more positions than the keys can have: a cycle";
            return cycle(entries.source(source), entries.source(source).root, reason);
        }
        Ok(())
    }

    /// Adds what labels lead to one after the other, if there is something.
    pub(crate) fn follow(
        &mut self,
        entries: &Entries,
        spot: Spot,
        labels: &[u8],
    ) -> Result<Option<Spot>> {
        let start = self.list.len();
        for index in spot.start as usize..spot.end as usize {
            let Place { source, at } = self.list[index];
            let from = entries.source(source);
            let fsa = from.dictionary.fsa();
            let mut next = Some(at);
            if let Position::Stored(cursor) = at {
                next = in_file(from, fsa.follow(cursor, labels))?.map(Position::Stored);
            } else {
                for &label in labels {
                    let Some(at) = next else { break };
                    next = in_file(from, fsa.step_at(at, label, &mut self.opened))?;
                }
            }
            if let Some(at) = next {
                self.list.push(Place { source, at });
            }
        }
        Ok(self.spot(start))
    }

    /// Takes a spot at hand, for a walk that is going to look at many positions below.
    #[inline]
    pub(crate) fn open(&mut self, entries: &Entries, spot: Spot) -> Result<()> {
        for place in &mut self.list[spot.start as usize..spot.end as usize] {
            let source = entries.source(place.source);
            let opened = source.dictionary.fsa().open(place.at, &mut self.opened);
            place.at = in_file(source, opened)?;
        }
        Ok(())
    }

    /// What the sources say of `key`, which leads to the spot: its value, unless it is not stored or deleted.
    #[inline]
    pub(crate) fn value(
        &mut self,
        entries: &Entries,
        spot: Spot,
        key: &[u8],
    ) -> Result<Option<Found>> {
        self.get(entries, spot, &[], key)
    }

    /// As [`value`](Self::value), for the key that leads on from the spot by `ending`.
    #[inline]
    pub(crate) fn get(
        &mut self,
        entries: &Entries,
        spot: Spot,
        ending: &[u8],
        key: &[u8],
    ) -> Result<Option<Found>> {
        for place in &self.list[spot.start as usize..spot.end as usize] {
            let source = entries.source(place.source);
            let fsa = source.dictionary.fsa();
            // slots lead from the root alone, but so fast that it does not matter where the walk stands
            let stored = matches!(place.at, Position::Stored(_));
            let found = match source.root.filter(|_| stored && source.from_root) {
                Some(root) if !ending.is_empty() => {
                    self.whole.clear();
                    self.whole.extend_from_slice(key);
                    self.whole.extend_from_slice(ending);
                    fsa.get(root, &self.whole)
                }
                _ => fsa.get_at(place.at, ending, &mut self.opened),
            };
            let Some(handle) = in_file(source, found)? else {
                continue;
            };
            return Ok((!source.has_deleted(key, ending)).then_some(Found {
                source: place.source,
                handle,
            }));
        }
        Ok(None)
    }

    /// A weight that no key at the spot or below exceeds, and whether a stored key has that weight for certain; `above` is
    /// such a weight of the spot before, `depth` the number of labels that lead here.
    pub(crate) fn weight(
        &mut self,
        entries: &Entries,
        spot: Spot,
        above: u32,
        depth: usize,
    ) -> Result<(u32, bool)> {
        let mut highest = 0;
        let mut exact = true;
        for place in &self.list[spot.start as usize..spot.end as usize] {
            let source = entries.source(place.source);
            let fsa = source.dictionary.fsa();
            let stored = in_file(source, fsa.weight_at(place.at, &mut self.opened))?;
            let (weight, known) = weight_in(source, stored, above, depth);
            highest = highest.max(weight);
            exact &= known;
        }
        Ok((highest.min(above), exact))
    }

    /// The inner weight as keyvi reads it: 0 where none is stored.
    pub(crate) fn stored_weight(&mut self, entries: &Entries, spot: Spot) -> Result<u32> {
        let mut highest = 0;
        for place in &self.list[spot.start as usize..spot.end as usize] {
            let source = entries.source(place.source);
            let weight = (source.dictionary.fsa()).weight_at(place.at, &mut self.opened);
            highest = highest.max(in_file(source, weight)?);
        }
        Ok(highest)
    }

    /// An error if a path to the spot of so many labels is longer than any key, as in a cycle.
    #[inline]
    pub(crate) fn check_depth(&self, entries: &Entries, spot: Spot, depth: usize) -> Result<()> {
        if depth <= MAX_KEY_LEN {
            return Ok(());
        }
        let (number, at) = self.first(spot);
        let reason = "a path is longer than any key: a cycle";
        cycle(entries.source(number), Some(at), reason)
    }

    /// The newest source that leads to a spot, and its position there.
    fn first(&self, spot: Spot) -> (u32, Cursor) {
        let Place { source, at } = self.at(spot)[0];
        (source, Fsa::stored(at, &self.opened))
    }
}

/// A weight that no key behind a position in a source exceeds, by the one that is stored there, and whether a key has
/// that weight for certain; see [`Places::weight`].
#[inline]
fn weight_in(source: &Source, stored: u32, above: u32, depth: usize) -> (u32, bool) {
    if source.dictionary.values().kind() != ValueKind::Completion {
        return (0, true);
    }
    if source.knows(stored, depth) {
        (stored, true)
    } else {
        (above, false)
    }
}

/// Damage that shows in how long a walk takes.
#[cold]
fn cycle(source: &Source, at: Option<Cursor>, reason: &'static str) -> Result<()> {
    let fault = at.map(|at| source.dictionary.fsa().fault(at, reason));
    in_file(source, fault.map_or(Ok(()), Err))
}

#[inline]
fn in_file<T>(source: &Source, result: Result<T, Fault>) -> Result<T> {
    result.in_file(source.dictionary.path())
}

/// A number of positions. There are far less than 2^32 of them: each takes memory.
#[inline]
fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
