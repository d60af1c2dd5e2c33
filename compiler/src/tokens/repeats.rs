//! Which strings occur more than once?

use keyfold_reader::format::native::tokens::MAX_TOKEN_LEN;

use super::Texts;

/// All places of some texts, in the order of the up to 31 bytes that follow there in the same text.
pub(super) struct Repeats<'t> {
    texts: &'t Texts,
    order: Vec<Place>,
    /// Per place of the order: how many bytes it has in common with the next one.
    shared: Vec<u8>,
}

/// A place in the texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Up to seven bytes, first one highest, and lowest how many: compares as they do.
    key: u64,
    at: u32,
    /// Where what follows ends.
    end: u32,
}

const KEY_BYTES: usize = 7;

impl Place {
    /// Offset in the texts.
    pub(super) fn at(self) -> usize {
        self.at as usize
    }

    /// Takes the key from the bytes at `depth`.
    fn read_key(&mut self, bytes: &[u8], depth: usize) {
        let ahead = &bytes[self.at() + depth..self.end as usize];
        let n = ahead.len().min(KEY_BYTES);
        let all = match bytes[self.at() + depth..].first_chunk() {
            Some(&eight) => u64::from_be_bytes(eight),
            None => ahead
                .iter()
                .rev()
                .fold(0, |all, &byte| all >> 8 | u64::from(byte) << 56),
        };
        let kept = if n == 0 { 0 } else { u64::MAX << (64 - 8 * n) };
        self.key = all & kept | n as u64;
    }

    fn key_len(self) -> usize {
        usize::from(self.key.to_le_bytes()[0])
    }

    /// How many bytes of the keys are the same.
    fn shared(self, other: Place) -> usize {
        let same = (self.key ^ other.key).leading_zeros() as usize / 8;
        same.min(self.key_len()).min(other.key_len())
    }
}

impl<'t> Repeats<'t> {
    /// Of these texts.
    pub(super) fn new(texts: &'t Texts) -> Self {
        let mut order = Vec::with_capacity(texts.bytes.len());
        for range in texts.ranges() {
            for at in range.clone() {
                let mut place = Place {
                    key: 0,
                    at: offset(at),
                    end: offset(range.end.min(at + MAX_TOKEN_LEN)),
                };
                place.read_key(&texts.bytes, 0);
                order.push(place);
            }
        }
        let mut shared = vec![0; order.len()];
        sort(&texts.bytes, &mut order, &mut shared, 0);
        Repeats {
            texts,
            order,
            shared,
        }
    }

    /// The places in order, each with how many bytes it has in common with the next one.
    pub(super) fn places(
        &self,
    ) -> impl DoubleEndedIterator<Item = (Place, usize)> + ExactSizeIterator {
        let shared = self.shared.iter().map(|&shared| usize::from(shared));
        self.order.iter().copied().zip(shared)
    }

    /// Calls `found` with each string that occurs more than once and with its number of occurrences.
    ///
    /// Left out are strings of which every occurrence is part of the same longer one, and strings that are not
    /// `worth` it by length and occurrences.
    pub(super) fn each(
        &self,
        worth: impl Fn(usize, usize) -> bool,
        mut found: impl FnMut(&[u8], usize),
    ) {
        // lengths of strings that the places still share, growing, and where each starts in the order
        let mut open: Vec<(usize, usize)> = Vec::new();
        for (last, (place, shared)) in self.places().enumerate() {
            let mut first = last;
            while let Some(&(len, from)) = open.last()
                && len > shared
            {
                open.pop();
                first = from;
                if worth(len, last + 1 - first) && self.varied_before(first, last) {
                    found(
                        &self.texts.bytes[place.at()..place.at() + len],
                        last + 1 - first,
                    );
                }
            }
            if shared > open.last().map_or(0, |&(len, _)| len) {
                open.push((shared, first));
            }
        }
    }

    /// Whether not all of these places come after the same byte.
    fn varied_before(&self, first: usize, last: usize) -> bool {
        let before = |place: &Place| {
            let starts = self.texts.starts.get(place.at.into());
            (!starts).then(|| self.texts.bytes[place.at() - 1])
        };
        let [first, rest @ ..] = &self.order[first..=last] else {
            return false;
        };
        let byte = before(first);
        byte.is_none() || rest.iter().any(|place| before(place) != byte)
    }
}

/// Sorts places that have `depth` bytes in common, whose keys are those that follow.
fn sort(bytes: &[u8], order: &mut [Place], shared: &mut [u8], depth: usize) {
    order.sort_unstable_by_key(|place| place.key);
    let mut from = 0;
    while from < order.len() {
        let first = order[from];
        let run = order[from..].iter();
        let to = from + run.take_while(|place| place.key == first.key).count();
        let common = depth + first.key_len();
        if first.key_len() == KEY_BYTES && common < MAX_TOKEN_LEN && to - from > 1 {
            for place in &mut order[from..to] {
                place.read_key(bytes, common);
            }
            sort(bytes, &mut order[from..to], &mut shared[from..to], common);
        } else {
            shared[from..to].fill(u8::try_from(common).expect("at most a token's length"));
        }
        shared[to - 1] = match order.get(to) {
            Some(&next) => {
                u8::try_from(depth + first.shared(next)).expect("at most a token's length")
            }
            None => 0,
        };
        from = to;
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("texts are limited")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn repeats(texts: &[&str]) -> BTreeMap<String, usize> {
        let texts = Texts::new(texts);
        let mut all = BTreeMap::new();
        Repeats::new(&texts).each(
            |_, _| true,
            |text, n| {
                let before = all.insert(String::from_utf8(text.to_vec()).unwrap(), n);
                assert_eq!(before, None);
            },
        );
        all
    }

    fn expected(all: &[(&str, usize)]) -> BTreeMap<String, usize> {
        all.iter().map(|&(text, n)| (text.to_owned(), n)).collect()
    }

    #[test]
    fn strings_that_occur_more_than_once() {
        assert_eq!(repeats(&["banana"]), expected(&[("a", 3), ("ana", 2)]));
        assert_eq!(
            repeats(&["the cat", "the dog", "a cat"]),
            expected(&[("the ", 2), (" cat", 2), (" ", 3), ("t", 4), ("a", 3)]),
        );
        assert_eq!(repeats(&["abc", "def", ""]), expected(&[]));
        assert_eq!(repeats(&["ab", "ab"]), expected(&[("ab", 2)]));
        assert_eq!(repeats(&["a\0", "a"]), expected(&[("a", 2)]));
    }

    #[test]
    fn strings_are_cut_at_a_token_s_length() {
        let long = "abcdefghijklmnopqrstuvwxyz0123456789";
        let all = repeats(&[long, long]);
        assert_eq!(all.get(&long[..MAX_TOKEN_LEN]), Some(&2));
        assert!(all.keys().all(|text| text.len() <= MAX_TOKEN_LEN));
    }

    #[test]
    fn places_are_in_order() {
        let texts = Texts::new(["abracadabra abracadabra abracadabra", "abra", "\0\0", "\0"]);
        let order = Repeats::new(&texts);
        let follows = |place: Place| &texts.bytes[place.at()..place.end as usize];
        let places: Vec<(Place, usize)> = order.places().collect();
        assert_eq!(places.len(), texts.bytes.len());
        for pair in places.windows(2) {
            let (a, b) = (follows(pair[0].0), follows(pair[1].0));
            assert!(a <= b);
            let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
            assert_eq!(pair[0].1, same);
        }
    }
}
