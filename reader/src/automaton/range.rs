//! Bounds as an automaton.

use super::{Automaton, LabelSet};

/// Accepts the keys of a range in byte order.
#[derive(Clone, Debug, Default)]
pub struct KeyRange {
    from: Vec<u8>,
    to: Option<Vec<u8>>,
}

/// Which of the bounds the bytes so far are still equal to the start of, and how many bytes these are.
#[derive(Clone, Copy, Debug)]
pub struct Bounded {
    depth: usize,
    lower: bool,
    upper: bool,
}

impl KeyRange {
    /// The keys from `from` on.
    pub fn from(from: &[u8]) -> Self {
        KeyRange {
            from: from.to_vec(),
            to: None,
        }
    }

    /// Leaves out the keys from `to` on.
    #[must_use]
    pub fn before(mut self, to: &[u8]) -> Self {
        self.to = Some(to.to_vec());
        self
    }

    /// The keys that start with `prefix`.
    pub fn prefix(prefix: &[u8]) -> Self {
        // the first key behind is the prefix without its last bytes 255, the byte before these one higher
        let last = prefix.iter().rposition(|&byte| byte != u8::MAX);
        let to = last.map(|last| {
            let mut to = prefix[..=last].to_vec();
            to[last] += 1;
            to
        });
        KeyRange {
            from: prefix.to_vec(),
            to,
        }
    }

    fn upper_at(&self, state: &Bounded) -> Option<&[u8]> {
        self.to
            .as_deref()
            .filter(|_| state.upper)
            .and_then(|to| to.get(state.depth..))
    }

    fn lower_at(&self, state: &Bounded) -> &[u8] {
        if state.lower {
            self.from.get(state.depth..).unwrap_or_default()
        } else {
            &[]
        }
    }
}

impl Automaton for KeyRange {
    type State = Bounded;

    fn start(&self) -> Bounded {
        Bounded {
            depth: 0,
            lower: !self.from.is_empty(),
            upper: self.to.is_some(),
        }
    }

    fn step(&self, state: &Bounded, label: u8) -> Option<Bounded> {
        let from = self.lower_at(state).first();
        let to = self.upper_at(state).map(|to| to.first().copied());
        if from.is_some_and(|&from| label < from) {
            return None;
        }
        if to.is_some_and(|to| to.is_none_or(|to| label > to)) {
            return None;
        }
        Some(Bounded {
            depth: state.depth + 1,
            lower: from == Some(&label),
            upper: to == Some(Some(label)),
        })
    }

    fn accepts(&self, state: &Bounded) -> bool {
        self.lower_at(state).is_empty() && self.upper_at(state).is_none_or(|to| !to.is_empty())
    }

    fn labels(&self, state: &Bounded) -> LabelSet {
        let labels = match self.upper_at(state) {
            None => LabelSet::ALL,
            Some([]) => LabelSet::NONE,
            Some([to, ..]) => LabelSet::between(0, *to),
        };
        match self.lower_at(state) {
            [] => labels,
            [from, ..] => labels.from(*from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Automaton, KeyRange};

    fn accepts(range: &KeyRange, key: &[u8]) -> bool {
        let mut state = range.start();
        for &label in key {
            let next = range.step(&state, label);
            assert_eq!(
                next.is_some(),
                next.is_some() && range.labels(&state).contains(label)
            );
            let Some(next) = next else { return false };
            state = next;
        }
        range.accepts(&state)
    }

    #[test]
    fn accepts_what_lies_between() {
        let mut keys: Vec<Vec<u8>> = vec![Vec::new()];
        for length in 0..3 {
            let longer: Vec<Vec<u8>> = keys
                .iter()
                .filter(|key| key.len() == length)
                .flat_map(|key| [0, b'a', 255].map(|byte| [&key[..], &[byte]].concat()))
                .collect();
            keys.extend(longer);
        }
        for from in &keys {
            for key in &keys {
                assert_eq!(accepts(&KeyRange::from(from), key), key >= from);
                let below = accepts(&KeyRange::prefix(from), key);
                assert_eq!(below, key.starts_with(from), "{from:?} {key:?}");
                for to in &keys {
                    let range = KeyRange::from(from).before(to);
                    assert_eq!(accepts(&range, key), key >= from && key < to);
                }
            }
        }
    }
}
