//! keyvi's options: a `dict` of texts, read as leniently as keyvi reads it.

use std::path::PathBuf;

use keyfold_compiler::{Format, MIN_MEMORY_LIMIT, MergeMode, Options};
use keyfold_reader::{Precision, ValueKind};
use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::error::{ArgumentError, OptionError, Raise};
use crate::key::Key;

/// Units of the names under which a memory limit can be given; of several the first counts.
const MEMORY: [(&str, usize); 4] = [
    ("memory_limit", 1),
    ("memory_limit_kb", 1 << 10),
    ("memory_limit_mb", 1 << 20),
    ("memory_limit_gb", 1 << 30),
];
/// No limit is larger, whatever is said: room for sums.
const MOST_MEMORY: usize = 1 << 44;
/// The least limit of vectors, whose values are not sorted.
const MIN_VECTOR_MEMORY: usize = 1 << 17;

/// Names and values, as text.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

/// Who is to use the options. keyvi looks at those that it uses, and at no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Compiler,
    Merger,
    Vector,
}

impl Params {
    /// The options among the arguments of a constructor: none, or one `dict` behind so many arguments that stand before it.
    pub(super) fn of(arguments: &Bound<'_, PyTuple>, before: usize) -> PyResult<Self> {
        let rest = arguments.get_slice(before, arguments.len());
        match rest.len() {
            0 if arguments.len() == before => Ok(Params::default()),
            1 => match rest.get_item(0)?.cast::<PyDict>() {
                Ok(dict) => Self::read(dict).map_err(|_| unfit(arguments)),
                Err(_) => Err(unfit(arguments)),
            },
            _ => Err(unfit(arguments)),
        }
    }

    fn read(dict: &Bound<'_, PyDict>) -> PyResult<Self> {
        let text = |object: &Bound<'_, PyAny>| -> PyResult<String> {
            let key: Key<'_> = object.extract()?;
            key.text(object.py()).map(str::to_owned)
        };
        let pairs = dict
            .iter()
            .map(|(name, value)| Ok((text(&name)?, text(&value)?)));
        Ok(Params(pairs.collect::<PyResult<_>>()?))
    }

    /// Names and values as they were given.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The options for a kind of values, and how values are merged. keyvi's layout, unless `format` says otherwise.
    pub(super) fn options(
        &self,
        py: Python<'_>,
        kind: ValueKind,
        user: Use,
    ) -> PyResult<(Options, MergeMode)> {
        let mut options = Options::new(kind);
        options.format = Format::Keyvi;
        options.json_or_text = true;
        let mut mode = MergeMode::default();
        if let Err(error) = self.memory(user, &mut options.memory_limit) {
            if user != Use::Merger {
                return Err(error);
            }
            warn(py, &error.value(py).to_string())?;
        }
        for (name, value) in &self.0 {
            match name.as_str() {
                "temporary_path" => options.temporary_path = PathBuf::from(value),
                "format" | "profile" => options.set(name, value).raise()?,
                "compression" if user != Use::Merger && is_compressed(kind) => {
                    let value = if value.is_empty() { "none" } else { value };
                    options.set(name, value).raise()?;
                }
                "compression_threshold" if user != Use::Merger && kind == ValueKind::Json => {
                    options.compression_threshold = number(name, value)?;
                }
                "vector_size" if user != Use::Merger && kind == ValueKind::FloatVector => {
                    options.vector_size = number(name, value)?;
                }
                "parallel_sort_threshold" if user == Use::Compiler => {
                    options.parallel_sort_threshold = number(name, value)?;
                }
                "minimization" => {
                    if options.set(name, value).is_err() {
                        warn(
                            py,
                            &format!("minimization={value}: neither on nor off, ignored"),
                        )?;
                    }
                }
                "floating_point_precision" => match value.as_str() {
                    "single" => options.floating_point_precision = Precision::Single,
                    "double" => {}
                    _ => warn(
                        py,
                        &format!("floating_point_precision={value}: not single, so double"),
                    )?,
                },
                "merge_mode" if user == Use::Merger => match value.as_str() {
                    "append" => mode = MergeMode::Append,
                    _ => warn(py, &format!("merge_mode={value}: not append, ignored"))?,
                },
                "compression"
                | "compression_threshold"
                | "vector_size"
                | "parallel_sort_threshold" => {}
                name if MEMORY.iter().any(|(known, _)| *known == name) => {}
                name => warn(py, &format!("there is no option {name}, it is ignored"))?,
            }
        }
        Ok((options, mode))
    }

    fn memory(&self, user: Use, limit: &mut usize) -> PyResult<()> {
        let given = MEMORY
            .iter()
            .find_map(|(name, unit)| Some((name, unit, self.get(name)?)));
        let Some((name, unit, value)) = given else {
            return Ok(());
        };
        let bytes = number(name, value)?.saturating_mul(*unit);
        let least = match user {
            Use::Compiler | Use::Merger => MIN_MEMORY_LIMIT,
            Use::Vector => MIN_VECTOR_MEMORY,
        };
        if bytes < least {
            return Err(OptionError::new_err(format!(
                "{name}={value}: at least {least} bytes are needed"
            )));
        }
        *limit = bytes.min(MOST_MEMORY);
        Ok(())
    }
}

fn is_compressed(kind: ValueKind) -> bool {
    matches!(kind, ValueKind::Json | ValueKind::FloatVector)
}

/// The number that a text says. With a sign it is taken modulo 2^64, as keyvi does: so -1 is the largest of all.
pub(super) fn number(name: &str, text: &str) -> PyResult<usize> {
    let (digits, negative) = match text.strip_prefix('-') {
        Some(digits) => (digits, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    let number = digits
        .parse::<usize>()
        .ok()
        .filter(|_| !digits.starts_with('+'))
        .ok_or_else(|| OptionError::new_err(format!("{name}={text}: not a number")))?;
    Ok(if negative {
        number.wrapping_neg()
    } else {
        number
    })
}

pub(super) fn warn(py: Python<'_>, text: &str) -> PyResult<()> {
    let text = std::ffi::CString::new(text.replace('\0', ""))?;
    PyErr::warn(py, &py.get_type::<PyUserWarning>(), &text, 1)
}

/// The error for arguments that no form of a constructor takes.
pub(super) fn unfit(arguments: &Bound<'_, PyTuple>) -> PyErr {
    ArgumentError::new_err(format!(
        "cannot handle arguments of these types: {arguments}"
    ))
}

/// Says that arguments given by name do not count, as is so with keyvi.
pub(super) fn warn_of_names(py: Python<'_>, names: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
    match names {
        Some(names) if !names.is_empty() => warn(
            py,
            &format!(
                "options are given as one dict, not by name; ignored: {}",
                names.keys()
            ),
        ),
        _ => Ok(()),
    }
}
