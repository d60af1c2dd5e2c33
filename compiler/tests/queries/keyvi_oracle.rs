//! keyvi's own algorithms in the plainest way, step by step as docs/format.md tells the layout: weighted walks, the
//! distance of completions, and the queries made of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::multiword::{SEPARATOR, bag};
use super::oracle::characters;
use super::{Segment, Segments};
use crate::support::KEYVI;

/// A matched string, its end, its score, and the weight.
pub(super) type Hit = (Vec<u8>, usize, u32, u64);

/// All that can be walked through.
pub(super) struct Tree<'a> {
    /// The strings that keys start with, and the weight stored there.
    weights: BTreeMap<Vec<u8>, u32>,
    keys: &'a BTreeMap<Vec<u8>, u64>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(segments: &[Segment], merged: &'a Segments, weighted: bool) -> Self {
        let mut weights = BTreeMap::new();
        for segment in segments {
            for (key, &weight) in &segment.rows {
                for end in 0..=key.len() {
                    let stored = match u32::try_from(weight).unwrap() {
                        _ if !weighted => 0,
                        weight if segment.layout == KEYVI => weight.min(65_535),
                        weight => weight,
                    };
                    let highest = weights.entry(key[..end].to_vec()).or_insert(0);
                    *highest = stored.max(*highest);
                }
            }
        }
        Tree {
            weights,
            keys: &merged.expected,
        }
    }

    /// Labels and weights below a string, in keyvi's order.
    fn children(&self, at: &[u8], inherited: u32) -> Vec<(u32, u8)> {
        let labels: BTreeSet<u8> = self
            .weights
            .keys()
            .filter(|path| path.len() == at.len() + 1 && path.starts_with(at))
            .map(|path| path[at.len()])
            .collect();
        let weighted = labels.into_iter().map(|label| {
            let weight = self.weights[&[at, &[label]].concat()];
            (if weight == 0 { inherited } else { weight }, label)
        });
        let mut children: Vec<_> = weighted.collect();
        children.sort_by_key(|child| Reverse(child.0));
        children
    }

    /// Visits all below a string; `visit` says whether to go below what it is shown.
    fn walk(&self, at: &[u8], visit: &mut dyn FnMut(&[u8]) -> bool) {
        if let Some(&weight) = self.weights.get(at) {
            self.walk_on(at, weight, visit);
        }
    }

    fn walk_on(&self, at: &[u8], inherited: u32, visit: &mut dyn FnMut(&[u8]) -> bool) {
        for (weight, label) in self.children(at, inherited) {
            let path = [at, &[label]].concat();
            if visit(&path) {
                self.walk_on(&path, weight, visit);
            }
        }
    }

    /// The same for the walk that drops what cannot be among the best.
    fn walk_bounded(&self, at: &[u8], count: usize, visit: &mut dyn FnMut(&[u8]) -> bool) {
        let mut best = vec![0; count];
        let children = self.bounded(at, 0, &mut best);
        self.walk_bounded_on(at, children, &mut best, visit);
    }

    fn bounded(&self, at: &[u8], inherited: u32, best: &mut [u32]) -> Vec<(u32, u8)> {
        let mut children = self.children(at, inherited);
        children.sort_by_key(|&(_, label)| label);
        children.retain(|&(weight, label)| {
            if label == 0 || weight < best[0] {
                return false;
            }
            if weight != inherited && weight > best[0] {
                best[0] = weight;
                best.sort_unstable();
            }
            true
        });
        children.sort_by_key(|child| Reverse(child.0));
        children
    }

    fn walk_bounded_on(
        &self,
        at: &[u8],
        children: Vec<(u32, u8)>,
        best: &mut Vec<u32>,
        visit: &mut dyn FnMut(&[u8]) -> bool,
    ) {
        for (weight, label) in children {
            if weight < best[0] {
                break;
            }
            let path = [at, &[label]].concat();
            let below = self.bounded(&path, weight, best);
            if visit(&path) {
                self.walk_bounded_on(&path, below, best, visit);
            }
        }
    }

    /// The completions of one or several words; `best`: by the walk that drops what cannot be among so many.
    pub(super) fn completions(
        &self,
        query: &[u8],
        multiword: bool,
        best: Option<usize>,
    ) -> Vec<Hit> {
        let typed = if multiword {
            bag(query).0
        } else {
            query.to_vec()
        };
        let mut hits: Vec<Hit> = self
            .keys
            .get(&typed)
            .map(|&weight| (query.to_vec(), typed.len(), 0, weight))
            .into_iter()
            .collect();
        let mut boundary = 0;
        let mut visit = |path: &[u8]| {
            let (label, depth) = (path[path.len() - 1], path.len() - typed.len());
            if multiword && label == SEPARATOR {
                boundary = depth;
            } else if depth <= boundary {
                boundary = 0;
            }
            if multiword && label == b' ' && boundary == 0 {
                return false;
            }
            if let Some(&weight) = self.keys.get(path) {
                let matched = if boundary > 0 {
                    &path[typed.len() + boundary..]
                } else {
                    path
                };
                hits.push((matched.to_vec(), path.len(), 0, weight));
            }
            true
        };
        match best {
            Some(count) => self.walk_bounded(&typed, count, &mut visit),
            None => self.walk(&typed, &mut visit),
        }
        hits
    }

    /// As keyvi filters hits by weight; the query itself goes through.
    pub(super) fn top(hits: Vec<Hit>, query: &[u8], count: usize) -> Vec<Hit> {
        let end = bag(query).0.len();
        let mut best = vec![0; count];
        let mut kept = hits;
        kept.retain(|hit| {
            if hit.1 == end {
                return true;
            }
            match best.first_mut() {
                Some(lowest) if hit.3 >= *lowest => *lowest = hit.3,
                _ => return false,
            }
            best.sort_unstable();
            true
        });
        kept
    }

    /// The keys within a distance, the heavier branch first.
    pub(super) fn fuzzy(&self, score: &dyn Fn(&[u8]) -> Option<u32>, prefix: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut visit = |path: &[u8]| {
            if let Some((&weight, score)) = self.keys.get(path).zip(score(path)) {
                hits.push((path.to_vec(), characters(path).len(), score, weight));
            }
            true
        };
        visit(prefix);
        self.walk(prefix, &mut visit);
        hits
    }

    /// The completions with typing errors, of one or several words.
    pub(super) fn fuzzy_completions(
        &self,
        query: &[u8],
        k: usize,
        minimum_prefix: usize,
        multiword: bool,
    ) -> Vec<Hit> {
        let (bag, spaces_wanted) = if multiword {
            bag(query)
        } else {
            (query.to_vec(), 0)
        };
        let typed = characters(&bag);
        let minimum_prefix = if multiword {
            minimum_prefix
        } else {
            minimum_prefix.min(typed.len())
        };
        if typed.len() < minimum_prefix {
            return Vec::new();
        }
        let start = text(&characters(query)[..minimum_prefix]);
        let mut hits = Vec::new();
        if minimum_prefix == typed.len()
            && let Some(&weight) = self.keys.get(&start)
        {
            hits.push((query.to_vec(), typed.len(), 0, weight));
        }
        let (mut spaces, mut boundary) = (Vec::new(), 0);
        self.walk(&start, &mut |path: &[u8]| {
            let Ok(below) = std::str::from_utf8(&path[start.len()..]) else {
                return true;
            };
            let below = characters(below.as_bytes());
            let (label, depth) = (below[below.len() - 1], below.len());
            if multiword {
                while spaces.last().is_some_and(|&space| depth <= space) {
                    spaces.pop();
                }
                if label == u32::from(SEPARATOR) {
                    if spaces.len() != spaces_wanted {
                        return false;
                    }
                    boundary = depth;
                } else if depth <= boundary {
                    boundary = 0;
                }
                if label == u32::from(b' ') && boundary == 0 {
                    spaces.push(depth);
                }
            }
            let candidate = [&typed[..minimum_prefix], &below].concat();
            let (least, score) = metric(&typed, &candidate, k);
            if least > k {
                return false;
            }
            let counts = multiword || typed.len() < candidate.len() || score <= k;
            if counts && let Some(&weight) = self.keys.get(path) {
                let from = if boundary > 0 {
                    minimum_prefix + boundary
                } else {
                    0
                };
                hits.push((
                    text(&candidate[from..]),
                    candidate.len(),
                    u32::try_from(score).unwrap(),
                    weight,
                ));
            }
            true
        });
        hits
    }
}

