//! Automata of the fst crate.

use std::sync::Arc;

use super::{Automaton, LabelSet};

/// Accepts the keys that an automaton of the fst crate accepts.
///
/// ```
/// use fst::Automaton as _;
/// use keyfold_reader::automaton::FstAutomaton;
///
/// # let dictionary = keyfold_reader::Dictionary::open(concat!(env!("CARGO_MANIFEST_DIR"),
/// #     "/../testdata/golden/keyvi-0.7.7/words_int.kv"))?;
/// let cities = FstAutomaton(fst::automaton::Str::new("new ").starts_with());
/// assert_eq!(dictionary.entries().search(cities)?.count(), 2);
/// # Ok::<(), keyfold_reader::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FstAutomaton<A>(pub A);

impl<A: fst::Automaton> Automaton for FstAutomaton<A> {
    // states of the crate's own combinations, such as `starts_with`, cannot be cloned
    type State = Arc<A::State>;

    fn start(&self) -> Self::State {
        Arc::new(self.0.start())
    }

    fn step(&self, state: &Self::State, label: u8) -> Option<Self::State> {
        let next = self.0.accept(state, label);
        self.0.can_match(&next).then(|| Arc::new(next))
    }

    fn accepts(&self, state: &Self::State) -> bool {
        match self.0.accept_eof(state) {
            Some(end) => self.0.is_match(&end),
            None => self.0.is_match(state),
        }
    }

    fn labels(&self, state: &Self::State) -> LabelSet {
        if self.0.can_match(state) {
            LabelSet::ALL
        } else {
            LabelSet::NONE
        }
    }
}
