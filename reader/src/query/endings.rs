//! Keys that an automaton names.

use crate::automaton::Automaton;
use crate::entries::{Entries, Found, Places, Spot};
use crate::error::Result;
use crate::fsa::Probe;

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
    let mut probe = None;
    let mut result = Ok(());
    let named = automaton.endings(state, |ending, score| {
        // mostly none of the keys is there, not even the next byte
        if let Some(&first) = ending.first() {
            let probe = probe.get_or_insert_with(|| {
                places.probe(entries, spot).unwrap_or_else(|error| {
                    result = Err(error);
                    Probe::Unsure
                })
            });
            if !places.may_have(probe, first) {
                return;
            }
        }
        if result.is_err() {
            return;
        }
        match places.get(entries, spot, ending, key) {
            Ok(Some(found)) => {
                let key = [key, ending].concat();
                endings.push(Ending { key, score, found });
            }
            Ok(None) => {}
            Err(error) => result = Err(error),
        }
    });
    result.map(|()| named)
}
