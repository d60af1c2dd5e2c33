//! Completions without typing errors.

use super::super::bag::Bag;
use super::super::weighted::{Bound, Heaviest, Weighted};
use super::top::Top;
use super::{Hits, Keyvi, Look, Raw, SEPARATOR};
use crate::entries::Entries;
use crate::error::Result;

impl Keyvi {
    /// keyvi's `GetPrefixCompletion`: the keys that start with the query, the heavier branch first; with `top` only those
    /// that are among the heaviest so many of the keys up to then.
    pub fn complete_prefix(&self, query: &[u8], top: Option<usize>) -> Result<Hits> {
        let completions = self.completions(query, None, Bound::Minimum(0))?;
        Ok(self.top(completions, top))
    }

    /// keyvi's `GetMultiwordCompletion`: the phrases behind the words of the query, reordered, of which the last is yet to
    /// be completed, the heavier branch first; `top` as for [`complete_prefix`](Self::complete_prefix).
    pub fn complete_multiword(&self, query: &[u8], top: Option<usize>) -> Result<Hits> {
        let completions = self.completions(query, Some(SEPARATOR), Bound::Minimum(0))?;
        Ok(self.top(completions, top))
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
            return Ok(self.hits(self.completions(query, separator, bound)?));
        }
        let completions = self.completions(query, separator, Bound::Minimum(0))?;
        Ok(self.top(completions, Some(count)))
    }

    fn completions(
        &self,
        query: &[u8],
        separator: Option<u8>,
        bound: Bound,
    ) -> Result<Completions> {
        let typed = match separator {
            Some(_) => Bag::new(query).words,
            None => query.to_vec(),
        };
        Ok(Completions {
            walk: Weighted::new(&self.entries, &typed, bound)?,
            query: query.to_vec(),
            typed: typed.len(),
            separator,
            boundary: 0,
            started: false,
        })
    }

    fn top(&self, look: impl Look + Send + 'static, top: Option<usize>) -> Hits {
        match top {
            Some(count) => self.hits(Top::new(look, count)),
            None => self.hits(look),
        }
    }
}

struct Completions {
    walk: Option<Weighted>,
    query: Vec<u8>,
    /// Bytes of the query, reordered.
    typed: usize,
    /// Of multiword completions: what stands between the words and the phrase.
    separator: Option<u8>,
    /// How deep the last separator stood, as long as keyvi remembers it.
    boundary: usize,
    started: bool,
}

impl Look for Completions {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Raw>> {
        let Some(walk) = &mut self.walk else {
            return Ok(None);
        };
        if !self.started {
            self.started = true;
            if let Some(found) = walk.found(entries)? {
                walk.step_ahead(entries);
                return Ok(Some(Raw {
                    matched: self.query.clone(),
                    end: self.typed,
                    score: 0,
                    found,
                    is_query: true,
                }));
            }
        }
        while let Some(label) = walk.step(entries, |_| true)? {
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
                    0 => key,
                    boundary => &key[self.typed + boundary..],
                };
                let hit = Raw {
                    matched: phrase.to_vec(),
                    end: key.len(),
                    score: 0,
                    found,
                    is_query: false,
                };
                walk.step_ahead(entries);
                return Ok(Some(hit));
            }
        }
        Ok(None)
    }

    fn set_minimum_weight(&mut self, weight: u32) {
        if let Some(walk) = &mut self.walk {
            walk.set_minimum(weight);
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
