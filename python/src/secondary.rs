//! Dictionaries with secondary keys.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use keyfold_reader::SecondaryDictionary;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::dictionary::{OpenedFile, layout, soundness, statistics};
use crate::entries::Entries;
use crate::error::{ArgumentError, ClosedError, Raise};
use crate::interrupt::{exception, is_raised};
use crate::key::{Key, text_or_bytes};
use crate::rows::{Of, Rows};
use crate::source::Open;
use crate::value::item;

/// Entries that are looked at before signals are.
const ENTRIES: u32 = 1 << 16;

/// A dictionary whose keys are stored under secondary values such as a tenant: `under` gives the entries of one.
#[pyclass(frozen, weakref, module = "keyfold", name = "SecondaryDictionary")]
pub(crate) struct PySecondary {
    secondary: RwLock<Option<SecondaryDictionary>>,
    file: OpenedFile,
}

/// The entries of a dictionary under exact secondary values.
#[pyclass(frozen, extends = Entries, weakref, module = "keyfold")]
pub(crate) struct View {
    of: Py<PySecondary>,
    fields: Vec<Vec<u8>>,
}

impl PySecondary {
    pub(crate) fn new(secondary: SecondaryDictionary, file: OpenedFile) -> Self {
        PySecondary {
            secondary: RwLock::new(Some(secondary)),
            file,
        }
    }

    fn open(&self) -> PyResult<SecondaryDictionary> {
        let secondary = self.secondary.read();
        let secondary = secondary.unwrap_or_else(PoisonError::into_inner);
        secondary
            .clone()
            .ok_or_else(|| ClosedError::new_err("it was closed"))
    }
}

#[pymethods]
impl PySecondary {
    /// The names of the secondary keys, in the order of the fields.
    #[getter]
    fn names(&self) -> PyResult<Vec<String>> {
        Ok(self.open()?.names().to_vec())
    }

    /// The entries under secondary values, given in the order of `names`, or by name. What is not given is empty.
    #[pyo3(signature = (*values, **named))]
    fn under<'py>(
        this: &Bound<'py, Self>,
        values: &Bound<'py, PyTuple>,
        named: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, View>> {
        let secondary = this.get().open()?;
        let known = secondary.names();
        if values.len() > known.len() {
            return Err(ArgumentError::new_err(format!(
                "{} secondary values given, there are {}",
                values.len(),
                known.len()
            )));
        }
        let mut fields = vec![Vec::new(); known.len()];
        for (field, value) in fields.iter_mut().zip(values) {
            *field = value.extract::<Key<'_>>()?.to_vec();
        }
        for (name, value) in named.into_iter().flatten() {
            let name: String = name.extract()?;
            let Some(index) = known.iter().position(|known| *known == name) else {
                let reason = format!("no secondary key is named {name:?}");
                return Err(ArgumentError::new_err(reason));
            };
            if index < values.len() {
                let reason = format!("the secondary value of {name:?} is given twice");
                return Err(ArgumentError::new_err(reason));
            }
            fields[index] = value.extract::<Key<'_>>()?.to_vec();
        }
        let open = Open::one(Of::Under(secondary, fields.clone())).raise()?;
        let view = View {
            of: this.clone().unbind(),
            fields,
        };
        Bound::new(
            this.py(),
            PyClassInitializer::from(Entries::new(open)).add_subclass(view),
        )
    }

    fn __len__(&self) -> PyResult<usize> {
        Ok(usize::try_from(self.open()?.dictionary().len())?)
    }

    /// All entries, as tuples of secondary values, key and value: by secondary values, then by key.
    fn items(&self, py: Python<'_>) -> PyResult<SecondaryItems> {
        let secondary = self.open()?;
        let mut fields = py.detach(|| all_fields(&secondary))?;
        fields.reverse();
        Ok(SecondaryItems(Arc::new(Mutex::new(Walk {
            secondary,
            fields,
            current: None,
        }))))
    }

    fn __iter__(&self, py: Python<'_>) -> PyResult<SecondaryItems> {
        self.items(py)
    }

