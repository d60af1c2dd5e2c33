//! keyvi's number of results, which is none.

use super::super::weighted::Heaviest;
use super::{Look, Raw};
use crate::entries::Entries;
use crate::error::Result;

/// Those hits of another walk that are among the heaviest of so many up to then, and the query itself. With equal weights
/// these are all.
pub(super) struct Top<L> {
    look: L,
    count: usize,
    heaviest: Heaviest,
}

impl<L: Look> Top<L> {
    pub(super) fn new(look: L, count: usize) -> Self {
        Top {
            look,
            count,
            heaviest: Heaviest::new(count),
        }
    }
}

impl<L: Look> Look for Top<L> {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Raw>> {
        while let Some(hit) = self.look.advance(entries)? {
            if hit.is_query {
                return Ok(Some(hit));
            }
            if self.count == 0 {
                break;
            }
            let weight = entries.value(hit.found).weight();
            if weight >= self.heaviest.lowest() {
                self.heaviest.put(weight);
                self.look.leave_out_below(self.heaviest.lowest());
                return Ok(Some(hit));
            }
        }
        Ok(None)
    }

    fn set_minimum_weight(&mut self, weight: u32) {
        self.look.set_minimum_weight(weight);
    }
}
