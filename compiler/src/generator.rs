//! Sorted keys in, file out.

use std::cmp::Ordering;
use std::io::{self, Write};
use std::path::Path;

use keyfold_reader::ValueKind;
use keyfold_reader::format::checksum::{self, Checksums, Provenance, Rows};
use keyfold_reader::format::properties::{ArrayProperties, Header};
use keyfold_reader::format::value::ValueProperties;

use crate::built::Built;
use crate::error::{Error, Result};
use crate::keys::{check_key, stored_key};
use crate::native::{Native, NativeSections};
use crate::options::{Format, OnDuplicate, Options};
use crate::output::Output;
use crate::progress::{Callback, Meter};
use crate::register::Register;
use crate::sort::{RowBlock, check_folder};
use crate::sparse_array::SparseArray;
use crate::spool::Spool;
use crate::unfinished::{Finished, UnfinishedPath, UnfinishedState};
use crate::value::{Encoder, Input, ValueSection};

/// What became of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Rows read, dropped for a duplicate key, and rejected.
    pub rows: Rows,
    /// Keys written: rows read less the others.
    pub keys: u64,
    /// States of the automaton; nodes and leaves of a native file.
    pub states: u64,
    /// Size of the file in bytes.
    pub file_bytes: u64,
}

/// Builds a dictionary from keys in ascending byte order, each written as it comes.
///
/// ```
/// use keyfold_compiler::{Generator, Input, Options};
/// use keyfold_reader::{Dictionary, ValueKind};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("words.kf");
/// let mut words = Generator::new(Options::new(ValueKind::Int))?;
/// words.add(b"fold", Input::Int(7))?;
/// words.add(b"key", Input::Int(9))?;
/// words.finish(&path, false)?;
/// assert_eq!(Dictionary::open(&path)?.get(b"key")?.and_then(|v| v.as_u64()), Some(9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Generator {
    options: Options,
    encoder: Encoder,
    stored: Vec<u8>,
    /// The last row, held back because one with the same key may replace it.
    held: Option<(Vec<u8>, Vec<u8>)>,
    target: Target,
    rows: Rows,
    keys: u64,
    meter: Meter,
}

/// What is built.
enum Target {
    Keyvi(Box<Keyvi>),
    Native(Box<Native>),
}

/// A keyvi file under construction.
struct Keyvi {
    automaton: Automaton,
    values: ValueSection,
}

/// The automaton under construction.
struct Automaton {
    path: UnfinishedPath,
    register: Option<Register>,
    array: SparseArray,
    signature: Vec<u8>,
    weighted: bool,
}

/// Shares of the memory limit, in sixteenths. The sort's buffer has the other half: it is full while the
/// automaton is built from it.
const REGISTER_SHARE: usize = 5;

impl Generator {
    /// A generator with these options. Values go where the options' temporary path says until the end.
    pub fn new(options: Options) -> Result<Self> {
        options.check()?;
        check_folder(&options.temporary_path)?;
        let target = match options.format {
            Format::Keyvi => Target::Keyvi(Box::new(Keyvi::new(&options))),
            Format::Native => Target::Native(Box::new(Native::new(&options))),
        };
        Ok(Generator {
            encoder: Encoder::new(&options),
            stored: Vec::new(),
            held: None,
            target,
            rows: Rows::default(),
            keys: 0,
            meter: Meter::default(),
            options,
        })
    }

    /// Has the progress told; answering false cancels the build.
    pub fn on_progress(&mut self, callback: Callback) {
        self.meter.set_callback(callback);
    }

    /// Replaces the manifest.
    pub fn set_manifest(&mut self, manifest: &str) {
        manifest.clone_into(&mut self.options.manifest);
    }

    /// Adds a key behind all keys so far, in byte order of the form in which it is stored. A key equal to the one before is a duplicate, of which one stays as the
    /// options say. After a [`RowError`](crate::RowError) the row was left out and counted as rejected.
    pub fn add(&mut self, key: &[u8], value: Input<'_>) -> Result<()> {
        let mut stored = std::mem::take(&mut self.stored);
        stored.clear();
        let encoded = check_key(key).and_then(|()| self.encoder.encode(value, &mut stored));
        let added = match encoded {
            Ok(()) => self.add_encoded(key, &stored),
            Err(e) => Err(e.into()),
        };
        self.stored = stored;
        if let Err(Error::Row(_)) = added {
            self.reject();
        }
        added
    }

    /// Counts a row that was set aside before it was added.
    pub fn reject(&mut self) {
        self.rows.read += 1;
        self.rows.rejected += 1;
    }

