//! `IndexWriter`: the one that writes an index.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyfold_compiler::Format;
use keyfold_compiler::index::{Change, FieldPattern, Settings};
use keyfold_reader::format::partitions::{PARTITIONS, Partitions};
use keyfold_reader::format::toc::{TOC, Toc};
use keyfold_reader::index::{FieldType, Schema};
use keyfold_reader::{Entries as ReaderEntries, TextRule, ValueKind};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySlice, PyTuple};

use crate::background::wait;
use crate::compile::document::{self, Bytes};
use crate::decode::{Strings as Decoding, decode};
use crate::documents::{self, Group, MOST};
use crate::entries::Entries;
use crate::error::{ArgumentError, IndexNotFound, KeyNotFound, OptionError, Raise};
use crate::index::schema;
use crate::key::Key;
use crate::live::Live;
use crate::path::FilePath;
use crate::source::Open;
use crate::strings::Strings;
use crate::writing::Writing;

/// Writes an index; it is the only one that does. A call that changes something returns when the change is as durable as was asked for. What was
/// written is seen here at once, and by readers after `flush`, or by itself within a second.
#[pyclass(frozen, extends = Entries, weakref, module = "keyfold")]
pub(crate) struct IndexWriter {
    path: PathBuf,
}

impl IndexWriter {
    fn writing(this: &Bound<'_, Self>) -> PyResult<Arc<Writing>> {
        this.as_super().get().source()?.writer()
    }

    /// Makes one change.
    fn write(this: &Bound<'_, Self>, change: Change<'_>) -> PyResult<()> {
        Self::writing(this)?.write_one(this.py(), change).raise()
    }

    /// Makes a change of every key with its document.
    fn write_all(
        this: &Bound<'_, Self>,
        documents: &Bound<'_, PyAny>,
        column: Option<&Bound<'_, PyAny>>,
        change: impl for<'g> Fn(&'g [u8], &'g [u8]) -> Change<'g> + Sync,
    ) -> PyResult<()> {
        let writing = Self::writing(this)?;
        documents::each(documents, column, |group: &Group| {
            let write = || writing.write(&group.changes(&change));
            this.py().detach(write).raise()
        })
    }

    /// The document of a key as `MessagePack`.
    fn find(this: &Bound<'_, Self>, key: &[u8]) -> PyResult<Option<Vec<u8>>> {
        let writing = Self::writing(this)?;
        this.py().detach(|| writing.get(key)).raise()
    }
}

