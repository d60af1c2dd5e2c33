//! A walk's ground where there is one dictionary of keyvi's layout: positions are plain numbers, and nothing is at hand.

use super::ground::Ground;
use crate::dictionary::MAX_KEY_LEN;
use crate::entries::{Entries, Found, Source};
use crate::error::{Fault, InFile, Result};
use crate::fsa::{Child, Cursor, SparseArray};
use crate::value::ValueKind;

/// The one source's automaton. The entries are the same at each call.
pub(super) struct Lone {
    array: SparseArray,
    /// The weights stored in it are those of completions.
    weighted: bool,
    /// Room for children.
    children: Vec<Child>,
    /// How many there were.
    steps: u64,
}

impl Lone {
    /// The source to walk in, if there is no other and its layout is keyvi's.
    pub(super) fn source(entries: &Entries) -> Option<(&Source, &SparseArray)> {
        let [source] = entries.sources() else {
            return None;
        };
        Some((source, source.dictionary.fsa().sparse_array()?))
    }

    #[cold]
    fn cycle(&self, entries: &Entries, spot: Cursor, reason: &'static str) -> Result<()> {
        in_file(entries, Err(self.array.fault(spot, reason)))
    }
}

impl Ground for Lone {
    type Spot = Cursor;
    type Mark = ();

    fn start(entries: &Entries, prefix: &[u8]) -> Result<Option<(Self, Cursor)>> {
        let Some((source, array)) = Lone::source(entries) else {
            return Ok(None);
        };
        let start = match source.root {
            Some(root) => in_file(entries, source.dictionary.fsa().follow(root, prefix))?,
            None => None,
        };
        let lone = Lone {
            array: array.clone(),
            weighted: source.dictionary.values().kind() == ValueKind::Completion,
            children: Vec::new(),
            steps: 0,
        };
        Ok(start.map(|start| (lone, start)))
    }

    #[inline]
    fn enter(&mut self, entries: &Entries, spot: Cursor, depth: usize) -> Result<()> {
        if depth <= MAX_KEY_LEN {
            return Ok(());
        }
        self.cycle(entries, spot, "a path is longer than any key: a cycle")
    }

    #[inline]
    fn children(
        &mut self,
        entries: &Entries,
        spot: Cursor,
        wanted: impl Fn(u8) -> bool,
        mut keep: impl FnMut(u8, u32, Cursor) -> bool,
    ) -> Result<()> {
        entries.go_on()?;
        self.children.clear();
        in_file(entries, self.array.children(spot, &mut self.children))?;
        for child in &self.children {
            if wanted(child.label) {
                keep(child.label, child.weight, child.at);
            }
        }
        self.steps += self.children.len() as u64;
        if self.steps <= entries.most_steps() {
            return Ok(());
        }
        self.cycle(
            entries,
            spot,
            "more positions than the keys can have: a cycle",
        )
    }

    #[inline]
    fn stored_weight(&mut self, entries: &Entries, spot: Cursor) -> Result<u32> {
        in_file(entries, self.array.weight(spot))
    }

    #[inline]
    fn most(&mut self, entries: &Entries, spot: Cursor, above: u32, depth: usize) -> Result<u32> {
        if !self.weighted {
            return Ok(0);
        }
        let weight = self.stored_weight(entries, spot)?;
        let known = entries.source(0).knows(weight, depth);
        Ok(if known { weight.min(above) } else { above })
    }

    #[inline]
    fn value(&mut self, entries: &Entries, spot: Cursor, key: &[u8]) -> Result<Option<Found>> {
        let Some(handle) = in_file(entries, self.array.value_at(spot))? else {
            return Ok(None);
        };
        let deleted = entries.source(0).has_deleted(key, &[]);
        Ok((!deleted).then_some(Found { source: 0, handle }))
    }

    #[inline]
    fn mark(&self) {}

    #[inline]
    fn truncate(&mut self, _mark: ()) {}
}

#[inline]
fn in_file<T>(entries: &Entries, result: Result<T, Fault>) -> Result<T> {
    match result {
        Ok(there) => Ok(there),
        Err(fault) => Err(fault).in_file(entries.source(0).dictionary.path()),
    }
}