    /// Adds a key with a value in the form an [`Encoder`] gives it.
    pub fn add_encoded(&mut self, key: &[u8], stored: &[u8]) -> Result<()> {
        check_key(key)?;
        let key = &*stored_key(self.options.text_rule, key)?;
        self.rows.read += 1;
        self.meter.progress.rows_read += 1;
        self.meter.progress.bytes += (key.len() + stored.len()) as u64;
        let Some((held_key, held)) = &mut self.held else {
            self.held = Some((key.to_vec(), stored.to_vec()));
            return Ok(());
        };
        match key.cmp(held_key) {
            Ordering::Less => Err(Error::OutOfOrder {
                previous: held_key.clone(),
                key: key.to_vec(),
            }),
            Ordering::Equal => {
                match self.options.on_duplicate {
                    OnDuplicate::Last => stored.clone_into(held),
                    OnDuplicate::First => {}
                    OnDuplicate::Error => return Err(Error::DuplicateKey(key.to_vec())),
                }
                self.rows.duplicates += 1;
                Ok(())
            }
            Ordering::Greater => {
                self.release()?;
                if let Some((held_key, held)) = &mut self.held {
                    key.clone_into(held_key);
                    stored.clone_into(held);
                }
                Ok(())
            }
        }
    }

    /// Adds the row held back.
    fn release(&mut self) -> Result<()> {
        let Some((key, stored)) = self.held.take() else {
            return Ok(());
        };
        self.add_row(&key, &stored)?;
        self.held = Some((key, stored));
        Ok(())
    }

    /// Learns from a sample of the `rows` rows that are to be added, pieces of neighbours, so that none need to be held for it.
    pub(crate) fn train(&mut self, pieces: &[RowBlock], rows: u64) {
        if let Target::Native(native) = &mut self.target {
            native.train(pieces, rows);
        }
    }

    /// Adds a key, known to be in order, with the place of its value in a section that was appended.
    pub(crate) fn add_appended(&mut self, key: &[u8], value: u64) -> Result<()> {
        if let Target::Keyvi(keyvi) = &mut self.target {
            keyvi.automaton.add(key, value)?;
        }
        self.count()
    }

    /// Adds a key, known to be in order, with a stored value.
    pub(crate) fn add_row(&mut self, key: &[u8], stored: &[u8]) -> Result<()> {
        match &mut self.target {
            Target::Keyvi(keyvi) => {
                let value = keyvi.values.add(stored)?;
                keyvi.automaton.add(key, value)?;
            }
            Target::Native(native) => native.add(key, stored)?,
        }
        self.count()
    }

    fn count(&mut self) -> Result<()> {
        self.keys += 1;
        self.meter.progress.keys_written = self.keys;
        self.meter.tick(1)
    }

    /// The values of a keyvi file.
    pub(crate) fn values(&mut self) -> Option<&mut ValueSection> {
        match &mut self.target {
            Target::Keyvi(keyvi) => Some(&mut keyvi.values),
            Target::Native(_) => None,
        }
    }

    /// Takes over counts of rows and the way progress is told.
    pub(crate) fn continue_from(&mut self, rows: Rows, meter: Meter) {
        self.rows = rows;
        self.meter = meter;
    }

    pub(crate) fn rows(&mut self) -> &mut Rows {
        &mut self.rows
    }

    /// Writes the file. An existing one is replaced if `replace` says so, else it is an error.
    pub fn finish(self, path: &Path, replace: bool) -> Result<Summary> {
        let output = Output::create(path, replace)?;
        self.build()?.publish(output)
    }

    /// Ends the rows: what is left to do is to write the file.
    pub fn build(self) -> Result<Built> {
        let version = self.options.version();
        let compression = self.options.compression.name();
        Ok(Built::new(self.close(version, Some(compression))?, None))
    }

    /// Writes the file's bytes to `out`, from the first to the last, and nothing more.
    pub fn finish_into(self, out: &mut dyn Write) -> Result<Summary> {
        let version = self.options.version();
        let compression = self.options.compression.name();
        let mut sections = self.close(version, Some(compression))?;
        let mut counted = Counted { out, bytes: 0 };
        let written = sections.write(&mut counted);
        written.map_err(|e| Error::io(Path::new("output"), e))?;
        Ok(Summary {
            file_bytes: counted.bytes,
            ..sections.summary()
        })
    }

    /// Ends the automaton.
    pub(crate) fn close(mut self, version: u64, compression: Option<&str>) -> Result<Sections> {
        self.release()?;
        self.meter.report()?;
        let Generator {
            target,
            options,
            rows,
            keys,
            ..
        } = self;
        let Keyvi { automaton, values } = match target {
            Target::Keyvi(keyvi) => *keyvi,
            Target::Native(native) => {
                let finished = native.finish(keys, rows)?;
                return Ok(Sections::Native(Box::new(finished)));
            }
        };
        let (start_state, states, labels, transitions) = automaton.finish(keys)?;
        let header = Header {
            version,
            start_state,
            keys,
            kind: options.kind,
            states,
            manifest: options.manifest,
            secondary: options.secondary,
            text_rule: options.text_rule,
            provenance: None,
            oddity: None,
        };
        let properties = options
            .kind
            .has_section()
            .then(|| values.properties(compression));
        Ok(Sections::Keyvi(Box::new(KeyviSections {
            header,
            rows,
            labels,
            transitions,
            values: values.into_spool(),
            properties,
        })))
    }
}

