//! The keys of a native file that an automaton accepts.
//!
//! Nodes are walked range by range, leaves [key by key](super::sweep).

use super::forks::{FEW, Forks};
use super::named::{Front, Row};
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
    /// Where its slots start, if there are slots that lead here.
    base: Option<u32>,
    state: S,
    wanted: LabelSet,
    front: Ahead,
}

/// A node to go into.
#[derive(Clone, Copy)]
struct Next {
    offset: u32,
    /// So many bytes of its chain are in the key.
    into: usize,
    /// A position above it: how many bytes of the key lead there, and where its slots start, if slots lead there.
    depth: usize,
    base: Option<u32>,
}

/// What is known of the state at a node.
#[derive(Debug)]
enum Ahead {
    Unknown,
    /// Nothing that it would pay to look along the node by.
    Moot,
    Known(Front),
}

impl<S: Clone> Frame<S> {
    /// The labels from `first` up to `end` that may lead on.
    #[inline]
    fn labels(&self, first: u8, end: Option<u8>) -> LabelSet {
        let labels = self.wanted.from(first);
        end.map_or(labels, |end| labels.before(end))
    }

    /// The state and what is known of it, if it pays to look along the node.
    #[inline]
    fn front<A: Automaton<State = S>>(
        &mut self,
        automaton: &A,
        forks: &mut Forks<S>,
    ) -> Option<(&S, &mut Front)> {
        let is_known = match &self.front {
            Ahead::Unknown => false,
            Ahead::Moot => true,
            Ahead::Known(front) => front.holds(forks),
        };
        if !is_known {
            forks.keep_few();
            let front = Front::learn(forks, automaton, &self.state);
            self.front = if front.pays(forks) {
                Ahead::Known(front)
            } else {
                Ahead::Moot
            };
        }
        match &mut self.front {
            Ahead::Known(front) => Some((&self.state, front)),
            _ => None,
        }
    }
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
    /// Goes to a position that `key` leads to, from the root or from elsewhere.
    pub(in crate::fsa) fn start<A: Automaton<State = S>>(
        &mut self,
        fold: &Fold,
        automaton: &A,
        (at, from_root): (u64, bool),
        state: S,
        key: &mut Vec<u8>,
        hits: &mut Hits,
    ) -> Result<(), Fault> {
        match Place::unpack(at) {
            Place::Node { offset, depth } => {
                let next = Next {
                    offset,
                    into: depth,
                    depth: 0,
                    base: from_root.then_some(fold.entrance),
                };
                self.enter(fold, automaton, next, state, key, hits)
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
                    among: u64::MAX,
                };
                self.path.sweep(fold, automaton, start, state, hits)
            }
        }
    }

    /// Goes into a node.
    fn enter<A: Automaton<State = S>>(
        &mut self,
        fold: &Fold,
        automaton: &A,
        next: Next,
        state: S,
        key: &mut Vec<u8>,
        hits: &mut Hits,
    ) -> Result<(), Fault> {
        let Next { offset, into, .. } = next;
        let node = fold.node(offset)?;
        let chain = node.chain.get(into..).unwrap_or_default();
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
        let wanted = automaton.labels(&state);
        self.frames.push(Frame {
            offset,
            range: 0,
            depth: key.len(),
            base: (next.base).and_then(|base| fold.base_behind(base, key.get(next.depth..)?)),
            state,
            // few labels are tried sooner than looked for
            front: if wanted.split_ascii().0.count_ones() <= FEW {
                Ahead::Moot
            } else {
                Ahead::Unknown
            },
            wanted,
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
        'nodes: while let Some(frame) = self.frames.last_mut() {
            let (parent, depth, base) = (frame.offset, frame.depth, frame.base);
            let node = fold.node(parent)?;
            let (next, state) = loop {
                if !go_on() {
                    return Ok(());
                }
                let range = frame.range;
                let mut among = None;
                let Path { forks, .. } = &mut self.path;
                if let Some(front) = frame.front(automaton, forks) {
                    key.truncate(depth);
                    hits.restart(depth);
                    let row = Row {
                        node: &node,
                        offset: parent,
                        range,
                        base,
                    };
                    let looked = self.path.look_along(fold, automaton, row, front, hits)?;
                    (frame.range, among) = (looked.range, looked.left);
                    if among.is_none() && !hits.is_empty() {
                        return Ok(());
                    }
                }
                let Some(&first) = node.separators.get(frame.range) else {
                    self.frames.pop();
                    self.path.leave();
                    continue 'nodes;
                };
                let target = node.target(frame.range);
                frame.range += 1;
                if target & LEAF == 0 {
                    if frame.wanted.contains(first)
                        && let Some(state) = automaton.step(&frame.state, first)
                    {
                        key.truncate(depth);
                        key.push(first);
                        let next = Next {
                            offset: fold.child_of(parent, target)?,
                            into: 0,
                            depth,
                            base,
                        };
                        break (next, state);
                    }
                    continue;
                }
                let labels = frame.labels(first, node.separators.get(frame.range).copied());
                if among.is_none() {
                    if labels.is_empty() {
                        continue;
                    }
                    hits.restart(depth);
                }
                let start = Start {
                    offset: leaf_offset(target),
                    key: 0,
                    depth: 0,
                    labels,
                    among: among.unwrap_or(u64::MAX),
                };
                let state = frame.state.clone();
                self.path.sweep(fold, automaton, start, state, hits)?;
                if !hits.is_empty() {
                    return Ok(());
                }
            };
            self.enter(fold, automaton, next, state, key, hits)?;
            if !hits.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }
}
