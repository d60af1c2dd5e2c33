//! Many look-ups at once.
//!
//! A look-up waits for memory at each step, since each says where the next one is. So several of them are kept
//! on their way in *lanes*: a step ends by asking for the memory that the next one needs, and by the time its
//! lane has its turn again, that memory is there.

use super::ValueHandle;
use crate::error::Fault;
use crate::prefetch::prefetch;
use crate::simd;

/// How many look-ups are on their way at once. Measured over keyvi's layout with 10 million keys, 16 lanes took
/// 1.15 times as long, 24 lanes 1.05 times; over small files it hardly matters.
const LANES: usize = 32;

/// How many keys before its turn a key's bytes are asked for, since callers keep them all over their heap.
const KEYS_AHEAD: usize = 8;

/// Fewer keys than these are looked up one after the other: too few lanes to fill the waiting with.
const FEW: usize = 4;

/// Automata of up to so many bytes are taken to be in a core's own cache. Then there is hardly any waiting, and look-ups go
/// one after the other. Larger ones share that cache with what the caller does between: over 200,000 words in 1.3 MB (keyvi's
/// layout) and 1.0 MB (the native one) lanes take 1.25 and 1.35 times as long in a loop that does nothing else, but 0.75
/// times where the keys are Python's and each call follows other work.
const AT_HAND: usize = 1 << 19;

/// The look-ups below one position, cut into steps by the layout.
pub(super) trait Lookups {
    /// How far one look-up has come.
    type Lane: Copy;

    /// How many bytes of the file look-ups may touch.
    fn reach(&self) -> usize;

    /// The start of a look-up.
    fn start(&self, key: &[u8]) -> Self::Lane;

    /// One step. Has to be short and without branches that cannot be foretold, as all lanes wait for it.
    fn step(&self, key: &[u8], lane: &mut Self::Lane) -> Step;

    /// A whole look-up, which decides what a step left open.
    fn get(&self, key: &[u8]) -> Result<Option<ValueHandle>, Fault>;
}

/// What came of a step.
pub(super) enum Step {
    /// More steps follow. The memory for the next one is asked for.
    Pending,
    /// The value, or nothing where the key is not stored.
    Done(Option<ValueHandle>),
    /// Something rare, damage among it.
    Unsettled,
}

/// A look-up on its way.
#[derive(Clone, Copy)]
struct Running<'k, L> {
    index: usize,
    key: &'k [u8],
    lane: L,
}

/// Looks all keys up; `found` is told the index of each with its value, in no particular order.
///
/// Of several keys that meet damage the first one counts: after a fault no look-up starts, but those on their
/// way go on.
#[expect(clippy::inline_always, reason = "see `simd::Task`")]
#[inline(always)]
pub(super) fn get_many<L: Lookups, K: AsRef<[u8]>>(
    lookups: &L,
    keys: &[K],
    mut found: impl FnMut(usize, Option<ValueHandle>),
) -> Result<(), Fault> {
    let mut waiting = keys.iter().enumerate().map(|(index, key)| {
        if let Some(later) = keys.get(index + KEYS_AHEAD) {
            prefetch(later.as_ref(), 0);
        }
        (index, key.as_ref())
    });
    if keys.len() < FEW || lookups.reach() <= AT_HAND {
        return waiting.try_for_each(|(index, key)| {
            found(index, lookups.get(key)?);
            Ok(())
        });
    }
    let mut start = || {
        let (index, key) = waiting.next()?;
        let lane = lookups.start(key);
        Some(Running { index, key, lane })
    };
    let Some(first) = start() else { return Ok(()) };
    let mut lanes = [first; LANES];
    let mut running = 1;
    while let Some(next) = lanes
        .get_mut(running)
        .and_then(|lane| Some((lane, start()?)))
    {
        *next.0 = next.1;
        running += 1;
    }
    let mut damage: Option<(usize, Fault)> = None;
    while running > 0 {
        let mut turn = &mut lanes[..running];
        while let Some(Running { index, key, lane }) = turn.first_mut() {
            match lookups.step(key, lane) {
                Step::Pending => {
                    turn = &mut turn[1..];
                    continue;
                }
                Step::Done(handle) => found(*index, handle),
                Step::Unsettled => match lookups.get(key) {
                    Ok(handle) => found(*index, handle),
                    Err(fault) if damage.is_none_or(|(first, _)| *index < first) => {
                        damage = Some((*index, fault));
                    }
                    Err(_) => {}
                },
            }
            let next = if damage.is_none() { start() } else { None };
            if let Some(next) = next {
                turn[0] = next;
                turn = &mut turn[1..];
            } else {
                running -= 1;
                let last = turn.len() - 1;
                turn.swap(0, last);
                turn = &mut turn[..last];
            }
        }
    }
    damage.map_or(Ok(()), |(_, fault)| Err(fault))
}

/// The same as a piece of work that counts bits.
pub(super) struct GetMany<'k, L, K, F> {
    pub lookups: L,
    pub keys: &'k [K],
    pub found: F,
}

impl<L, K, F> simd::Task for GetMany<'_, L, K, F>
where
    L: Lookups,
    K: AsRef<[u8]>,
    F: FnMut(usize, Option<ValueHandle>),
{
    type Output = Result<(), Fault>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        get_many(&self.lookups, self.keys, self.found)
    }
}
