//! The keys that are folded to the same text.

use super::rule::{SPELLING, TextRule};
use crate::automaton::Every;
use crate::entries::{Entries, Found, Places, Spot, Walk};
use crate::error::{InFile, Result};
use crate::query::Search;

/// The keys that are folded to the same text: first the one that is spelled as asked for, then the others in the order they are
/// stored in.
pub(super) struct Spelled {
    /// The stored key that is spelled as asked for; its value, until it was given.
    exact: Vec<u8>,
    first: Option<Found>,
    others: Option<Search<Every>>,
    /// Whether the current one is among the others.
    other: bool,
}

impl Spelled {
    /// The keys that are folded to `folded`, of which the one spelled `as_is` comes first.
    pub(super) fn new(
        entries: &Entries,
        places: &mut Places,
        root: Spot,
        folded: &[u8],
        as_is: &[u8],
    ) -> Result<Self> {
        let mut exact = [folded, &[SPELLING]].concat();
        let stored = |prefix: &[u8]| -> Result<bool> {
            for source in entries.sources() {
                let Some(root) = source.root else { continue };
                let fsa = source.dictionary.fsa();
                if fsa
                    .follow(root, prefix)
                    .in_file(source.dictionary.path())?
                    .is_some()
                {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        if !stored(&exact)? {
            return Ok(Spelled {
                exact,
                first: None,
                others: None,
                other: false,
            });
        }
        let others = Search::new(entries, Every, &exact)?;
        if folded != as_is {
            exact.extend_from_slice(as_is);
        }
        Ok(Spelled {
            first: places.get(entries, root, &exact, b"")?,
            exact,
            others: Some(others),
            other: false,
        })
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
