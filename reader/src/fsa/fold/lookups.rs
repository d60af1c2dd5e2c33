//! Look-ups in the fold: a slot or a node at a time, then the leaf.

use super::{Fold, Place};
use crate::error::Fault;
use crate::format::native::node::{LEAF, leaf_offset};
use crate::format::native::slots::{self, END, JUNCTION, Junction, SLOT_LEN, Slot};
use crate::format::native::tokens::{Query, Short};
use crate::fsa::ValueHandle;
use crate::fsa::batch::{GetMany, Lookups, Step};
use crate::prefetch::{LINE, prefetch};

/// The look-ups below one position, through the slots or the nodes.
struct FoldLookups<'f> {
    fold: &'f Fold,
    state: u64,
    head: &'f [u8],
    slots: &'f [[u8; SLOT_LEN]],
    junctions: &'f [u8],
    leaves: &'f [u8],
}

/// The place to look at next, and how many bytes of the key led there.
#[derive(Clone, Copy)]
struct Lane {
    place: Next,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Next {
    /// The slots of the position with this base.
    Slots(u32),
    /// A junction.
    Junction(u32),
    /// A node, from this byte of its chain on.
    Node(u32, usize),
    /// A leaf, and its first key with the next label, where that is known.
    Leaf(u64, Option<u32>),
}

impl Fold {
    /// The ordinals of the keys that lead on from a position.
    pub(in crate::fsa) fn get_many<K: AsRef<[u8]>>(
        &self,
        state: u64,
        keys: &[K],
        mut found: impl FnMut(usize, Option<ValueHandle>),
    ) -> Result<(), Fault> {
        let Place::Node { .. } = Place::unpack(state) else {
            // all is in one leaf
            for (index, key) in keys.iter().enumerate() {
                found(index, self.get(state, key.as_ref())?.map(ValueHandle));
            }
            return Ok(());
        };
        let lookups = FoldLookups {
            fold: self,
            state,
            head: &self.head,
            slots: slots::view(&self.slots),
            junctions: &self.junctions,
            leaves: &self.leaves,
        };
        self.bit_counts.run(GetMany {
            lookups,
            keys,
            found,
        })
    }
}

impl FoldLookups<'_> {
    /// Asks for the memory of a place.
    #[inline(always)]
    fn ask(&self, place: Next) -> Next {
        match place {
            Next::Slots(_) => {}
            Next::Junction(offset) => prefetch(self.junctions, offset as usize),
            Next::Node(offset, _) => {
                prefetch(self.head, offset as usize);
                prefetch(self.head, offset as usize + LINE);
            }
            Next::Leaf(offset, _) => self.fold.ask_for_leaf(offset),
        }
        place
    }

    #[inline(always)]
    fn slot(&self, base: u32, key: &[u8], lane: &mut Lane) -> Step {
        let label = key.get(lane.depth).copied();
        let Some(slot) = self.slots.get(base as usize + distance(label)) else {
            return Step::Unsettled;
        };
        let slot = Slot::read(slot);
        let Some(label) = label else {
            let ordinal = slot.ordinal();
            return Step::Done(ordinal.map(|ordinal| ValueHandle(ordinal.into())));
        };
        let target = slot.target;
        if slot.label != label || target == 0 {
            return Step::Done(None);
        }
        if target & LEAF != 0 {
            lane.place = self.ask(Next::Leaf(leaf_offset(target), Some(slot.key.into())));
            return Step::Pending;
        }
        lane.depth += 1;
        if target & JUNCTION != 0 {
            lane.place = self.ask(Next::Junction(target & !JUNCTION));
            return Step::Pending;
        }
        self.enter(target, key, lane)
    }

    #[inline(always)]
    fn enter(&self, base: u32, key: &[u8], lane: &mut Lane) -> Step {
        let label = key.get(lane.depth).copied();
        prefetch(self.slots, base as usize + distance(label));
        lane.place = Next::Slots(base);
        Step::Pending
    }

    #[inline(always)]
    fn junction(&self, offset: u32, key: &[u8], lane: &mut Lane) -> Step {
        let Some(junction) = Junction::read(self.junctions, offset as usize) else {
            return Step::Unsettled;
        };
        let same =
            Query::new(key, &Short::of(key)).common(lane.depth, junction.chain, junction.len);
        if same < junction.len {
            return Step::Done(None);
        }
        lane.depth += same;
        self.enter(junction.base, key, lane)
    }

    #[inline(always)]
    fn node(&self, offset: u32, into: usize, key: &[u8], lane: &mut Lane) -> Step {
        let Ok(node) = self.fold.node(offset) else {
            return Step::Unsettled;
        };
        let chain = node.chain.get(into..).unwrap_or_default();
        let Some(rest) = key[lane.depth..].strip_prefix(chain) else {
            return Step::Done(None);
        };
        let Some(&label) = rest.first() else {
            return Step::Done(node.ordinal.map(|ordinal| ValueHandle(ordinal.into())));
        };
        let Some(range) = node.range_of(label) else {
            return Step::Done(None);
        };
        lane.depth += chain.len();
        let target = node.target(range);
        if target & LEAF != 0 {
            lane.place = self.ask(Next::Leaf(leaf_offset(target), None));
            return Step::Pending;
        }
        if node.separators[range] != label {
            return Step::Done(None);
        }
        if target >= offset {
            return Step::Unsettled;
        }
        lane.depth += 1;
        lane.place = self.ask(Next::Node(target, 0));
        Step::Pending
    }
}

/// How far from the base of a position the slot of a label is, or that of the key that ends there.
#[inline(always)]
fn distance(label: Option<u8>) -> usize {
    label.map_or(END, usize::from)
}

impl Lookups for FoldLookups<'_> {
    type Lane = Lane;

    #[inline]
    fn reach(&self) -> usize {
        self.head.len() + size_of_val(self.slots) + self.leaves.len()
    }

    #[inline(always)]
    fn start(&self, key: &[u8]) -> Lane {
        let place = match Place::unpack(self.state) {
            Place::Node { .. }
                if !self.slots.is_empty() && Some(self.state) == self.fold.root() =>
            {
                Next::Slots(self.fold.entrance)
            }
            Place::Node { offset, depth } => Next::Node(offset, depth),
            Place::Leaf { offset, .. } => Next::Leaf(offset, None),
        };
        let mut lane = Lane { place, depth: 0 };
        if let Next::Slots(base) = place {
            let _ended_or_not = self.slot(base, key, &mut lane);
        }
        lane
    }

    #[inline(always)]
    fn step(&self, key: &[u8], lane: &mut Lane) -> Step {
        match lane.place {
            Next::Slots(base) => self.slot(base, key, lane),
            Next::Junction(offset) => self.junction(offset, key, lane),
            Next::Node(offset, into) => self.node(offset, into, key, lane),
            Next::Leaf(offset, hint) => {
                match self
                    .fold
                    .find_in(offset, &Query::new(key, &Short::of(key)), lane.depth, hint)
                {
                    Ok(ordinal) => Step::Done(ordinal.map(|ordinal| ValueHandle(ordinal.into()))),
                    Err(_) => Step::Unsettled,
                }
            }
        }
    }

    #[inline]
    fn get(&self, key: &[u8]) -> Result<Option<ValueHandle>, Fault> {
        Ok(self.fold.get(self.state, key)?.map(ValueHandle))
    }
}
