//! Where an automaton is led by the labels that keys part by.
//!
//! Most labels lead it from one state to the same other state, and mostly it can name all that may follow there. That is
//! asked for once, and holds wherever keys part in that state.

use std::ops::Range;

use super::known::Known;
use super::small;
use crate::automaton::Automaton;
use crate::format::native::leaf::MAX_KEYS;

/// With no more labels than this it takes less to look for keys that have one of them than to look at all keys.
pub(super) const FEW: u32 = 8;
/// More prospects than this are not kept from one leaf to the next.
const MOST: usize = 256;
/// Bytes of a list when it is made.
const ROOM: usize = 1024;
/// Places for prospects that are found by the ids of their states: one for each byte that an id is mixed to.
const SLOTS: usize = 256;

/// What is known of states, and where keys of the leaf at hand lead that part.
#[derive(Debug)]
pub(super) struct Forks<S> {
    /// The keys of the leaf at hand that were parted, and those of them that were branched off.
    parted: u64,
    branched: u64,
    /// By key the prospect that it was branched off to.
    branches: [u32; MAX_KEYS],
    prospects: Vec<Prospect<S>>,
    /// By a part of a state's id its prospect and one, or 0.
    by_id: [u8; SLOTS],
    ways: Vec<Way>,
    endings: Vec<Ending>,
    text: Vec<u8>,
    /// Of the state that a sweep starts in, which mostly many sweeps share.
    start: Option<Known>,
    /// How often all was forgotten.
    generation: u32,
}

/// A state that was met.
#[derive(Debug)]
struct Prospect<S> {
    state: S,
    /// What may follow, if the automaton names all.
    endings: Option<Endings>,
    known: Option<Known>,
}

/// A label that has a step of its own.
#[derive(Clone, Copy, Debug)]
struct Way {
    label: u8,
    /// Where it leads, if anywhere.
    prospect: Option<u32>,
    /// The next way from the same state.
    next: u32,
}

/// All that may follow in a state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Endings {
    start: u32,
    end: u32,
    /// The bytes that may follow.
    pub(super) firsts: Bytes,
    /// The bytes that may follow these.
    pub(super) seconds: Bytes,
    /// Whether there is one of no bytes, and whether there is one of a single byte.
    pub(super) has_empty: bool,
    pub(super) has_single: bool,
}

impl Endings {
    /// Their numbers.
    #[inline(always)]
    pub(super) fn numbers(&self) -> Range<u32> {
        self.start..self.end
    }
}

/// Bytes, of which those of the same low bits are taken for one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bytes(u64);

impl Bytes {
    #[inline(always)]
    fn insert(&mut self, byte: u8) {
        self.0 |= 1 << (byte % 64);
    }

    /// Whether a byte may be among them.
    #[inline(always)]
    pub(super) fn may_have(self, byte: u8) -> bool {
        self.0 >> (byte % 64) & 1 != 0
    }
}

/// What may follow in a state.
#[derive(Clone, Copy, Debug)]
struct Ending {
    start: u32,
    score: u32,
    head: Head,
}

/// How an ending starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// Bytes of the ending.
    len: u32,
    /// The first of them.
    bytes: [u8; 2],
}

impl Head {
    /// The first byte or the second one, if it has as many.
    #[inline(always)]
    pub(super) fn byte(self, at: usize) -> Option<u8> {
        let byte = self.bytes.get(at).copied();
        byte.filter(|_| at < self.len as usize)
    }
}

/// Where a state was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A sweep started in it.
    Start,
    /// It is a prospect.
    Prospect(u32),
    Elsewhere,
}

impl<S> Default for Forks<S> {
    fn default() -> Self {
        Forks {
            parted: 0,
            branched: 0,
            branches: [0; MAX_KEYS],
            prospects: Vec::new(),
            by_id: [0; SLOTS],
            ways: Vec::new(),
            endings: Vec::new(),
            text: Vec::new(),
            start: None,
            generation: 0,
        }
    }
}

