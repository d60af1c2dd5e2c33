//! The weight below which nothing can be among the heaviest.

/// The heaviest of disjoint sets of keys, of each of which the highest weight is known. A set whose highest weight is
/// below the least of these has no key among the heaviest.
#[derive(Debug)]
pub(super) struct Floor {
    wanted: usize,
    /// In descending order.
    heaviest: Vec<u32>,
    least: u32,
}

impl Floor {
    /// For so many of the heaviest keys.
    pub(super) fn new(wanted: usize) -> Self {
        Floor {
            wanted,
            heaviest: Vec::with_capacity(wanted + 1),
            least: 0,
        }
    }

    /// Whether a set with this highest weight has none of the heaviest keys.
    #[inline]
    pub(super) fn is_above(&self, weight: u32) -> bool {
        weight < self.least
    }

    /// Adds a set.
    pub(super) fn add(&mut self, weight: u32) {
        let at = self.heaviest.partition_point(|&other| other >= weight);
        if at == self.wanted {
            return;
        }
        self.heaviest.insert(at, weight);
        self.heaviest.truncate(self.wanted);
        if self.heaviest.len() == self.wanted {
            // parts of a set are together as heavy as the set, so that this never falls
            self.least = self.least.max(self.heaviest[self.wanted - 1]);
        }
    }

    /// Takes a set back, whose parts are then added.
    pub(super) fn take_apart(&mut self, weight: u32) {
        let at = self.heaviest.partition_point(|&other| other > weight);
        if self.heaviest.get(at) == Some(&weight) {
            self.heaviest.remove(at);
        }
    }
}
