//! What goes on changing while it is open.

use std::sync::Arc;

use keyfold_reader::index::Index;
use keyfold_reader::{TextRule, ValueKind};
use pyo3::prelude::*;

use crate::error::{Raise, StateError};
use crate::source::Open;
use crate::writing::Writing;

/// An index, by what has it open.
#[derive(Clone)]
pub(crate) enum Live {
    Reader(Index),
    Writer(Arc<Writing>),
}

impl Live {
    /// Whether what was open last is what is there now.
    #[inline]
    pub(crate) fn is_latest(&self, last: &Open) -> bool {
        match self {
            Live::Reader(index) => last.index().is_some_and(|last| index.is_latest(last)),
            Live::Writer(_) => false,
        }
    }

    /// It as it is now.
    pub(crate) fn now(&self) -> PyResult<Open> {
        match self {
            Live::Reader(index) => Ok(Open::snapshot(index.snapshot())),
            Live::Writer(writing) => {
                // what is in memory may have to be compiled
                let entries = Python::attach(|py| py.detach(|| writing.entries())).raise()?;
                let (kind, rule) = (ValueKind::Json, TextRule::default());
                Ok(Open::merged(entries, kind, rule))
            }
        }
    }

    /// The index, where it is open for reading.
    pub(crate) fn reader(self) -> PyResult<Index> {
        match self {
            Live::Reader(index) => Ok(index),
            Live::Writer(_) => Err(StateError::new_err("it is open for writing")),
        }
    }

    /// The writer, where it is open for writing.
    pub(crate) fn writer(self) -> PyResult<Arc<Writing>> {
        match self {
            Live::Writer(writing) => Ok(writing),
            Live::Reader(_) => Err(StateError::new_err("it is open for reading")),
        }
    }
}
