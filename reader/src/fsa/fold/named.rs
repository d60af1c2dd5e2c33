//! What is below a node, where an automaton names all that follows the labels there.
//!
//! To a search that has come to its last edit, most of what is below a node is such. None of it is entered then: below
//! children that are nodes the endings are looked up, and of a leaf the planes say which keys may be there.

use super::forks::{FEW, Forks, Origin};
use super::known::Known;
use super::leaf::Leaf;
use super::parting::{Parting, Turns};
use super::path::Path;
use super::planes::{FewPlanes, Planes};
use super::sweep::{Reading, Start};
use super::way::Lead;
use super::{Fold, LEAF, leaf_offset};
use crate::automaton::{Automaton, LabelSet};
use crate::error::Fault;
use crate::format::native::node::Node;
use crate::format::to_usize;
use crate::fsa::walk::Hits;
use crate::simd;

/// What is known of the state at a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Front {
    pub(super) known: Known,
    origin: Origin,
    /// That of the forks when it was learned.
    generation: u32,
}

impl Front {
    /// Asks for it, or asks the automaton if nobody did so far.
    pub(super) fn learn<A: Automaton>(
        forks: &mut Forks<A::State>,
        automaton: &A,
        state: &A::State,
    ) -> Self {
        let origin = forks.origin(automaton, state, Origin::Start);
        let known = match forks.known(origin) {
            Some(known) => known,
            None => forks.learn(automaton, state, origin),
        };
        Front {
            known,
            origin,
            generation: forks.generation(),
        }
    }

    /// Whether it pays to look along a node: only few labels have a step of their own, and of all others the automaton names
    /// what follows.
    pub(super) fn pays<S: Clone>(&self, forks: &Forks<S>) -> bool {
        let Known { own, other, .. } = self.known;
        own.count_ones() <= FEW && other.is_none_or(|other| forks.endings(other).is_some())
    }

    /// Whether it still holds.
    #[inline(always)]
    pub(super) fn holds<S: Clone>(&self, forks: &Forks<S>) -> bool {
        self.generation == forks.generation()
    }
}

/// A node, from one of its ranges on.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) node: &'a Node<'a>,
    /// Where the node stands.
    pub(super) offset: u32,
    pub(super) range: usize,
    /// Its slots, where they are known.
    pub(super) base: Option<u32>,
}

/// How far a look went.
#[derive(Clone, Copy)]
pub(super) struct Looked {
    /// The range that comes next.
    pub(super) range: usize,
    /// If it is a leaf that was looked at, what is to be read of it yet: keys that part at its top.
    pub(super) left: Option<u64>,
}

impl<S: Clone> Path<S> {
    /// Adds those keys behind ranges of a node to the hits of which the automaton names all that follows their labels, until
    /// some are there, or not all is named, or there are no more ranges.
    #[inline]
    pub(super) fn look_along<A: Automaton<State = S>>(
        &mut self,
        fold: &Fold,
        automaton: &A,
        row: Row<'_>,
        (state, front): (&S, &mut Front),
        hits: &mut Hits,
    ) -> Result<Looked, Fault> {
        self.text.clear();
        fold.bit_counts.run(Look {
            fold,
            automaton,
            row,
            state,
            front,
            path: self,
            hits,
        })
    }
}

/// A look along a node.
struct Look<'a, A: Automaton> {
    fold: &'a Fold,
    automaton: &'a A,
    row: Row<'a>,
    state: &'a A::State,
    front: &'a mut Front,
    path: &'a mut Path<A::State>,
    hits: &'a mut Hits,
}

impl<A: Automaton> simd::Task for Look<'_, A> {
    type Output = Result<Looked, Fault>;

    #[inline(always)]
    fn run(mut self) -> Self::Output {
        let Row { node, .. } = self.row;
        let mut range = self.row.range;
        while let Some(&first) = node.separators.get(range) {
            let target = node.target(range);
            if target & LEAF == 0 {
                if !self.front.known.kind.has(first) || !self.look_below(first, target)? {
                    break;
                }
            } else {
                let end = node.separators.get(range + 1).copied();
                let offset = leaf_offset(target);
                let left = self.look_into(offset, first, end);
                let left = left.map_err(|reason| self.fold.leaf_fault(offset, reason))?;
                if left != 0 {
                    let left = Some(left);
                    return Ok(Looked { range, left });
                }
            }
            range += 1;
            if !self.hits.is_empty() {
                self.hits.sort();
                break;
            }
        }
        Ok(Looked { range, left: None })
    }
}

