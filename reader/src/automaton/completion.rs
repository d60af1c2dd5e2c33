//! Strings that start with one within an edit distance.

use super::levenshtein::Alignment;
use super::{Automaton, LabelSet, Levenshtein};
use crate::error::Result;

/// Accepts the keys of which some start is within an edit distance of what was typed. The score is the least distance
/// of a start of the key, the whole key among them.
#[derive(Clone, Debug)]
pub struct FuzzyPrefix {
    typed: Levenshtein,
    /// Whether keys are accepted that start with what was typed.
    with_exact: bool,
}

/// What there is beside the keys that start with what was typed.
pub(crate) enum Inexact {
    Nothing,
    /// What this accepts.
    Others(FuzzyPrefix),
    /// What is typed is not all UTF-8, so that it cannot be told apart by bytes: this accepts all.
    Mixed(FuzzyPrefix),
}

/// What was read of a key.
#[derive(Clone, Copy, Debug)]
pub struct Typed {
    /// Where longer starts are aligned, if one can be near enough.
    alignment: Option<Alignment>,
    /// The least distance of the starts so far, if one was near enough.
    least: Option<u32>,
}

impl FuzzyPrefix {
    /// At most `max_distance` edits of what was typed; the first `minimum_prefix` characters must be the same, or
    /// all if there are less.
    pub fn new(typed: &[u8], max_distance: u32, minimum_prefix: usize) -> Result<Self> {
        let typed = Levenshtein::new(typed, max_distance)?;
        let exact = minimum_prefix.min(typed.len());
        Ok(FuzzyPrefix {
            typed: typed.minimum_prefix(exact),
            with_exact: true,
        })
    }

    /// Leaves out what cannot lead to a key that has only such [grams](crate::format::native::grams), of those that were typed.
    #[must_use]
    pub(crate) fn among(self, may_have: impl Fn(&[u8]) -> bool) -> Self {
        FuzzyPrefix {
            typed: self.typed.among(may_have),
            ..self
        }
    }

    /// What there is beside the keys that start with what was typed.
    pub(crate) fn inexact(self) -> Inexact {
        if !self.typed.is_valid() {
            Inexact::Mixed(self)
        } else if self.typed.len() == 0 || self.typed.max_distance() == 0 {
            Inexact::Nothing
        } else {
            let with_exact = false;
            Inexact::Others(FuzzyPrefix { with_exact, ..self })
        }
    }

    /// What all keys start with.
    pub(crate) fn exact(&self) -> &[u8] {
        self.typed.exact()
    }

    /// The state with an alignment and the least distance so far, if a key below can be accepted.
    fn state(&self, alignment: Option<Alignment>, least: Option<u32>) -> Option<Typed> {
        if !self.with_exact && least == Some(0) {
            return None;
        }
        // longer starts that are no nearer make no difference
        let alignment =
            alignment.filter(|at| least.is_none_or(|least| self.typed.least_score(at) < least));
        (alignment.is_some() || least.is_some()).then_some(Typed { alignment, least })
    }

    /// The least distance of the starts of a key that ends here.
    fn at_end(&self, state: &Typed) -> Option<u32> {
        let mut least = state.least;
        if let Some(alignment) = state.alignment {
            self.typed.finish(&alignment, |at| {
                least = less(least, self.typed.distance(at));
            });
        }
        least
    }
}

fn less(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    one.into_iter().chain(other).min()
}

impl Automaton for FuzzyPrefix {
    type State = Typed;

    fn start(&self) -> Typed {
        let start = self.typed.start();
        Typed {
            alignment: Some(start),
            least: self.typed.distance(&start),
        }
    }

    fn step(&self, state: &Typed, label: u8) -> Option<Typed> {
        let mut least = state.least;
        let alignment = state.alignment.and_then(|alignment| {
            self.typed.read_byte(&alignment, label, |at| {
                least = less(least, self.typed.distance(at));
            })
        });
        self.state(alignment, least)
    }

    fn accepts(&self, state: &Typed) -> bool {
        self.at_end(state).is_some()
    }

    fn labels(&self, state: &Typed) -> LabelSet {
        match (state.alignment, state.least) {
            (Some(alignment), None) => self.typed.labels(&alignment),
            _ => LabelSet::ALL,
        }
    }

    fn score(&self, state: &Typed) -> u32 {
        self.at_end(state).unwrap_or(0)
    }

    fn is_settled(&self, state: &Typed) -> bool {
        state.alignment.is_none() && state.least.is_some()
    }

    fn beginnings(&self, state: &Typed, mut put: impl FnMut(&[u8])) -> bool {
        match (state.alignment, state.least) {
            (Some(at), None) => self.typed.endings(&at, |beginning, _| put(beginning)),
            _ => false,
        }
    }

    fn least_score(&self, state: &Typed) -> u32 {
        let below = state.alignment.map(|at| self.typed.least_score(&at));
        less(below, state.least).unwrap_or(0)
    }
}