fn text(characters: &[u32]) -> Vec<u8> {
    let text: String = characters
        .iter()
        .map(|&character| char::from_u32(character).unwrap())
        .collect();
    text.into_bytes()
}

/// keyvi's estimate of the distance at best, and the distance.
fn metric(typed: &[u32], candidate: &[u32], k: usize) -> (usize, usize) {
    let columns = typed.len() + 1;
    let mut rows: Vec<Vec<usize>> = vec![(0..columns).collect()];
    let mut best = 0;
    for row in 1..=candidate.len() {
        let (right, left) = (columns.min(row + k + 1), if row > k { row - k } else { 1 });
        if left >= columns {
            break;
        }
        let mut cells = vec![usize::MAX / 2; columns];
        cells[left - 1] = row - left + 1;
        best += 1;
        for c in left..right {
            let same = typed[c - 1] == candidate[row - 1];
            let mut value = rows[row - 1][c - 1] + usize::from(!same);
            if !same {
                value = value.min(cells[c - 1] + 1).min(rows[row - 1][c] + 1);
                if row > 1
                    && c > 1
                    && typed[c - 1] == candidate[row - 2]
                    && typed[c - 2] == candidate[row - 1]
                {
                    value = value.min(rows[row - 2][c - 2] + 1);
                }
            }
            if c + 1 == columns {
                value = value.min(rows[row - 1][c]);
            }
            cells[c] = value;
            best = best.min(value);
        }
        if right < columns {
            cells[right] = k + 1;
            cells[columns - 1] = k + 1;
        }
        rows.push(cells);
    }
    (best, rows[rows.len() - 1][columns - 1])
}
