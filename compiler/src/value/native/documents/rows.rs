//! Which values of a shape come together so often that a row holds them.

use std::collections::HashMap;

use keyfold_reader::format::native::code::Code;

use crate::value::native::estimate::rough;
use crate::value::native::hash::Hashing;

/// Documents by which the holes are chosen.
const CHOICE: usize = 4096;

/// Bytes of a lead with a row, and of one without.
const ROW_LEAD: f64 = 2.0;
const PLAIN_LEAD: f64 = 1.0;

/// The number of a piece that there is none of.
pub(super) const NO_PIECE: u32 = u32::MAX;

/// The pieces of documents of one shape: for each document as many numbers as the shape has holes for pieces.
pub(super) struct Pieces<'c> {
    pub(super) codes: Vec<&'c Code>,
    pub(super) numbers: Vec<u32>,
}

/// Rows of a shape.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Which of the holes for pieces are bound.
    pub(super) bound: Vec<usize>,
    /// The rows, those used most first, each as long as there are bound holes, with their uses in the sample.
    pub(super) rows: Vec<(Box<[u32]>, f64)>,
}

impl Rows {
    /// The rows that save most, when there are `ratio` times as many documents in all, `most` rows at most.
    pub(super) fn choose(pieces: &Pieces<'_>, ratio: f64, most: usize) -> Self {
        let width = pieces.codes.len();
        if width == 0 {
            return Rows::default();
        }
        let documents = pieces.numbers.len() / width;
        let sample = &pieces.numbers[..documents.min(CHOICE) * width];
        let sample_ratio = ratio * rough(documents) / rough(documents.clamp(1, CHOICE));
        let mut bound = Vec::new();
        let mut best = 0.0;
        loop {
            let candidates = (0..width).filter(|hole| !bound.contains(hole)).map(|hole| {
                let mut more = bound.clone();
                more.push(hole);
                more.sort_unstable();
                let gain: f64 = worthy(pieces, sample, &more, sample_ratio)
                    .iter()
                    .map(|row| row.2)
                    .sum();
                (more, gain)
            });
            match candidates.max_by(|(_, a), (_, b)| a.total_cmp(b)) {
                Some((more, gain)) if gain > best => (bound, best) = (more, gain),
                _ => break,
            }
        }
        let mut rows = worthy(pieces, &pieces.numbers, &bound, ratio);
        rows.sort_unstable_by(|(a, m, _), (b, n, _)| n.total_cmp(m).then_with(|| a.cmp(b)));
        rows.truncate(most);
        Rows {
            bound,
            rows: rows.into_iter().map(|(row, uses, _)| (row, uses)).collect(),
        }
    }
}

/// The rows over these holes that save more bytes than they take: with their uses in the sample and what they save in all.
fn worthy(
    pieces: &Pieces<'_>,
    numbers: &[u32],
    bound: &[usize],
    ratio: f64,
) -> Vec<(Box<[u32]>, f64, f64)> {
    let mut counts: HashMap<Box<[u32]>, usize, Hashing> = HashMap::default();
    let mut row = Vec::with_capacity(bound.len());
    for document in numbers.chunks_exact(pieces.codes.len()) {
        row.clear();
        row.extend(bound.iter().map(|&hole| document[hole]));
        if row.contains(&NO_PIECE) {
            continue;
        }
        match counts.get_mut(row.as_slice()) {
            Some(count) => *count += 1,
            None => {
                counts.insert(row.as_slice().into(), 1);
            }
        }
    }
    let worth = |(row, count): (Box<[u32]>, usize)| {
        // what came seldom is likely to come less often than that again
        let uses = match count {
            1 => 0.4,
            2 => 1.6,
            _ => rough(count),
        };
        let plain: usize = row
            .iter()
            .zip(bound)
            .map(|(&number, &hole)| pieces.codes[hole].cost(number.into()).unwrap_or(2))
            .sum();
        let saved = rough(plain) + PLAIN_LEAD - ROW_LEAD;
        let gain = uses * ratio * saved - 2.0 * rough(row.len());
        (gain > 0.0).then_some((row, uses, gain))
    };
    counts.into_iter().filter_map(worth).collect()
}