    /// Sizes and counts of the file.
    fn statistics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        statistics(py, self.open()?.dictionary())
    }

    /// Reads every byte and checks it: raises `FormatError` where the file is damaged. What was found, in a dict.
    fn verify<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.open()?;
        let path = self.file.path();
        let sound = py.detach(|| keyfold_reader::verify(path)).raise()?;
        soundness(py, sound)
    }

    /// The free text stored with the dictionary.
    #[getter]
    fn manifest(&self) -> PyResult<String> {
        Ok(self.open()?.dictionary().manifest().to_owned())
    }

    /// The kind of the values: `key-only`, `int`, `string`, `json`, `completion` or `float-vector`.
    #[getter]
    fn kind(&self) -> PyResult<&'static str> {
        Ok(self.open()?.dictionary().header().kind.name())
    }

    /// The layout of the file: `native` or `keyvi`.
    #[getter]
    fn layout(&self) -> PyResult<&'static str> {
        Ok(layout(self.open()?.dictionary()))
    }

    /// The file's absolute path.
    #[getter]
    fn path(&self) -> PathBuf {
        self.file.path()
    }

    /// Closes the file as soon as no view, iterator or match needs it. Further calls raise `ClosedError`.
    fn close(&self) {
        let secondary = self.secondary.write();
        *secondary.unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether it was closed.
    #[getter]
    fn closed(&self) -> bool {
        self.open().is_err()
    }

    fn __enter__(this: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        this.get().open()?;
        Ok(this)
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyTuple>) {
        self.close();
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        self.file.reduce(py)
    }

    fn __repr__(&self) -> String {
        let name = self.file.name();
        match self.open() {
            Ok(secondary) => format!(
                "<keyfold.SecondaryDictionary {name:?}: {} keys under {}, {}, {} layout>",
                secondary.dictionary().len(),
                secondary.names().join(", "),
                secondary.dictionary().header().kind,
                layout(secondary.dictionary()),
            ),
            Err(_) => format!("<keyfold.SecondaryDictionary {name:?}, closed>"),
        }
    }

    fn _repr_html_<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let statistics = self.statistics(py)?;
        let html = py.import("keyfold._html")?;
        html.call_method1("table", (self.file.name(), statistics))
    }
}

#[pymethods]
impl View {
    /// The secondary values, in the order of the dictionary's `names`.
    #[getter]
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.fields.iter().map(|field| text_or_bytes(py, field)))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let under = py.import("keyfold._views")?.getattr("under")?;
        (under, (&self.of, self.fields(py)?)).into_pyobject(py)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "<keyfold.View {} of {:?}>",
            self.fields(py)?.repr()?,
            self.of.get().file.name()
        ))
    }
}

/// The secondary values under which there are entries, in their order.
fn all_fields(secondary: &SecondaryDictionary) -> PyResult<Vec<Vec<Vec<u8>>>> {
    let mut all: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut scan = secondary.scan().raise()?;
    let mut entries = 0;
    while scan.advance().raise()? {
        entries += 1;
        if entries == ENTRIES {
            entries = 0;
            if is_raised() {
                return Err(exception());
            }
        }
        let same =
            (all.last()).is_some_and(|last| scan.fields().eq(last.iter().map(|field| &field[..])));
        if !same {
            all.push(scan.fields().map(<[u8]>::to_vec).collect());
        }
    }
    Ok(all)
}

/// An iterator over all entries of a dictionary with secondary keys.
#[pyclass(frozen, module = "keyfold")]
pub(crate) struct SecondaryItems(Arc<Mutex<Walk>>);

struct Walk {
    secondary: SecondaryDictionary,
    /// The secondary values still to come, the next ones last.
    fields: Vec<Vec<Vec<u8>>>,
    current: Option<(Vec<Vec<u8>>, Rows)>,
}

impl Walk {
    fn next(&mut self) -> PyResult<Option<(Vec<Vec<u8>>, keyfold_reader::Match)>> {
        loop {
            if let Some((fields, rows)) = &mut self.current {
                if let Some(found) = rows.next()? {
                    return Ok(Some((fields.clone(), found)));
                }
                self.current = None;
            }
            let Some(fields) = self.fields.pop() else {
                return Ok(None);
            };
            let of = Of::Under(self.secondary.clone(), fields.clone());
            self.current = Some((fields, Rows::of(of, b"", b"", None)));
        }
    }
}

#[pymethods]
impl SecondaryItems {
    fn __iter__(this: Bound<'_, Self>) -> Bound<'_, Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let walk = &self.0;
        let next = py.detach(|| walk.lock().unwrap_or_else(PoisonError::into_inner).next())?;
        let Some((fields, found)) = next else {
            return Ok(None);
        };
        let fields = PyTuple::new(py, fields.iter().map(|field| text_or_bytes(py, field)))?;
        let (key, value) = item(py, &found)?;
        (fields, key, value).into_pyobject(py).map(Some)
    }
}
