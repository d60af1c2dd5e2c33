//! What the rows of a native file are encoded with.

use crate::fold::KeyModel;
use crate::options::Options;
use crate::sort::{Row, RowBlock};
use crate::value::ValueModel;

/// Models of keys and values.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) keys: KeyModel,
    pub(super) values: ValueModel,
}

impl Model {
    /// A model for rows such as those of the sample, of which there are `rows` in all.
    pub(super) fn train<'r>(
        options: &Options,
        sample: impl IntoIterator<Item = Row<'r>>,
        rows: u64,
    ) -> Self {
        let (texts, values): (Vec<&[u8]>, Vec<&[u8]>) = sample
            .into_iter()
            .map(|row| (&row.key[row.shared.min(row.key.len() - 1)..], row.value))
            .unzip();
        let (keys, values) = rayon::join(
            || {
                let bytes: u64 = texts.iter().map(|text| text.len() as u64 - 1).sum();
                KeyModel::train(&texts, scale(bytes, rows, texts.len()))
            },
            || ValueModel::train(options, &values, rows),
        );
        Model { keys, values }
    }
}

/// What `sum` over a sample is over all rows.
fn scale(sum: u64, rows: u64, sampled: usize) -> u64 {
    let all = u128::from(sum) * u128::from(rows) / (sampled.max(1) as u128);
    u64::try_from(all).unwrap_or(u64::MAX)
}

/// Neighbouring rows taken into a sample together.
const WINDOW: usize = 64;

/// Up to `most` of the rows: pieces of neighbours, spread evenly.
pub(super) fn sample(rows: &RowBlock, most: usize) -> impl Iterator<Item = Row<'_>> {
    let is_sampled = sampled(rows.len(), most);
    let rows = rows.rows().enumerate();
    rows.filter_map(move |(index, row)| is_sampled(index).then_some(row))
}

/// Which of so many rows are in a sample of about `most`.
pub(crate) fn sampled(rows: usize, most: usize) -> impl Fn(usize) -> bool {
    let step = rows.div_ceil(most).max(1);
    move |index| (index / WINDOW).is_multiple_of(step)
}
