//! Keys within more edits than [`Levenshtein`](crate::automaton::Levenshtein) counts.

use std::sync::Arc;

use crate::automaton::{Automaton, Characters, LabelSet, Partial};

/// Accepts the keys within an edit distance of any size, by the rows of the table of distances. The distance is that of
/// [`Levenshtein`](crate::automaton::Levenshtein), which is much faster for the few edits that it can count.
pub(super) struct Wide {
    query: Characters,
    max_distance: usize,
    exact: usize,
}

/// The last two rows of the table: the distances between the characters read and each start of the query.
#[derive(Clone)]
pub(super) struct Rows {
    row: Arc<[usize]>,
    before: Arc<[usize]>,
    /// The last character read.
    last: Option<u32>,
    /// Characters read.
    read: usize,
    partial: Partial,
}

impl Wide {
    /// At most `max_distance` edits; the first `exact` characters are the same as those of the query.
    pub(super) fn new(query: &[u8], max_distance: u32, exact: usize) -> Self {
        Wide {
            query: Characters::new(query),
            max_distance: max_distance as usize,
            exact,
        }
    }

    /// What all keys start with.
    pub(super) fn exact(&self) -> &[u8] {
        self.query.bytes(0..self.query.len().min(self.exact))
    }

    /// Reads a character; nothing if no key that starts so is near enough.
    fn read(&self, at: &Rows, character: u32) -> Option<Rows> {
        let query = self.query.list();
        if at.read < self.exact && query.get(at.read) != Some(&character) {
            return None;
        }
        let mut row = Vec::with_capacity(query.len() + 1);
        row.push(at.read + 1);
        for (i, &other) in query.iter().enumerate() {
            let mut cell = at.row[i] + usize::from(other != character);
            cell = cell.min(at.row[i + 1] + 1).min(row[i] + 1);
            let swapped = i > 0 && at.last == Some(other) && query[i - 1] == character;
            if swapped {
                cell = cell.min(at.before[i - 1] + 1);
            }
            row.push(cell);
        }
        // from the row before, the second of two swapped characters leads on
        let least = |row: &[usize]| row.iter().copied().min().unwrap_or(0);
        if least(&row).min(least(&at.row) + 1) > self.max_distance {
            return None;
        }
        Some(Rows {
            row: row.into(),
            before: at.row.clone(),
            last: Some(character),
            read: at.read + 1,
            partial: Partial::default(),
        })
    }

    /// The distance, if the key ends here and it is small enough.
    fn distance(&self, at: &Rows) -> Option<usize> {
        let mut end = at.clone();
        let mut partial = at.partial;
        partial.finish(|character| {
            end = self.read(&end, character)?;
            Some(())
        })?;
        let distance = *end.row.last()?;
        (end.read >= self.exact && distance <= self.max_distance).then_some(distance)
    }
}

impl Automaton for Wide {
    type State = Rows;

    fn start(&self) -> Rows {
        let row: Arc<[usize]> = (0..=self.query.len()).collect();
        Rows {
            before: row.clone(),
            row,
            last: None,
            read: 0,
            partial: Partial::default(),
        }
    }

    fn step(&self, state: &Rows, label: u8) -> Option<Rows> {
        let mut next = state.clone();
        let mut partial = state.partial;
        partial.push(label, |character| {
            next = self.read(&next, character)?;
            Some(())
        })?;
        next.partial = partial;
        Some(next)
    }

    fn accepts(&self, state: &Rows) -> bool {
        self.distance(state).is_some()
    }

    fn labels(&self, _state: &Rows) -> LabelSet {
        LabelSet::ALL
    }

    fn score(&self, state: &Rows) -> u32 {
        let distance = self.distance(state).unwrap_or(self.max_distance);
        u32::try_from(distance).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Wide;
    use crate::automaton::{Automaton, Levenshtein, MAX_DISTANCE};

    /// The score of a key that an automaton accepts.
    fn score<A: Automaton>(automaton: &A, key: &[u8]) -> Option<u32> {
        let start = Some(automaton.start());
        let end = key
            .iter()
            .try_fold(start?, |state, &byte| automaton.step(&state, byte))?;
        automaton.accepts(&end).then(|| automaton.score(&end))
    }

    proptest! {
        #[test]
        fn few_edits_are_those_of_the_fast_automaton(
            key in "[abü]{0,7}", query in "[abü]{0,7}", distance in 0..=MAX_DISTANCE, exact in 0..3_usize) {
            let fast = Levenshtein::new(query.as_bytes(), distance).unwrap().minimum_prefix(exact);
            let wide = Wide::new(query.as_bytes(), distance, exact);
            prop_assert_eq!(score(&wide, key.as_bytes()), score(&fast, key.as_bytes()));
        }
    }

    #[test]
    fn any_number_of_edits_is_counted() {
        let wide = Wide::new(b"abx", u32::MAX, 0);
        assert_eq!(score(&wide, b"new york"), Some(8));
        assert_eq!(score(&Wide::new(b"abcdefgh", 5, 0), b"xy"), None);
        assert_eq!(score(&Wide::new(b"abcdefgh", 8, 0), b"hgfedcba"), Some(7));
    }
}