impl<A: Automaton> Look<'_, A> {
    /// What follows a label that has a step of its own.
    #[inline(always)]
    fn own(&mut self, label: u8) -> Option<u32> {
        let Front { known, origin, .. } = &mut *self.front;
        (self.path.forks).own(self.automaton, self.state, *origin, known, label)
    }

    /// Looks into a leaf, whose keys start by labels from `first` up to `end`; the keys that part at its top behind whose
    /// labels not all is named.
    #[inline(always)]
    fn look_into(&mut self, offset: u64, first: u8, end: Option<u8>) -> Result<u64, &'static str> {
        let place = to_usize(offset);
        let leaf = Leaf::read(&self.fold.leaves, place)?;
        if FewPlanes::have_room(&leaf.header) {
            let planes = FewPlanes::new(&leaf, place)?;
            let top = planes.top();
            self.look_at(&planes, top, (offset, first, end))
        } else {
            let planes = <Planes>::new(&leaf, place)?;
            let top = [0, 1, 2].map(|shared| planes.compare_shared(shared).0);
            self.look_at(&planes, top, (offset, first, end))
        }
    }

    /// As `look_into`, by the planes of the leaf and the keys that share no byte, one, and two bytes with the one before.
    #[inline(always)]
    fn look_at<const S: usize, const L: usize, const R: usize>(
        &mut self,
        planes: &Planes<S, L, R>,
        top: [u64; 3],
        (offset, first, end): (u64, u8, Option<u8>),
    ) -> Result<u64, &'static str> {
        let fold = self.fold;
        let all = planes.header.all();
        let keys = (top[0] | 1) & all;
        let known = &self.front.known;
        let own = known.own_between(first, end);
        let mut unnamed = known.strange(planes, &fold.alphabet, keys, end);
        let parting = Parting {
            depth: 0,
            keys,
            inner: all & !1,
            labels: LabelSet::ALL,
        };
        let mut turns = Turns {
            own,
            kind: known.kind,
            left: keys & !unnamed,
        };
        while let Some((label, keys)) = turns.next(planes, &fold.alphabet) {
            let prospect = match label {
                Some(label) => self.own(label),
                None => self.front.known.other,
            };
            let Some(prospect) = prospect else {
                continue;
            };
            let start = Start {
                offset,
                key: 0,
                depth: 0,
                labels: LabelSet::ALL,
                among: keys,
            };
            let (path, hits) = (&mut *self.path, &mut *self.hits);
            let mut reading = Reading::new(fold, self.automaton, planes, start, path, hits);
            if !reading.find_named(prospect, keys, parting, |more| top[usize::from(more)])? {
                unnamed |= keys;
            }
        }
        Ok(unnamed)
    }

    /// Looks up what is named below a child that is a node; whether all is.
    #[inline(always)]
    fn look_below(&mut self, label: u8, target: u32) -> Result<bool, Fault> {
        let (fold, row) = (self.fold, self.row);
        let known = &self.front.known;
        let prospect = if known.has_own(label) {
            self.own(label)
        } else {
            known.other
        };
        let Some(prospect) = prospect else {
            return Ok(true);
        };
        let Some(endings) = self.path.forks.endings(prospect) else {
            return Ok(false);
        };
        let numbers = endings.numbers();
        if let Some(base) = row.base
            // there are nodes for what the slots do not tell
            && let Lead::Position { base, chain } = fold.lead(base, label)?
        {
            for number in numbers {
                let (ending, _) = self.path.forks.ending(number);
                if let Some(ordinal) = fold.get_from(base, chain, ending)? {
                    self.path.hit_by(label, number, ordinal.into(), self.hits);
                }
            }
            return Ok(true);
        }
        let child = fold.child_of(row.offset, target)?;
        let node = fold.node(child)?;
        for number in numbers {
            let (ending, _) = self.path.forks.ending(number);
            if let Some(rest) = ending.strip_prefix(node.chain)
                && let Some(ordinal) = fold.get_behind(child, node, rest)?
            {
                self.path.hit_by(label, number, ordinal.into(), self.hits);
            }
        }
        Ok(true)
    }
}
