//! keyvi's `Index`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use keyfold_compiler::Format;
use keyfold_compiler::index::{Change, Durability, Settings};
use keyfold_reader::keyvi::Keyvi;
use keyfold_reader::{Precision, json_or_text_to_msgpack};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyList, PyTuple};

use super::iterator::MatchIterator;
use super::matched::Match;
use super::params::{Params, number, unfit, warn, warn_of_names};
use crate::background::wait;
use crate::documents::Group;
use crate::error::{KeyNotFound, OptionError, PositionError, Raise};
use crate::index_writer::stored;
use crate::interrupt::stoppable;
use crate::key::{Key, wrong_type};
use crate::number::Number;
use crate::path::FilePath;
use crate::writing::Writing;

/// Longest interval, whatever is said: a day.
const LONGEST: u64 = 24 * 60 * 60 * 1000;

/// How often the log is synced, unless `durability` says otherwise.
const SYNCED: Duration = Duration::from_secs(1);

/// keyvi's settings that mean nothing here.
const IGNORED: [&str; 3] = [
    "segment_compile_key_threshold",
    "segment_external_merge_key_threshold",
    "keyvimerger_bin",
];

/// keyvi's settings of an index that is written.
const WRITER: [&str; 3] = ["merge_policy", "max_concurrent_merges", "max_segments"];

/// Settings that keyvi does not have.
const OWN: [&str; 8] = [
    "durability",
    "flush_interval",
    "format",
    "max_merges",
    "memory_limit",
    "merge_width",
    "profile",
    "table_bytes",
];

/// An index with the methods of keyvi's. What is written is seen by it at once, and by readers after `flush`, or by
/// itself after the `refresh_interval`.
#[pyclass(frozen, subclass, module = "keyfold.index", name = "Index")]
pub(crate) struct KeyviIndex(Arc<Writing>);

impl KeyviIndex {
    fn found(&self, key: &Bound<'_, PyAny>) -> PyResult<Option<Match>> {
        let bytes: Key<'_> = key.extract()?;
        let document = key.py().detach(|| self.0.get(&bytes)).raise()?;
        Ok(document.map(|document| Match::packed(&document, key, &bytes)))
    }

    fn write(&self, py: Python<'_>, change: Change<'_>) -> PyResult<()> {
        self.0.write_one(py, change).raise()
    }

    fn entries(&self, py: Python<'_>) -> PyResult<Keyvi> {
        let entries = py.detach(|| self.0.entries()).raise()?;
        Ok(stoppable(entries).as_keyvi())
    }
}

#[pymethods]
impl KeyviIndex {
    /// Opens the index in a folder, or makes one; settings come in a dict of texts.
    #[new]
    #[pyo3(signature = (*arguments, **ignored))]
    fn open(
        py: Python<'_>,
        arguments: &Bound<'_, PyTuple>,
        ignored: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        warn_of_names(py, ignored)?;
        let path = path(arguments)?;
        let settings = settings(py, &Params::of(arguments, 1)?, path.as_ref())?;
        let open = || Writing::open(path.as_ref(), settings, true);
        Ok(KeyviIndex(Arc::new(py.detach(open).raise()?)))
    }

    /// Gives a key a value: JSON, or other text, which is kept as a string.
    #[pyo3(signature = (in_0, in_1))]
    fn set(&self, py: Python<'_>, in_0: Key<'_>, in_1: Key<'_>) -> PyResult<()> {
        if in_0.is_empty() {
            return Ok(());
        }
        let mut document = Vec::new();
        json_or_text_to_msgpack(&in_1, Precision::Double, &mut document);
        let (key, document) = (&*in_0, &document[..]);
        self.write(py, Change::Set { key, document })
    }

    fn __setitem__(&self, py: Python<'_>, key: Key<'_>, value: Key<'_>) -> PyResult<()> {
        self.set(py, key, value)
    }

