//! Strings that another is spread out in.

use super::{Automaton, Characters, LabelSet, Partial};

/// Accepts the keys that have all characters of a string in their order, whatever stands in between, before and behind.
///
/// Characters are Unicode code points; each byte that is not part of valid UTF-8 counts as a character of its own.
#[derive(Clone, Debug)]
pub struct Subsequence {
    wanted: Characters,
}

/// How many characters of a [`Subsequence`] were read.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    read: usize,
    partial: Partial,
}

impl Subsequence {
    /// The keys that `wanted` is spread out in.
    pub fn new(wanted: &[u8]) -> Self {
        Subsequence {
            wanted: Characters::new(wanted),
        }
    }

    fn read(&self, read: usize, character: u32) -> usize {
        read + usize::from(self.wanted.list().get(read) == Some(&character))
    }
}

impl Automaton for Subsequence {
    type State = Spread;

    fn start(&self) -> Spread {
        Spread {
            read: 0,
            partial: Partial::default(),
        }
    }

    fn step(&self, state: &Spread, label: u8) -> Option<Spread> {
        let Spread {
            mut read,
            mut partial,
        } = *state;
        partial.push(label, |character| {
            read = self.read(read, character);
            Some(())
        });
        Some(Spread { read, partial })
    }

    fn accepts(&self, state: &Spread) -> bool {
        let Spread {
            mut read,
            mut partial,
        } = *state;
        partial.finish(|character| {
            read = self.read(read, character);
            Some(())
        });
        read == self.wanted.len()
    }

    fn labels(&self, _state: &Spread) -> LabelSet {
        LabelSet::ALL
    }
}
