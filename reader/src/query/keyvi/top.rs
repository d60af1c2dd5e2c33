//! keyvi's number of results, which is none.

use std::ops::ControlFlow;
use std::task::Poll;

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

impl<L: Look> Top<L> {
    /// Breaks with a hit that counts, or with nothing if none is wanted; goes on otherwise.
    fn judge(&mut self, entries: &Entries, hit: Raw) -> ControlFlow<Option<Raw>> {
        if hit.is_query {
            return ControlFlow::Break(Some(hit));
        }
        if self.count == 0 {
            return ControlFlow::Break(None);
        }
        let weight = entries.value(hit.found).weight();
        if weight < self.heaviest.lowest() {
            return ControlFlow::Continue(());
        }
        self.heaviest.put(weight);
        self.look.leave_out_below(self.heaviest.lowest());
        ControlFlow::Break(Some(hit))
    }
}

impl<L: Look> Look for Top<L> {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Raw>> {
        while let Some(hit) = self.look.advance(entries)? {
            match self.judge(entries, hit) {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break(hit) => return Ok(hit),
            }
        }
        Ok(None)
    }

    fn poll(&mut self, entries: &Entries, positions: &mut usize) -> Result<Poll<Option<Raw>>> {
        while let Poll::Ready(hit) = self.look.poll(entries, positions)? {
            let Some(hit) = hit else {
                return Ok(Poll::Ready(None));
            };
            match self.judge(entries, hit) {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break(hit) => return Ok(Poll::Ready(hit)),
            }
        }
        Ok(Poll::Pending)
    }

    fn matched(&self) -> &[u8] {
        self.look.matched()
    }

    fn set_minimum_weight(&mut self, entries: &Entries, weight: u32) {
        self.look.set_minimum_weight(entries, weight);
    }
}
