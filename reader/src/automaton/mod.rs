//! Queries as automata.
//!
//! An [`Automaton`] reads keys byte by byte and says which it accepts. [`Entries::search`](crate::Entries::search)
//! walks the stored keys and the automaton side by side, so that what no accepted key can start with is never looked
//! at.

mod and;
mod characters;
mod completion;
#[cfg(feature = "fst")]
mod fst;
mod glob;
mod labels;
mod levenshtein;
mod occurrences;
mod phrase;
mod range;
#[cfg(feature = "regex")]
mod regex;
mod subsequence;

pub use and::And;
pub(crate) use characters::{Characters, Partial};
pub use completion::FuzzyPrefix;
pub(crate) use completion::Inexact;
#[cfg(feature = "fst")]
pub use fst::FstAutomaton;
pub use glob::Glob;
pub use labels::{LabelSet, Labels};
pub use levenshtein::{Levenshtein, MAX_DISTANCE};
pub use phrase::Phrase;
pub use range::KeyRange;
#[cfg(feature = "regex")]
pub use regex::Regex;
pub use subsequence::Subsequence;

/// Something that accepts some keys.
///
/// ```
/// use keyfold_reader::automaton::{Automaton, LabelSet};
///
/// /// Accepts the keys of an even number of bytes.
/// struct Even;
///
/// impl Automaton for Even {
///     type State = bool;
///     fn start(&self) -> bool {
///         true
///     }
///     fn step(&self, even: &bool, _label: u8) -> Option<bool> {
///         Some(!even)
///     }
///     fn accepts(&self, even: &bool) -> bool {
///         *even
///     }
///     fn labels(&self, _even: &bool) -> LabelSet {
///         LabelSet::ALL
///     }
/// }
/// # let dictionary = keyfold_reader::Dictionary::open(concat!(env!("CARGO_MANIFEST_DIR"),
/// #     "/../testdata/golden/keyvi-0.7.7/words_int.kv"))?;
/// let mut matches = dictionary.entries().search(Even)?;
/// while matches.advance()? {
///     assert!(matches.key().len() % 2 == 0);
/// }
/// # Ok::<(), keyfold_reader::Error>(())
/// ```
pub trait Automaton {
    /// What the automaton knows of the bytes read so far.
    type State: Clone;

    /// The state before the first byte.
    fn start(&self) -> Self::State;

    /// The state after one more byte; nothing when no key that starts so is accepted.
    fn step(&self, state: &Self::State, label: u8) -> Option<Self::State>;

    /// Whether a key that ends here is accepted.
    fn accepts(&self, state: &Self::State) -> bool;

    /// Bytes that may lead on: at least all those for which [`step`](Self::step) gives a state. The fewer, the faster
    /// is a search.
    fn labels(&self, state: &Self::State) -> LabelSet;

    /// Where most labels lead: the labels that may have a step of their own, and the state after any other, nothing when
    /// no key that goes on so is accepted. The fewer have one, the faster is a search.
    fn default_step(&self, _state: &Self::State) -> (LabelSet, Option<Self::State>) {
        (LabelSet::ALL, None)
    }

    /// A number of which two states have the same one only if they are equal, if there is one that is told quickly. A search
    /// keeps what it learns of a state by it.
    fn id(&self, _state: &Self::State) -> Option<u128> {
        None
    }

    /// How far a key that ends here and is accepted is from what was asked for, if the automaton measures that.
    fn score(&self, _state: &Self::State) -> u32 {
        0
    }

    /// A score that no accepted key below is under.
    fn least_score(&self, _state: &Self::State) -> u32 {
        0
    }

    /// Whether every key that starts so is accepted, all with the same score.
    fn is_settled(&self, _state: &Self::State) -> bool {
        false
    }

    /// If only a few given strings lead on to a key that is accepted, hands out each of them with the score of its key,
    /// no two alike, and says so.
    fn endings(&self, _state: &Self::State, _put: impl FnMut(&[u8], u32)) -> bool {
        false
    }

    /// If every key that is accepted goes on by one of a few strings, and the automaton is [settled](Self::is_settled) behind
    /// each, hands these out, no two alike, and says so.
    fn beginnings(&self, _state: &Self::State, _put: impl FnMut(&[u8])) -> bool {
        false
    }
}

impl<A: Automaton + ?Sized> Automaton for &A {
    type State = A::State;

    fn start(&self) -> Self::State {
        (**self).start()
    }

    fn step(&self, state: &Self::State, label: u8) -> Option<Self::State> {
        (**self).step(state, label)
    }

    fn accepts(&self, state: &Self::State) -> bool {
        (**self).accepts(state)
    }

    fn labels(&self, state: &Self::State) -> LabelSet {
        (**self).labels(state)
    }

    fn default_step(&self, state: &Self::State) -> (LabelSet, Option<Self::State>) {
        (**self).default_step(state)
    }

    fn id(&self, state: &Self::State) -> Option<u128> {
        (**self).id(state)
    }

    fn score(&self, state: &Self::State) -> u32 {
        (**self).score(state)
    }

    fn least_score(&self, state: &Self::State) -> u32 {
        (**self).least_score(state)
    }

    fn is_settled(&self, state: &Self::State) -> bool {
        (**self).is_settled(state)
    }

    fn endings(&self, state: &Self::State, put: impl FnMut(&[u8], u32)) -> bool {
        (**self).endings(state, put)
    }

    fn beginnings(&self, state: &Self::State, put: impl FnMut(&[u8])) -> bool {
        (**self).beginnings(state, put)
    }
}

/// Accepts every key.
#[derive(Clone, Copy, Debug)]
pub struct Every;

impl Automaton for Every {
    type State = ();

    fn start(&self) {}

    fn step(&self, (): &(), _label: u8) -> Option<()> {
        Some(())
    }

    fn accepts(&self, (): &()) -> bool {
        true
    }

    fn labels(&self, (): &()) -> LabelSet {
        LabelSet::ALL
    }

    fn default_step(&self, (): &()) -> (LabelSet, Option<()>) {
        (LabelSet::NONE, Some(()))
    }

    fn is_settled(&self, (): &()) -> bool {
        true
    }
}