    /// Gives many keys values: a list of tuples.
    #[pyo3(signature = (key_values))]
    fn bulk_set(&self, py: Python<'_>, key_values: &Bound<'_, PyAny>) -> PyResult<()> {
        let Ok(list) = key_values.cast::<PyList>() else {
            return Err(wrong_type(key_values, "list"));
        };
        // nothing is written unless all of them fit
        let mut groups = vec![Group::default()];
        for pair in list.iter() {
            let pair = match pair.cast::<PyTuple>() {
                Ok(pair) if pair.len() >= 2 => pair,
                _ => return Err(wrong_type(&pair, "a tuple of key and value")),
            };
            let (key, value) = (pair.get_item(0)?, pair.get_item(1)?);
            let (key, value): (Key<'_>, Key<'_>) = (key.extract()?, value.extract()?);
            if key.is_empty() {
                continue;
            }
            if groups.last().is_none_or(Group::is_full) {
                groups.push(Group::default());
            }
            if let Some(group) = groups.last_mut() {
                group.push(&key, |out| {
                    json_or_text_to_msgpack(&value, Precision::Double, out);
                    Ok(())
                })?;
            }
        }
        for group in groups {
            py.check_signals()?;
            let changes = group.changes(|key, document| Change::Set { key, document });
            py.detach(|| self.0.write(&changes)).raise()?;
        }
        Ok(())
    }

    /// Deletes a key; one that is not stored stays so.
    #[pyo3(signature = (in_0))]
    fn delete(&self, py: Python<'_>, in_0: Key<'_>) -> PyResult<()> {
        if in_0.is_empty() {
            return Ok(());
        }
        self.write(py, Change::Delete { key: &in_0 })
    }

    fn __delitem__(&self, py: Python<'_>, key: Key<'_>) -> PyResult<()> {
        self.delete(py, key)
    }

    /// Makes a segment of what was written, so that readers see it. It returns when that is done, also when asked not to wait.
    #[pyo3(signature = (*arguments))]
    fn flush(&self, arguments: &Bound<'_, PyTuple>) -> PyResult<()> {
        match arguments.len() {
            0 => {}
            1 if arguments.get_item(0)?.is_instance_of::<PyBool>() => {}
            _ => return Err(unfit(arguments)),
        }
        let writing = self.0.clone();
        wait(arguments.py(), move || writing.flush())
    }

    /// The match of a key, else `default`.
    #[pyo3(signature = (key, default = None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.found(key)? {
            Some(found) => Ok(Bound::new(py, found)?.into_any()),
            None => Ok(default.unwrap_or_else(|| py.None().into_bound(py))),
        }
    }

    fn __getitem__(&self, key: &Bound<'_, PyAny>) -> PyResult<Match> {
        self.found(key)?.ok_or_else(|| missing(key))
    }

    fn __contains__(&self, py: Python<'_>, key: Key<'_>) -> PyResult<bool> {
        Ok(py.detach(|| self.0.get(&key)).raise()?.is_some())
    }

    /// The keys that have the most in common with `key`, `minimum_prefix_length` bytes at least; all of those if `greedy`.
    #[pyo3(signature = (key, minimum_prefix_length, greedy = false, /))]
    fn get_near(
        &self,
        py: Python<'_>,
        key: Key<'_>,
        minimum_prefix_length: Number<usize>,
        greedy: bool,
    ) -> PyResult<MatchIterator> {
        near(
            py,
            &self.entries(py)?,
            &key,
            minimum_prefix_length.0,
            greedy,
        )
    }

    /// The keys within so many edits of a key; their first `minimum_exact_prefix` characters are the same.
    #[pyo3(signature = (in_0, max_edit_distance, minimum_exact_prefix))]
    fn get_fuzzy(
        &self,
        py: Python<'_>,
        in_0: Key<'_>,
        max_edit_distance: Number<i32>,
        minimum_exact_prefix: Number<usize>,
    ) -> PyResult<MatchIterator> {
        let (distance, exact) = (max_edit_distance.0, minimum_exact_prefix.0);
        fuzzy(py, &self.entries(py)?, &in_0, distance, exact)
    }
}

