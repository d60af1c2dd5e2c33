//! Words without order.

/// A query with its words in the order multiword completions are stored in: sorted by their bytes, all but the last one,
/// which is still being typed.
pub(super) struct Bag {
    /// The words, with a space between two.
    pub(super) words: Vec<u8>,
    /// Spaces between the words. Two spaces side by side have an empty word in between.
    pub(super) spaces: usize,
}

impl Bag {
    /// The words of a query, between spaces and tabs.
    pub(super) fn new(query: &[u8]) -> Self {
        let mut words: Vec<&[u8]> = query.split(|byte| b" \t".contains(byte)).collect();
        let spaces = words.len() - 1;
        words[..spaces].sort_unstable();
        Bag {
            words: words.join(&b' '),
            spaces,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bag;

    #[test]
    fn the_last_word_stays_last() {
        for (query, words, spaces) in [
            ("", "", 0),
            ("york", "york", 0),
            ("york new", "york new", 1),
            ("york\tnew ci", "new york ci", 2),
            ("b  a ", " a b ", 3),
        ] {
            let bag = Bag::new(query.as_bytes());
            assert_eq!((bag.words, bag.spaces), (words.as_bytes().to_vec(), spaces));
        }
    }
}