#[pymethods]
impl IndexWriter {
    /// Opens the index in a folder, or makes one where there is none.
    #[new]
    #[pyo3(signature = (path, *, create=true, format=None, durability=None, schema=None, partitions=None, partition_by=None, **settings))]
    #[expect(
        clippy::too_many_arguments,
        clippy::needless_pass_by_value,
        reason = "keywords of a Python call"
    )]
    fn new(
        py: Python<'_>,
        path: FilePath,
        create: bool,
        format: Option<&Bound<'_, PyAny>>,
        durability: Option<&Bound<'_, PyAny>>,
        schema: Option<&Bound<'_, PyDict>>,
        partitions: Option<u32>,
        partition_by: Option<Key<'_>>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let path = std::path::absolute(&path).unwrap_or_else(|_| path.as_ref().to_owned());
        if !create && !keyfold_reader::index::Index::is_at(&path) {
            return Err(IndexNotFound::new_err((
                2,
                "there is no index",
                path.into_os_string(),
            )));
        }
        let mut chosen = stored(&path, Settings::default());
        let named = [("format", format), ("durability", durability)];
        for (name, value) in named {
            if let Some(value) = value {
                chosen.set(name, &value.str()?.to_cow()?).raise()?;
            }
        }
        for (name, value) in settings.into_iter().flat_map(PyDictMethods::iter) {
            let (name, value) = (name.str()?, value.str()?);
            chosen.set(&name.to_cow()?, &value.to_cow()?).raise()?;
        }
        chosen.schema = schema.map(declared).transpose()?;
        let partitions = divided(partitions, partition_by)?;
        let writing = py.detach(|| open(&path, chosen, create, partitions))?;
        let open = Open::merged(
            ReaderEntries::new(Vec::new()),
            ValueKind::Json,
            TextRule::default(),
        );
        let entries = Entries::live(open, Live::Writer(Arc::new(writing)));
        Ok(PyClassInitializer::from(entries).add_subclass(IndexWriter { path }))
    }

    /// Gives a key a document: what JSON has, and `bytes`.
    fn set(this: &Bound<'_, Self>, key: Key<'_>, document: &Bound<'_, PyAny>) -> PyResult<()> {
        let mut packed = Vec::new();
        document::write(document, Bytes::Binary, &mut packed)?;
        let (key, document) = (&*key, &packed[..]);
        Self::write(this, Change::Set { key, document })
    }

    fn __setitem__(
        this: &Bound<'_, Self>,
        key: Key<'_>,
        document: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        Self::set(this, key, document)
    }

    /// Gives many keys documents: from a mapping, from pairs, or from a column of keys and one of documents. They are
    /// written in groups of 65536 documents or 16 MiB, each of which is there as a whole or not at all.
    #[pyo3(signature = (documents, column=None, /))]
    fn set_many(
        this: &Bound<'_, Self>,
        documents: &Bound<'_, PyAny>,
        column: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        Self::write_all(this, documents, column, |key, document| Change::Set {
            key,
            document,
        })
    }

    /// Adds fields to the document of a key, in place of those of the same names.
    fn upsert(this: &Bound<'_, Self>, key: Key<'_>, fields: &Bound<'_, PyDict>) -> PyResult<()> {
        let mut packed = Vec::new();
        document::write(fields, Bytes::Binary, &mut packed)?;
        let (key, fields) = (&*key, &packed[..]);
        Self::write(this, Change::Upsert { key, fields })
    }

    /// As `upsert` for many keys, which come as for `set_many`.
    #[pyo3(signature = (documents, column=None, /))]
    fn upsert_many(
        this: &Bound<'_, Self>,
        documents: &Bound<'_, PyAny>,
        column: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        Self::write_all(this, documents, column, |key, fields| Change::Upsert {
            key,
            fields,
        })
    }

    /// Takes fields from the document of a key.
    #[expect(clippy::needless_pass_by_value, reason = "arguments come from Python")]
    fn delete_fields(this: &Bound<'_, Self>, key: Key<'_>, names: Vec<String>) -> PyResult<()> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (key, names) = (&*key, &names[..]);
        Self::write(this, Change::DeleteFields { key, names })
    }

    /// Takes a field, or all whose names start with `prefix`, from the documents of all keys, and its type from the schema. All
    /// documents that have it are rewritten.
    #[pyo3(signature = (name=None, *, prefix=None))]
    fn drop_field(
        this: &Bound<'_, Self>,
        name: Option<String>,
        prefix: Option<String>,
    ) -> PyResult<()> {
        let writing = Self::writing(this)?;
        match (name, prefix) {
            (Some(name), None) => wait(this.py(), move || {
                writing.drop_field(FieldPattern::Named(&name))
            }),
            (None, Some(prefix)) => wait(this.py(), move || {
                writing.drop_field(FieldPattern::Prefixed(&prefix))
            }),
            _ => Err(ArgumentError::new_err(
                "either a name or a prefix is needed",
            )),
        }
    }

    /// Fixes the type of a field before a document has it.
    fn declare(this: &Bound<'_, Self>, name: &str, kind: &str) -> PyResult<()> {
        let kind: FieldType = kind.parse().map_err(OptionError::new_err)?;
        let writing = Self::writing(this)?;
        this.py().detach(|| writing.declare(name, kind)).raise()
    }

    /// Deletes a key. One that is not stored stays so.
    fn delete(this: &Bound<'_, Self>, key: Key<'_>) -> PyResult<()> {
        Self::write(this, Change::Delete { key: &key })
    }

    fn __delitem__(this: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<()> {
        let bytes: Key<'_> = key.extract()?;
        if Self::find(this, &bytes)?.is_none() {
            return Err(KeyNotFound::new_err((key.clone().unbind(),)));
        }
        Self::delete(this, bytes)
    }

    /// Deletes many keys, in groups as `set_many`.
    fn delete_many(this: &Bound<'_, Self>, keys: &Bound<'_, PyAny>) -> PyResult<()> {
        let (py, writing) = (this.py(), Self::writing(this)?);
        let keys = Strings::new(keys)?;
        let keys = keys.keys()?;
        for chunk in keys.chunks(MOST) {
            py.check_signals()?;
            // the empty key stands for none
            let named = chunk.iter().filter(|key| !key.is_empty());
            let changes: Vec<Change<'_>> = named.map(|key| Change::Delete { key }).collect();
            py.detach(|| writing.write(&changes)).raise()?;
        }
        Ok(())
    }

    /// Deletes all keys.
    fn delete_all(this: &Bound<'_, Self>) -> PyResult<()> {
        let writing = Self::writing(this)?;
        wait(this.py(), move || writing.delete_all())
    }

    /// Makes all changes so far durable, whatever durability was asked for.
    fn commit(this: &Bound<'_, Self>) -> PyResult<()> {
        let writing = Self::writing(this)?;
        this.py().detach(|| writing.commit()).raise()
    }

    /// Makes a segment of all changes so far, so that readers see them.
    fn flush(this: &Bound<'_, Self>) -> PyResult<()> {
        let writing = Self::writing(this)?;
        wait(this.py(), move || writing.flush())
    }

    /// Merges until no more than so many segments are left, of each part in a partitioned index. After Ctrl-C it goes on in the background.
    #[pyo3(signature = (segments=1))]
    fn force_merge(this: &Bound<'_, Self>, segments: usize) -> PyResult<()> {
        let writing = Self::writing(this)?;
        wait(this.py(), move || writing.force_merge(segments))
    }

    fn __getitem__<'py>(
        this: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if key.is_instance_of::<PySlice>() {
            return Entries::__getitem__(this.as_super(), key);
        }
        let bytes: Key<'_> = key.extract()?;
        match Self::find(this, &bytes)? {
            Some(document) => decode(this.py(), &document, Decoding::Lenient),
            None => Err(KeyNotFound::new_err((key.clone().unbind(),))),
        }
    }

    /// The document of a key as it is now, or `default`.
    #[pyo3(signature = (key, default=None, /))]
    fn get<'py>(
        this: &Bound<'py, Self>,
        key: Key<'_>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match Self::find(this, &key)? {
            Some(document) => decode(this.py(), &document, Decoding::Lenient),
            None => Ok(default.unwrap_or_else(|| this.py().None().into_bound(this.py()))),
        }
    }

    fn __contains__(this: &Bound<'_, Self>, key: Key<'_>) -> PyResult<bool> {
        Ok(Self::find(this, &key)?.is_some())
    }

    /// The fields of the documents with their types, in a dict; `None` where types are not kept.
    #[getter]
    fn schema<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let known = Self::writing(this)?.schema().raise()?;
        schema(this.py(), known.as_ref())
    }

    /// The layout of new segments: `native` or `keyvi`.
    #[getter]
    fn format(this: &Bound<'_, Self>) -> PyResult<Option<&'static str>> {
        let writing = Self::writing(this)?;
        Ok(writing.settings().map(|settings| settings.format.name()))
    }

    /// What a call promises when it returns: `every-commit`, `none`, or a number of milliseconds.
    #[getter]
    fn durability(this: &Bound<'_, Self>) -> PyResult<Option<String>> {
        let writing = Self::writing(this)?;
        let settings = writing.settings();
        Ok(settings.map(|settings| settings.durability.to_string()))
    }

    /// The number of parts of a partitioned index; 1 of any other.
    #[getter]
    fn partitions(this: &Bound<'_, Self>) -> PyResult<u32> {
        Ok(Self::writing(this)?
            .partitions()
            .map_or(1, |divided| divided.of))
    }

    /// What the index costs: what is stored, and what was done since it was opened.
    fn report<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let report = Self::writing(this)?.report().raise()?;
        let dict = PyDict::new(this.py());
        for (name, count) in [
            ("segments", report.segments),
            ("stored_keys", report.stored_keys),
            ("deleted_keys", report.deleted_keys),
            ("segment_bytes", report.segment_bytes),
            ("table_keys", report.table_keys),
            ("table_bytes", report.table_bytes),
            ("accepted_bytes", report.accepted_bytes),
            ("logged_bytes", report.logged_bytes),
            ("flushed_bytes", report.flushed_bytes),
            ("merged_bytes", report.merged_bytes),
            ("flushes", report.flushes),
            ("merges", report.merges),
            ("gets", report.gets),
            ("probes", report.probes),
        ] {
            dict.set_item(name, count)?;
        }
        dict.set_item("write_amplification", report.write_amplification())?;
        dict.set_item("bytes_per_key", report.bytes_per_key())?;
        dict.set_item("probes_per_get", report.probes_per_get())?;
        Ok(dict)
    }

    /// The folder's absolute path.
    #[getter]
    fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Makes a segment of all changes so far, and lets others write. Further calls raise `ClosedError`.
    fn close(this: &Bound<'_, Self>) -> PyResult<()> {
        match this.as_super().get().end() {
            Some(live) => {
                let writing = live.writer()?;
                wait(this.py(), move || writing.close())
            }
            None => Ok(()),
        }
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(this: &Bound<'_, Self>, _error: &Bound<'_, PyTuple>) -> PyResult<()> {
        Self::close(this)
    }

    fn __repr__(this: &Bound<'_, Self>) -> String {
        let name = this.get().path.display().to_string();
        match Self::writing(this).and_then(|writing| writing.report().raise()) {
            Ok(report) => format!(
                "<keyfold.IndexWriter {name:?}: {} segments, {} keys in memory>",
                report.segments, report.table_keys,
            ),
            Err(_) => format!("<keyfold.IndexWriter {name:?}, closed>"),
        }
    }
}

