//! Several dictionaries into one.

use std::path::{Path, PathBuf};

use keyfold_reader::format::checksum::Rows;
use keyfold_reader::format::deleted;
use keyfold_reader::{
    Compression, Dictionary, FormatError, KeySet, Scan, SecondaryDictionary, ValueKind,
};

use crate::built::Built;
use crate::compiler::Compiler;
use crate::error::{At, Error, Result};
use crate::generator::{Generator, Summary};
use crate::options::{Format, OnDuplicate, Options};
use crate::output::Output;
use crate::progress::{Callback, Meter};
use crate::sort::{Merge, Source, shared_prefix};
use crate::value::{Encoder, check_completion};

/// How the values of the inputs come into the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MergeMode {
    /// Values are copied one by one, equal ones once.
    #[default]
    Deduplicate,
    /// The value sections are copied whole, one behind the other: faster, but values of replaced and deleted
    /// keys stay behind.
    Append,
}

/// Merges dictionaries of the same kind. Of entries with the same key the one of the input added last stays.
///
/// From keyvi file to keyvi file values are copied as they are stored, else compressed as those of all inputs are. Inner weights
/// are computed anew.
pub struct Merger {
    options: Options,
    mode: MergeMode,
    inputs: Vec<Part>,
    callback: Option<Callback>,
    counted: bool,
}

/// An input and the keys deleted in it.
struct Part {
    dictionary: Dictionary,
    deleted: KeySet,
}

impl Part {
    fn is_native(&self) -> bool {
        self.dictionary.fsa().fold().is_some()
    }
}

impl Merger {
    /// A merger. Kind, text rule and compression in the options are replaced by those of the inputs; of the others it takes format, profile,
    /// memory limit, temporary path, minimisation and manifest.
    pub fn new(options: Options, mode: MergeMode) -> Self {
        Merger {
            options,
            mode,
            inputs: Vec::new(),
            callback: None,
            counted: true,
        }
    }

    /// Leaves out of a keyvi file how many values there were, and how they are compressed, as keyvi does.
    pub fn uncounted(&mut self) {
        self.counted = false;
    }

    /// Has the progress told; answering false cancels the merge.
    pub fn on_progress(&mut self, callback: Callback) {
        self.callback = Some(callback);
    }

    /// Replaces the manifest.
    pub fn set_manifest(&mut self, manifest: &str) {
        manifest.clone_into(&mut self.options.manifest);
    }

    /// Adds a file, newer than all before. If a list of deleted keys stands beside it, with `.dk` appended to
    /// its name, those keys count as deleted in it.
    pub fn add(&mut self, path: &Path) -> Result<()> {
        let dictionary = Dictionary::open(path)?;
        let mut list = path.as_os_str().to_owned();
        list.push(".dk");
        let list = PathBuf::from(list);
        let deleted = if list.exists() {
            read_deleted(&list)?
        } else {
            KeySet::new()
        };
        self.add_dictionary(dictionary, deleted)
    }

    /// Adds a dictionary, newer than all before, and the keys deleted in it, as they are stored: where its entry would
    /// stay, the key is dropped. A key that only older inputs hold is not affected.
    pub fn add_dictionary(&mut self, dictionary: Dictionary, deleted: KeySet) -> Result<()> {
        let mismatch = |reason| {
            Err(Error::Mismatch {
                path: dictionary.path().to_owned(),
                reason,
            })
        };
        if let Some(first) = self.inputs.first().map(|input| &input.dictionary) {
            let (kind, needed) = (dictionary.header().kind, first.header().kind);
            if kind != needed {
                return mismatch(format!(
                    "the kind is {kind}, but {} is {needed}",
                    first.path().display()
                ));
            }
            if dictionary.header().secondary != first.header().secondary {
                return mismatch(format!(
                    "the secondary keys differ from those of {}",
                    first.path().display()
                ));
            }
            if dictionary.text_rule() != first.text_rule() {
                return mismatch(format!(
                    "the text rule is {}, but that of {} is {}",
                    dictionary.text_rule(),
                    first.path().display(),
                    first.text_rule()
                ));
            }
            let (size, needed) = (vector_size(&dictionary)?, vector_size(first)?);
            if size.is_some() && needed.is_some() && size != needed {
                return mismatch(format!(
                    "the vectors have another length than those of {}",
                    first.path().display()
                ));
            }
        }
        self.inputs.push(Part {
            dictionary,
            deleted,
        });
        Ok(())
    }

