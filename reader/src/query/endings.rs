//! Keys that an automaton names.

use crate::automaton::Automaton;
use crate::entries::{Entries, Found, Places, Spot};
use crate::error::Result;

/// A key that was found.
pub(super) struct Ending {
    pub(super) key: Vec<u8>,
    pub(super) score: u32,
    pub(super) found: Found,
}

/// Looks up the keys that an automaton names at a spot, which `key` leads to, if it can name them: those found are added
/// to `endings`. Whether it could.
#[inline]
pub(super) fn look_up<A: Automaton>(
    automaton: &A,
    state: &A::State,
    places: &mut Places,
    entries: &Entries,
    spot: Spot,
    key: &[u8],
    endings: &mut Vec<Ending>,
) -> Result<bool> {
    // mostly none of the keys is there
    let mut heads = None;
    let mut look = |ending: &[u8], score: u32| -> Result<()> {
        let heads = match &heads {
            Some(heads) => heads,
            None => heads.insert(places.heads(entries, spot)?),
        };
        if let (Some(heads), Some(&first)) = (heads, ending.first())
            && !places.has_child(entries, spot, heads, first)
        {
            return Ok(());
        }
        if let Some(found) = places.get(entries, spot, ending, key)? {
            let key = [key, ending].concat();
            endings.push(Ending { key, score, found });
        }
        Ok(())
    };
    let mut result = Ok(());
    let named = automaton.endings(state, &mut |ending, score| {
        if result.is_ok() {
            result = look(ending, score);
        }
    });
    result.map(|()| named)
}
