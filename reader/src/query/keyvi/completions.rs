//! Completions without typing errors.

use std::task::Poll;

use super::super::bag::Bag;
use super::super::ground::Ground;
use super::super::lone::Lone;
use super::super::weighted::{Bound, Heaviest, Weighted};
use super::top::Top;
use super::{Hits, Keyvi, Look, Raw, SEPARATOR};
use crate::entries::{Entries, Places};
use crate::error::Result;

impl Keyvi {
    /// keyvi's `GetPrefixCompletion`: the keys that start with the query, the heavier branch first; with `top` only those
    /// that are among the heaviest so many of the keys up to then.
    pub fn complete_prefix(&self, query: &[u8], top: Option<usize>) -> Result<Hits> {
        self.completions(query, None, Bound::Minimum(0), top)
    }

    /// keyvi's `GetMultiwordCompletion`: the phrases behind the words of the query, reordered, of which the last is yet to
    /// be completed, the heavier branch first; `top` as for [`complete_prefix`](Self::complete_prefix).
    pub fn complete_multiword(&self, query: &[u8], top: Option<usize>) -> Result<Hits> {
        self.completions(query, Some(SEPARATOR), Bound::Minimum(0), top)
    }

    /// keyvi's `PrefixCompletion.GetCompletions`, which does not go where so many are heavier. As many hits are not found,
    /// or more.
    pub fn prefix_completion(&self, query: &[u8], count: usize) -> Result<Hits> {
        self.heaviest(query, count, None)
    }

    /// keyvi's `MultiWordCompletion.GetCompletions`, which does not go where so many are heavier.
    pub fn multiword_completion(&self, query: &[u8], count: usize) -> Result<Hits> {
        self.heaviest(query, count, Some(SEPARATOR))
    }

    fn heaviest(&self, query: &[u8], count: usize, separator: Option<u8>) -> Result<Hits> {
        // the weight of a branch may be that of a key that is deleted, for which no other may be left out
        let sound = matches!(self.entries.sources(), [source] if !source.has_any_deleted());
        if sound && count > 0 {
            let bound = Bound::Heaviest(Heaviest::new(count));
            return self.completions(query, separator, bound, None);
        }
        self.completions(query, separator, Bound::Minimum(0), Some(count))
    }

    fn completions(
        &self,
        query: &[u8],
        separator: Option<u8>,
        bound: Bound,
        top: Option<usize>,
    ) -> Result<Hits> {
        match Lone::source(&self.entries) {
            Some(_) => self.completions_on::<Lone>(query, separator, bound, top),
            None => self.completions_on::<Places>(query, separator, bound, top),
        }
    }

    fn completions_on<G: Ground + Send + 'static>(
        &self,
        query: &[u8],
        separator: Option<u8>,
        bound: Bound,
        top: Option<usize>,
    ) -> Result<Hits> {
        let typed = match separator {
            Some(_) => Bag::new(query).words,
            None => query.to_vec(),
        };
        let completions = Completions::<G> {
            walk: Weighted::new(&self.entries, &typed, bound)?,
            query: query.to_vec(),
            typed: typed.len(),
            separator,
            boundary: 0,
            started: false,
            matched: Vec::new(),
        };
        Ok(match top {
            Some(count) => self.hits(Top::new(completions, count)),
            None => self.hits(completions),
        })
    }
}

struct Completions<G: Ground> {
    walk: Option<Weighted<G>>,
    query: Vec<u8>,
    /// Bytes of the query, reordered.
    typed: usize,
    /// Of multiword completions: what stands between the words and the phrase.
    separator: Option<u8>,
    /// How deep the last separator stood, as long as keyvi remembers it.
    boundary: usize,
    started: bool,
    /// The string of the current hit, which the walk may have left.
    matched: Vec<u8>,
}

impl<G: Ground> Look for Completions<G> {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Raw>> {
        loop {
            if let Poll::Ready(hit) = self.poll(entries, &mut { usize::MAX })? {
                return Ok(hit);
            }
        }
    }

    fn poll(&mut self, entries: &Entries, positions: &mut usize) -> Result<Poll<Option<Raw>>> {
        let Some(walk) = &mut self.walk else {
            return Ok(Poll::Ready(None));
        };
        if !self.started {
            self.started = true;
            if let Some(found) = walk.found(entries)? {
                walk.settle();
                self.matched.clone_from(&self.query);
                return Ok(Poll::Ready(Some(Raw {
                    end: self.typed,
                    score: 0,
                    found,
                    is_query: true,
                })));
            }
        }
        while let Some(left) = positions.checked_sub(1) {
            *positions = left;
            let Some(label) = walk.step(entries, |_| true)? else {
                return Ok(Poll::Ready(None));
            };
            if self.separator == Some(label) {
                self.boundary = walk.depth();
            } else if walk.depth() <= self.boundary {
                self.boundary = 0;
            }
            if self.separator.is_some() && label == b' ' && self.boundary == 0 {
                walk.skip(entries)?;
                continue;
            }
            if let Some(found) = walk.found(entries)? {
                let key = walk.key();
                let phrase = match self.boundary {
                    0 => 0,
                    boundary => self.typed + boundary,
                };
                self.matched.clear();
                self.matched.extend_from_slice(&key[phrase..]);
                let hit = Raw {
                    end: key.len(),
                    score: 0,
                    found,
                    is_query: false,
                };
                walk.settle();
                return Ok(Poll::Ready(Some(hit)));
            }
        }
        Ok(Poll::Pending)
    }

    fn matched(&self) -> &[u8] {
        &self.matched
    }

    fn set_minimum_weight(&mut self, entries: &Entries, weight: u32) {
        if let Some(walk) = &mut self.walk {
            walk.set_minimum(entries, weight);
        }
    }

    fn leave_out_below(&mut self, weight: u32) {
        // where a phrase starts is told by the positions visited before
        if self.separator.is_none()
            && let Some(walk) = &mut self.walk
        {
            walk.leave_out_below(weight);
        }
    }
}