/// The settings that an index has, or `otherwise` those; an index of keyvi's stays in its layout. What is damaged is told by whoever
/// opens it.
pub(crate) fn stored(path: &Path, otherwise: Settings) -> Settings {
    let toc = if path.join(PARTITIONS).is_file() {
        path.join(Partitions::folder(0)).join(TOC)
    } else {
        path.join(TOC)
    };
    let Some(toc) = fs::read(toc).ok().and_then(|toc| Toc::read(&toc).ok()) else {
        return otherwise;
    };
    let Some(details) = toc.details else {
        return Settings {
            format: Format::Keyvi,
            ..otherwise
        };
    };
    let mut settings = Settings::default();
    for (name, value) in &details.settings {
        if let Some(value) = value.as_str() {
            // a later version may have others
            let _ = settings.set(name, value);
        }
    }
    settings
}

/// The fields that are declared.
fn declared(fields: &Bound<'_, PyDict>) -> PyResult<Schema> {
    let fields = fields.iter().map(|(name, kind)| {
        let kind = kind.extract::<String>()?;
        let kind = kind.parse().map_err(OptionError::new_err)?;
        Ok((name.extract()?, kind))
    });
    fields.collect()
}

fn divided(partitions: Option<u32>, by: Option<Key<'_>>) -> PyResult<Option<Partitions>> {
    let separator = match by.as_deref() {
        None => None,
        Some([separator]) => Some(*separator),
        Some(_) => {
            return Err(OptionError::new_err("partition_by is one byte"));
        }
    };
    match partitions {
        Some(of) => Ok(Some(Partitions { of, separator })),
        None if separator.is_some() => Err(OptionError::new_err(
            "partition_by says nothing without partitions",
        )),
        None => Ok(None),
    }
}

fn open(
    path: &Path,
    settings: Settings,
    create: bool,
    partitions: Option<Partitions>,
) -> PyResult<Writing> {
    if path.join(PARTITIONS).is_file() {
        let writing = Writing::open_parts(path, &settings).raise()?;
        if partitions.is_some() && writing.partitions() != partitions {
            writing.close().raise()?;
            return Err(OptionError::new_err("the index is divided in another way"));
        }
        return Ok(writing);
    }
    match partitions {
        None => Writing::open(path, settings, create).raise(),
        Some(_) if path.join(TOC).is_file() => {
            Err(OptionError::new_err("the index is not partitioned"))
        }
        Some(partitions) => Writing::create_parts(path, partitions, &settings).raise(),
    }
}
