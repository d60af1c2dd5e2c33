//! What finds keys in text.

use std::io::Read;
use std::sync::Arc;

use super::boundaries::Boundaries;
use super::filter::Filter;
use super::rule::TextRule;
use super::spans::{Feed, Spans};
use crate::entries::Entries;
use crate::error::{Error, Result};
use crate::matched::Match;

/// Which of the keys that stand in a text are matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlap {
    /// The longest key at the first place where one starts, then on behind its end: matches do not overlap.
    #[default]
    LeftmostLongest,
    /// The longest key at each place where one starts, as keyvi does: in `new york` both `new york` and `york`.
    PerStart,
    /// All keys at all places, by their start, the shorter ones first.
    All,
}

/// Finds the keys of a dictionary, or of several, in running text.
///
/// What can start no match is skipped by a filter, which takes some tens of milliseconds to be made; clones share it.
/// Text is folded by the [`TextRule`] that the dictionaries were compiled with.
///
/// ```
/// use keyfold_reader::{Boundaries, Dictionary, Finder};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/golden/keyvi-0.7.7/words_int.kv");
/// let words = Dictionary::open(path)?;
/// let finder = Finder::new(&words.entries())?.boundaries(Boundaries::Spaces);
/// let mut spans = finder.find_all(b"some text");
/// while spans.advance()? {
///     let span = spans.span();
///     println!("{} to {}: {}", span.start, span.end, spans.value().text()?);
/// }
/// # Ok::<(), keyfold_reader::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Finder {
    pub(super) entries: Entries,
    pub(super) filter: Arc<Filter>,
    pub(super) rule: TextRule,
    pub(super) boundaries: Boundaries,
    pub(super) overlap: Overlap,
}

impl Finder {
    /// What finds the keys of these entries. Sources that were compiled with different rules are an error.
    pub fn new(entries: &Entries) -> Result<Self> {
        let rule_of = |source: &crate::Source| source.dictionary.text_rule();
        let rule = entries.sources().first().map(rule_of).unwrap_or_default();
        if let Some(source) = entries
            .sources()
            .iter()
            .find(|source| rule_of(source) != rule)
        {
            return Err(Error::Unsupported {
                path: source.dictionary.path().to_owned(),
                reason: format!(
                    "the text rule is {}, that of the newest dictionary {rule}",
                    rule_of(source)
                ),
            });
        }
        Ok(Finder {
            filter: Filter::new(entries, !rule.is_none())?.into(),
            entries: entries.clone(),
            rule,
            boundaries: Boundaries::default(),
            overlap: Overlap::default(),
        })
    }

    /// Where matches may start and end; word boundaries if nothing is said.
    #[must_use]
    pub fn boundaries(mut self, boundaries: Boundaries) -> Self {
        self.boundaries = boundaries;
        self
    }

    /// Which keys are matches; the leftmost longest ones if nothing is said.
    #[must_use]
    pub fn overlap(mut self, overlap: Overlap) -> Self {
        self.overlap = overlap;
        self
    }

    /// How text is folded.
    pub fn rule(&self) -> TextRule {
        self.rule
    }

    /// The longest key that stands in the text at byte `offset`, with the byte where it ends. Nothing where no match may
    /// start at the offset, or none does.
    pub fn longest_match_at(&self, text: &[u8], offset: usize) -> Result<Option<(usize, Match)>> {
        let mut spans = Spans::new(self.clone(), Feed::Whole(text));
        spans.longest_at(offset)
    }

    /// The matches in a text.
    pub fn find_all<'t>(&self, text: &'t [u8]) -> Spans<'t> {
        Spans::new(self.clone(), Feed::Whole(text))
    }

    /// The matches in a text that is read piece by piece. No more of it is held in memory than some pieces and the longest
    /// key.
    pub fn find_in<'t>(&self, text: impl Read + Send + 't) -> Spans<'t> {
        Spans::new(self.clone(), Feed::reading(text))
    }
}
