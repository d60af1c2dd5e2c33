//! keyvi's compilers.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyfold_compiler::{Built, Chunk, Compiler, Encoder, Error, Input, Options};
use keyfold_reader::ValueKind;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyDict, PyTuple};

use super::params::{Params, Use, warn_of_names};
use super::value::{Count, Floats};
use crate::background::{Watch, run};
use crate::error::{ArgumentError, Raise, StateError};
use crate::key::Key;

/// What all compilers of keyvi's have in common.
#[pyclass(subclass, frozen, name = "_KeyviCompiler", module = "keyfold._native")]
pub(crate) struct KeyviCompiler {
    kind: ValueKind,
    state: Mutex<State>,
}

enum State {
    /// Not initialised.
    New,
    Adding(Box<Adding>),
    /// Another call is at it.
    Busy,
    Built(Box<Built>),
    /// A call failed half-way.
    Failed,
}

struct Adding {
    compiler: Compiler,
    encoder: Encoder,
    /// Rows that the compiler has still to take.
    chunk: Chunk,
    /// Bytes from which on it takes them.
    most: usize,
    rows: u64,
}

/// Bytes of rows that are handed to the compiler at once, and what part of the memory limit that may be.
const CHUNK: usize = 8 << 20;
const CHUNK_SHARE: usize = 32;

impl Adding {
    fn new(options: Options) -> PyResult<Self> {
        Ok(Adding {
            encoder: Encoder::new(&options),
            chunk: Chunk::new(&options),
            most: (options.memory_limit / CHUNK_SHARE).min(CHUNK),
            rows: 0,
            compiler: Compiler::new(options).raise()?,
        })
    }

    /// Adds a row. keyvi leaves out those with an empty key.
    fn add(
        &mut self,
        py: Python<'_>,
        fields: &[&[u8]],
        key: &[u8],
        value: Input<'_>,
    ) -> PyResult<()> {
        if key.is_empty() && fields.is_empty() {
            self.rows += 1;
            self.compiler.reject();
            return Ok(());
        }
        let encoder = &mut self.encoder;
        let added = self
            .chunk
            .add(fields, key, |out| encoder.encode(value, out));
        if let Err(error) = added {
            self.compiler.reject();
            return Err(crate::error::writing(Error::Row(error)));
        }
        self.rows += 1;
        if self.chunk.bytes() >= self.most {
            let Adding {
                compiler, chunk, ..
            } = self;
            py.detach(|| compiler.add_chunk(chunk)).raise()?;
        }
        Ok(())
    }
}

impl KeyviCompiler {
    pub(super) fn new(kind: ValueKind) -> Self {
        KeyviCompiler {
            kind,
            state: Mutex::new(State::New),
        }
    }

