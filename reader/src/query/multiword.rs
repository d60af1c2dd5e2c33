//! Phrases by the starts of their words, in any order.

use std::collections::HashSet;

use super::bag::Bag;
use super::best::BestFirst;
use super::complete::Completion;
use crate::automaton::{FuzzyPrefix, KeyRange, Phrase};
use crate::entries::{Entries, Found, Matches, Walk};
use crate::error::Result;

impl Entries {
    /// The phrases that have the words of a query in any order, of which the last one need not be complete: the heaviest
    /// first. Each phrase is given once, with its highest weight; keys of matches are phrases.
    ///
    /// For this, a dictionary has beside each phrase the ways to find it, as keys: some words of the phrase, all but the
    /// last sorted by their bytes, the `separator`, and the phrase. So `new york\x1bnew york city` finds the city under
    /// `new y`, and `york new\x1bnew york city` under `york n`. A key without a separator is a phrase to be found under
    /// itself.
    ///
    /// The words of a query stand between spaces or tabs. A key counts if it has as many words as the query before the
    /// separator; with a space behind it the last word of a query is complete and the next one is asked for. Phrases of
    /// the same weight come in byte order of the keys they were found under.
    ///
    /// ```
    /// use keyfold_reader::Completion;
    ///
    /// # let dictionary = keyfold_reader::Dictionary::open(concat!(env!("CARGO_MANIFEST_DIR"),
    /// #     "/../testdata/golden/keyvi-0.7.7/multiword.kv"))?;
    /// let mut phrases = dictionary.entries().complete_multiword(b"city ha", 0x1b, &Completion::top(10))?;
    /// assert!(phrases.advance()?);
    /// assert_eq!(phrases.key(), b"new city hall");
    /// # Ok::<(), keyfold_reader::Error>(())
    /// ```
    pub fn complete_multiword(
        &self,
        query: &[u8],
        separator: u8,
        wanted: &Completion,
    ) -> Result<Matches<'static>> {
        let Bag { words, spaces } = Bag::new(query);
        let phrase = Phrase::new(KeyRange::prefix(&words), spaces, separator);
        let search = BestFirst::new(self, phrase, &words, wanted.minimum_weight)?;
        Ok(wanted.of(self, Phrases::new(search, separator)))
    }

    /// As [`complete_multiword`](Self::complete_multiword), with typing errors: the words before the separator start with
    /// something at most `max_distance` edits from the query, once its words are sorted. The nearest phrases come first,
    /// of those the heaviest; scores are the distances. The first `minimum_prefix` characters, after sorting, must be the
    /// same, or all if there are less.
    ///
    /// What an edit is says [`fuzzy`](Self::fuzzy). A word that is sorted elsewhere because of an error in its first
    /// characters is not found.
    pub fn complete_fuzzy_multiword(
        &self,
        query: &[u8],
        max_distance: u32,
        minimum_prefix: usize,
        separator: u8,
        wanted: &Completion,
    ) -> Result<Matches<'static>> {
        let Bag { words, spaces } = Bag::new(query);
        let near = FuzzyPrefix::new(&words, max_distance, minimum_prefix)?
            .among(|gram| self.may_have(gram));
        let exact = near.exact().to_vec();
        let phrase = Phrase::new(near, spaces, separator);
        let search = BestFirst::new(self, phrase, &exact, wanted.minimum_weight)?;
        Ok(wanted.of(self, Phrases::new(search, separator)))
    }
}

/// The phrases among what another walk finds, each once.
struct Phrases<W> {
    walk: W,
    separator: u8,
    given: HashSet<Box<[u8]>>,
}

impl<W: Walk> Phrases<W> {
    fn new(walk: W, separator: u8) -> Self {
        Phrases {
            walk,
            separator,
            given: HashSet::new(),
        }
    }
}

impl<W: Walk> Walk for Phrases<W> {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Found>> {
        while let Some(found) = self.walk.advance(entries)? {
            if !self.given.contains(self.key()) {
                let phrase = self.key().into();
                self.given.insert(phrase);
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn key(&self) -> &[u8] {
        let key = self.walk.key();
        let separator = key.iter().position(|&byte| byte == self.separator);
        &key[separator.map_or(0, |separator| separator + 1)..]
    }

    fn score(&self) -> u32 {
        self.walk.score()
    }
}
