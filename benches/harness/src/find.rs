//! Finding keys in text.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use crate::arguments::Boundaries;
use crate::checksum::Checksum;
use crate::engine::{Access, Engine, Session};
use crate::get::timed;
use crate::report::Find;

/// Opens the file; then a first pass that counts, checks and warms, and the measured ones.
pub fn measure<E: Engine>(
    file: &Path,
    text: &[u8],
    passes: usize,
    boundaries: Boundaries,
) -> Result<Find> {
    let begin = Instant::now();
    let engine = E::open(file, Access::InMemory)?;
    let mut session = engine.session()?;
    session.find(b"", boundaries, |_, _| ())?;
    let ready_nanoseconds = begin.elapsed().as_secs_f64() * 1e9;
    let mut found = 0;
    let mut checksum = Checksum::default();
    session.find(text, boundaries, |start, end| {
        found += 1;
        for place in [start, end] {
            checksum.add(&(place as u64).to_le_bytes());
        }
    })?;
    let nanoseconds = timed(1, passes, found, || {
        let mut again = 0;
        session.find(text, boundaries, |start, end| {
            black_box((start, end));
            again += 1;
        })?;
        Ok(again)
    })?;
    Ok(Find {
        bytes: text.len() as u64,
        found,
        checksum: checksum.text(),
        ready_nanoseconds,
        nanoseconds,
    })
}
