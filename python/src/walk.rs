//! Entries that are found one by one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use keyfold_reader::{Match, Matches, Spans};
use pyo3::prelude::*;

use crate::error::Raise;
use crate::key::text_or_bytes;
use crate::keyvi::Match as PyMatch;
use crate::rows::Rows;
use crate::source::Open;
use crate::value::{item, to_python};

/// Hits of a query that are found at a time at most; the first time it is one.
const MOST: usize = 64;

/// A batch ends after this time, so that slow queries give what they have.
const LONG: Duration = Duration::from_millis(10);

/// An entry, and where it stands in what was asked.
pub(crate) struct Hit {
    pub(crate) found: Match,
    start: usize,
    end: usize,
}

impl Hit {
    /// With the key as it was given to the compiler.
    pub(crate) fn shown(self, open: &Open) -> Self {
        Hit {
            found: open.shown(self.found),
            ..self
        }
    }

    pub(crate) fn start(&self) -> u64 {
        self.start as u64
    }

    pub(crate) fn end(&self) -> u64 {
        self.end as u64
    }

    /// An entry whose whole key is the match.
    pub(crate) fn whole(found: Match) -> Self {
        let end = found.key.len();
        Hit {
            found,
            start: 0,
            end,
        }
    }
}

/// What goes from entry to entry.
pub(crate) enum Walk {
    Rows(Box<Rows>),
    Query(Box<Query>),
}

/// A query whose hits are found in batches, with the GIL released.
pub(crate) struct Query {
    hits: Hits,
    left: usize,
    ready: VecDeque<Hit>,
    batch: usize,
}

enum Hits {
    Matches(Matches<'static>),
    /// The keys in a text, their places in characters or in bytes.
    Spans(Box<Spans<'static>>, Places),
}

/// In what places in a text are given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Places {
    /// For a `str`.
    Characters,
    /// For `bytes`.
    Bytes,
}

impl Walk {
    pub(crate) fn rows(rows: Rows) -> Self {
        Walk::Rows(Box::new(rows))
    }

    pub(crate) fn matches(matches: Matches<'static>) -> Self {
        Walk::query(Hits::Matches(matches), None)
    }

    pub(crate) fn spans(spans: Spans<'static>, places: Places, limit: Option<usize>) -> Self {
        Walk::query(Hits::Spans(Box::new(spans), places), limit)
    }

    fn query(hits: Hits, limit: Option<usize>) -> Self {
        Walk::Query(Box::new(Query {
            hits,
            left: limit.unwrap_or(usize::MAX),
            ready: VecDeque::new(),
            batch: 1,
        }))
    }

    /// A hit that was found already.
    fn pop(&mut self) -> Option<Hit> {
        match self {
            Walk::Rows(rows) => rows.pop().map(Hit::whole),
            Walk::Query(query) => query.ready.pop_front(),
        }
    }

    /// The next hit, found now if need be.
    pub(crate) fn next(&mut self) -> PyResult<Option<Hit>> {
        if let Some(hit) = self.pop() {
            return Ok(Some(hit));
        }
        match self {
            Walk::Rows(rows) => rows.read()?,
            Walk::Query(query) => query.read()?,
        }
        Ok(self.pop())
    }
}

impl Query {
    fn read(&mut self) -> PyResult<()> {
        let start = Instant::now();
        for _ in 0..self.batch.min(self.left) {
            let Some(hit) = self.hits.next()? else { break };
            self.left -= 1;
            self.ready.push_back(hit);
            if start.elapsed() > LONG {
                break;
            }
        }
        self.batch = MOST.min(2 * self.batch);
        Ok(())
    }
}

impl Hits {
    fn next(&mut self) -> PyResult<Option<Hit>> {
        match self {
            Hits::Matches(matches) => Ok(matches.next().transpose().raise()?.map(Hit::whole)),
            Hits::Spans(spans, places) => {
                Ok(spans.advance().raise()?.then(|| span(spans, *places)))
            }
        }
    }
}

/// The current match of a text.
pub(crate) fn span(spans: &Spans<'_>, places: Places) -> Hit {
    let span = spans.span();
    let (start, end) = match places {
        Places::Characters => (span.char_start, span.char_end),
        Places::Bytes => (span.start, span.end),
    };
    let place = |place| usize::try_from(place).unwrap_or(usize::MAX);
    Hit {
        found: spans.to_match(),
        start: place(start),
        end: place(end),
    }
}

/// What of an entry is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Keys,
    Values,
    Items,
    Matches,
}

/// An iterator over entries: their keys, their values, both, or matches. It holds the file open by itself.
#[pyclass(frozen, module = "keyfold")]
pub(crate) struct Results {
    open: Arc<Open>,
    walk: Mutex<Walk>,
    what: What,
}

impl Results {
    pub(crate) fn new(open: Arc<Open>, walk: Walk, what: What) -> Self {
        Results {
            open,
            walk: Mutex::new(walk),
            what,
        }
    }

    /// The next hit. Whoever waits for the lock or for a batch does so without the GIL.
    fn next(&self, py: Python<'_>) -> PyResult<Option<Hit>> {
        let ready = match self.walk.try_lock() {
            Ok(mut walk) => walk.pop(),
            Err(TryLockError::Poisoned(_) | TryLockError::WouldBlock) => None,
        };
        if ready.is_some() {
            return Ok(ready);
        }
        py.detach(|| {
            let mut walk = self.walk.lock().unwrap_or_else(PoisonError::into_inner);
            walk.next()
        })
    }
}

#[pymethods]
impl Results {
    fn __iter__(this: Bound<'_, Self>) -> Bound<'_, Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(hit) = self.next(py)? else {
            return Ok(None);
        };
        self.what.of(py, &self.open, hit).map(Some)
    }
}

impl What {
    fn of<'py>(self, py: Python<'py>, open: &Open, hit: Hit) -> PyResult<Bound<'py, PyAny>> {
        if self == What::Values {
            return to_python(py, hit.found.value());
        }
        let hit = hit.shown(open);
        match self {
            What::Values | What::Keys => Ok(text_or_bytes(py, &hit.found.key)),
            What::Items => Ok(item(py, &hit.found)?.into_pyobject(py)?.into_any()),
            What::Matches => matched(py, hit),
        }
    }
}

/// A hit as Python has it.
pub(crate) fn matched(py: Python<'_>, hit: Hit) -> PyResult<Bound<'_, PyAny>> {
    let found = PyMatch::span(hit.found, hit.start, hit.end);
    Ok(Bound::new(py, found)?.into_any())
}
