//! Keys that an automaton names, or their beginnings.

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
        let found = match may_follow(places, entries, spot, &mut probe, ending) {
            Ok(true) if result.is_ok() => places.get(entries, spot, ending, key),
            Ok(_) => Ok(None),
            Err(error) => Err(error),
        };
        match found {
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

/// Goes on from a spot by the strings that an automaton names there, if it does: where they lead is added to `found`, sorted,
/// but for those behind another one. Whether it names them.
#[inline]
pub(super) fn follow<A: Automaton>(
    automaton: &A,
    state: &A::State,
    places: &mut Places,
    entries: &Entries,
    spot: Spot,
    found: &mut Vec<(Vec<u8>, Spot)>,
) -> Result<bool> {
    let mut probe = None;
    let mut result = Ok(());
    let named = automaton.beginnings(state, |beginning| {
        let next = match may_follow(places, entries, spot, &mut probe, beginning) {
            Ok(true) if result.is_ok() => places.follow(entries, spot, beginning),
            Ok(_) => Ok(None),
            Err(error) => Err(error),
        };
        match next {
            Ok(Some(next)) => found.push((beginning.to_vec(), next)),
            Ok(None) => {}
            Err(error) => result = Err(error),
        }
    });
    result?;
    found.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    found.dedup_by(|(one, _), (before, _)| one.starts_with(before));
    Ok(named)
}

/// Whether a string may follow a spot: mostly it does not, nor its first byte.
#[inline]
fn may_follow<'e>(
    places: &mut Places,
    entries: &'e Entries,
    spot: Spot,
    probe: &mut Option<Probe<'e>>,
    string: &[u8],
) -> Result<bool> {
    let Some(&first) = string.first() else {
        return Ok(true);
    };
    let probe = match probe {
        Some(probe) => probe,
        None => probe.insert(places.probe(entries, spot)?),
    };
    Ok(places.may_have(probe, first))
}
