//! From arguments to the report.

use std::fs;
use std::io::Write;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;
use serde::Serialize;

use crate::arguments::{Arguments, Asked};
use crate::engine::{Access, Engine};
use crate::queries::Queries;
use crate::{cold, find, get, iterate, latency, matches, report, resident, rows};

/// Does what the arguments of the process say, and prints the report.
pub fn run<E: Engine + 'static>() -> Result<()> {
    match Arguments::parse() {
        Arguments::Build {
            kind,
            rows: from,
            file,
        } => {
            let begin = Instant::now();
            let text =
                fs::read(&from).with_context(|| format!("cannot read {}", from.display()))?;
            E::build(&rows::sorted(&text), kind, &file)?;
            let seconds = begin.elapsed().as_secs_f64();
            print(&report::Build { seconds })
        }
        Arguments::Get {
            asked,
            passes,
            value,
        } => ask::<E, _>(&asked, |session, keys| {
            get::single(session, keys, passes, value)
        }),
        Arguments::GetMany {
            asked,
            passes,
            batch,
        } => ask::<E, _>(&asked, |session, keys| {
            get::many(session, keys, passes, batch)
        }),
        Arguments::Latency {
            asked,
            passes,
            threads,
        } => {
            let queries = Queries::read(&asked)?;
            let engine = E::open(&asked.file, Access::InMemory)?;
            print(&latency::measure(
                &engine,
                &queries.keys(),
                passes,
                threads,
            )?)
        }
        Arguments::Iterate { file, passes } => {
            let engine = E::open(&file, Access::InMemory)?;
            let mut session = engine.session()?;
            print(&iterate::measure(&mut session, passes)?)
        }
        Arguments::Fuzzy {
            asked,
            passes,
            distance,
            minimum_prefix,
        } => ask::<E, _>(&asked, |session, queries| {
            matches::fuzzy(session, queries, passes, distance, minimum_prefix)
        }),
        Arguments::Complete { asked, passes, top } => ask::<E, _>(&asked, |session, prefixes| {
            matches::complete(session, prefixes, passes, top)
        }),
        Arguments::Find {
            file,
            text,
            passes,
            boundaries,
        } => {
            let text =
                fs::read(&text).with_context(|| format!("cannot read {}", text.display()))?;
            print(&find::measure::<E>(&file, &text, passes, boundaries)?)
        }
        Arguments::Cold {
            asked,
            warm,
            cache_bytes,
        } => {
            let queries = Queries::read(&asked)?;
            let access = Access::FromDisk { cache_bytes };
            print(&cold::measure::<E>(
                &asked.file,
                access,
                &queries.keys(),
                warm,
            )?)
        }
        Arguments::Resident { asked, gets } => {
            let engine = E::open(&asked.file, Access::InMemory)?;
            let mut session = engine.session()?;
            print(&resident::measure(&mut session, &asked.queries, gets)?)?;
            resident::wait()
        }
    }
}

/// Asks a file that is in memory, in this thread.
fn ask<E: Engine + 'static, R: Serialize>(
    asked: &Asked,
    ask: impl FnOnce(&mut E::Session<'_>, &[&[u8]]) -> Result<R>,
) -> Result<()> {
    let queries = Queries::read(asked)?;
    let engine = E::open(&asked.file, Access::InMemory)?;
    let report = ask(&mut engine.session()?, &queries.keys())?;
    print(&report)
}

fn print(report: &impl Serialize) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(report)?)?;
    Ok(out.flush()?)
}
