//! keyvi's generator: sorted keys in, file out.

use std::sync::{Mutex, MutexGuard, PoisonError};

use keyfold_compiler::{Built, Format, Generator, Input, Options};
use keyfold_reader::ValueKind;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyDict, PyTuple};

use super::compiler::{path, uninitialised};
use crate::error::{Raise, RowError, StateError};
use crate::key::Key;

/// Compiles keys that come in byte order.
#[pyclass(
    subclass,
    frozen,
    name = "KeyOnlyDictionaryGenerator",
    module = "keyfold.compiler"
)]
pub(crate) struct KeyOnlyDictionaryGenerator(Mutex<State>);

enum State {
    New,
    Feeding(Box<Generator>),
    Built(Box<Built>),
    Failed,
}

impl KeyOnlyDictionaryGenerator {
    fn state(&self, py: Python<'_>) -> MutexGuard<'_, State> {
        self.0
            .lock_py_attached(py)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn refusal(state: &State) -> PyErr {
    StateError::new_err(match state {
        State::New => return uninitialised(),
        State::Feeding(_) => "the generator is not closed yet",
        State::Built(_) => "the generator is closed",
        State::Failed => "an earlier call failed: the keys are lost",
    })
}

#[pymethods]
impl KeyOnlyDictionaryGenerator {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        KeyOnlyDictionaryGenerator(Mutex::new(State::New))
    }

    fn __init__(&self, py: Python<'_>) -> PyResult<()> {
        let mut options = Options::new(ValueKind::KeyOnly);
        options.format = Format::Keyvi;
        let generator = Generator::new(options).raise()?;
        *self.state(py) = State::Feeding(Box::new(generator));
        Ok(())
    }

    /// Adds a key, which must not come before the last one. One equal to the last one is left out, and so is the empty key.
    fn add(&self, py: Python<'_>, in_0: Key<'_>) -> PyResult<()> {
        let mut state = self.state(py);
        let State::Feeding(generator) = &mut *state else {
            return Err(refusal(&state));
        };
        if in_0.is_empty() {
            generator.reject();
            return Ok(());
        }
        generator
            .add(&in_0, Input::None)
            .raise()
            .inspect_err(|error| {
                let order = error.is_instance_of::<crate::error::OrderError>(py);
                if order || !error.is_instance_of::<RowError>(py) {
                    *state = State::Failed;
                }
            })
    }

    /// Ends the keys.
    fn close_feeding(&self, py: Python<'_>) -> PyResult<()> {
        let mut state = self.state(py);
        match std::mem::replace(&mut *state, State::Failed) {
            State::Feeding(generator) => {
                let built = py.detach(|| generator.build()).raise()?;
                *state = State::Built(Box::new(built));
                Ok(())
            }
            other => {
                *state = other;
                Err(refusal(&state))
            }
        }
    }

    /// Writes the file, in place of one that is there.
    fn write_to_file(&self, py: Python<'_>, in_0: Key<'_>) -> PyResult<()> {
        let path = path(&in_0);
        match &mut *self.state(py) {
            State::Built(built) => py.detach(|| built.write(&path, true)).map(drop).raise(),
            state => Err(refusal(state)),
        }
    }
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<KeyOnlyDictionaryGenerator>()
}
