//! Queries of `Entries`.

use keyfold_reader::automaton::{Automaton, Glob, Regex, Subsequence};
use keyfold_reader::{Completion, Entries, Matches, Result};
use pyo3::prelude::*;

use crate::error::Raise;
use crate::source::Open;
use crate::walk::{Hit, Walk, matched};

/// A question for keys near one.
#[derive(Clone, Copy)]
pub(crate) struct Near {
    pub(crate) distance: u32,
    pub(crate) exact_prefix: usize,
    pub(crate) limit: Option<u64>,
    /// The nearest first, of those the heaviest; else in byte order.
    pub(crate) best: bool,
}

impl Near {
    pub(crate) fn walk(self, open: &Open, key: &[u8]) -> PyResult<Walk> {
        let entries = limited(open, self.limit);
        let found = if self.best {
            entries.fuzzy_best(key, self.distance, self.exact_prefix)
        } else {
            entries.fuzzy(key, self.distance, self.exact_prefix)
        };
        Ok(Walk::matches(found.raise()?))
    }
}

/// The entries, queries of which end after so many matches.
pub(crate) fn limited(open: &Open, limit: Option<u64>) -> Entries {
    let entries = open.entries.clone();
    match limit {
        Some(limit) => entries.limit(limit),
        None => entries,
    }
}

pub(crate) fn regex(
    open: &Open,
    expression: &str,
    anywhere: bool,
    limit: Option<u64>,
) -> PyResult<Walk> {
    let expression = if anywhere {
        Regex::anywhere(expression)
    } else {
        Regex::new(expression)
    };
    search(open, expression.raise()?, limit)
}

pub(crate) fn glob(open: &Open, pattern: &[u8], limit: Option<u64>) -> PyResult<Walk> {
    search(open, Glob::new(pattern).raise()?, limit)
}

pub(crate) fn subsequence(open: &Open, wanted: &[u8], limit: Option<u64>) -> PyResult<Walk> {
    search(open, Subsequence::new(wanted), limit)
}

fn search<A>(open: &Open, automaton: A, limit: Option<u64>) -> PyResult<Walk>
where
    A: Automaton<State: Send> + Send + 'static,
{
    let found = limited(open, limit).search(automaton);
    Ok(Walk::matches(found.raise()?))
}

/// The completions wanted.
pub(crate) fn wanted(top: u64, minimum_weight: u32) -> Completion {
    Completion::top(top).minimum_weight(minimum_weight)
}

/// All matches of a query, found with the GIL released.
pub(crate) fn list<'py>(
    py: Python<'py>,
    open: &Open,
    query: impl FnOnce(&Entries) -> Result<Matches<'static>> + Send,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let found: Vec<_> = py
        .detach(|| query(&open.entries)?.collect::<Result<_>>())
        .raise()?;
    let matches = found.into_iter().map(Hit::whole);
    matches.map(|hit| matched(py, hit.shown(open))).collect()
}

/// The stored keys that a text starts with, shortest first.
pub(crate) fn prefixes_of<'py>(
    py: Python<'py>,
    open: &Open,
    text: &[u8],
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let mut found = Vec::new();
    // they come before the other keys that have as much in common with the text
    for near in open.entries.near(text, 0, false).raise()? {
        let near = near.raise()?;
        if !text.starts_with(&near.key) {
            break;
        }
        found.push(matched(py, Hit::whole(near))?);
    }
    Ok(found)
}
