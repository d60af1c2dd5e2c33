//! Keys that an automaton accepts, in byte order.

use super::endings::{self, Ending};
use crate::automaton::{Automaton, LabelSet};
use crate::entries::{Entries, Found, Mark, Matches, Places, Spot, Walk};
use crate::error::{InFile, Result};
use crate::fsa::walk::Descent;

/// With no more labels than this a search tries them one by one; it takes less than asking for all that are there.
const FEW: usize = 3;

impl Entries {
    /// The entries whose keys an automaton accepts, in byte order of the keys, with the scores it gives.
    ///
    /// For bounds, combine it with a [`KeyRange`](crate::automaton::KeyRange):
    ///
    /// ```
    /// use keyfold_reader::automaton::{And, Every, KeyRange};
    ///
    /// # let dictionary = keyfold_reader::Dictionary::open(concat!(env!("CARGO_MANIFEST_DIR"),
    /// #     "/../testdata/golden/keyvi-0.7.7/words_int.kv"))?;
    /// let bounded = And(Every, KeyRange::from(b"b").before(b"c"));
    /// for found in dictionary.entries().search(bounded)? {
    ///     assert!(found?.key.starts_with(b"b"));
    /// }
    /// # Ok::<(), keyfold_reader::Error>(())
    /// ```
    pub fn search<'a, A>(&self, automaton: A) -> Result<Matches<'a>>
    where
        A: Automaton<State: Send> + Send + 'a,
    {
        Search::new(self, automaton, b"").map(|search| self.matches(search))
    }
}

/// A walk in depth over the keys and an automaton side by side. Where only one source leads on, it is left to that.
pub(crate) struct Search<A: Automaton> {
    automaton: A,
    places: Places,
    /// The walk in one source, and which one that is.
    below: Descent<A::State>,
    source: Option<u32>,
    key: Vec<u8>,
    frames: Vec<Frame<A::State>>,
    /// A position to be entered before anything else.
    start: Option<(Spot, A::State)>,
    score: u32,
    /// Keys that are found already, the last one first.
    ready: Vec<Ending>,
}

/// A position whose children are being walked.
struct Frame<S> {
    spot: Spot,
    state: S,
    labels: LabelSet,
    depth: usize,
    /// Positions that are there before those of a child.
    mark: Mark,
}

/// A prefix with room for what most keys have behind it.
fn with_room(prefix: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(prefix.len() + 32);
    key.extend_from_slice(prefix);
    key
}

impl<A: Automaton> Search<A> {
    /// A search among the keys that start with `prefix`, which the automaton reads first.
    pub(crate) fn new(entries: &Entries, automaton: A, prefix: &[u8]) -> Result<Self> {
        let mut places = Places::default();
        let mut spot = places.root(entries);
        let mut state = Some(automaton.start());
        if let Some(root) = spot
            && !prefix.is_empty()
        {
            spot = places.follow(entries, root, prefix)?;
        }
        for &label in prefix {
            state = state.and_then(|state| automaton.step(&state, label));
        }
        Ok(Search {
            automaton,
            places,
            below: Descent::new(),
            source: None,
            key: with_room(prefix),
            frames: Vec::new(),
            start: spot.zip(state),
            score: 0,
            ready: Vec::new(),
        })
    }

    /// Goes into a position; the value if a key ends there that is accepted.
    fn enter(&mut self, entries: &Entries, spot: Spot, state: A::State) -> Result<Option<Found>> {
        if let Some((number, at)) = self.places.only(spot) {
            let source = entries.source(number);
            let (dictionary, at) = (&source.dictionary, (at, source.from_root));
            let Search { automaton, key, .. } = self;
            (self.below)
                .start(dictionary.fsa(), automaton, at, state, key)
                .in_file(dictionary.path())?;
            self.source = Some(number);
            return self.advance_below(entries);
        }
        if endings::look_up(
            &self.automaton,
            &state,
            &mut self.places,
            entries,
            spot,
            &self.key,
            &mut self.ready,
        )? {
            self.ready.sort_unstable_by(|a, b| b.key.cmp(&a.key));
            return Ok(self.next_ready());
        }
        let wanted = self.automaton.labels(&state);
        let labels = if wanted.len() <= FEW {
            wanted
        } else {
            self.places.open(entries, spot)?;
            self.places.labels(entries, spot)?.and(wanted)
        };
        let mut found = None;
        if self.automaton.accepts(&state) {
            found = self.places.value(entries, spot, &self.key)?;
            self.score = self.automaton.score(&state);
        }
        if !labels.is_empty() {
            self.frames.push(Frame {
                spot,
                state,
                labels,
                depth: self.key.len(),
                mark: self.places.mark(),
            });
        }
        Ok(found)
    }

    /// Goes on in the one source, if there is one.
    #[inline]
    fn advance_below(&mut self, entries: &Entries) -> Result<Option<Found>> {
        let Some(number) = self.source else {
            return Ok(None);
        };
        let source = entries.source(number);
        let (fsa, path) = (source.dictionary.fsa(), source.dictionary.path());
        loop {
            let mut halted = None;
            let go_on = || match self.places.may_step(entries, number) {
                Ok(()) => true,
                Err(error) => {
                    halted = Some(error);
                    false
                }
            };
            let next = (self.below)
                .advance(fsa, &self.automaton, &mut self.key, go_on)
                .in_file(path)?;
            if let Some(error) = halted {
                return Err(error);
            }
            let Some((handle, score)) = next else {
                self.source = None;
                return Ok(None);
            };
            if !source.has_deleted(&self.key, b"") {
                self.score = score;
                return Ok(Some(Found {
                    source: number,
                    handle,
                }));
            }
        }
    }

    fn next_ready(&mut self) -> Option<Found> {
        let Ending { key, score, found } = self.ready.pop()?;
        self.key = key;
        self.score = score;
        Some(found)
    }
}

impl<A: Automaton> Walk for Search<A> {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Found>> {
        if let Some(found) = self.next_ready() {
            return Ok(Some(found));
        }
        if let Some(found) = self.advance_below(entries)? {
            return Ok(Some(found));
        }
        if let Some((spot, state)) = self.start.take()
            && let Some(found) = self.enter(entries, spot, state)?
        {
            return Ok(Some(found));
        }
        while let Some(frame) = self.frames.last_mut() {
            let Some(label) = frame.labels.take_first() else {
                self.frames.pop();
                continue;
            };
            let Some(state) = self.automaton.step(&frame.state, label) else {
                continue;
            };
            self.places.truncate(frame.mark);
            let Some(spot) = self.places.step(entries, frame.spot, label)? else {
                continue;
            };
            self.key.truncate(frame.depth);
            self.key.push(label);
            self.places.check_depth(entries, spot, self.key.len())?;
            if let Some(found) = self.enter(entries, spot, state)? {
                return Ok(Some(found));
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
