//! What an automaton has read of a key of a leaf.

use super::TOO_LONG;
use super::forks::Forks;
use crate::automaton::Automaton;
use crate::dictionary::MAX_KEY_LEN;
use crate::format::native::tokens::TokenView;
use crate::fsa::walk::Hits;

/// What the automaton has read of a key of a leaf, behind what leads to the walk's first key there.
#[derive(Debug)]
pub(super) struct Path<S> {
    /// The state before each byte, and the one behind the last.
    pub(super) states: Vec<S>,
    pub(super) text: Vec<u8>,
    pub(super) forks: Forks<S>,
}

impl<S> Default for Path<S> {
    fn default() -> Self {
        Path {
            states: Vec::new(),
            text: Vec::new(),
            forks: Forks::default(),
        }
    }
}

impl<S: Clone> Path<S> {
    /// The next sweep starts in another state than the last one.
    #[inline]
    pub(super) fn leave(&mut self) {
        self.forks.leave();
    }

    /// Goes back to where so many bytes were read.
    #[inline(always)]
    pub(super) fn truncate(&mut self, len: usize) {
        self.states.truncate(len + 1);
        self.text.truncate(len);
    }

    /// Reads a byte; whether the automaton goes on.
    #[inline(always)]
    pub(super) fn read<A: Automaton<State = S>>(&mut self, automaton: &A, byte: u8) -> bool {
        let state = (self.states.last()).and_then(|state| automaton.step(state, byte));
        let Some(state) = state else {
            return false;
        };
        self.states.push(state);
        self.text.push(byte);
        true
    }

    /// Reads the text of codes but for its first bytes; whether the automaton goes on to its end.
    #[inline(always)]
    pub(super) fn read_codes<A: Automaton<State = S>>(
        &mut self,
        automaton: &A,
        codes: &[u8],
        tokens: TokenView<'_>,
        known: usize,
    ) -> Result<bool, &'static str> {
        let (mut next, mut known) = (0, known);
        while next < codes.len() {
            if self.text.len() > MAX_KEY_LEN {
                return Err(TOO_LONG);
            }
            let text = tokens.next(codes, &mut next)?;
            for &byte in &text[known.min(text.len())..] {
                if !self.read(automaton, byte) {
                    return Ok(false);
                }
            }
            known = known.saturating_sub(text.len());
        }
        Ok(true)
    }

    /// Adds the key to the hits if the automaton accepts it.
    pub(super) fn hit<A: Automaton<State = S>>(
        &self,
        automaton: &A,
        ordinal: u64,
        hits: &mut Hits,
    ) {
        if let Some(state) = self.states.last().filter(|state| automaton.accepts(state)) {
            hits.add(&self.text, automaton.score(state), ordinal);
        }
    }

    /// Adds the key that goes on from here by a label and an ending.
    #[inline(never)]
    pub(super) fn hit_by(&mut self, label: u8, ending: u32, ordinal: u64, hits: &mut Hits) {
        let Path { text, forks, .. } = self;
        let (ending, score) = forks.ending(ending);
        let len = text.len();
        text.push(label);
        text.extend_from_slice(ending);
        hits.add(text, score, ordinal);
        text.truncate(len);
    }
}
