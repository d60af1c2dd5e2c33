//! Keys with documents as they come from Python, in groups.

use arrow_array::{Array, ArrayRef};
use keyfold_compiler::index::Change;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use pyo3_arrow::input::AnyArray;

use crate::compile::cell::{check_document, write_document};
use crate::compile::document::{self, Bytes};
use crate::error::{ArgumentError, RowError};
use crate::key::{Key, wrong_type};
use crate::strings::Strings;

/// A group ends with so many documents, or bytes of them.
pub(crate) const MOST: usize = 1 << 16;
const MOST_BYTES: usize = 16 << 20;

/// Keys and documents behind each other.
#[derive(Default)]
pub(crate) struct Group {
    bytes: Vec<u8>,
    /// Where each key and each document ends.
    ends: Vec<(usize, usize)>,
}

impl Group {
    /// Adds a key with the document that `write` appends; if that fails, nothing.
    pub(crate) fn push(
        &mut self,
        key: &[u8],
        write: impl FnOnce(&mut Vec<u8>) -> PyResult<()>,
    ) -> PyResult<()> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let end = self.bytes.len();
        if let Err(error) = write(&mut self.bytes) {
            self.bytes.truncate(start);
            return Err(error);
        }
        self.ends.push((end, self.bytes.len()));
        Ok(())
    }

    pub(crate) fn is_full(&self) -> bool {
        self.ends.len() >= MOST || self.bytes.len() >= MOST_BYTES
    }

    /// A change for each key and its document.
    pub(crate) fn changes<'g>(
        &'g self,
        change: impl Fn(&'g [u8], &'g [u8]) -> Change<'g>,
    ) -> Vec<Change<'g>> {
        let mut start = 0;
        let pairs = self.ends.iter().map(|&(key, document)| {
            let pair = change(&self.bytes[start..key], &self.bytes[key..document]);
            start = document;
            pair
        });
        pairs.collect()
    }
}

/// Hands documents to `take` in groups: of a mapping, of pairs, or of a column with keys and one with documents.
pub(crate) fn each(
    documents: &Bound<'_, PyAny>,
    column: Option<&Bound<'_, PyAny>>,
    take: impl FnMut(&Group) -> PyResult<()>,
) -> PyResult<()> {
    let py = documents.py();
    let mut groups = Groups {
        py,
        group: Group::default(),
        take,
    };
    match column {
        None => pairs(documents, &mut groups)?,
        Some(column) => columns(documents, column, &mut groups)?,
    }
    groups.end()
}

struct Groups<'py, F> {
    py: Python<'py>,
    group: Group,
    take: F,
}

impl<F: FnMut(&Group) -> PyResult<()>> Groups<'_, F> {
    fn push(
        &mut self,
        key: &[u8],
        write: impl FnOnce(&mut Vec<u8>) -> PyResult<()>,
    ) -> PyResult<()> {
        self.group.push(key, write)?;
        if self.group.is_full() {
            self.end()?;
        }
        Ok(())
    }

    fn end(&mut self) -> PyResult<()> {
        self.py.check_signals()?;
        if !self.group.ends.is_empty() {
            (self.take)(&self.group)?;
            self.group.bytes.clear();
            self.group.ends.clear();
        }
        Ok(())
    }
}

fn pairs<F: FnMut(&Group) -> PyResult<()>>(
    documents: &Bound<'_, PyAny>,
    groups: &mut Groups<'_, F>,
) -> PyResult<()> {
    if let Ok(dict) = documents.cast::<PyDict>() {
        for (key, value) in dict.iter() {
            let key: Key<'_> = key.extract()?;
            groups.push(&key, |out| document::write(&value, Bytes::Binary, out))?;
        }
        return Ok(());
    }
    let pairs = if documents.hasattr("items")? {
        documents.call_method0("items")?
    } else {
        documents.clone()
    };
    let needed = "a mapping or pairs of key and document";
    let pairs = pairs
        .try_iter()
        .map_err(|_| wrong_type(documents, needed))?;
    for pair in pairs {
        let pair = pair?;
        let (key, value) = match (pair.cast::<PyTuple>(), pair.cast::<PyList>()) {
            (Ok(pair), _) if pair.len() == 2 => (pair.get_item(0)?, pair.get_item(1)?),
            (_, Ok(pair)) if pair.len() == 2 => (pair.get_item(0)?, pair.get_item(1)?),
            _ => return Err(wrong_type(&pair, "a pair of key and document")),
        };
        let key: Key<'_> = key.extract()?;
        groups.push(&key, |out| document::write(&value, Bytes::Binary, out))?;
    }
    Ok(())
}

fn columns<F: FnMut(&Group) -> PyResult<()>>(
    keys: &Bound<'_, PyAny>,
    documents: &Bound<'_, PyAny>,
    groups: &mut Groups<'_, F>,
) -> PyResult<()> {
    let keys = Strings::new(keys)?;
    let mut keys = keys.keys()?.into_iter();
    if is_arrow(documents)? {
        for array in arrays(documents)? {
            for row in 0..array.len() {
                let key = keys.next().ok_or_else(uneven)?;
                groups.push(key, |out| {
                    write_document(&*array, row, out).map_err(RowError::new_err)
                })?;
            }
        }
    } else {
        // a column of pandas
        let plain = if documents.hasattr("tolist")? {
            documents.call_method0("tolist")?
        } else {
            documents.clone()
        };
        for value in plain.try_iter()? {
            let (key, value) = (keys.next().ok_or_else(uneven)?, value?);
            groups.push(key, |out| document::write(&value, Bytes::Binary, out))?;
        }
    }
    if keys.next().is_some() {
        return Err(uneven());
    }
    Ok(())
}

fn uneven() -> PyErr {
    ArgumentError::new_err("there are not as many documents as keys")
}

/// Whether a column hands out Arrow arrays. Those of pandas do as well, but lose by it which fields a document has.
fn is_arrow(column: &Bound<'_, PyAny>) -> PyResult<bool> {
    let hands_out = column.hasattr("__arrow_c_array__")? || column.hasattr("__arrow_c_stream__")?;
    Ok(hands_out && !column.hasattr("iloc")?)
}

fn arrays(column: &Bound<'_, PyAny>) -> PyResult<Vec<ArrayRef>> {
    let chunks = column.extract::<AnyArray>()?.into_chunked_array()?;
    let (chunks, field) = chunks.into_inner();
    if check_document(field.data_type()) {
        Ok(chunks)
    } else {
        Err(ArgumentError::new_err(format!(
            "no documents can be made of {}",
            field.data_type()
        )))
    }
}