    /// The state, for a short time; whoever has it now may need the GIL, so it is released while waiting.
    fn state(&self, py: Python<'_>) -> MutexGuard<'_, State> {
        self.state
            .lock_py_attached(py)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to take rows, under these secondary keys.
    pub(super) fn begin(
        &self,
        py: Python<'_>,
        secondary: Vec<String>,
        params: &Params,
    ) -> PyResult<()> {
        let (mut options, _) = params.options(py, self.kind, Use::Compiler)?;
        options.secondary = secondary;
        let adding = Adding::new(options)?;
        *self.state(py) = State::Adding(Box::new(adding));
        Ok(())
    }

    /// Adds a row.
    pub(super) fn add(
        &self,
        py: Python<'_>,
        fields: &[&[u8]],
        key: &[u8],
        value: Input<'_>,
    ) -> PyResult<()> {
        let mut state = self.state(py);
        let State::Adding(adding) = &mut *state else {
            return Err(refusal(&state));
        };
        adding.add(py, fields, key, value).inspect_err(|error| {
            if !error.is_instance_of::<crate::error::RowError>(py) {
                *state = State::Failed;
            }
        })
    }

    /// Takes the state out where `wanted` says so; until it is put back others meet a compiler that is busy.
    fn take(&self, py: Python<'_>, wanted: impl FnOnce(&State) -> bool) -> PyResult<State> {
        let mut state = self.state(py);
        if wanted(&state) {
            Ok(std::mem::replace(&mut *state, State::Busy))
        } else {
            Err(refusal(&state))
        }
    }
}

/// Why a call is not possible.
fn refusal(state: &State) -> PyErr {
    StateError::new_err(match state {
        State::New => return uninitialised(),
        State::Adding(_) => "it is not compiled yet",
        State::Busy => "another call to this compiler is going on",
        State::Built(_) => "it is compiled: nothing can be added any more",
        State::Failed => "an earlier call failed: the rows are lost",
    })
}

/// The error for an object whose `__init__` was not called.
pub(super) fn uninitialised() -> PyErr {
    ArgumentError::new_err("the object was not initialised")
}

#[pymethods]
impl KeyviCompiler {
    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    /// Compiles, whether the block ended well or not.
    #[pyo3(signature = (_type=None, _value=None, _traceback=None))]
    fn __exit__(
        slf: &Bound<'_, Self>,
        _type: Option<&Bound<'_, PyAny>>,
        _value: Option<&Bound<'_, PyAny>>,
        _traceback: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        slf.call_method0("compile").map(drop)
    }

    /// Builds the dictionary. A callback is told of the keys done and of the rows in all, at about every hundredth part.
    #[pyo3(signature = (*args))]
    fn compile(&self, args: &Bound<'_, PyTuple>) -> PyResult<()> {
        let py = args.py();
        let taken = self.take(py, |state| {
            matches!(state, State::Adding(_) | State::Built(_))
        })?;
        let adding = match taken {
            State::Adding(adding) => *adding,
            other => {
                *self.state(py) = other;
                return Ok(());
            }
        };
        let Adding {
            mut compiler,
            mut chunk,
            rows,
            ..
        } = adding;
        let watch = Arc::new(Watch::default());
        compiler.on_progress(watch.callback());
        let mut telling = Telling::new(args.iter().next(), rows);
        let work = || {
            compiler.add_chunk(&mut chunk)?;
            compiler.build()
        };
        let told = || telling.tell(watch.keys());
        let built = run(py, &watch, work, || Ok(()), told);
        let (state, result) = match built {
            Ok(built) => (State::Built(Box::new(built)), telling.tell(rows)),
            Err(error) => (State::Failed, Err(error)),
        };
        *self.state(py) = state;
        result
    }

    /// Sets the text that is stored with the dictionary.
    fn set_manifest(&self, py: Python<'_>, in_0: Key<'_>) -> PyResult<()> {
        let manifest = in_0.text(py)?;
        match &mut *self.state(py) {
            State::Adding(adding) => adding.compiler.set_manifest(manifest),
            State::Built(built) => built.set_manifest(manifest),
            state => return Err(refusal(state)),
        }
        Ok(())
    }

    /// Writes the file, in place of one that is there.
    fn write_to_file(&self, py: Python<'_>, in_0: Key<'_>) -> PyResult<()> {
        let path = path(&in_0);
        let mut taken = self.take(py, |state| matches!(state, State::Built(_)))?;
        let written = match &mut taken {
            State::Built(built) => py.detach(|| built.write(&path, true)).map(drop),
            _ => Ok(()),
        };
        *self.state(py) = taken;
        written.raise()
    }
}

/// The callback of `compile`, and what it was told.
struct Telling<'py> {
    callback: Option<Bound<'py, PyAny>>,
    total: u64,
    step: u64,
    told: u64,
}

/// keyvi tells of each hundredth part, but of no larger ones.
const PARTS: u64 = 100;
const LARGEST_PART: u64 = 100_000;

impl<'py> Telling<'py> {
    fn new(callback: Option<Bound<'py, PyAny>>, total: u64) -> Self {
        Telling {
            callback,
            total,
            step: total.div_ceil(PARTS).clamp(1, LARGEST_PART),
            told: 0,
        }
    }

    /// Tells of every part up to `done`. As with keyvi an exception of the callback goes to `sys.unraisablehook` and ends
    /// nothing, unless it is one such as `KeyboardInterrupt`.
    fn tell(&mut self, done: u64) -> PyResult<()> {
        let Some(callback) = &self.callback else {
            return Ok(());
        };
        while self.told + self.step <= done.min(self.total) {
            self.told += self.step;
            if let Err(error) = callback.call1((self.told, self.total)) {
                let py = callback.py();
                if !error.is_instance_of::<PyException>(py) {
                    return Err(error);
                }
                error.write_unraisable(py, Some(callback));
            }
        }
        Ok(())
    }
}

/// A path, as text or bytes.
pub(super) fn path(text: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(text))
}

