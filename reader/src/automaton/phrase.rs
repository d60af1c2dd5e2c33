//! Words in front of a phrase.

use super::{Automaton, LabelSet};

/// Accepts the keys of multiword completions: some words, a separator, and a phrase. Another automaton says which words
/// are meant, and gives the score; how many there are is told beforehand. Keys without a separator are words that are
/// phrases themselves.
#[derive(Clone, Debug)]
pub struct Phrase<A> {
    words: A,
    spaces: usize,
    separator: u8,
}

/// What was read of a key.
#[derive(Clone, Copy, Debug)]
pub enum Part<S> {
    /// Words, with so many spaces yet to come between them.
    Words(S, usize),
    /// The separator and perhaps some of the phrase; words of this score stand before.
    Behind(u32),
}

impl<A: Automaton> Phrase<A> {
    /// The keys with words that `words` accepts and that have so many `spaces` in between, before the first `separator`.
    pub fn new(words: A, spaces: usize, separator: u8) -> Self {
        Phrase {
            words,
            spaces,
            separator,
        }
    }
}

impl<A: Automaton> Automaton for Phrase<A> {
    type State = Part<A::State>;

    fn start(&self) -> Self::State {
        Part::Words(self.words.start(), self.spaces)
    }

    fn step(&self, state: &Self::State, label: u8) -> Option<Self::State> {
        let Part::Words(words, spaces) = state else {
            return Some(state.clone());
        };
        if label == self.separator {
            let ends = *spaces == 0 && self.words.accepts(words);
            return ends.then(|| Part::Behind(self.words.score(words)));
        }
        let spaces = spaces.checked_sub(usize::from(label == b' '))?;
        Some(Part::Words(self.words.step(words, label)?, spaces))
    }

    fn accepts(&self, state: &Self::State) -> bool {
        match state {
            Part::Words(words, spaces) => *spaces == 0 && self.words.accepts(words),
            Part::Behind(_) => true,
        }
    }

    fn labels(&self, state: &Self::State) -> LabelSet {
        let Part::Words(words, spaces) = state else {
            return LabelSet::ALL;
        };
        let labels = self.words.labels(words);
        if *spaces > 0 {
            return labels.without(LabelSet::one(self.separator));
        }
        let labels = labels.without(LabelSet::one(b' '));
        let separator = LabelSet::one(self.separator);
        if self.words.accepts(words) {
            labels.or(separator)
        } else {
            labels.without(separator)
        }
    }

    fn score(&self, state: &Self::State) -> u32 {
        match state {
            Part::Words(words, _) => self.words.score(words),
            Part::Behind(score) => *score,
        }
    }

    fn least_score(&self, state: &Self::State) -> u32 {
        match state {
            Part::Words(words, _) => self.words.least_score(words),
            Part::Behind(score) => *score,
        }
    }
}
