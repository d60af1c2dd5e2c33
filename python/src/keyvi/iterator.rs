//! The hits of a query: keyvi's `MatchIterator`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use keyfold_reader::keyvi::{Hit, Hits};
use pyo3::prelude::*;

use super::matched::Match;
use super::tokens::Tokens;
use crate::error::Raise;
use crate::number::Number;

/// The matches of a query. Each is looked for when the one before it is taken.
#[pyclass(frozen, subclass, module = "keyfold")]
pub(crate) struct MatchIterator(Mutex<State>);

#[derive(Default)]
struct State {
    next: Option<keyfold_reader::Result<Span>>,
    look: Look,
}

/// What was found, and where in the text that was asked about.
pub(super) struct Span {
    pub(super) found: keyfold_reader::Match,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl From<Hit> for Span {
    fn from(hit: Hit) -> Self {
        Span {
            found: hit.matched,
            start: 0,
            end: hit.end,
        }
    }
}

/// Where the matches behind the next one come from.
#[derive(Default)]
enum Look {
    #[default]
    Nowhere,
    Hits(Hits),
    /// Those that no minimum weight is for.
    Unweighed(Hits),
    List(std::vec::IntoIter<Hit>),
    Tokens(Tokens),
}

impl MatchIterator {
    /// The hits that `ask` gives, looked for with the GIL released.
    pub(super) fn hits(
        py: Python<'_>,
        ask: impl FnOnce() -> keyfold_reader::Result<Hits> + Send,
    ) -> PyResult<Self> {
        py.detach(|| Ok(MatchIterator::new(Look::Hits(ask().raise()?))))
    }

    /// The hits of a completion whose weights stay what they are, whatever minimum is set.
    pub(super) fn unweighed(
        py: Python<'_>,
        ask: impl FnOnce() -> keyfold_reader::Result<Hits> + Send,
    ) -> PyResult<Self> {
        py.detach(|| Ok(MatchIterator::new(Look::Unweighed(ask().raise()?))))
    }

    /// The list of hits that `ask` makes, with the GIL released.
    pub(super) fn list(
        py: Python<'_>,
        ask: impl FnOnce() -> keyfold_reader::Result<Vec<Hit>> + Send,
    ) -> PyResult<Self> {
        let hits = py.detach(ask).raise()?;
        Ok(MatchIterator::new(Look::List(hits.into_iter())))
    }

    /// The keys that start at the words of a text.
    pub(super) fn tokens(py: Python<'_>, tokens: Tokens) -> Self {
        py.detach(|| MatchIterator::new(Look::Tokens(tokens)))
    }

    /// One match, or none.
    pub(super) fn one(span: Option<Span>) -> Self {
        MatchIterator(Mutex::new(State {
            next: span.map(Ok),
            look: Look::Nowhere,
        }))
    }

    fn new(look: Look) -> Self {
        let mut state = State { next: None, look };
        state.advance();
        MatchIterator(Mutex::new(state))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn advance(&mut self) {
        self.next = match &mut self.look {
            Look::Nowhere => None,
            Look::Hits(hits) | Look::Unweighed(hits) => hits.next().map(|hit| hit.map(Span::from)),
            Look::List(hits) => hits.next().map(|hit| Ok(hit.into())),
            Look::Tokens(tokens) => tokens.next(),
        };
        if !matches!(self.next, Some(Ok(_))) {
            self.look = Look::Nowhere;
        }
    }
}

#[pymethods]
impl MatchIterator {
    #[new]
    fn empty() -> Self {
        MatchIterator::one(None)
    }

    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Match>> {
        // another thread may be looking for the next match
        let next = py.detach(|| {
            let mut state = self.state();
            let next = state.next.take();
            if next.is_some() {
                state.advance();
            }
            next
        });
        let span = next.transpose().raise()?;
        Ok(span.map(|span| Match::span(span.found, span.start, span.end)))
    }

    /// From the match after the next on, completions of a dictionary go on only where the weights are not lower; of no
    /// effect on others.
    #[pyo3(signature = (w))]
    fn set_min_weight(&self, py: Python<'_>, w: Number<u32>) {
        py.detach(|| {
            if let Look::Hits(hits) = &mut self.state().look {
                hits.set_minimum_weight(w.0);
            }
        });
    }
}