/// A class for each kind of values, its constructor and the method by which it takes rows.
macro_rules! compilers {
    ($($class:ident, $name:literal, $kind:ident, |$value:ident: $type:ty| $input:expr;)*) => {$(
        #[doc = concat!("Compiles dictionaries of kind ", stringify!($kind), ".")]
        #[pyclass(extends = KeyviCompiler, subclass, frozen, name = $name, module = "keyfold.compiler")]
        pub(crate) struct $class;

        #[pymethods]
        impl $class {
            #[new]
            #[pyo3(signature = (*_args, **_kwargs))]
            fn new(
                _args: &Bound<'_, PyTuple>,
                _kwargs: Option<&Bound<'_, PyDict>>,
            ) -> PyClassInitializer<Self> {
                PyClassInitializer::from(KeyviCompiler::new(ValueKind::$kind)).add_subclass($class)
            }

            #[pyo3(signature = (*args, **kwargs))]
            fn __init__(
                slf: &Bound<'_, Self>,
                args: &Bound<'_, PyTuple>,
                kwargs: Option<&Bound<'_, PyDict>>,
            ) -> PyResult<()> {
                warn_of_names(slf.py(), kwargs)?;
                let params = Params::of(args, 0)?;
                slf.as_super().get().begin(slf.py(), Vec::new(), &params)
            }

            /// Adds a row.
            fn add(slf: &Bound<'_, Self>, in_0: Key<'_>, in_1: $type) -> PyResult<()> {
                let $value = in_1;
                slf.as_super().get().add(slf.py(), &[], &in_0, $input)
            }

            /// Adds a row.
            fn __setitem__(
                slf: &Bound<'_, Self>,
                key: &Bound<'_, PyAny>,
                value: &Bound<'_, PyAny>,
            ) -> PyResult<()> {
                slf.call_method1("add", (key, value)).map(drop)
            }
        }
    )*};
}

compilers! {
    CompletionDictionaryCompiler, "CompletionDictionaryCompiler", Completion,
        |value: Count| Input::Int(value.0);
    IntDictionaryCompiler, "IntDictionaryCompiler", Int,
        |value: Count| Input::Int(value.0);
    JsonDictionaryCompiler, "JsonDictionaryCompiler", Json,
        |value: Key<'_>| Input::Text(&value);
    StringDictionaryCompiler, "StringDictionaryCompiler", String,
        |value: Key<'_>| Input::Text(&value);
    FloatVectorDictionaryCompiler, "FloatVectorDictionaryCompiler", FloatVector,
        |value: Floats| Input::Floats(&value.0);
}

/// Compiles dictionaries of keys alone.
#[pyclass(
    extends = KeyviCompiler,
    subclass,
    frozen,
    name = "KeyOnlyDictionaryCompiler",
    module = "keyfold.compiler"
)]
pub(crate) struct KeyOnlyDictionaryCompiler;

#[pymethods]
impl KeyOnlyDictionaryCompiler {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(
        _args: &Bound<'_, PyTuple>,
        _kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyClassInitializer<Self> {
        PyClassInitializer::from(KeyviCompiler::new(ValueKind::KeyOnly)).add_subclass(Self)
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __init__(
        slf: &Bound<'_, Self>,
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        warn_of_names(slf.py(), kwargs)?;
        let params = Params::of(args, 0)?;
        slf.as_super().get().begin(slf.py(), Vec::new(), &params)
    }

    /// Adds a key.
    fn add(slf: &Bound<'_, Self>, in_0: Key<'_>) -> PyResult<()> {
        slf.as_super().get().add(slf.py(), &[], &in_0, Input::None)
    }

    /// Not possible: there are no values.
    fn __setitem__(
        slf: &Bound<'_, Self>,
        key: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        slf.call_method1("add", (key, value)).map(drop)
    }
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<KeyviCompiler>()?;
    module.add_class::<CompletionDictionaryCompiler>()?;
    module.add_class::<IntDictionaryCompiler>()?;
    module.add_class::<JsonDictionaryCompiler>()?;
    module.add_class::<KeyOnlyDictionaryCompiler>()?;
    module.add_class::<StringDictionaryCompiler>()?;
    module.add_class::<FloatVectorDictionaryCompiler>()
}
