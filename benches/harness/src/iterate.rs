//! Visiting all keys in order.

use anyhow::Result;

use crate::checksum::Checksum;
use crate::engine::Session;
use crate::get::{read, timed};
use crate::report::Iterate;

/// A first pass that counts, checks and warms, then the measured ones.
pub fn measure(session: &mut impl Session, passes: usize) -> Result<Iterate> {
    let mut keys = 0;
    let mut checksum = Checksum::default();
    session.iterate(|key| {
        keys += 1;
        checksum.add(key);
    })?;
    let count = usize::try_from(keys)?;
    let nanoseconds = timed(count, passes, keys, || {
        let mut visited = 0;
        session.iterate(|key| {
            read(key);
            visited += 1;
        })?;
        Ok(visited)
    })?;
    Ok(Iterate {
        keys,
        checksum: checksum.text(),
        nanoseconds,
    })
}
