//! Completions to both sides.

use super::super::weighted::Heaviest;
use super::{Hit, Keyvi};
use crate::error::Result;

/// Queries of fewer bytes are not completed backwards.
const SHORTEST: usize = 5;

impl Keyvi {
    /// keyvi's `ForwardBackwardCompletion.GetCompletions`: phrases that go on from the query or end in it, and more by its
    /// heuristic, heaviest first. `backward` holds the phrases with their bytes reversed. Scores are weights; phrases of
    /// the same weight come in no particular order.
    ///
    /// As keyvi's, the list may be longer than `count` where weights are equal; [`Entries::limit`](crate::Entries::limit)
    /// bounds each step as well as the list.
    pub fn forward_backward_completion(
        &self,
        backward: &Keyvi,
        query: &[u8],
        count: usize,
    ) -> Result<Vec<Hit>> {
        let mut heaviest = Heaviest::new(count.saturating_mul(2));
        let mut forward = self.weighted(query, count)?;
        for hit in &forward {
            heaviest.put(hit.matched.score);
        }
        let mut phrases = Vec::new();
        if forward.is_empty() || query.len() < SHORTEST {
            phrases = forward;
        } else {
            heaviest_first(&mut forward);
            for hit in forward {
                if heaviest.lowest() > hit.matched.score {
                    break;
                }
                let mut last = 0;
                for longer in backward.ending_in(&hit.matched.key, count)? {
                    let weight = longer.matched.score;
                    if weight >= heaviest.lowest() {
                        heaviest.put(weight);
                        phrases.push(longer);
                        last = weight;
                    } else if last > weight {
                        break;
                    }
                }
                phrases.push(hit);
            }
            if query.iter().any(|byte| b" \t".contains(byte)) {
                self.around(backward, query, count, &mut heaviest, &mut phrases)?;
            }
        }
        heaviest_first(&mut phrases);
        phrases.dedup_by(|a, b| a.matched.key == b.matched.key);
        phrases.truncate(usize::try_from(self.entries.most()).unwrap_or(usize::MAX));
        Ok(phrases)
    }

    /// Adds what goes on from the phrases that end in the query.
    fn around(
        &self,
        backward: &Keyvi,
        query: &[u8],
        count: usize,
        heaviest: &mut Heaviest,
        phrases: &mut Vec<Hit>,
    ) -> Result<()> {
        let mut ending = backward.ending_in(query.trim_ascii(), count)?;
        heaviest_first(&mut ending);
        for hit in ending {
            if heaviest.lowest() > hit.matched.score {
                break;
            }
            let mut start = hit.matched.key;
            if query.ends_with(b" ") {
                start.push(b' ');
            }
            for longer in self.weighted(&start, count)? {
                if longer.matched.score < heaviest.lowest() {
                    break;
                }
                heaviest.put(longer.matched.score);
                phrases.push(longer);
            }
        }
        Ok(())
    }

    /// The completions, with their weights as scores.
    fn weighted(&self, query: &[u8], count: usize) -> Result<Vec<Hit>> {
        let hits = self.prefix_completion(query, count)?;
        hits.map(|hit| {
            let mut hit = hit?;
            hit.matched.score = hit.matched.value().weight();
            Ok(hit)
        })
        .collect()
    }

    /// The phrases that end in a space and `end`, of a dictionary of reversed ones.
    fn ending_in(&self, end: &[u8], count: usize) -> Result<Vec<Hit>> {
        let reversed: Vec<u8> = end.iter().rev().chain(b" ").copied().collect();
        let mut hits = self.weighted(&reversed, count)?;
        for hit in &mut hits {
            hit.matched.key.reverse();
        }
        Ok(hits)
    }
}

fn heaviest_first(hits: &mut [Hit]) {
    hits.sort_by_key(|hit| std::cmp::Reverse(hit.matched.score));
}
