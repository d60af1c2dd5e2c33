//! Hits found in byte order, given in that of the weights.

use std::cmp::Reverse;
use std::task::Poll;

use super::{Look, Raw};
use crate::automaton::Characters;
use crate::entries::{Entries, Places, Spot, Walk};
use crate::error::Result;

/// The hits of a walk in byte order, the heavier branch first. They are all found when the first one is asked for.
pub(super) struct Sorted<W> {
    walk: Option<W>,
    prefix: Vec<u8>,
    /// With their keys; the last one comes first.
    hits: Vec<(Vec<u8>, Raw)>,
    /// The key of the current one.
    key: Vec<u8>,
}

/// Where a hit stands among the others: the branches that lead to it, the heavier ones first.
type Rank = Vec<(Reverse<u32>, u8)>;

impl<W: Walk> Sorted<W> {
    /// The hits of `walk`, whose keys start with `prefix`.
    pub(super) fn new(walk: W, prefix: &[u8]) -> Self {
        Sorted {
            walk: Some(walk),
            prefix: prefix.to_vec(),
            hits: Vec::new(),
            key: Vec::new(),
        }
    }

    fn find(&mut self, entries: &Entries, mut walk: W) -> Result<()> {
        while let Some(found) = walk.advance(entries)? {
            let hit = Raw {
                end: Characters::new(walk.key()).len(),
                score: walk.score(),
                found,
                is_query: false,
            };
            self.hits.push((walk.key().to_vec(), hit));
        }
        if self.hits.len() > 1 {
            let mut ranked = Vec::with_capacity(self.hits.len());
            if let Some(mut branches) = Branches::new(entries, &self.prefix)? {
                for hit in self.hits.drain(..) {
                    ranked.push((branches.rank(entries, &hit.0)?, hit));
                }
            }
            ranked.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
            self.hits.extend(ranked.into_iter().map(|(_, hit)| hit));
        }
        Ok(())
    }
}

impl<W> Sorted<W> {
    fn pop(&mut self) -> Option<Raw> {
        let hit;
        (self.key, hit) = self.hits.pop()?;
        Some(hit)
    }
}

impl<W: Walk> Look for Sorted<W> {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Raw>> {
        if let Some(walk) = self.walk.take() {
            self.find(entries, walk)?;
        }
        Ok(self.pop())
    }

    fn poll(&mut self, _entries: &Entries, _positions: &mut usize) -> Result<Poll<Option<Raw>>> {
        Ok(match self.walk {
            Some(_) => Poll::Pending,
            None => Poll::Ready(self.pop()),
        })
    }

    fn matched(&self) -> &[u8] {
        &self.key
    }
}

/// The branches that lead from a prefix to a key, and how much each weighs.
struct Branches {
    places: Places,
    prefix: usize,
    /// The key that was ranked last.
    key: Vec<u8>,
    /// The positions behind the prefix and behind each byte of the key, with their weights.
    steps: Vec<(Spot, u32)>,
    rank: Rank,
}

impl Branches {
    /// Nothing if the prefix leads nowhere.
    fn new(entries: &Entries, prefix: &[u8]) -> Result<Option<Self>> {
        let mut places = Places::default();
        let start = match places.root(entries) {
            Some(root) => places.follow(entries, root, prefix)?,
            None => None,
        };
        let Some(start) = start else { return Ok(None) };
        let weight = places.stored_weight(entries, start)?;
        Ok(Some(Branches {
            places,
            prefix: prefix.len(),
            key: prefix.to_vec(),
            steps: vec![(start, weight)],
            rank: Vec::new(),
        }))
    }

    /// Keys come in byte order, so that one shares its first branches with the one before.
    fn rank(&mut self, entries: &Entries, key: &[u8]) -> Result<Rank> {
        let shared = key
            .iter()
            .zip(&self.key)
            .take_while(|(a, b)| a == b)
            .count();
        let shared = shared.saturating_sub(self.prefix);
        self.steps.truncate(shared + 1);
        self.rank.truncate(shared);
        for &label in key.iter().skip(self.prefix + shared) {
            let Some(&(spot, above)) = self.steps.last() else {
                break;
            };
            let Some(next) = self.places.step(entries, spot, label)? else {
                break;
            };
            let stored = self.places.stored_weight(entries, next)?;
            let weight = if stored == 0 { above } else { stored };
            self.steps.push((next, weight));
            self.rank.push((Reverse(weight), label));
        }
        key.clone_into(&mut self.key);
        Ok(self.rank.clone())
    }
}
