//! The keys that are folded to the same text.

use super::rule::{SPELLING, TextRule};
use crate::automaton::Every;
use crate::dictionary::MAX_KEY_LEN;
use crate::entries::{Entries, Found, Places, Spot, Walk};
use crate::error::{InFile, Result};
use crate::query::Search;

/// The keys that are folded to the same text: first the one that is spelled as asked for, then the others in the order they are
/// stored in.
#[derive(Default)]
pub(super) struct Spelled {
    /// The stored key that is spelled as asked for, or the only one; its value, until it was given.
    exact: Vec<u8>,
    first: Option<Found>,
    others: Option<Search<Every>>,
    /// Whether the current one is among the others.
    other: bool,
}

impl Spelled {
    /// Looks for the keys that are folded to `folded`, of which the one spelled `as_is` comes first.
    pub(super) fn look_up(
        &mut self,
        entries: &Entries,
        places: &mut Places,
        root: Spot,
        folded: &[u8],
        as_is: &[u8],
    ) -> Result<()> {
        self.exact.clear();
        self.exact.extend_from_slice(folded);
        self.exact.push(SPELLING);
        self.first = None;
        self.others = None;
        self.other = false;
        if !self.are_several(entries)? {
            return Ok(());
        }
        self.others = Some(Search::new(entries, Every, &self.exact)?);
        if folded != as_is {
            self.exact.extend_from_slice(as_is);
        }
        self.first = places.get(entries, root, &self.exact, b"")?;
        Ok(())
    }

    /// Whether there may be several keys that start like the one looked for, with the separator. If there is one, it is taken.
    fn are_several(&mut self, entries: &Entries) -> Result<bool> {
        let sources = entries.sources();
        for (number, source) in (0..).zip(sources) {
            let Some(root) = source.root else { continue };
            let (fsa, path) = (source.dictionary.fsa(), source.dictionary.path());
            let Some(at) = fsa.follow(root, &self.exact).in_file(path)? else {
                continue;
            };
            if sources.len() > 1 || source.has_any_deleted() {
                return Ok(true);
            }
            let prefix = self.exact.len();
            let only = fsa.only(at, MAX_KEY_LEN, &mut self.exact).in_file(path)?;
            self.first = only.map(|handle| Found {
                source: number,
                handle,
            });
            if self.first.is_none() {
                self.exact.truncate(prefix);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes to the next key; its value.
    pub(super) fn advance(&mut self, entries: &Entries) -> Result<Option<Found>> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        self.other = true;
        let Some(others) = &mut self.others else {
            return Ok(None);
        };
        while let Some(found) = others.advance(entries)? {
            if others.key() != self.exact {
                return Ok(Some(found));
            }
        }
        self.others = None;
        Ok(None)
    }

    /// The current key, as it was given to the compiler.
    pub(super) fn key(&self) -> &[u8] {
        let stored = match &self.others {
            Some(others) if self.other => others.key(),
            _ => &self.exact,
        };
        TextRule::spelling(stored).unwrap_or(stored)
    }
}
