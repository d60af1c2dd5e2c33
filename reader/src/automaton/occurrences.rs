//! Where each character of a string stands.

/// The places of a string where each character stands, as bits of a word.
#[derive(Clone, Debug, Default)]
pub(super) struct Occurrences {
    /// Of each of the ASCII characters; none in a string that is too long.
    ascii: Vec<u64>,
    /// Of the other characters of the string.
    beyond: Vec<(u32, u64)>,
    /// A bit for the low bits of each of them.
    beyond_bits: u64,
}

impl Occurrences {
    /// Those of up to 64 characters less `first`, the bit of the first place.
    pub(super) fn new(characters: &[u32], first: u32) -> Self {
        let mut all = Occurrences {
            ascii: vec![0; 128],
            ..Occurrences::default()
        };
        for (place, &character) in characters.iter().enumerate() {
            *all.entry(character) |= 1 << first << place;
        }
        all
    }

    fn entry(&mut self, character: u32) -> &mut u64 {
        if let Some(places) = self.ascii.get_mut(character as usize) {
            return places;
        }
        self.beyond_bits |= 1 << (character % 64);
        let known = self
            .beyond
            .iter()
            .position(|&(other, _)| other == character);
        let at = known.unwrap_or_else(|| {
            self.beyond.push((character, 0));
            self.beyond.len() - 1
        });
        &mut self.beyond[at].1
    }

    /// Whether it is known where characters stand.
    #[inline]
    pub(super) fn are_known(&self) -> bool {
        !self.ascii.is_empty()
    }

    /// Where a character stands, if that is known.
    #[inline(always)]
    pub(super) fn of(&self, character: u32) -> Option<u64> {
        match self.ascii.get(character as usize) {
            Some(&places) => Some(places),
            None => self.are_known().then(|| self.of_beyond(character)),
        }
    }

    #[inline]
    fn of_beyond(&self, character: u32) -> u64 {
        // mostly it stands nowhere
        if self.beyond_bits >> (character % 64) & 1 == 0 {
            return 0;
        }
        let known = self.beyond.iter().find(|&&(other, _)| other == character);
        known.map_or(0, |&(_, places)| places)
    }
}
