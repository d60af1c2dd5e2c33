//! Rows as Arrow record batches, read without an object of Python for any of them.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch, RecordBatchReader};
use arrow_schema::ArrowError;
use keyfold_compiler::{Encoder, Options};
use pyo3::prelude::*;

use super::Clock;
use super::feed::Feed;
use super::layout::Layout;
use super::plan::Plan;
use crate::error::{ArgumentError, RowError};

/// Rows that are encoded while the GIL is released.
const ROWS: usize = 1 << 13;

/// Record batches, and what their columns are.
pub(super) struct Frame {
    batches: Box<dyn RecordBatchReader + Send>,
    /// A batch that was looked at already.
    first: Option<RecordBatch>,
    layout: Layout,
}

impl Frame {
    pub(super) fn new(
        py: Python<'_>,
        mut batches: Box<dyn RecordBatchReader + Send>,
        plan: &Plan,
    ) -> PyResult<Self> {
        let layout = Layout::new(&batches.schema(), plan)?;
        let first = py.detach(|| batches.next()).transpose().map_err(unread)?;
        Ok(Frame {
            batches,
            first,
            layout,
        })
    }

    /// The options, completed by what the columns say.
    pub(super) fn options(&self, plan: &Plan) -> PyResult<Options> {
        let mut options = plan.options(self.layout.kind)?;
        if let (None, Some(size)) = (plan.vector_size, self.vector_size()) {
            options.vector_size = size;
        }
        Ok(options)
    }

    /// The length of the vectors, judged by the first.
    fn vector_size(&self) -> Option<usize> {
        let vectors = self.layout.vectors(self.first.as_ref()?)?;
        let vectors = vectors.as_list::<i64>();
        let first = (0..vectors.len()).find(|row| vectors.is_valid(*row))?;
        usize::try_from(vectors.value_length(first)).ok()
    }

    /// Feeds all rows.
    pub(super) fn read(
        &mut self,
        py: Python<'_>,
        feed: &mut Feed,
        clock: &Clock<'_>,
    ) -> PyResult<()> {
        let mut encoder = Encoder::new(feed.options());
        let mut payload = Vec::new();
        let mut number = 0;
        loop {
            let next = match self.first.take() {
                Some(batch) => Some(Ok(batch)),
                None => py.detach(|| self.batches.next()),
            };
            let Some(batch) = next.transpose().map_err(unread)? else {
                return Ok(());
            };
            let columns = {
                let layout = &self.layout;
                py.detach(|| layout.columns(&batch))
            }
            .map_err(unread)?;
            let mut row = 0;
            while row < batch.num_rows() {
                let end = batch.num_rows().min(row + ROWS);
                let bad = py.detach(|| {
                    while row < end && !feed.is_full() {
                        if let Err(reason) =
                            columns.add(row, &mut encoder, &mut payload, feed.chunk())
                        {
                            return Some(reason);
                        }
                        row += 1;
                    }
                    None
                });
                if let Some(reason) = bad {
                    feed.reject(py, number + row as u64, RowError::new_err(reason))?;
                    row += 1;
                }
                clock.tick(py, number + row as u64)?;
                if feed.is_full() && !py.detach(|| feed.hand_over()) {
                    return Ok(());
                }
            }
            number += batch.num_rows() as u64;
        }
    }
}

fn unread(error: ArrowError) -> PyErr {
    match error {
        // what a reader in Python raised comes out of Arrow as text
        ArrowError::InvalidArgumentError(text) => ArgumentError::new_err(text),
        error => RowError::new_err(error.to_string()),
    }
}
