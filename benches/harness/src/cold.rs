//! Gets from a file of which nothing is in memory.

use std::fs::{self, File};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};

use crate::arguments::Form;
use crate::engine::{Access, Engine, Session};
use crate::get::read;
use crate::latency::{histogram, nanoseconds};
use crate::report::Cold;
use crate::usage::{Faults, read_bytes};

/// Takes the pages of a file, or of all files in a folder, out of the page cache. Nobody may have them mapped.
fn drop_pages(path: &Path) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            drop_pages(&entry?.path())?;
        }
        return Ok(());
    }
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    // Pages not yet written stay.
    file.sync_all()?;
    Ok(posix_fadvise(
        &file,
        0,
        0,
        PosixFadviseAdvice::POSIX_FADV_DONTNEED,
    )?)
}

/// Opens the file, then one get per query, each timed; those before `warm` are asked, not counted. Values are taken as
/// text, so that their pages are read too.
pub fn measure<E: Engine>(
    file: &Path,
    access: Access,
    queries: &[&[u8]],
    warm: usize,
) -> Result<Cold> {
    drop_pages(file)?;
    let before = Usage::now()?;
    let begin = Instant::now();
    let engine = E::open(file, access)?;
    let mut session = engine.session()?;
    let open_nanoseconds = nanoseconds(begin);
    let opened = Usage::now()?;
    let mut get = |query| session.get(query, Form::Text, read);
    let (unmeasured, queries) = queries.split_at(warm.min(queries.len()));
    for query in unmeasured {
        get(query)?;
    }
    let warm = Usage::now()?;
    let mut times = histogram();
    let mut found = 0;
    for query in queries {
        let begin = Instant::now();
        found += u64::from(get(query)?);
        times.record(nanoseconds(begin))?;
    }
    let end = Usage::now()?;
    Ok(Cold {
        queries: queries.len() as u64,
        found,
        p50: times.value_at_quantile(0.5),
        p99: times.value_at_quantile(0.99),
        max: times.max(),
        open_nanoseconds,
        open_read_bytes: opened.read_bytes - before.read_bytes,
        major_faults: end.faults.major - warm.faults.major,
        minor_faults: end.faults.minor - warm.faults.minor,
        read_bytes: end.read_bytes - warm.read_bytes,
    })
}

struct Usage {
    faults: Faults,
    read_bytes: u64,
}

impl Usage {
    fn now() -> Result<Self> {
        Ok(Self {
            faults: Faults::now()?,
            read_bytes: read_bytes()?,
        })
    }
}