impl Keyvi {
    fn new(options: &Options) -> Self {
        let register = REGISTER_SHARE * (options.memory_limit / 16);
        Keyvi {
            automaton: Automaton {
                path: UnfinishedPath::new(),
                register: options.minimization.then(|| Register::new(register)),
                array: SparseArray::new(options.spool(), options.spool()),
                signature: Vec::new(),
                weighted: options.kind == ValueKind::Completion,
            },
            values: ValueSection::new(options.kind, options.spool(), options.dedup_memory()),
        }
    }
}

impl Automaton {
    fn add(&mut self, key: &[u8], value: u64) -> Result<()> {
        self.close(self.path.shared(key))?;
        self.path.extend(key, value);
        if self.weighted {
            let [a, b, c, d, ..] = value.to_le_bytes();
            let weight = u32::from_le_bytes([a, b, c, d]);
            self.path
                .raise_weights(u16::try_from(weight).unwrap_or(u16::MAX));
        }
        Ok(())
    }

    /// Writes the states deeper than `depth`.
    fn close(&mut self, depth: usize) -> Result<()> {
        let Automaton {
            path,
            register,
            array,
            signature,
            ..
        } = self;
        path.close(depth, |state| {
            finish_state(state, register.as_mut(), array, signature)
        })
    }

    /// Writes the remaining states, the root last; start state, number of states, labels and transitions.
    fn finish(mut self, keys: u64) -> Result<(u64, u64, Spool, Spool)> {
        self.close(0)?;
        let start = if keys == 0 {
            1
        } else {
            self.array.place(self.path.root())?
        };
        let states = self.array.states();
        let (labels, transitions) = self.array.finish()?;
        Ok((start, states, labels, transitions))
    }
}

/// Finds a state equal to this one, or writes it.
fn finish_state(
    state: &UnfinishedState,
    register: Option<&mut Register>,
    array: &mut SparseArray,
    signature: &mut Vec<u8>,
) -> Result<Finished> {
    let Some(register) = register else {
        return Ok(Finished {
            position: array.place(state)?,
            novel: true,
            entry: None,
        });
    };
    state.write_signature(signature);
    if !state.novel
        && let Some(entry) = register.find(signature, state.last_child)
    {
        return Ok(Finished {
            position: entry.position,
            novel: false,
            entry: Some(entry),
        });
    }
    let position = array.place(state)?;
    let entry = register.insert(signature, position, state.last_child);
    Ok(Finished {
        position,
        novel: true,
        entry: Some(entry),
    })
}

/// Counts what passes.
struct Counted<'o> {
    out: &'o mut dyn Write,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The finished sections of a dictionary.
pub(crate) enum Sections {
    Keyvi(Box<KeyviSections>),
    Native(Box<NativeSections>),
}

/// The finished sections of a keyvi file.
pub(crate) struct KeyviSections {
    header: Header,
    rows: Rows,
    labels: Spool,
    transitions: Spool,
    values: Spool,
    properties: Option<ValueProperties>,
}

impl Sections {
    /// Replaces the manifest.
    pub(crate) fn set_manifest(&mut self, manifest: &str) {
        let kept = match self {
            Sections::Keyvi(keyvi) => &mut keyvi.header.manifest,
            Sections::Native(native) => &mut native.properties.manifest,
        };
        manifest.clone_into(kept);
    }

    /// What became of the build, but for the size of the file.
    pub(crate) fn summary(&self) -> Summary {
        let (rows, keys, states) = match self {
            Sections::Keyvi(keyvi) => (keyvi.rows, keyvi.header.keys, keyvi.header.states),
            Sections::Native(native) => {
                let properties = &native.properties;
                (
                    properties.rows,
                    properties.keys,
                    properties.nodes + properties.leaves,
                )
            }
        };
        Summary {
            rows,
            keys,
            states,
            file_bytes: 0,
        }
    }

    /// Writes the dictionary.
    pub(crate) fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Sections::Keyvi(keyvi) => keyvi.write(out),
            Sections::Native(native) => native.write(out),
        }
    }
}

impl KeyviSections {
    fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut record = Vec::new();
        if let Some(properties) = &self.properties {
            properties.write(&mut record);
        }
        let checksums = Checksums {
            header: 0,
            labels: self.labels.checksum(b""),
            transitions: self.transitions.checksum(b""),
            values: self
                .properties
                .is_some()
                .then(|| self.values.checksum(&record)),
        };
        self.header.provenance = Some(Provenance {
            checksums,
            rows: self.rows,
        });
        let mut start = Vec::new();
        self.header.write(&mut start);
        ArrayProperties::new(self.labels.len()).write(&mut start);
        checksum::seal_header(&mut start);
        out.write_all(&start)?;
        self.labels.copy_to(out)?;
        self.transitions.copy_to(out)?;
        out.write_all(&record)?;
        self.values.copy_to(out)
    }
}