    /// Writes the merged file. An existing one is replaced if `replace` says so, else it is an error.
    pub fn finish(mut self, path: &Path, replace: bool) -> Result<Summary> {
        let Some(first) = self.inputs.first() else {
            let reason = "there is nothing to merge".to_owned();
            return Err(Error::Mismatch {
                path: path.to_owned(),
                reason,
            });
        };
        if self.mode == MergeMode::Append
            && (self.options.format == Format::Native || self.inputs.iter().any(Part::is_native))
        {
            return Err(Error::Option {
                name: "append".to_owned(),
                reason: "the values of native files cannot be copied whole".to_owned(),
            });
        }
        let header = first.dictionary.header();
        self.options.kind = header.kind;
        self.options.secondary.clone_from(&header.secondary);
        self.options.text_rule = header.text_rule;
        self.options.compression = self.compression();
        if self.options.secondary.is_empty() {
            self.merge(path, replace)
        } else {
            self.recompile(path, replace)
        }
    }

    fn merge(self, path: &Path, replace: bool) -> Result<Summary> {
        let output = Output::create(path, replace)?;
        let counted = self.counted || self.mode == MergeMode::Append;
        let name = self.common_compression().filter(|_| self.counted);
        let version = self.options.version();
        let mut encoder = Encoder::new(&self.options);
        let mut generator = Generator::new(self.options)?;
        let mut meter = Meter::default();
        if let Some(callback) = self.callback {
            meter.set_callback(callback);
        }
        let read = self.inputs.iter().map(|input| input.dictionary.len()).sum();
        meter.progress.rows_read = read;
        generator.continue_from(
            Rows {
                read,
                ..Rows::default()
            },
            meter,
        );

        let mut bases = Vec::new();
        if self.mode == MergeMode::Append {
            for Part { dictionary, .. } in &self.inputs {
                let values = dictionary.values();
                if let Some(section) = generator.values() {
                    bases.push(section.append_section(values.section(), values.properties())?);
                }
            }
        }
        let sources = self
            .inputs
            .iter()
            .map(|input| Entries::new(&input.dictionary))
            .collect();
        let mut entries = Merge::new(sources, OnDuplicate::Last)?;
        let mut stored = Vec::new();
        let mut dropped = 0;
        while entries.advance()? {
            let Part {
                dictionary,
                deleted,
            } = &self.inputs[entries.current_index()];
            if deleted.contains(entries.key()) {
                dropped += 1;
                continue;
            }
            let value = entries.current().scan.value();
            if value.kind() == ValueKind::Completion {
                check_completion(value.as_u64().unwrap_or(0)).map_err(|e| Error::Mismatch {
                    path: dictionary.path().to_owned(),
                    reason: format!("the key {}: {e}", entries.key().escape_ascii()),
                })?;
            }
            if self.mode == MergeMode::Append && value.kind().has_section() {
                let base = bases[entries.current_index()];
                generator.add_appended(entries.key(), base + value.handle().0)?;
            } else {
                stored.clear();
                encoder.transfer(dictionary, value, &mut stored)?;
                generator.add_row(entries.key(), &stored)?;
            }
        }
        generator.rows().duplicates = entries.duplicates();
        generator.rows().rejected = dropped;
        if !counted && let Some(values) = generator.values() {
            values.forget_count();
        }
        let sections = generator.close(version, name.as_deref())?;
        Built::new(sections, None).publish(output)
    }

