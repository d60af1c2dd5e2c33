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
    /// It as it is now; nothing if that is the last.
    pub(crate) fn newer(&self, last: &Open) -> PyResult<Option<Open>> {
        match self {
            Live::Reader(index) => {
                let snapshot = index.snapshot();
                let same = last
                    .index()
                    .is_some_and(|last| Arc::ptr_eq(last, &snapshot));
                Ok((!same).then(|| Open::snapshot(snapshot)))
            }
            Live::Writer(writing) => {
                // what is in memory may have to be compiled
                let entries = Python::attach(|py| py.detach(|| writing.entries())).raise()?;
                let (kind, rule) = (ValueKind::Json, TextRule::default());
                Ok(Some(Open::merged(entries, kind, rule)))
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
