//! Places in a run where reading may begin.

/// Bytes between two marks at first, and most marks of a run.
const DISTANCE: u64 = 1 << 10;
const MOST: usize = 1 << 10;

/// Rows of a run that can be read without those before them.
pub(super) struct Marks {
    /// The keys, one after the other.
    keys: Vec<u8>,
    places: Vec<Place>,
    /// Bytes between two marks.
    distance: u64,
}

struct Place {
    /// Where the key ends among the keys.
    key_end: usize,
    /// Where the row is in the run.
    at: u64,
}

impl Marks {
    pub(super) fn new() -> Self {
        Marks {
            keys: Vec::new(),
            places: Vec::new(),
            distance: DISTANCE,
        }
    }

    /// Marks the row at `at`, if that is far enough from the one marked last.
    #[inline]
    pub(super) fn offer(&mut self, key: &[u8], at: u64) {
        let wanted = self
            .places
            .last()
            .is_none_or(|last| at >= last.at + self.distance);
        if wanted {
            self.push(key, at);
        }
    }

    fn push(&mut self, key: &[u8], at: u64) {
        if self.places.len() == MOST {
            self.thin_out();
        }
        self.keys.extend_from_slice(key);
        self.places.push(Place {
            key_end: self.keys.len(),
            at,
        });
    }

    /// Leaves every second mark.
    fn thin_out(&mut self) {
        let all = std::mem::replace(self, Marks::new());
        self.distance = all.distance * 2;
        for index in (0..all.places.len()).step_by(2) {
            let (key, at) = all.mark(index);
            self.push(key, at);
        }
    }

    fn mark(&self, index: usize) -> (&[u8], u64) {
        let start = index
            .checked_sub(1)
            .map_or(0, |before| self.places[before].key_end);
        let place = &self.places[index];
        (&self.keys[start..place.key_end], place.at)
    }

    /// Key and place of the last mark whose key is not greater than `key`; nothing if all are.
    pub(super) fn before(&self, key: &[u8]) -> Option<(&[u8], u64)> {
        let (mut low, mut high) = (0, self.places.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.mark(middle).0 <= key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.checked_sub(1).map(|index| self.mark(index))
    }

    /// Bytes in use.
    pub(super) fn memory(&self) -> usize {
        self.keys.capacity() + self.places.capacity() * size_of::<Place>()
    }

    pub(super) fn shrink(&mut self) {
        self.keys.shrink_to_fit();
        self.places.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mark_before_a_key() {
        let mut marks = Marks::new();
        assert_eq!(marks.before(b"a"), None);
        let rows = 5 * MOST as u64;
        let key = |row: u64| format!("{row:08}").into_bytes();
        for row in 0..rows {
            marks.offer(&key(row), row * DISTANCE);
        }
        assert!(marks.places.len() <= MOST);
        assert_eq!(marks.before(b"0"), None);
        for row in 0..rows {
            let (marked, at) = marks.before(&key(row)).unwrap();
            let behind = row - at / DISTANCE;
            assert_eq!(marked, key(at / DISTANCE));
            assert!(
                behind < marks.distance / DISTANCE,
                "{row} is {behind} behind its mark"
            );
        }
    }
}
