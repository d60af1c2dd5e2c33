//! Finding keys in text.

use std::io::Cursor;

use keyfold_reader::{Boundaries, Overlap};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error::{OptionError, Raise};
use crate::source::Open;
use crate::walk::{Places, Walk};

/// Which keys in a text are matches.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    boundaries: Boundaries,
    overlap: Overlap,
    limit: Option<usize>,
}

impl Rules {
    pub(crate) fn new(boundaries: &str, overlap: &str, limit: Option<usize>) -> PyResult<Self> {
        Ok(Rules {
            boundaries: boundaries.parse().map_err(OptionError::new_err)?,
            overlap: match overlap {
                "leftmost-longest" => Overlap::LeftmostLongest,
                "per-start" => Overlap::PerStart,
                "all" => Overlap::All,
                _ => {
                    return Err(OptionError::new_err(format!(
                        "{overlap:?} is none of leftmost-longest, per-start, all"
                    )));
                }
            },
            limit,
        })
    }

    /// The keys that stand in a text, which is copied.
    pub(crate) fn walk(self, open: &Open, text: &[u8], places: Places) -> PyResult<Walk> {
        let finder = open.finder().raise()?;
        let finder = finder.boundaries(self.boundaries).overlap(self.overlap);
        let spans = finder.find_in(Cursor::new(text.to_vec()));
        Ok(Walk::spans(spans, places, self.limit))
    }
}

/// How places in a text are given.
pub(crate) fn places(text: &Bound<'_, PyAny>) -> Places {
    if text.is_instance_of::<PyString>() {
        Places::Characters
    } else {
        Places::Bytes
    }
}