impl<S: Clone> Forks<S> {
    /// Numbers of prospects are of use as long as this is the same.
    #[inline(always)]
    pub(super) fn generation(&self) -> u32 {
        self.generation
    }

    /// The next sweep starts in another state than the last one.
    #[inline]
    pub(super) fn leave(&mut self) {
        self.start = None;
    }

    /// Forgets all states.
    fn forget(&mut self) {
        self.start = None;
        self.prospects.clear();
        self.by_id = [0; SLOTS];
        self.ways.clear();
        self.endings.clear();
        self.text.clear();
        self.generation = self.generation.wrapping_add(1);
    }

    /// Starts in another leaf.
    #[inline(always)]
    pub(super) fn restart(&mut self) {
        self.parted = 0;
        self.branched = 0;
        self.keep_few();
    }

    /// Forgets all states if there are too many, and makes room if there are none.
    #[inline(always)]
    pub(super) fn keep_few(&mut self) {
        if self.prospects.len() > MOST {
            self.forget();
        } else if self.prospects.capacity() == 0 {
            // most that most searches need, and no more than an allocator has ready
            self.prospects = Vec::with_capacity(ROOM / size_of::<Prospect<S>>());
            self.ways = Vec::with_capacity(ROOM / 2 / size_of::<Way>());
            self.endings = Vec::with_capacity(ROOM / size_of::<Ending>());
            self.text = Vec::with_capacity(ROOM / 2);
        }
    }

    /// Keys part. Each does once, where it shares no more with the key before it.
    #[inline(always)]
    pub(super) fn part(&mut self, keys: u64) {
        self.parted |= keys;
    }

    /// Whether some of these keys were parted.
    #[inline(always)]
    pub(super) fn have_parted(&self, keys: u64) -> bool {
        self.parted & keys != 0
    }

    /// The labels of keys that part lead to a prospect.
    #[inline(always)]
    pub(super) fn branch_off(&mut self, keys: u64, prospect: u32) {
        self.branched |= keys;
        let mut left = keys;
        while left != 0 {
            self.branches[left.trailing_zeros() as usize] = prospect;
            left &= left - 1;
        }
    }

    /// The prospect that a key was branched off to, and its state.
    #[inline(always)]
    pub(super) fn branch(&self, key: u32) -> Option<(u32, S)> {
        if self.branched >> key & 1 == 0 {
            return None;
        }
        let number = *self.branches.get(key as usize)?;
        let prospect = self.prospects.get(number as usize)?;
        Some((number, prospect.state.clone()))
    }

    /// What is known of a state.
    #[inline(always)]
    pub(super) fn known(&self, origin: Origin) -> Option<Known> {
        match origin {
            Origin::Start => self.start,
            Origin::Prospect(number) => self.prospects.get(number as usize)?.known,
            Origin::Elsewhere => None,
        }
    }

    fn set_known(&mut self, origin: Origin, known: Known) {
        match origin {
            Origin::Start => self.start = Some(known),
            Origin::Prospect(number) => {
                if let Some(prospect) = self.prospects.get_mut(number as usize) {
                    prospect.known = Some(known);
                }
            }
            Origin::Elsewhere => {}
        }
    }

    /// Where a state was met, of those that have ids also if it was met elsewhere.
    #[inline(always)]
    pub(super) fn origin<A: Automaton<State = S>>(
        &mut self,
        automaton: &A,
        state: &S,
        origin: Origin,
    ) -> Origin {
        if matches!(origin, Origin::Prospect(_)) {
            return origin;
        }
        match automaton.id(state) {
            Some(id) => Origin::Prospect(self.add_with_id(automaton, state.clone(), id)),
            None => origin,
        }
    }

    /// Asks the automaton about a state.
    pub(super) fn learn<A: Automaton<State = S>>(
        &mut self,
        automaton: &A,
        state: &S,
        origin: Origin,
    ) -> Known {
        let (own, other) = automaton.default_step(state);
        let other = other.map(|other| self.add(automaton, other));
        let known = Known::new(own, other);
        self.set_known(origin, known);
        known
    }

