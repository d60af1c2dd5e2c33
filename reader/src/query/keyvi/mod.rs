//! keyvi's queries as keyvi answers them.

mod completions;
mod forward_backward;
mod fuzzy;
mod fuzzy_completions;
mod metric;
mod near;
mod sorted;
mod top;
mod wide;

use std::task::Poll;

use crate::dictionary::Dictionary;
use crate::entries::{Entries, Found};
use crate::error::Result;
use crate::matched::Match;
use crate::value::Value;

/// The byte between reordered words and a phrase.
const SEPARATOR: u8 = 0x1B;

/// The queries of keyvi 0.7.7 with its own hits, in its own order and number, oddities among them. See
/// [`Entries::as_keyvi`].
///
/// Where keyvi's answer is undefined or the process ends, there is a sane one: keys and queries that are not UTF-8, and
/// empty queries, are read as [`Levenshtein`](crate::automaton::Levenshtein) reads them; of the best 0
/// only the query itself is one.
///
/// The order depends on the weights stored in a file. It is keyvi's for files of keyvi's layout; native files store all
/// weights and exactly, where keyvi's layout knows none of 65,535 or more apart, nor those below 30 bytes of a key.
/// Several sources count as one dictionary, without the mistakes keyvi makes there.
#[derive(Clone, Debug)]
pub struct Keyvi {
    entries: Entries,
}

impl Entries {
    /// The queries as keyvi answers them, for programs that rely on its order, its names or its numbers of hits. Others
    /// are better served by [`near`](Entries::near), [`fuzzy`](Entries::fuzzy), [`complete`](Entries::complete) and so on.
    ///
    /// ```
    /// # let dictionary = keyfold_reader::Dictionary::open(concat!(env!("CARGO_MANIFEST_DIR"),
    /// #     "/../testdata/golden/keyvi-0.7.7/weighted.kv"))?;
    /// let mut hits = dictionary.entries().as_keyvi().complete_prefix(b"ban", None)?;
    /// while let Some(hit) = hits.next().transpose()? {
    ///     println!("{} {}", String::from_utf8_lossy(&hit.matched.key), hit.matched.value().weight());
    ///     // from here on only heavier ones
    ///     hits.set_minimum_weight(hit.matched.value().weight());
    /// }
    /// # Ok::<(), keyfold_reader::Error>(())
    /// ```
    pub fn as_keyvi(&self) -> Keyvi {
        Keyvi {
            entries: self.clone(),
        }
    }
}

impl Keyvi {
    fn hits(&self, look: impl Look + Send + 'static) -> Hits {
        Hits {
            left: self.entries.most(),
            entries: self.entries.clone(),
            look: Box::new(look),
            hit: None,
        }
    }
}

/// A hit of keyvi.
#[derive(Clone, Debug)]
pub struct Hit {
    /// What keyvi calls the matched string, as the key, with its value. It is mostly but not always the stored key.
    pub matched: Match,
    /// Where the match ends: in bytes of the stored key or, for fuzzy queries, in characters of it. It starts at 0.
    pub end: usize,
}

/// The hits of a query, found one by one as they are asked for.
///
/// [`advance`](Self::advance) goes to the next one without allocating; as an [`Iterator`] it gives owned [`Hit`]s. After an
/// error or at the end it stays at the end.
pub struct Hits {
    entries: Entries,
    look: Box<dyn Look + Send>,
    hit: Option<Raw>,
    left: u64,
}

impl Hits {
    /// From now on, completions go on only where the weights are not lower. As keyvi's `set_min_weight`, this has no
    /// effect on other queries, nor on the stand-alone completions. The position behind the latest hit is entered already, as
    /// in keyvi, whose own iterators are also one hit ahead when they are told.
    pub fn set_minimum_weight(&mut self, weight: u32) {
        self.look.set_minimum_weight(&self.entries, weight);
    }

    /// Goes to the next hit; false at the end.
    pub fn advance(&mut self) -> Result<bool> {
        let advanced = self.go(|look, entries| look.advance(entries).map(Poll::Ready))?;
        Ok(matches!(advanced, Poll::Ready(true)))
    }

    /// As [`advance`](Self::advance), but gives up after so many positions, for callers that hold a lock meanwhile. It is
    /// pending then, and goes on from there when it is called again. Queries that may look at many positions at a time are
    /// pending at once.
    pub fn poll(&mut self, mut positions: usize) -> Result<Poll<bool>> {
        self.go(|look, entries| look.poll(entries, &mut positions))
    }

    #[inline]
    fn go(
        &mut self,
        advance: impl FnOnce(&mut (dyn Look + Send), &Entries) -> Result<Poll<Option<Raw>>>,
    ) -> Result<Poll<bool>> {
        self.hit = None;
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(Poll::Ready(false));
        };
        let before = std::mem::take(&mut self.left);
        self.entries.go_on()?;
        Ok(match advance(&mut *self.look, &self.entries)? {
            Poll::Ready(hit) => {
                self.hit = hit;
                if hit.is_some() {
                    self.left = left;
                }
                Poll::Ready(hit.is_some())
            }
            Poll::Pending => {
                self.left = before;
                Poll::Pending
            }
        })
    }

    /// The matched string of the current hit.
    pub fn key(&self) -> &[u8] {
        self.look.matched()
    }

    fn hit(&self) -> Raw {
        self.hit.expect("the query stands on a hit")
    }

    /// Where the current hit ends, see [`Hit::end`].
    ///
    /// # Panics
    ///
    /// As the methods below, before the first [`advance`](Self::advance) and after the end.
    pub fn end(&self) -> usize {
        self.hit().end
    }

    /// How far the current hit is from what was asked for, see [`Match::score`].
    pub fn score(&self) -> u32 {
        self.hit().score
    }

    /// The dictionary that the current hit was found in.
    pub fn dictionary(&self) -> &Dictionary {
        &self.entries.source(self.hit().found.source).dictionary
    }

    /// The value of the current hit.
    pub fn value(&self) -> Value<'_> {
        self.entries.value(self.hit().found)
    }
}

impl Iterator for Hits {
    type Item = Result<Hit>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(true) => {
                let Raw {
                    end, score, found, ..
                } = self.hit();
                let matched = self.entries.matched(self.key().to_vec(), score, found);
                Some(Ok(Hit { matched, end }))
            }
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

impl std::fmt::Debug for Hits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hits")
            .field("entries", &self.entries)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

/// The walk behind a query.
trait Look {
    /// Goes to the next hit, or nothing at the end. Not called again behind the end or an error.
    fn advance(&mut self, entries: &Entries) -> Result<Option<Raw>>;

    /// As [`advance`](Self::advance), for as long as there are positions left, which it counts.
    fn poll(&mut self, _entries: &Entries, _positions: &mut usize) -> Result<Poll<Option<Raw>>> {
        Ok(Poll::Pending)
    }

    /// The matched string of the current hit.
    fn matched(&self) -> &[u8];

    fn set_minimum_weight(&mut self, _entries: &Entries, _weight: u32) {}

    /// Hits lighter than this are not wanted: it may leave out branches that have no others.
    fn leave_out_below(&mut self, _weight: u32) {}
}

/// A hit as a walk gives it.
#[derive(Clone, Copy)]
struct Raw {
    end: usize,
    score: u32,
    found: Found,
    /// What was asked for is stored itself.
    is_query: bool,
}
