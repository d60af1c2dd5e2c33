//! The keys of one automaton that another one accepts, in byte order.

use crate::automaton::Automaton;
use crate::error::Fault;
use crate::fsa::fold::FoldDescent;
use crate::fsa::sparse_array::ArrayDescent;
use crate::fsa::{Cursor, Fsa, Layout, ValueHandle};

/// A walk in depth over the keys below a position and an [`Automaton`] side by side.
///
/// It holds no reference to either of them; both are handed in at each step.
#[derive(Debug)]
pub(crate) struct Descent<S> {
    array: ArrayDescent<S>,
    fold: FoldDescent<S>,
    hits: Hits,
}

/// Keys that were found at once: those of a leaf, or those that the automaton names.
#[derive(Debug, Default)]
pub(in crate::fsa) struct Hits {
    /// Bytes of the key that all of them start with.
    depth: usize,
    text: Vec<u8>,
    list: Vec<Hit>,
    /// So many were taken.
    taken: usize,
}

#[derive(Clone, Copy, Debug)]
struct Hit {
    start: usize,
    end: usize,
    score: u32,
    value: u64,
}

impl Hits {
    /// Drops all, for new ones that start with the first `depth` bytes of the key.
    #[inline]
    pub(in crate::fsa) fn restart(&mut self, depth: usize) {
        self.depth = depth;
        self.text.clear();
        self.list.clear();
        self.taken = 0;
    }

    #[inline]
    pub(in crate::fsa) fn is_empty(&self) -> bool {
        self.taken == self.list.len()
    }

    /// Adds a key: what it has behind the common start, its score and its value.
    #[inline]
    pub(in crate::fsa) fn add(&mut self, rest: &[u8], score: u32, value: u64) {
        let start = self.text.len();
        self.text.extend_from_slice(rest);
        self.list.push(Hit {
            start,
            end: self.text.len(),
            score,
            value,
        });
    }

    /// Brings keys whose values ascend into order.
    #[inline]
    pub(in crate::fsa) fn sort(&mut self) {
        if self.list.len() > 1 {
            self.list.sort_unstable_by_key(|hit| hit.value);
        }
    }

    /// Looks up the keys that an automaton names in a state, if it can name them, which `depth` bytes lead to; whether it
    /// can. `may_have` says whether any key goes on by a byte, `get` looks up what leads on.
    #[inline(always)]
    pub(in crate::fsa) fn look_up<A: Automaton>(
        &mut self,
        automaton: &A,
        state: &A::State,
        depth: usize,
        may_have: impl Fn(u8) -> bool,
        mut get: impl FnMut(&[u8]) -> Result<Option<u64>, Fault>,
    ) -> Result<bool, Fault> {
        let mut found = Ok(false);
        let named = automaton.endings(state, |ending, score| {
            // mostly none of the keys is there, not even the next byte
            if ending.first().is_none_or(|&first| may_have(first)) {
                self.look_for(ending, score, depth, &mut get, &mut found);
            }
        });
        if found? && self.list.len() > 1 {
            let text = &self.text;
            self.list
                .sort_unstable_by(|a, b| text[a.start..a.end].cmp(&text[b.start..b.end]));
        }
        Ok(named)
    }

    /// Looks up a key and adds it; whether one was found so far.
    #[inline(never)]
    fn look_for(
        &mut self,
        ending: &[u8],
        score: u32,
        depth: usize,
        mut get: impl FnMut(&[u8]) -> Result<Option<u64>, Fault>,
        found: &mut Result<bool, Fault>,
    ) {
        match get(ending) {
            Ok(Some(value)) => {
                if !matches!(found, Ok(true)) {
                    self.restart(depth);
                }
                self.add(ending, score, value);
                *found = found.map(|_| true);
            }
            Ok(None) => {}
            Err(fault) => *found = Err(fault),
        }
    }

    /// Takes the first one that is left and makes it the key; its value and score.
    #[inline]
    fn take(&mut self, key: &mut Vec<u8>) -> Option<(ValueHandle, u32)> {
        let hit = self.list.get(self.taken)?;
        self.taken += 1;
        key.truncate(self.depth);
        key.extend_from_slice(&self.text[hit.start..hit.end]);
        Some((ValueHandle(hit.value), hit.score))
    }
}

impl<S: Clone> Descent<S> {
    /// A walk over nothing.
    pub(crate) fn new() -> Self {
        Descent {
            array: ArrayDescent::default(),
            fold: FoldDescent::default(),
            hits: Hits::default(),
        }
    }

    /// Starts at a position that `key` leads to, and the automaton to `state`; `from_root` says of a layout with slots that
    /// all of the key leads there from the root.
    pub(crate) fn start<A: Automaton<State = S>>(
        &mut self,
        fsa: &Fsa,
        automaton: &A,
        (at, from_root): (Cursor, bool),
        state: S,
        key: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let hits = &mut self.hits;
        match &fsa.layout {
            Layout::SparseArray(array) => {
                (self.array).enter(array, automaton, at.state, state, key, hits)
            }
            Layout::Fold(fold) => {
                let at = (at.state, from_root);
                (self.fold).start(fold, automaton, at, state, key, hits)
            }
        }
    }

    /// Goes to the next key; its value and score. Nothing at the end, or as soon as `go_on`, which is asked at each step,
    /// says no.
    #[inline]
    pub(crate) fn advance<A: Automaton<State = S>>(
        &mut self,
        fsa: &Fsa,
        automaton: &A,
        key: &mut Vec<u8>,
        go_on: impl FnMut() -> bool,
    ) -> Result<Option<(ValueHandle, u32)>, Fault> {
        let hits = &mut self.hits;
        if hits.is_empty() {
            match &fsa.layout {
                Layout::SparseArray(array) => {
                    self.array.advance(array, automaton, key, hits, go_on)?;
                }
                Layout::Fold(fold) => self.fold.advance(fold, automaton, key, hits, go_on)?,
            }
        }
        Ok(hits.take(key))
    }
}