    /// The prospect by a label that has a step of its own; nothing if it leads nowhere.
    #[inline(always)]
    pub(super) fn own<A: Automaton<State = S>>(
        &mut self,
        automaton: &A,
        state: &S,
        origin: Origin,
        known: &mut Known,
        label: u8,
    ) -> Option<u32> {
        let mut next = known.first;
        while let Some(way) = self.ways.get(next as usize) {
            if way.label == label {
                return way.prospect;
            }
            next = way.next;
        }
        let prospect = (automaton.step(state, label)).map(|next| self.add(automaton, next));
        self.ways.push(Way {
            label,
            prospect,
            next: known.first,
        });
        known.first = small(self.ways.len() - 1);
        self.set_known(origin, *known);
        prospect
    }

    /// The prospect of a state, a new one if it has no id.
    fn add<A: Automaton<State = S>>(&mut self, automaton: &A, state: S) -> u32 {
        match automaton.id(&state) {
            Some(id) => self.add_with_id(automaton, state, id),
            None => self.add_new(automaton, state),
        }
    }

    /// The prospect of a state with this id.
    #[inline(always)]
    fn add_with_id<A: Automaton<State = S>>(&mut self, automaton: &A, state: S, id: u128) -> u32 {
        let slot = slot_of(id);
        let there = usize::from(self.by_id[slot]).checked_sub(1);
        if let Some(number) = there
            && automaton.id(&self.prospects[number].state) == Some(id)
        {
            return small(number);
        }
        let number = self.add_new(automaton, state);
        self.by_id[slot] = u8::try_from(number + 1).unwrap_or(0);
        number
    }

    fn add_new<A: Automaton<State = S>>(&mut self, automaton: &A, state: S) -> u32 {
        let mut endings = Endings {
            start: small(self.endings.len()),
            end: 0,
            firsts: Bytes::default(),
            seconds: Bytes::default(),
            has_empty: false,
            has_single: false,
        };
        let named = automaton.endings(&state, |ending, score| {
            let bytes = match *ending {
                [] => {
                    endings.has_empty = true;
                    [0; 2]
                }
                [first] => {
                    endings.firsts.insert(first);
                    endings.has_single = true;
                    [first, 0]
                }
                [first, second, ..] => {
                    endings.firsts.insert(first);
                    endings.seconds.insert(second);
                    [first, second]
                }
            };
            let len = small(ending.len());
            self.endings.push(Ending {
                start: small(self.text.len()),
                score,
                head: Head { len, bytes },
            });
            self.text.extend_from_slice(ending);
        });
        endings.end = small(self.endings.len());
        self.prospects.push(Prospect {
            state,
            endings: named.then_some(endings),
            known: None,
        });
        small(self.prospects.len() - 1)
    }

    /// What may follow behind a prospect, if the automaton names all of that.
    #[inline(always)]
    pub(super) fn endings(&self, prospect: u32) -> Option<&Endings> {
        self.prospects[prospect as usize].endings.as_ref()
    }

    /// How the endings of a prospect start.
    #[inline(always)]
    pub(super) fn heads(&self, endings: &Endings) -> impl Iterator<Item = Head> {
        let all = &self.endings[endings.start as usize..endings.end as usize];
        all.iter().map(|ending| ending.head)
    }

    /// How an ending starts.
    #[inline(always)]
    pub(super) fn head(&self, number: u32) -> Head {
        self.endings[number as usize].head
    }

    /// The text and the score of an ending.
    #[inline(always)]
    pub(super) fn ending(&self, number: u32) -> (&[u8], u32) {
        let Ending { start, score, head } = self.endings[number as usize];
        (&self.text[start as usize..][..head.len as usize], score)
    }
}

/// The place for a prospect with this id.
#[inline(always)]
fn slot_of(id: u128) -> usize {
    // Fibonacci hashing, of which the highest byte is mixed best
    let bytes = id.to_le_bytes();
    let halves = bytes.as_chunks().0.iter().copied().map(u64::from_le_bytes);
    let mixed = halves
        .fold(0, |mixed, half| mixed ^ half)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed.to_le_bytes()[7].into()
}
