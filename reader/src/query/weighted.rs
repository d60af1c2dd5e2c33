//! keyvi's order of keys: the heavier branch first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::ground::Ground;
use crate::entries::{Entries, Found, Places};
use crate::error::Result;

/// A walk in depth over the positions at a prefix and below, a position before those below it. Of the children of one
/// the heaviest comes first, of those the one of the lowest byte.
///
/// A child weighs what is stored for it, its inner weight, or as much as its parent if nothing is.
pub(super) struct Weighted<G: Ground = Places> {
    ground: G,
    key: Vec<u8>,
    prefix: usize,
    /// Where the walk stands, as long as its children are not listed.
    here: Option<Branch<G::Spot>>,
    /// Positions that are still to be visited, the next one last: the children of one stand together.
    branches: Vec<Branch<G::Spot>>,
    /// For each position from the prefix to the next branch: what is there before anything below its children.
    marks: Vec<G::Mark>,
    bound: Bound,
    /// Branches of which it is known that nothing in them weighs as much are left out as well.
    left_out: u32,
    /// The next step is for the minimum of now, even if another is set before.
    settled: bool,
    /// What that step gives, where it was taken already.
    ahead: Option<Result<Option<u8>>>,
}

#[derive(Clone, Copy)]
struct Branch<S> {
    spot: S,
    weight: u32,
    /// A weight that no key here or below exceeds, as far as was looked for one: of the parent, until it is visited.
    most: u32,
    /// Labels that lead here.
    depth: usize,
    /// The last of them.
    label: u8,
}

/// What is too light to be visited.
pub(super) enum Bound {
    /// All that is lighter than this.
    Minimum(u32),
    /// What cannot be among the heaviest branches seen so far. Such a walk never follows the byte 0, and takes the weight
    /// where it starts for 0.
    Heaviest(Heaviest),
}

/// The highest weights of those seen, so many at most.
pub(super) struct Heaviest {
    count: usize,
    weights: BinaryHeap<Reverse<u32>>,
}

impl Heaviest {
    pub(super) fn new(count: usize) -> Self {
        Heaviest {
            count,
            weights: BinaryHeap::new(),
        }
    }

    /// The lowest of them, 0 while there are fewer.
    pub(super) fn lowest(&self) -> u32 {
        match self.weights.peek() {
            Some(&Reverse(lowest)) if self.weights.len() >= self.count => lowest,
            _ => 0,
        }
    }

    /// Adds a weight, in the place of the lowest if there are enough.
    pub(super) fn put(&mut self, weight: u32) {
        if self.weights.len() >= self.count {
            self.weights.pop();
        }
        self.weights.push(Reverse(weight));
    }
}

impl Bound {
    fn lowest(&self) -> u32 {
        match self {
            Bound::Minimum(weight) => *weight,
            Bound::Heaviest(heaviest) => heaviest.lowest(),
        }
    }
}

impl<G: Ground> Weighted<G> {
    /// A walk that stands where `prefix` leads to; nothing if it leads nowhere.
    pub(super) fn new(entries: &Entries, prefix: &[u8], bound: Bound) -> Result<Option<Self>> {
        let Some((mut ground, spot)) = G::start(entries, prefix)? else {
            return Ok(None);
        };
        ground.enter(entries, spot, 0)?;
        let weight = match bound {
            Bound::Minimum(_) => ground.stored_weight(entries, spot)?,
            Bound::Heaviest(_) => 0,
        };
        let here = Branch {
            spot,
            weight,
            most: u32::MAX,
            depth: prefix.len(),
            label: 0,
        };
        Ok(Some(Weighted {
            ground,
            key: prefix.to_vec(),
            prefix: prefix.len(),
            here: Some(here),
            branches: Vec::new(),
            marks: Vec::new(),
            bound,
            left_out: 0,
            settled: false,
            ahead: None,
        }))
    }

