//! Memory after many gets.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::arguments::Form;
use crate::engine::Session;
use crate::get::read;
use crate::report::Resident;
use crate::usage::rss_kib;

/// Asks `gets` keys and takes their values as text; the file of queries is read again and again rather than kept in memory.
pub fn measure(session: &mut impl Session, queries: &Path, gets: usize) -> Result<Resident> {
    let (mut asked, mut found) = (0, 0);
    let mut line = Vec::new();
    while asked < gets {
        let file =
            File::open(queries).with_context(|| format!("cannot open {}", queries.display()))?;
        let mut lines = BufReader::new(file);
        let before = asked;
        while asked < gets && lines.read_until(b'\n', &mut line)? > 0 {
            let key = line.strip_suffix(b"\n").unwrap_or(&line);
            found += u64::from(session.get(key, Form::Text, read)?);
            asked += 1;
            line.clear();
        }
        ensure!(asked > before, "there are no queries");
    }
    Ok(Resident {
        queries: asked as u64,
        found,
        rss_kib: rss_kib()?,
    })
}

/// Keeps the process as it is until standard input ends.
pub fn wait() -> Result<()> {
    std::io::stdin().lock().read_to_end(&mut Vec::new())?;
    Ok(())
}
