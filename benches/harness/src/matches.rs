//! Queries that have several matches: keys near a string, completions of a prefix.

use std::hint::black_box;

use anyhow::Result;

use crate::checksum::Checksum;
use crate::engine::Session;
use crate::get::{read, timed};
use crate::report::Get;

/// Keys at most `distance` edits from each query whose first `minimum_prefix` characters are the same. Keys and their
/// distances are checked, in the order in which they come.
pub fn fuzzy(
    session: &mut impl Session,
    queries: &[&[u8]],
    passes: usize,
    distance: u32,
    minimum_prefix: usize,
) -> Result<Get> {
    let check = |checksum: &mut Checksum, key: &[u8], distance: u32| {
        checksum.add(key);
        checksum.add(&distance.to_le_bytes());
    };
    measure(queries, passes, check, |query, take| {
        session.fuzzy(query, distance, minimum_prefix, take)
    })
}

/// The `top` heaviest keys that start with each query. Only weights are checked: of keys of the same weight any may come.
pub fn complete(
    session: &mut impl Session,
    queries: &[&[u8]],
    passes: usize,
    top: usize,
) -> Result<Get> {
    let check = |checksum: &mut Checksum, _key: &[u8], weight: u32| {
        checksum.add(&weight.to_le_bytes());
    };
    measure(queries, passes, check, |query, take| {
        session.complete(query, top, take)
    })
}

/// Takes a match: its key and its number.
type Take<'t> = &'t mut dyn FnMut(&[u8], u32);

/// A first pass that counts, checks and warms, then the measured ones.
fn measure(
    queries: &[&[u8]],
    passes: usize,
    check: impl Fn(&mut Checksum, &[u8], u32),
    mut ask: impl FnMut(&[u8], Take<'_>) -> Result<()>,
) -> Result<Get> {
    let mut found = 0;
    let mut checksum = Checksum::default();
    for query in queries {
        // Where the matches of a query end counts.
        let before = found;
        ask(query, &mut |key, number| {
            found += 1;
            check(&mut checksum, key, number);
        })?;
        checksum.add(&u64::to_le_bytes(found - before));
    }
    let nanoseconds = timed(queries.len(), passes, found, || {
        let mut again = 0;
        for query in queries {
            ask(query, &mut |key, number| {
                read(key);
                black_box(number);
                again += 1;
            })?;
        }
        Ok(again)
    })?;
    Ok(Get {
        queries: queries.len() as u64,
        found,
        checksum: checksum.text(),
        nanoseconds,
    })
}
