//! keyvi's numbers about a file.

use keyfold_reader::Dictionary;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::Raise;

/// Of a native file: `size` of the persistence is that of the sections for keys in bytes, where keyvi counts slots.
pub(super) fn statistics<'py>(
    py: Python<'py>,
    dictionary: &Dictionary,
) -> PyResult<Bound<'py, PyDict>> {
    let header = dictionary.header();
    let general = PyDict::new(py);
    general.set_item("version", header.version)?;
    general.set_item("start_state", header.start_state)?;
    general.set_item("number_of_keys", header.keys)?;
    general.set_item("value_store_type", header.kind.id())?;
    general.set_item("number_of_states", header.states)?;
    let persistence = PyDict::new(py);
    let (version, size) = match dictionary.fsa().sparse_array() {
        Some(array) => (2, array.slots() as u64),
        None => (header.version, dictionary.statistics().raise()?.key_bytes),
    };
    persistence.set_item("version", version)?;
    persistence.set_item("size", size)?;
    let properties = dictionary.values().properties();
    let values = PyDict::new(py);
    values.set_item("size", properties.size)?;
    values.set_item("values", properties.values)?;
    values.set_item("unique_values", properties.unique_values)?;
    if let Some(compression) = &properties.compression {
        values.set_item("__compression", compression)?;
    }
    let all = PyDict::new(py);
    all.set_item("General", general)?;
    all.set_item("Persistence", persistence)?;
    all.set_item("Value Store", values)?;
    Ok(all)
}
