//! What two automata both accept.

use super::{Automaton, LabelSet};

/// Accepts the keys that both automata accept, with the score of the first.
#[derive(Clone, Copy, Debug)]
pub struct And<A, B>(pub A, pub B);

impl<A: Automaton, B: Automaton> Automaton for And<A, B> {
    type State = (A::State, B::State);

    fn start(&self) -> Self::State {
        (self.0.start(), self.1.start())
    }

    fn step(&self, (a, b): &Self::State, label: u8) -> Option<Self::State> {
        Some((self.0.step(a, label)?, self.1.step(b, label)?))
    }

    fn accepts(&self, (a, b): &Self::State) -> bool {
        self.0.accepts(a) && self.1.accepts(b)
    }

    fn labels(&self, (a, b): &Self::State) -> LabelSet {
        self.0.labels(a).and(self.1.labels(b))
    }

    fn score(&self, (a, _): &Self::State) -> u32 {
        self.0.score(a)
    }

    fn least_score(&self, (a, _): &Self::State) -> u32 {
        self.0.least_score(a)
    }
}
