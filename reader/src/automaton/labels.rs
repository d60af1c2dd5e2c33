//! A set of bytes.

/// A set of labels: the bytes by which one can go on from a position.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LabelSet([u64; 4]);

impl LabelSet {
    /// All 256 bytes.
    pub const ALL: LabelSet = LabelSet([u64::MAX; 4]);
    /// No byte.
    pub const NONE: LabelSet = LabelSet([0; 4]);

    /// The set with byte `i` where bit `i % 64` of word `i / 64` is set.
    pub(crate) const fn from_words(words: [u64; 4]) -> Self {
        LabelSet(words)
    }

    /// The ASCII characters of the set, and whether it has other bytes.
    #[inline]
    pub(crate) fn split_ascii(self) -> (u128, bool) {
        let [low, high, ref beyond @ ..] = self.0;
        (u128::from(high) << 64 | u128::from(low), *beyond != [0; 2])
    }

    /// The ASCII characters of the set, and its other bytes.
    #[inline]
    pub(crate) fn halves(self) -> [u128; 2] {
        let [a, b, c, d] = self.0.map(u128::from);
        [b << 64 | a, d << 64 | c]
    }

    /// The set of one byte.
    #[inline]
    pub fn one(label: u8) -> Self {
        let mut set = LabelSet::NONE;
        set.insert(label);
        set
    }

    /// The bytes `from..=to`.
    pub fn between(from: u8, to: u8) -> Self {
        LabelSet::ALL.from(from).without(LabelSet::ALL.behind(to))
    }

    /// Adds a byte.
    #[inline]
    pub fn insert(&mut self, label: u8) {
        self.0[usize::from(label / 64)] |= 1 << (label % 64);
    }

    /// Whether a byte is in the set.
    #[inline]
    pub fn contains(self, label: u8) -> bool {
        self.0[usize::from(label / 64)] >> (label % 64) & 1 != 0
    }

    /// Whether no byte is in the set.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0 == [0; 4]
    }

    /// The number of bytes.
    #[inline]
    pub fn len(self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The bytes in both sets.
    #[must_use]
    #[inline]
    pub fn and(self, other: Self) -> Self {
        LabelSet(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    /// The bytes in either set.
    #[must_use]
    #[inline]
    pub fn or(self, other: Self) -> Self {
        LabelSet(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// The bytes in this set and not in the other.
    #[must_use]
    #[inline]
    pub fn without(self, other: Self) -> Self {
        LabelSet(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// The bytes from `label` on.
    #[must_use]
    #[inline]
    pub fn from(self, label: u8) -> Self {
        self.without_first(label.into())
    }

    /// The bytes behind `label`.
    #[must_use]
    #[inline]
    pub fn behind(self, label: u8) -> Self {
        self.without_first(u32::from(label) + 1)
    }

    /// The bytes before `label`.
    #[must_use]
    #[inline]
    pub fn before(self, label: u8) -> Self {
        self.without(LabelSet::ALL.from(label))
    }

    #[inline]
    fn without_first(self, number: u32) -> Self {
        let mut start = 0;
        LabelSet(self.0.map(|word| {
            let before = number.saturating_sub(start);
            start += 64;
            word & u64::MAX.checked_shl(before).unwrap_or(0)
        }))
    }

    /// Takes the lowest byte.
    #[inline]
    pub fn take_first(&mut self) -> Option<u8> {
        let word = self.0.iter().position(|&w| w != 0)?;
        let bit = self.0[word].trailing_zeros();
        self.0[word] &= self.0[word] - 1;
        label_at(word, bit)
    }

    /// Takes the highest byte.
    pub fn take_last(&mut self) -> Option<u8> {
        let word = self.0.iter().rposition(|&w| w != 0)?;
        let bit = self.0[word].ilog2();
        self.0[word] &= !(1 << bit);
        label_at(word, bit)
    }
}

#[inline]
fn label_at(word: usize, bit: u32) -> Option<u8> {
    u8::try_from(64 * word + bit as usize).ok()
}

/// From the lowest byte to the highest.
impl IntoIterator for LabelSet {
    type Item = u8;
    type IntoIter = Labels;

    fn into_iter(self) -> Labels {
        Labels(self)
    }
}

/// The bytes of a set, from the lowest to the highest.
#[derive(Clone, Debug)]
pub struct Labels(LabelSet);

impl Iterator for Labels {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        self.0.take_first()
    }
}

impl FromIterator<u8> for LabelSet {
    fn from_iter<I: IntoIterator<Item = u8>>(labels: I) -> Self {
        let mut set = LabelSet::NONE;
        labels.into_iter().for_each(|label| set.insert(label));
        set
    }
}

impl std::fmt::Debug for LabelSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(*self).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::LabelSet;

    #[test]
    fn bounds() {
        assert_eq!(LabelSet::ALL.len(), 256);
        assert_eq!(LabelSet::between(0, 255), LabelSet::ALL);
        for (from, to) in [(0, 0), (63, 64), (127, 200), (255, 255)] {
            let labels: Vec<u8> = LabelSet::between(from, to).into_iter().collect();
            assert_eq!(labels, (from..=to).collect::<Vec<u8>>());
        }
        assert!(LabelSet::ALL.behind(255).is_empty());
        assert_eq!(LabelSet::one(7).take_last(), Some(7));
    }
}
