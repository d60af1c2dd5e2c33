//! What is still to be looked at, by a comparison that is handed over.

/// A binary heap of places, which the caller compares by what it knows of them. What comes next is mostly the best of what
/// came last, so that the best one of these is not put into the heap but kept at hand.
pub(super) struct Heap<P> {
    hand: Option<P>,
    others: Vec<P>,
}

impl<P> Default for Heap<P> {
    fn default() -> Self {
        Heap {
            hand: None,
            others: Vec::new(),
        }
    }
}

impl<P: Copy> Heap<P> {
    /// Makes room for so many places.
    pub(super) fn make_room(&mut self, places: usize) {
        self.others.reserve(places);
    }

    /// Adds a place; `is_before` tells of two places whether one comes before the other.
    #[inline]
    pub(super) fn push(&mut self, place: P, is_before: impl Fn(&P, &P) -> bool) {
        let place = match self.hand {
            None => {
                self.hand = Some(place);
                return;
            }
            Some(hand) if is_before(&place, &hand) => {
                self.hand = Some(place);
                hand
            }
            Some(_) => place,
        };
        let mut at = self.others.len();
        self.others.push(place);
        while let Some(above) = at.checked_sub(1).map(|below| below / 2) {
            if !is_before(&place, &self.others[above]) {
                break;
            }
            self.others[at] = self.others[above];
            at = above;
        }
        self.others[at] = place;
    }

    /// Takes the place that comes first.
    #[inline]
    pub(super) fn pop(&mut self, is_before: impl Fn(&P, &P) -> bool) -> Option<P> {
        match (self.hand, self.others.first()) {
            (Some(hand), Some(top)) if is_before(top, &hand) => self.pop_other(is_before),
            (Some(_), _) => self.hand.take(),
            (None, _) => self.pop_other(is_before),
        }
    }

    fn pop_other(&mut self, is_before: impl Fn(&P, &P) -> bool) -> Option<P> {
        let last = self.others.pop()?;
        let Some(&first) = self.others.first() else {
            return Some(last);
        };
        let mut at = 0;
        while let Some(left) = self.others.get(2 * at + 1) {
            let (next, place) = match self.others.get(2 * at + 2) {
                Some(right) if is_before(right, left) => (2 * at + 2, right),
                _ => (2 * at + 1, left),
            };
            if !is_before(place, &last) {
                break;
            }
            self.others[at] = *place;
            at = next;
        }
        self.others[at] = last;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::Heap;

    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_of_those_that_are_there(steps in vec((any::<bool>(), 0u8..20), 0..200)) {
            let mut heap = Heap::default();
            let mut there: Vec<u8> = Vec::new();
            for (takes, place) in steps {
                if takes {
                    there.sort_unstable_by(|one, other| other.cmp(one));
                    prop_assert_eq!(heap.pop(|one, other| one < other), there.pop());
                } else {
                    heap.push(place, |one, other| one < other);
                    there.push(place);
                }
            }
        }
    }
}