    /// From now on, leaves out what is lighter, in a walk that has such a minimum.
    pub(super) fn set_minimum(&mut self, entries: &Entries, weight: u32) {
        if self.settled {
            let ahead = self.step(entries, |_| true);
            self.ahead = Some(ahead);
        }
        if let Bound::Minimum(minimum) = &mut self.bound {
            *minimum = weight;
        }
    }

    /// A minimum that is set before the next step is not for that step.
    pub(super) fn settle(&mut self) {
        self.settled = true;
    }

    /// From now on, leaves out branches in which nothing weighs as much.
    pub(super) fn leave_out_below(&mut self, weight: u32) {
        self.left_out = weight;
    }

    /// The bytes that lead to the current position.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// How many of them are behind the prefix.
    pub(super) fn depth(&self) -> usize {
        self.key.len() - self.prefix
    }

    /// The value of the key that ends at the current position, if one does.
    #[inline]
    pub(super) fn found(&mut self, entries: &Entries) -> Result<Option<Found>> {
        match self.here {
            Some(here) => self.ground.value(entries, here.spot, &self.key),
            None => Ok(None),
        }
    }

    /// Goes to the next position; the label that leads there, or nothing at the end. If there are children where the walk
    /// stands, they are listed now, but for those whose labels are not wanted.
    #[inline]
    pub(super) fn step(
        &mut self,
        entries: &Entries,
        wanted: impl Fn(u8) -> bool,
    ) -> Result<Option<u8>> {
        self.settled = false;
        if let Some(ahead) = self.ahead.take() {
            return ahead;
        }
        if let Some(here) = self.here.take() {
            self.list(entries, here, wanted)?;
        }
        while let Some(mut branch) = self.branches.pop() {
            if branch.weight < self.bound.lowest() {
                continue;
            }
            let above = branch.depth - 1;
            self.ground.truncate(self.marks[above - self.prefix]);
            if self.left_out > 0 {
                branch.most =
                    (self.ground).most(entries, branch.spot, branch.most, branch.depth)?;
                if branch.most < self.left_out {
                    continue;
                }
            }
            self.key.truncate(above);
            self.key.push(branch.label);
            self.ground.enter(entries, branch.spot, branch.depth)?;
            self.here = Some(branch);
            return Ok(Some(branch.label));
        }
        Ok(None)
    }

    /// Leaves out what is below the current position.
    pub(super) fn skip(&mut self, entries: &Entries) -> Result<()> {
        let Some(here) = self.here.take() else {
            return Ok(());
        };
        if let Bound::Heaviest(_) = self.bound {
            // branches count for the bound as soon as they are seen
            let start = self.branches.len();
            self.list(entries, here, |_| true)?;
            self.branches.truncate(start);
        }
        Ok(())
    }

    /// Lists the children of a position.
    #[inline]
    fn list(
        &mut self,
        entries: &Entries,
        parent: Branch<G::Spot>,
        wanted: impl Fn(u8) -> bool,
    ) -> Result<()> {
        let start = self.branches.len();
        let (bound, branches) = (&mut self.bound, &mut self.branches);
        let no_zero = matches!(bound, Bound::Heaviest(_));
        let wanted = |label| !(no_zero && label == 0) && wanted(label);
        self.ground
            .children(entries, parent.spot, wanted, |label, stored, spot| {
                let weight = if stored == 0 { parent.weight } else { stored };
                let lowest = bound.lowest();
                if weight < lowest {
                    return false;
                }
                if let Bound::Heaviest(heaviest) = bound
                    && weight != parent.weight
                    && weight > lowest
                {
                    heaviest.put(weight);
                }
                branches.push(Branch {
                    spot,
                    weight,
                    most: parent.most,
                    depth: parent.depth + 1,
                    label,
                });
                true
            })?;
        let children = &mut self.branches[start..];
        if children.len() > 1 {
            children.sort_unstable_by_key(|child| (child.weight, Reverse(child.label)));
        }
        self.marks.truncate(parent.depth - self.prefix);
        self.marks.push(self.ground.mark());
        Ok(())
    }
}
