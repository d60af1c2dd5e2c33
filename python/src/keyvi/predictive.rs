//! keyvi's compression of short strings by a model.

use std::collections::HashMap;

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::{ModelError, system};
use crate::key::Key;
use crate::path::FilePath;

/// Most bytes that are predicted at once.
const MOST: u8 = 8;

/// Compresses and restores short strings: where a model says what follows two bytes, and it does follow, a bit stands for
/// it. Each group of eight, bytes or predictions, has a byte of such bits before it, the lowest one for the first.
#[pyclass(frozen, subclass, module = "keyfold.util")]
pub(super) struct PredictiveCompression(HashMap<[u8; 2], Vec<u8>>);

impl PredictiveCompression {
    /// The model in a file: two bytes, how many follow them, and these, again and again.
    fn read(mut file: &[u8]) -> PyResult<Self> {
        let mut model = HashMap::new();
        while !file.is_empty() {
            let [first, second, length, rest @ ..] = file else {
                return Err(ModelError::new_err("the model ends within an entry"));
            };
            if *length > MOST {
                return Err(ModelError::new_err(format!(
                    "{length} bytes follow {first:02x}:{second:02x}, and {MOST} at most can"
                )));
            }
            let Some((follow, rest)) = rest.split_at_checked(usize::from(*length)) else {
                return Err(ModelError::new_err("the model ends within an entry"));
            };
            // after a byte 0 nothing is predicted, nor is nothing
            if *first != 0 && *second != 0 && !follow.is_empty() {
                model.insert([*first, *second], follow.to_vec());
            } else {
                model.remove(&[*first, *second]);
            }
            file = rest;
        }
        Ok(PredictiveCompression(model))
    }

    fn predicted(&self, text: &[u8]) -> Option<&[u8]> {
        self.0.get(text.last_chunk::<2>()?).map(Vec::as_slice)
    }

    fn compressed(&self, text: &[u8]) -> Vec<u8> {
        let Some((start, _)) = text.split_first_chunk::<2>() else {
            return text.to_vec();
        };
        // the bits of the group stand where it starts
        let mut out = vec![0];
        out.extend_from_slice(start);
        let (mut group, mut bit, mut at) = (0, 2, 2);
        while at < text.len() {
            if bit == 8 {
                (group, bit) = (out.len(), 0);
                out.push(0);
            }
            match self.predicted(&text[..at]) {
                Some(follow) if text[at..].starts_with(follow) => {
                    out[group] |= 1 << bit;
                    at += follow.len();
                }
                _ => {
                    out.push(text[at]);
                    at += 1;
                }
            }
            bit += 1;
        }
        out
    }

    /// keyvi loses what is predicted behind the last byte; this does not.
    fn restored(&self, bytes: &[u8]) -> Vec<u8> {
        let [bits, first, rest @ ..] = bytes else {
            return bytes.to_vec();
        };
        let (second, mut rest) = rest.split_first().unwrap_or((&0, b""));
        let mut out = vec![*first, *second];
        let (mut bits, mut bit) = (*bits, 2);
        loop {
            if bit == 8 {
                let Some((next, behind)) = rest.split_first() else {
                    return out;
                };
                (bits, bit, rest) = (*next, 0, behind);
            }
            if bits >> bit & 1 == 1 {
                let follow = self.predicted(&out).unwrap_or_default().to_vec();
                out.extend(follow);
            } else if let Some((byte, behind)) = rest.split_first() {
                out.push(*byte);
                rest = behind;
            } else {
                return out;
            }
            bit += 1;
        }
    }
}

#[pymethods]
impl PredictiveCompression {
    /// Reads the model in a file.
    #[new]
    #[pyo3(signature = (in_0))]
    fn open(py: Python<'_>, in_0: FilePath) -> PyResult<Self> {
        py.detach(move || {
            let path = in_0.as_ref();
            let file = std::fs::read(path).map_err(|error| system(path, &error))?;
            PredictiveCompression::read(&file)
        })
    }

    /// The string in fewer bytes, if the model knows it well.
    #[pyo3(signature = (in_0))]
    fn compress<'py>(&self, py: Python<'py>, in_0: Key<'_>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &py.detach(|| self.compressed(&in_0)))
    }

    /// The string that was compressed with the same model.
    #[pyo3(signature = (in_0))]
    fn uncompress<'py>(&self, py: Python<'py>, in_0: Key<'_>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &py.detach(|| self.restored(&in_0)))
    }
}
