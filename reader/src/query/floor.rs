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

/// From more keys than this on, to know the heaviest costs more than it saves.
const MOST_COUNTED: usize = 256;

impl Floor {
    /// For so many of the heaviest keys; nothing if there is nothing to gain by it.
    pub(super) fn of(wanted: u64) -> Option<Self> {
        let wanted = usize::try_from(wanted).ok()?;
        (1..=MOST_COUNTED).contains(&wanted).then(|| Floor {
            wanted,
            heaviest: Vec::with_capacity(wanted + 1),
            least: 0,
        })
    }

    /// A set with a lower highest weight than this has none of the heaviest keys.
    #[inline]
    pub(super) fn least(&self) -> u32 {
        self.least
    }

    /// Adds a set.
    #[inline]
    pub(super) fn add(&mut self, weight: u32) {
        let full = self.heaviest.len() == self.wanted;
        if !full || self.heaviest.last().is_some_and(|&last| last < weight) {
            self.insert(weight, full);
        }
    }

    fn insert(&mut self, weight: u32, full: bool) {
        let heaviest = &mut self.heaviest;
        if full {
            heaviest.pop();
        }
        let mut at = heaviest.len();
        heaviest.push(weight);
        while at > 0 && heaviest[at - 1] < weight {
            heaviest[at] = heaviest[at - 1];
            at -= 1;
        }
        heaviest[at] = weight;
        if heaviest.len() == self.wanted {
            // parts of a set are together as heavy as the set, so that this never falls
            self.least = self.least.max(heaviest[self.wanted - 1]);
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
