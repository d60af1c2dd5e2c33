//! Rows in any order in, file out.

use std::path::Path;

use keyfold_reader::format::checksum::Rows;

use crate::Error;
use crate::built::Built;
use crate::chunk::Chunk;
use crate::error::{Result, RowError};
use crate::generator::{Generator, Summary};
use crate::keys::{StoredKeys, check_key};
use crate::options::{MIN_MEMORY_LIMIT, OnDuplicate, Options};
use crate::output::Output;
use crate::progress::{Callback, Meter};
use crate::secondary::{Codes, SecondaryValues, write_sort_key_of};
use crate::sort::{RowBlock, SortOptions, Sorter, check_folder};
use crate::value::{Encoder, Input};

/// Compiles rows in any order into a dictionary, within the options' memory limit: rows that exceed it are
/// sorted in pieces on disk.
///
/// For input without repeated keys the same options give the same bytes, whatever the order of the rows.
///
/// ```
/// use keyfold_compiler::{Compiler, Input, Options};
/// use keyfold_reader::{Dictionary, ValueKind};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("cities.kf");
/// let mut cities = Compiler::new(Options::new(ValueKind::Json))?;
/// cities.add(b"Oslo", Input::Text(br#"{"country": "NO"}"#))?;
/// cities.add(b"Bergen", Input::Text(br#"{"country": "NO", "rain": true}"#))?;
/// let summary = cities.finish(&path, false)?;
/// assert_eq!(summary.keys, 2);
/// let bergen = Dictionary::open(&path)?.get(b"Bergen")?.map(|value| value.text());
/// assert_eq!(bergen.transpose()?.as_deref(), Some(r#"{"country":"NO","rain":true}"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Compiler {
    options: Options,
    encoder: Encoder,
    keys: StoredKeys,
    sorter: Sorter,
    secondary: Option<SecondaryValues>,
    rows: Rows,
    meter: Meter,
    stored: Vec<u8>,
    sort_key: Vec<u8>,
}

/// Shares of the memory limit, in sixteenths: rows take half of it, the generator has the rest.
const ROWS_SHARE: usize = 8;
/// With secondary keys, their values are sorted beside the rows.
const SECONDARY_SHARE: usize = 2;

