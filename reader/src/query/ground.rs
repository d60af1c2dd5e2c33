//! What a walk in the order of the weights stands on.

use crate::entries::{Entries, Found, Mark, Places, Spot};
use crate::error::Result;

/// Positions, and what is at hand of them.
pub(super) trait Ground: Sized {
    /// A position.
    type Spot: Copy + Send;
    /// How much was at hand at some time.
    type Mark: Copy + Send;

    /// Where `prefix` leads to; nothing if it leads nowhere.
    fn start(entries: &Entries, prefix: &[u8]) -> Result<Option<(Self, Self::Spot)>>;

    /// Makes ready to look at what is below a spot that so many labels lead to.
    fn enter(&mut self, entries: &Entries, spot: Self::Spot, depth: usize) -> Result<()>;

    /// Adds children of a spot: calls `keep` for each whose label is wanted, in the order of the labels, with its label,
    /// its inner weight as keyvi reads it, and its spot, which is only of use if the answer is yes.
    fn children(
        &mut self,
        entries: &Entries,
        spot: Self::Spot,
        wanted: impl Fn(u8) -> bool,
        keep: impl FnMut(u8, u32, Self::Spot) -> bool,
    ) -> Result<()>;

    /// The inner weight as keyvi reads it: 0 where none is stored.
    fn stored_weight(&mut self, entries: &Entries, spot: Self::Spot) -> Result<u32>;

    /// A weight that no key at the spot or below exceeds; `above` is such a weight of the spot before, `depth` the number
    /// of labels that lead here.
    fn most(
        &mut self,
        entries: &Entries,
        spot: Self::Spot,
        above: u32,
        depth: usize,
    ) -> Result<u32>;

    /// The value of `key`, which leads to the spot, unless it is not stored or deleted.
    fn value(&mut self, entries: &Entries, spot: Self::Spot, key: &[u8]) -> Result<Option<Found>>;

    /// How much is at hand now.
    fn mark(&self) -> Self::Mark;

    /// Drops what was added since.
    fn truncate(&mut self, mark: Self::Mark);
}

/// Any entries.
impl Ground for Places {
    type Spot = Spot;
    type Mark = Mark;

    fn start(entries: &Entries, prefix: &[u8]) -> Result<Option<(Self, Spot)>> {
        let mut places = Places::default();
        let start = match places.root(entries) {
            Some(root) => places.follow(entries, root, prefix)?,
            None => None,
        };
        Ok(start.map(|start| (places, start)))
    }

    fn enter(&mut self, entries: &Entries, spot: Spot, depth: usize) -> Result<()> {
        self.check_depth(entries, spot, depth)?;
        self.open(entries, spot)
    }

    fn children(
        &mut self,
        entries: &Entries,
        spot: Spot,
        wanted: impl Fn(u8) -> bool,
        mut keep: impl FnMut(u8, u32, Spot) -> bool,
    ) -> Result<()> {
        let labels = self.labels(entries, spot)?;
        for label in labels.into_iter().filter(|&label| wanted(label)) {
            let mark = Places::mark(self);
            let Some(child) = self.step(entries, spot, label)? else {
                continue;
            };
            let weight = Places::stored_weight(self, entries, child)?;
            if !keep(label, weight, child) {
                Places::truncate(self, mark);
            }
        }
        Ok(())
    }

    fn stored_weight(&mut self, entries: &Entries, spot: Spot) -> Result<u32> {
        Places::stored_weight(self, entries, spot)
    }

    fn most(&mut self, entries: &Entries, spot: Spot, above: u32, depth: usize) -> Result<u32> {
        Ok(self.weight(entries, spot, above, depth)?.0)
    }

    fn value(&mut self, entries: &Entries, spot: Spot, key: &[u8]) -> Result<Option<Found>> {
        Places::value(self, entries, spot, key)
    }

    fn mark(&self) -> Mark {
        Places::mark(self)
    }

    fn truncate(&mut self, mark: Mark) {
        Places::truncate(self, mark);
    }
}
