//! keyvi's mergers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyfold_compiler::{Compiler, Error, MergeMode, Merger, Options, Result};
use keyfold_reader::{Dictionary, ValueKind};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyDict, PyTuple};

use super::compiler::{path, uninitialised};
use super::params::{Params, Use, warn_of_names};
use crate::background::{Watch, run};
use crate::error::Raise;
use crate::key::Key;

/// What all mergers of keyvi's have in common.
#[pyclass(subclass, frozen, name = "_KeyviMerger", module = "keyfold._native")]
pub(crate) struct KeyviMerger {
    kind: ValueKind,
    /// Nothing until it is initialised.
    state: Mutex<Option<Merging>>,
}

struct Merging {
    options: Options,
    mode: MergeMode,
    /// Nothing after a merge.
    merger: Option<Merger>,
    inputs: Vec<PathBuf>,
}

impl Merging {
    fn new(options: Options, mode: MergeMode) -> Self {
        Merging {
            merger: None,
            options,
            mode,
            inputs: Vec::new(),
        }
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        let mismatch = |reason: String| {
            Err(Error::Mismatch {
                path: path.to_owned(),
                reason,
            })
        };
        if self.inputs.iter().any(|input| input == path) {
            return mismatch("the file was added before".to_owned());
        }
        let (kind, needed) = (Dictionary::open(path)?.header().kind, self.options.kind);
        if kind != needed {
            return mismatch(format!("the kind is {kind}, but {needed} is needed"));
        }
        let mut merger = self.merger()?;
        merger.add(path)?;
        self.merger = Some(merger);
        self.inputs.push(path.to_owned());
        Ok(())
    }

    /// A merger that has all inputs.
    fn merger(&mut self) -> Result<Merger> {
        if let Some(merger) = self.merger.take() {
            return Ok(merger);
        }
        let mut merger = Merger::new(self.options.clone(), self.mode);
        merger.uncounted();
        for input in &self.inputs {
            merger.add(input)?;
        }
        Ok(merger)
    }
}

/// Writes the file. Without inputs there are no entries.
fn finish(merger: Option<Merger>, options: Options, path: &Path, watch: &Arc<Watch>) -> Result<()> {
    let Some(mut merger) = merger else {
        return Compiler::new(options)?.finish(path, true).map(drop);
    };
    merger.set_manifest(&options.manifest);
    merger.on_progress(watch.callback());
    merger.finish(path, true).map(drop)
}

impl KeyviMerger {
    fn new(kind: ValueKind) -> Self {
        KeyviMerger {
            kind,
            state: Mutex::new(None),
        }
    }

    fn state(&self, py: Python<'_>) -> MutexGuard<'_, Option<Merging>> {
        self.state
            .lock_py_attached(py)
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, arguments: &Bound<'_, PyTuple>) -> PyResult<()> {
        let py = arguments.py();
        let (options, mode) = Params::of(arguments, 0)?.options(py, self.kind, Use::Merger)?;
        *self.state(py) = Some(Merging::new(options, mode));
        Ok(())
    }
}

#[pymethods]
impl KeyviMerger {
    /// Adds a file, newer than all before.
    fn add(&self, py: Python<'_>, in_0: Key<'_>) -> PyResult<()> {
        let path = path(&in_0);
        let mut state = self.state(py);
        let merging = state.as_mut().ok_or_else(uninitialised)?;
        py.detach(|| merging.add(&path)).raise()
    }

    /// Sets the text that is stored with the merged dictionary.
    fn set_manifest(&self, py: Python<'_>, in_0: Key<'_>) -> PyResult<()> {
        let manifest = in_0.text(py)?;
        let mut state = self.state(py);
        let merging = state.as_mut().ok_or_else(uninitialised)?;
        manifest.clone_into(&mut merging.options.manifest);
        Ok(())
    }

    /// Writes the merged file, in place of one that is there. The inputs stay, for another one.
    fn merge(&self, py: Python<'_>, in_0: Key<'_>) -> PyResult<()> {
        let path = path(&in_0);
        let (merger, options) = {
            let mut state = self.state(py);
            let merging = state.as_mut().ok_or_else(uninitialised)?;
            let merger = if merging.inputs.is_empty() {
                None
            } else {
                Some(py.detach(|| merging.merger()).raise()?)
            };
            (merger, merging.options.clone())
        };
        let watch = Arc::new(Watch::default());
        let work = || finish(merger, options, &path, &watch);
        run(py, &watch, work, || Ok(()), || Ok(()))
    }
}

/// A class for each kind of values.
macro_rules! mergers {
    ($($class:ident, $name:literal, $kind:ident;)*) => {$(
        #[doc = concat!("Merges dictionaries of kind ", stringify!($kind), ".")]
        #[pyclass(extends = KeyviMerger, subclass, frozen, name = $name, module = "keyfold.compiler")]
        pub(crate) struct $class;

        #[pymethods]
        impl $class {
            #[new]
            #[pyo3(signature = (*_args, **_kwargs))]
            fn new(
                _args: &Bound<'_, PyTuple>,
                _kwargs: Option<&Bound<'_, PyDict>>,
            ) -> PyClassInitializer<Self> {
                PyClassInitializer::from(KeyviMerger::new(ValueKind::$kind)).add_subclass($class)
            }

            #[pyo3(signature = (*args, **kwargs))]
            fn __init__(
                slf: &Bound<'_, Self>,
                args: &Bound<'_, PyTuple>,
                kwargs: Option<&Bound<'_, PyDict>>,
            ) -> PyResult<()> {
                warn_of_names(slf.py(), kwargs)?;
                slf.as_super().get().begin(args)
            }
        }
    )*};
}

mergers! {
    CompletionDictionaryMerger, "CompletionDictionaryMerger", Completion;
    IntDictionaryMerger, "IntDictionaryMerger", Int;
    JsonDictionaryMerger, "JsonDictionaryMerger", Json;
    KeyOnlyDictionaryMerger, "KeyOnlyDictionaryMerger", KeyOnly;
    StringDictionaryMerger, "StringDictionaryMerger", String;
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<KeyviMerger>()?;
    module.add_class::<CompletionDictionaryMerger>()?;
    module.add_class::<IntDictionaryMerger>()?;
    module.add_class::<JsonDictionaryMerger>()?;
    module.add_class::<KeyOnlyDictionaryMerger>()?;
    module.add_class::<StringDictionaryMerger>()
}
