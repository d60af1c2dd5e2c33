//! The keys of a native file that an automaton accepts.
//!
//! Nodes are walked range by range, leaves [key by key](super::sweep).

use super::path::Path;
use super::sweep::Start;
use super::{Fold, LEAF, Place, TOO_LONG, leaf_offset};
use crate::automaton::{Automaton, LabelSet};
use crate::dictionary::MAX_KEY_LEN;
use crate::error::Fault;
use crate::fsa::walk::Hits;

/// The nodes on the way to where the walk stands.
#[derive(Debug)]
pub(in crate::fsa) struct FoldDescent<S> {
    frames: Vec<Frame<S>>,
    path: Path<S>,
}

/// A node whose ranges are being walked.
#[derive(Debug)]
struct Frame<S> {
    offset: u32,
    range: usize,
    /// Bytes of the key at the branching point.
    depth: usize,
    state: S,
    wanted: LabelSet,
}

impl<S> Default for FoldDescent<S> {
    fn default() -> Self {
        FoldDescent {
            frames: Vec::new(),
            path: Path::default(),
        }
    }
}

impl<S: Clone> FoldDescent<S> {
    /// Goes to a position that `key` leads to.
    pub(in crate::fsa) fn start<A: Automaton<State = S>>(
        &mut self,
        fold: &Fold,
        automaton: &A,
        at: u64,
        state: S,
        key: &mut Vec<u8>,
        hits: &mut Hits,
    ) -> Result<(), Fault> {
        match Place::unpack(at) {
            Place::Node { offset, depth } => {
                self.enter(fold, automaton, (offset, depth), state, key, hits)
            }
            Place::Leaf {
                offset,
                key: first,
                depth,
            } => {
                hits.restart(key.len());
                self.path.leave();
                let start = Start {
                    offset,
                    key: first,
                    depth,
                    labels: LabelSet::ALL,
                };
                self.path.sweep(fold, automaton, start, state, hits)
            }
        }
    }

    /// Goes into a node, so many bytes of whose chain are in the key.
    fn enter<A: Automaton<State = S>>(
        &mut self,
        fold: &Fold,
        automaton: &A,
        (offset, depth): (u32, usize),
        state: S,
        key: &mut Vec<u8>,
        hits: &mut Hits,
    ) -> Result<(), Fault> {
        let node = fold.node(offset)?;
        let chain = node.chain.get(depth..).unwrap_or_default();
        if key.len() + chain.len() > MAX_KEY_LEN {
            return Err(fold.node_fault(offset, TOO_LONG));
        }
        let mut state = state;
        for &label in chain {
            let Some(next) = automaton.step(&state, label) else {
                return Ok(());
            };
            state = next;
        }
        key.extend_from_slice(chain);
        let may_have = |label| node.separators.first().is_some_and(|&first| first <= label);
        let get = |ending: &[u8]| fold.look_up_behind(offset, &node, ending);
        if hits.look_up(automaton, &state, key.len(), may_have, get)? {
            return Ok(());
        }
        if let Some(ordinal) = node.ordinal
            && automaton.accepts(&state)
        {
            hits.restart(key.len());
            hits.add(&[], automaton.score(&state), ordinal.into());
        }
        self.path.leave();
        self.frames.push(Frame {
            offset,
            range: 0,
            depth: key.len(),
            wanted: automaton.labels(&state),
            state,
        });
        Ok(())
    }

    /// Walks on until there are hits, or it ends, or is not to go on.
    pub(in crate::fsa) fn advance<A: Automaton<State = S>>(
        &mut self,
        fold: &Fold,
        automaton: &A,
        key: &mut Vec<u8>,
        hits: &mut Hits,
        mut go_on: impl FnMut() -> bool,
    ) -> Result<(), Fault> {
        while let Some(frame) = self.frames.last_mut() {
            let node = fold.node(frame.offset)?;
            let depth = frame.depth;
            let child = loop {
                let range = frame.range;
                let Some(&first) = node.separators.get(range) else {
                    break None;
                };
                frame.range += 1;
                let target = node.target(range);
                if target & LEAF == 0 {
                    match automaton.step(&frame.state, first) {
                        Some(state) => break Some((first, target, state)),
                        None => continue,
                    }
                }
                let end = node.separators.get(range + 1);
                let labels = frame.wanted.from(first);
                let labels = end.map_or(labels, |&end| labels.before(end));
                if labels.is_empty() {
                    continue;
                }
                if !go_on() {
                    return Ok(());
                }
                hits.restart(depth);
                let start = Start {
                    offset: leaf_offset(target),
                    key: 0,
                    depth: 0,
                    labels,
                };
                let state = frame.state.clone();
                self.path.sweep(fold, automaton, start, state, hits)?;
                if !hits.is_empty() {
                    return Ok(());
                }
            };
            let Some((label, target, state)) = child else {
                self.frames.pop();
                self.path.leave();
                continue;
            };
            if !go_on() {
                return Ok(());
            }
            let offset = fold.child_of(frame.offset, target)?;
            key.truncate(depth);
            key.push(label);
            self.enter(fold, automaton, (offset, 0), state, key, hits)?;
            if !hits.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }
}
