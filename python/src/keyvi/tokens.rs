//! Keys at the words of a text, as keyvi finds them.

use keyfold_reader::{Dictionary, Match, Result};

use super::iterator::Span;

/// The longest key at each place that a space stands before, and at the start of the text; keys end before a space or with
/// the text. Matches may overlap. A space at the start of the text parts nothing, as with keyvi.
pub(super) struct Tokens {
    dictionary: Dictionary,
    text: Vec<u8>,
    /// Where the next key may start; nothing when all were looked at.
    at: Option<usize>,
}

impl Tokens {
    pub(super) fn new(dictionary: &Dictionary, text: &[u8]) -> Self {
        Tokens {
            dictionary: dictionary.clone(),
            text: text.to_vec(),
            at: Some(0),
        }
    }
}

impl Iterator for Tokens {
    type Item = Result<Span>;

    fn next(&mut self) -> Option<Result<Span>> {
        while let Some(at) = self.at {
            let from = at.max(1);
            let space = self.text.get(from..)?.iter().position(|&byte| byte == b' ');
            self.at = space.map(|space| from + space + 1);
            if let Some(found) = longest(&self.dictionary, &self.text, at).transpose() {
                return Some(found);
            }
        }
        None
    }
}

/// The longest key that starts at byte `start` of a text and ends before a space or with the text.
pub(super) fn longest(dictionary: &Dictionary, text: &[u8], start: usize) -> Result<Option<Span>> {
    let rest = text.get(start..).unwrap_or_default();
    let mut longest = None;
    for found in dictionary.prefixes_of(rest) {
        let (length, value) = found?;
        if rest.get(length).is_none_or(|&byte| byte == b' ') {
            longest = Some((length, value.handle()));
        }
    }
    Ok(longest.map(|(length, handle)| Span {
        found: Match::new(rest[..length].to_vec(), 0, dictionary.clone(), handle),
        start,
        end: start + length,
    }))
}