impl Compiler {
    /// A compiler with these options.
    pub fn new(options: Options) -> Result<Self> {
        if options.memory_limit < MIN_MEMORY_LIMIT {
            let reason = "at least 1 MiB is needed".to_owned();
            return Err(Error::Option {
                name: "memory_limit".to_owned(),
                reason,
            });
        }
        options.check()?;
        check_folder(&options.temporary_path)?;
        let sixteenth = options.memory_limit / 16;
        let sort = |memory, on_duplicate, sample| SortOptions {
            folder: options.temporary_path.clone(),
            memory,
            parallel_threshold: options.parallel_sort_threshold,
            on_duplicate,
            sample,
        };
        let has_secondary = !options.secondary.is_empty();
        let secondary_share = if has_secondary { SECONDARY_SHARE } else { 0 };
        let rows = sort(
            (ROWS_SHARE - secondary_share) * sixteenth,
            options.on_duplicate,
            options.sample_rows(),
        );
        let values = sort(secondary_share * sixteenth, OnDuplicate::Last, 0);
        Ok(Compiler {
            encoder: Encoder::new(&options),
            keys: StoredKeys::new(options.text_rule),
            sorter: Sorter::new(rows),
            secondary: has_secondary.then(|| SecondaryValues::new(values)),
            rows: Rows::default(),
            meter: Meter::default(),
            stored: Vec::new(),
            sort_key: Vec::new(),
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

    /// Adds a row. After a [`RowError`] the row was left out and counted as rejected; the build may go on.
    pub fn add(&mut self, key: &[u8], value: Input<'_>) -> Result<()> {
        self.add_under(&[], key, value)
    }

    /// Adds a row under the values of the secondary keys, in the order of the options.
    pub fn add_under(&mut self, fields: &[&[u8]], key: &[u8], value: Input<'_>) -> Result<()> {
        let mut stored = std::mem::take(&mut self.stored);
        stored.clear();
        let added = match self.encoder.encode(value, &mut stored) {
            Ok(()) => self.add_encoded(fields, key, &stored),
            Err(e) => Err(e.into()),
        };
        self.stored = stored;
        if let Err(Error::Row(_)) = added {
            self.reject();
        }
        added
    }

    /// Adds a row whose value an [`Encoder`] has encoded. A row that cannot be stored is not counted.
    pub fn add_encoded(&mut self, fields: &[&[u8]], key: &[u8], stored: &[u8]) -> Result<()> {
        check_row(fields, key, self.options.secondary.len())?;
        let key = self.keys.of(key)?;
        let bytes = (key.len() + stored.len()) as u64;
        match &mut self.secondary {
            None => self.sorter.add(key, stored)?,
            Some(values) => {
                for field in fields {
                    values.add(field)?;
                }
                write_sort_key_of(fields, key, &mut self.sort_key);
                self.sorter.add(&self.sort_key, stored)?;
            }
        }
        self.count(1, bytes)
    }

    /// Takes the rows out of a chunk, which stand behind all rows so far. It may then be filled again.
    pub fn add_chunk(&mut self, chunk: &mut Chunk) -> Result<()> {
        let Some(sorted) = chunk.take_sorted()? else {
            return Ok(());
        };
        if let Some(secondary) = &mut self.secondary {
            for value in chunk.take_values() {
                secondary.add(&value)?;
            }
        }
        let (rows, bytes) = (sorted.rows, sorted.bytes);
        self.sorter.add_sorted(sorted)?;
        self.count(rows, bytes)
    }

    /// Counts rows that were added.
    fn count(&mut self, rows: u64, bytes: u64) -> Result<()> {
        let progress = &mut self.meter.progress;
        self.rows.read += rows;
        progress.rows_read += rows;
        progress.rows_sorted = self.sorter.rows_sorted();
        progress.bytes += bytes;
        self.meter.tick(rows)
    }

    /// Counts a row that was set aside.
    pub fn reject(&mut self) {
        self.rows.read += 1;
        self.rows.rejected += 1;
    }

    /// Writes the file. An existing one is replaced if `replace` says so, else it is an error.
    pub fn finish(self, path: &Path, replace: bool) -> Result<Summary> {
        let output = Output::create(path, replace)?;
        self.build()?.publish(output)
    }

    /// Ends the rows: what is left to do is to write the file.
    pub fn build(mut self) -> Result<Built> {
        self.meter.report()?;
        let mut sorted = self.sorter.finish()?;
        self.meter.progress.rows_sorted = self.meter.progress.rows_read;
        self.meter.report()?;
        let version = self.options.version();
        let compression = self.options.compression.name();
        let codes = self
            .secondary
            .map(|values| values.finish(&self.options))
            .transpose()?;
        let fields = self.options.secondary.len();
        let stored = |rows: RowBlock| match &codes {
            None => Ok(rows),
            Some(codes) => codes.stored(fields, &rows),
        };
        let sample = sorted.sample(self.options.sample_rows())?;
        let sample: Vec<RowBlock> = sample.into_iter().map(stored).collect::<Result<_>>()?;
        let mut generator = Generator::new(self.options)?;
        generator.train(&sample, self.rows.read - self.rows.rejected);
        drop(sample);
        generator.continue_from(self.rows, self.meter);
        let dropped = sorted.duplicates();
        let mut rows = sorted.rows()?;
        while let Some(block) = rows.next_block()? {
            for row in stored(block)?.rows() {
                generator.add_row(row.key, row.value)?;
            }
        }
        generator.rows().duplicates += dropped + rows.duplicates();
        let sections = generator.close(version, Some(compression))?;
        let codes = codes.map(Codes::into_file).transpose()?;
        Ok(Built::new(sections, codes))
    }
}

/// Whether a row can be stored, with its values of so many secondary keys.
pub(crate) fn check_row(fields: &[&[u8]], key: &[u8], needed: usize) -> Result<(), RowError> {
    // below secondary values even the empty key can be stored
    if needed == 0 || !key.is_empty() {
        check_key(key)?;
    }
    if fields.len() != needed {
        return Err(RowError::Secondary {
            found: fields.len(),
            needed,
        });
    }
    for field in fields.iter().filter(|field| !field.is_empty()) {
        check_key(field)?;
    }
    Ok(())
}
