//! A sliding window over an endless row of bits.

/// Bits from a moving lower end on; everything beyond the highest bit set is 0.
#[derive(Debug, Default)]
pub(crate) struct Bits {
    words: Vec<u64>,
    /// The first position still held, a multiple of 64.
    base: u64,
}

impl Bits {
    /// The bit at a position, which must not lie before the window's lower end unless it is to read as 0.
    pub(crate) fn get(&self, at: u64) -> bool {
        let Some(offset) = at.checked_sub(self.base) else {
            return false;
        };
        let (word, bit) = split(offset);
        self.words.get(word).is_some_and(|w| w >> bit & 1 == 1)
    }

    /// Sets the bit at a position within the window.
    pub(crate) fn set(&mut self, at: u64) {
        let (word, bit) = split(at - self.base);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << bit;
    }

    /// Clears the bit at a position.
    pub(crate) fn clear(&mut self, at: u64) {
        if let Some((word, bit)) = at.checked_sub(self.base).map(split)
            && let Some(w) = self.words.get_mut(word)
        {
            *w &= !(1 << bit);
        }
    }

    /// The 64 bits from a position on, lowest first. Bits before the window's lower end read as 0.
    #[inline]
    pub(crate) fn from(&self, at: u64) -> u64 {
        let Some(offset) = at.checked_sub(self.base) else {
            let before = self.base - at;
            return if before >= 64 {
                0
            } else {
                self.from(self.base) << before
            };
        };
        let (word, bit) = split(offset);
        match self
            .words
            .get(word..)
            .and_then(|words| words.first_chunk::<2>())
        {
            // the bits of both words in one piece, shifted down
            Some(&[low, high]) => low >> bit | high << 1 << (63 - bit),
            None => self.words.get(word).map_or(0, |low| low >> bit),
        }
    }

    /// Forgets the bits before `position`, as far as whole words go.
    pub(crate) fn forget_before(&mut self, position: u64) {
        let (words, _) = split(position.saturating_sub(self.base));
        let words = words.min(self.words.len());
        self.words.drain(..words);
        self.base += 64 * words as u64;
    }
}

fn split(offset: u64) -> (usize, u32) {
    let word = usize::try_from(offset / 64).expect("a window fits memory");
    (word, (offset % 64) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window() {
        let mut bits = Bits::default();
        for at in [0, 63, 64, 130, 500] {
            bits.set(at);
        }
        assert_eq!(bits.from(63), 0b11);
        assert_eq!(bits.from(67) >> 63, 1);
        bits.forget_before(129);
        assert!(!bits.get(64) && bits.get(130) && bits.get(500) && !bits.get(501));
        assert_eq!(bits.from(100), 1 << 30);
        assert_eq!(bits.from(10), 0);
        bits.clear(130);
        assert_eq!(bits.from(100), 0);
    }
}