    /// The name of the compression that all inputs give.
    fn common_compression(&self) -> Option<String> {
        let name = |part: &Part| {
            let given = part.dictionary.values().properties().compression.clone();
            // a native file names none where nothing is compressed
            given.or_else(|| {
                part.is_native()
                    .then(|| Compression::None.name().to_owned())
            })
        };
        let first = self.inputs.first().and_then(name);
        first.filter(|first| {
            self.inputs
                .iter()
                .all(|part| name(part).as_ref() == Some(first))
        })
    }

    /// A compression whose file version all inputs fit.
    fn compression(&self) -> Compression {
        if self
            .inputs
            .iter()
            .any(|part| part.dictionary.header().version > 2)
        {
            return Compression::Zstd;
        }
        self.common_compression()
            .and_then(|name| name.parse().ok())
            .unwrap_or_default()
    }

    /// Codes of secondary values differ from file to file, so that such entries are sorted anew.
    fn recompile(self, path: &Path, replace: bool) -> Result<Summary> {
        if let Some(part) = self.inputs.iter().find(|part| !part.deleted.is_empty()) {
            let path = part.dictionary.path().to_owned();
            let reason =
                "a list of deleted keys cannot be applied to a dictionary with secondary keys";
            return Err(Error::Mismatch {
                path,
                reason: reason.to_owned(),
            });
        }
        let mut encoder = Encoder::new(&self.options);
        let mut compiler = Compiler::new(Options {
            on_duplicate: OnDuplicate::Last,
            ..self.options
        })?;
        if let Some(callback) = self.callback {
            compiler.on_progress(callback);
        }
        let mut stored = Vec::new();
        for Part { dictionary, .. } in self.inputs {
            let secondary = SecondaryDictionary::new(dictionary.clone())?;
            let mut entries = secondary.scan()?;
            while entries.advance()? {
                stored.clear();
                encoder.transfer(&dictionary, entries.value(), &mut stored)?;
                let fields: Vec<&[u8]> = entries.fields().collect();
                compiler.add_encoded(&fields, entries.key(), &stored)?;
            }
        }
        compiler.finish(path, replace)
    }
}

/// The entries of one input.
pub(crate) struct Entries<'d> {
    pub(crate) scan: Scan<'d>,
    last: Vec<u8>,
    /// Bytes that the current key shares with the one before.
    shared: usize,
}

impl<'d> Entries<'d> {
    /// All entries of a dictionary.
    pub(crate) fn new(dictionary: &'d Dictionary) -> Self {
        Entries {
            scan: dictionary.scan(),
            last: Vec::new(),
            shared: 0,
        }
    }
}

impl Source for Entries<'_> {
    fn advance(&mut self) -> Result<bool> {
        if !self.scan.advance()? {
            return Ok(false);
        }
        let key = self.scan.key();
        self.shared = shared_prefix(&self.last, key);
        self.last.truncate(self.shared);
        self.last.extend_from_slice(&key[self.shared..]);
        Ok(true)
    }

    fn key(&self) -> &[u8] {
        &self.last
    }

    fn shared(&self) -> usize {
        self.shared
    }
}

/// The length of the float vectors of a dictionary, judged by its first.
fn vector_size(dictionary: &Dictionary) -> Result<Option<usize>> {
    if dictionary.header().kind != ValueKind::FloatVector {
        return Ok(None);
    }
    let first = dictionary.first()?;
    Ok(first
        .map(|entry| entry.value().floats())
        .transpose()?
        .map(|floats| floats.len()))
}

fn read_deleted(path: &Path) -> Result<KeySet> {
    let file = std::fs::read(path).at(path)?;
    deleted::read(&file).map_err(|fault| {
        let section = fault.section;
        let reason = fault.reason.to_owned();
        let error = FormatError {
            path: path.to_owned(),
            section,
            offset: fault.offset,
            reason,
        };
        Error::Read(error.into())
    })
}