/// The folder, the first of the arguments.
pub(super) fn path(arguments: &Bound<'_, PyTuple>) -> PyResult<FilePath> {
    let first = arguments.get_item(0).ok();
    let path = first.and_then(|first| first.extract().ok());
    path.ok_or_else(|| unfit(arguments))
}

/// The error for a key that is not stored: its argument is the key as bytes.
pub(super) fn missing(key: &Bound<'_, PyAny>) -> PyErr {
    match key.extract::<Key<'_>>() {
        Ok(bytes) => KeyNotFound::new_err((PyBytes::new(key.py(), &bytes).unbind(),)),
        Err(error) => error,
    }
}

pub(super) fn near(
    py: Python<'_>,
    entries: &Keyvi,
    key: &[u8],
    least: usize,
    greedy: bool,
) -> PyResult<MatchIterator> {
    if least > key.len() {
        return Err(PositionError::new_err(format!(
            "a key of {} bytes has no prefix of {least}",
            key.len()
        )));
    }
    MatchIterator::hits(py, || entries.near(key, least, greedy))
}

pub(super) fn fuzzy(
    py: Python<'_>,
    entries: &Keyvi,
    key: &[u8],
    distance: i32,
    exact: usize,
) -> PyResult<MatchIterator> {
    match u32::try_from(distance) {
        Ok(distance) => MatchIterator::hits(py, || entries.fuzzy(key, distance, exact)),
        Err(_) => Ok(MatchIterator::one(None)),
    }
}

/// The settings of an index: those it has, or else keyvi's layout and a log that is synced every second; then those of the dict.
fn settings(py: Python<'_>, params: &Params, path: &Path) -> PyResult<Settings> {
    let mut settings = stored(
        path,
        Settings {
            format: Format::Keyvi,
            durability: Durability::Interval(SYNCED),
            ..Settings::default()
        },
    );
    for (name, value) in params.pairs() {
        match name.as_str() {
            "refresh_interval" => settings.flush_interval = interval(name, value)?,
            "max_segments" => settings.max_segments = number(name, value)?.max(2),
            "max_concurrent_merges" => settings.max_merges = number(name, value)?.clamp(1, 64),
            "merge_policy" => match value.as_str() {
                "tiered" => {}
                "simple" => warn(py, "merge_policy=simple: it is tiered, here")?,
                _ => {
                    return Err(OptionError::new_err(format!(
                        "{name}={value}: there is no such policy"
                    )));
                }
            },
            name if IGNORED.contains(&name) => warn(py, &format!("{name} is ignored"))?,
            name => {
                let set = settings.set(name, value);
                if set.is_err() && !OWN.contains(&name) {
                    warn(py, &format!("there is no option {name}, it is ignored"))?;
                } else {
                    set.raise()?;
                }
            }
        }
    }
    Ok(settings)
}

/// How often an index that is read looks for changes.
pub(super) fn refresh(py: Python<'_>, params: &Params) -> PyResult<Duration> {
    let mut refresh = Duration::from_secs(1);
    for (name, value) in params.pairs() {
        match name.as_str() {
            "refresh_interval" => refresh = interval(name, value)?,
            // a dict may be meant for readers and for the writer
            name if IGNORED.contains(&name) || WRITER.contains(&name) || OWN.contains(&name) => {}
            name => warn(py, &format!("there is no option {name}, it is ignored"))?,
        }
    }
    Ok(refresh)
}

/// An interval in milliseconds.
fn interval(name: &str, value: &str) -> PyResult<Duration> {
    let milliseconds = number(name, value)? as u64;
    Ok(Duration::from_millis(milliseconds.clamp(1, LONGEST)))
}
