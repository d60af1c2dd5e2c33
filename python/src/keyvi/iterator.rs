//! The hits of a query: keyvi's `MatchIterator`.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::Poll;

use keyfold_reader::keyvi::{Hit, Hits};
use pyo3::prelude::*;

use super::matched::Match;
use super::tokens::Tokens;
use crate::error::Raise;
use crate::number::Number;

/// Positions that a query looks at before it gives up the GIL: some microseconds.
const PATIENCE: usize = 128;

/// The matches of a query. Each is looked for when the one before it is taken.
#[pyclass(frozen, subclass, module = "keyfold")]
pub(crate) struct MatchIterator(Mutex<State>);

struct State {
    next: Option<PyResult<Next>>,
    look: Look,
}

/// The match that is given next.
enum Next {
    /// That on which the query stands.
    Here,
    Span(Span),
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

/// Where the matches come from.
pub(super) enum Look {
    Nowhere,
    Hits(Hits),
    /// Those that no minimum weight is for.
    Unweighed(Hits),
    List(std::vec::IntoIter<Hit>),
    Tokens(Tokens),
}

impl MatchIterator {
    /// Hits that are found about as fast as a key is looked up.
    pub(super) fn soon(py: Python<'_>, look: Look) -> Self {
        let mut state = State { next: None, look };
        state.look_further(py);
        MatchIterator(Mutex::new(state))
    }

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
            next: span.map(|span| Ok(Next::Span(span))),
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

    /// As [`state`](Self::state). Another thread may be looking for a match: that is waited for without the GIL, which it
    /// may need.
    fn state_attached(&self, py: Python<'_>) -> MutexGuard<'_, State> {
        loop {
            match self.0.try_lock() {
                Ok(state) => return state,
                Err(TryLockError::Poisoned(state)) => return state.into_inner(),
                Err(TryLockError::WouldBlock) => py.detach(|| drop(self.state())),
            }
        }
    }
}

impl State {
    /// Looks for the next match, with the GIL released if that takes longer.
    #[inline]
    fn look_further(&mut self, py: Python<'_>) {
        if self.poll(Some(PATIENCE)).is_pending() {
            py.detach(|| self.advance());
        }
    }

    /// Looks for the next match, however long that takes.
    fn advance(&mut self) {
        // never pending
        let _ready = self.poll(None);
    }

    /// Looks for the next match, if `patience` is given only as long as that.
    #[inline]
    fn poll(&mut self, patience: Option<usize>) -> Poll<()> {
        let next = match &mut self.look {
            Look::Nowhere => Ok(None),
            Look::Hits(hits) | Look::Unweighed(hits) => {
                let there = match patience {
                    Some(patience) => hits.poll(patience),
                    None => hits.advance().map(Poll::Ready),
                };
                match there {
                    Ok(Poll::Pending) => return Poll::Pending,
                    Ok(Poll::Ready(there)) => Ok(there.then_some(Next::Here)),
                    Err(error) => Err(error),
                }
            }
            Look::List(hits) => Ok(hits.next().map(|hit| Next::Span(hit.into()))),
            Look::Tokens(_) if patience.is_some() => return Poll::Pending,
            Look::Tokens(tokens) => tokens.next().map(|span| span.map(Next::Span)).transpose(),
        };
        self.put(next);
        Poll::Ready(())
    }

    #[inline]
    fn put(&mut self, next: keyfold_reader::Result<Option<Next>>) {
        if !matches!(next, Ok(Some(_))) {
            self.look = Look::Nowhere;
        }
        // the exception that stopped a query is this thread's
        self.next = next.raise().transpose();
    }

    /// Takes the next match.
    #[inline]
    fn take(&mut self, py: Python<'_>) -> PyResult<Option<Match>> {
        let next = self.next.take().transpose()?;
        Ok(match (next, &self.look) {
            (Some(Next::Here), Look::Hits(hits) | Look::Unweighed(hits)) => {
                Some(Match::hit(py, hits))
            }
            (Some(Next::Span(span)), _) => Some(Match::span(span.found, span.start, span.end)),
            _ => None,
        })
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
        let mut state = self.state_attached(py);
        let found = state.take(py)?;
        if found.is_some() {
            state.look_further(py);
        }
        Ok(found)
    }

    /// From the match after the next on, completions of a dictionary go on only where the weights are not lower; of no
    /// effect on others.
    #[pyo3(signature = (w))]
    fn set_min_weight(&self, py: Python<'_>, w: Number<u32>) {
        if let Look::Hits(hits) = &mut self.state_attached(py).look {
            hits.set_minimum_weight(w.0);
        }
    }
}
