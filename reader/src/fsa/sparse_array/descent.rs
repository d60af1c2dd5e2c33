//! The keys of the sparse array that an automaton accepts.

use super::SparseArray;
use crate::automaton::{Automaton, LabelSet};
use crate::dictionary::MAX_KEY_LEN;
use crate::error::Fault;
use crate::fsa::walk::Hits;

/// With no more labels than this a walk tries them one by one; it takes less than asking for all that are there.
const FEW: usize = 3;

/// The states on the way to where the walk stands.
#[derive(Debug)]
pub(in crate::fsa) struct ArrayDescent<S> {
    frames: Vec<Frame<S>>,
}

/// A state whose children are being walked.
#[derive(Debug)]
struct Frame<S> {
    at: u64,
    state: S,
    labels: LabelSet,
    depth: usize,
}

impl<S> Default for ArrayDescent<S> {
    fn default() -> Self {
        ArrayDescent { frames: Vec::new() }
    }
}

impl<S: Clone> ArrayDescent<S> {
    /// Goes into a state that `key` leads to.
    #[inline(always)]
    pub(in crate::fsa) fn enter<A: Automaton<State = S>>(
        &mut self,
        array: &SparseArray,
        automaton: &A,
        at: u64,
        state: S,
        key: &[u8],
        hits: &mut Hits,
    ) -> Result<(), Fault> {
        let window = array.window(at);
        let may_have = |label: u8| window.is_none_or(|labels| labels[usize::from(label)] == label);
        let get = |ending: &[u8]| array.get_alone(at, ending);
        if hits.look_up(automaton, &state, key.len(), may_have, get)? {
            return Ok(());
        }
        if automaton.accepts(&state)
            && let Some(value) = array.value(at)?
        {
            hits.restart(key.len());
            hits.add(&[], automaton.score(&state), value);
        }
        let wanted = automaton.labels(&state);
        let labels = if wanted.len() <= FEW {
            wanted
        } else {
            LabelSet::from_words(array.labels(at)?).and(wanted)
        };
        if !labels.is_empty() {
            self.frames.push(Frame {
                at,
                state,
                labels,
                depth: key.len(),
            });
        }
        Ok(())
    }

    /// Walks on until there are hits, or it ends, or is not to go on.
    pub(in crate::fsa) fn advance<A: Automaton<State = S>>(
        &mut self,
        array: &SparseArray,
        automaton: &A,
        key: &mut Vec<u8>,
        hits: &mut Hits,
        mut go_on: impl FnMut() -> bool,
    ) -> Result<(), Fault> {
        while let Some(frame) = self.frames.last_mut() {
            let Some(label) = frame.labels.take_first() else {
                self.frames.pop();
                continue;
            };
            let Some(state) = automaton.step(&frame.state, label) else {
                continue;
            };
            let Some(child) = array.step(frame.at, label)? else {
                continue;
            };
            if !go_on() {
                return Ok(());
            }
            key.truncate(frame.depth);
            key.push(label);
            if key.len() > MAX_KEY_LEN {
                return Err(array.fault_at(child, "a path is longer than any key: a cycle"));
            }
            self.enter(array, automaton, child, state, key, hits)?;
            if !hits.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }
}
