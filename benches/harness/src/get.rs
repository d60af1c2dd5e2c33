//! Looking up keys, one at a time or in batches.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Result, ensure};

use crate::arguments::Form;
use crate::checksum::Checksum;
use crate::engine::Session;
use crate::report::Get;

/// One key at a time: a first pass that checks and warms, then the measured ones.
pub fn single(
    session: &mut impl Session,
    queries: &[&[u8]],
    passes: usize,
    form: Form,
) -> Result<Get> {
    let mut found = 0;
    let mut checksum = Checksum::default();
    for query in queries {
        found += u64::from(session.get(query, form, |value| match form {
            Form::Text => checksum.add_text(value),
            Form::None | Form::Packed => checksum.add(value),
        })?);
    }
    let nanoseconds = timed(queries.len(), passes, found, || {
        let mut hits = 0;
        for query in queries {
            hits += u64::from(session.get(query, form, read)?);
        }
        Ok(hits)
    })?;
    Ok(Get {
        queries: queries.len() as u64,
        found,
        checksum: checksum.text(),
        nanoseconds,
    })
}

/// Reads a value, as whoever asks for it does: of one that is shown where the engine stores it, nothing was read before.
pub(crate) fn read(value: &[u8]) {
    black_box(
        value
            .iter()
            .fold(0, |sum: u8, &byte| sum.wrapping_add(byte)),
    );
}

/// In batches of the same size but the last; only how many keys are there is looked at.
pub fn many(
    session: &mut impl Session,
    queries: &[&[u8]],
    passes: usize,
    batch: usize,
) -> Result<Get> {
    let mut ask = || {
        queries
            .chunks(batch)
            .try_fold(0, |found, keys| Ok(found + session.get_many(keys)?))
    };
    let found = ask()?;
    Ok(Get {
        queries: queries.len() as u64,
        found,
        checksum: Checksum::default().text(),
        nanoseconds: timed(queries.len(), passes, found, ask)?,
    })
}

/// Nanoseconds for one of `count` keys, of each pass; every pass must return `found`.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of keys are far below 2^52"
)]
pub(crate) fn timed(
    count: usize,
    passes: usize,
    found: u64,
    mut pass: impl FnMut() -> Result<u64>,
) -> Result<Vec<f64>> {
    (0..passes)
        .map(|_| {
            let begin = Instant::now();
            let again = pass()?;
            let nanoseconds = begin.elapsed().as_secs_f64() * 1e9 / count.max(1) as f64;
            ensure!(again == found, "passes differ: {found}, then {again}");
            Ok(nanoseconds)
        })
        .collect()
}
