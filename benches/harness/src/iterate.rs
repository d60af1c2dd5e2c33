//! Visiting all keys in order.

use std::hint::black_box;

use anyhow::Result;

use crate::checksum::Checksum;
use crate::engine::Session;
use crate::get::timed;
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
            touch(key);
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

/// Bytes of a line of a processor's cache.
const LINE: usize = 64;

/// Reads so much of a key that all of it is at hand. Adding up its bytes would take a jump that cannot be foreseen, since
/// keys differ in length: as much time as the fastest engines take for all they do.
fn touch(key: &[u8]) {
    for line in key.chunks(LINE) {
        black_box(line[0]);
    }
    black_box(key.last());
}
