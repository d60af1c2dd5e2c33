//! Values in order in, vector file out.

use std::io::Write;
use std::path::Path;

use keyfold_reader::ValueKind;
use keyfold_reader::format::checksum::Rows;
use keyfold_reader::format::vector::{VECTOR_END, VectorHeader};

use crate::error::{Error, Result};
use crate::generator::Summary;
use crate::options::{Format, Options};
use crate::output::Output;
use crate::sort::check_folder;
use crate::spool::Spool;
use crate::value::{Encoder, Input, ValueSection};

/// Writes a vector file: values addressed by position, of kind json or string.
pub struct VectorWriter {
    encoder: Encoder,
    stored: Vec<u8>,
    offsets: Spool,
    values: ValueSection,
    options: Options,
    rows: Rows,
}

const MAX_SPOOL: usize = 8 << 20;

impl VectorWriter {
    /// A writer with these options. Other kinds than json and string are an error. There is no native layout of vectors.
    pub fn new(options: Options) -> Result<Self> {
        if !matches!(options.kind, ValueKind::Json | ValueKind::String) {
            let reason = format!("a vector holds json or string values, not {}", options.kind);
            return Err(Error::Option {
                name: "kind".to_owned(),
                reason,
            });
        }
        check_folder(&options.temporary_path)?;
        let options = Options {
            format: Format::Keyvi,
            ..options
        };
        let spool = || {
            Spool::new(
                &options.temporary_path,
                (options.memory_limit / 16).min(MAX_SPOOL),
            )
        };
        let dedup = if options.minimization {
            options.memory_limit / 4
        } else {
            0
        };
        Ok(VectorWriter {
            encoder: Encoder::new(&options),
            stored: Vec::new(),
            offsets: spool(),
            values: ValueSection::new(options.kind, spool(), dedup),
            rows: Rows::default(),
            options,
        })
    }

    /// Appends a value. After an error of the row it was left out and counted as rejected.
    pub fn push(&mut self, value: Input<'_>) -> Result<()> {
        let mut stored = std::mem::take(&mut self.stored);
        stored.clear();
        let pushed = match self.encoder.encode(value, &mut stored) {
            Ok(()) => self.push_encoded(&stored),
            Err(e) => {
                self.reject();
                Err(e.into())
            }
        };
        self.stored = stored;
        pushed
    }

    /// Appends a value in the form an [`Encoder`] gives it.
    pub fn push_encoded(&mut self, stored: &[u8]) -> Result<()> {
        let offset = self.values.add(stored)?;
        self.rows.read += 1;
        self.offsets.append(&offset.to_le_bytes())
    }

    /// Counts a row that was set aside.
    pub fn reject(&mut self) {
        self.rows.read += 1;
        self.rows.rejected += 1;
    }

    /// Replaces the manifest.
    pub fn set_manifest(&mut self, manifest: &str) {
        manifest.clone_into(&mut self.options.manifest);
    }

    /// Writes the file. An existing one is replaced if `replace` says so, else it is an error.
    pub fn finish(mut self, path: &Path, replace: bool) -> Result<Summary> {
        self.write(path, replace)
    }

    /// Writes a file of the values so far, as [`finish`](Self::finish) does; then more may come.
    pub fn write(&mut self, path: &Path, replace: bool) -> Result<Summary> {
        let output = Output::create(path, replace)?;
        let len = self.rows.read - self.rows.rejected;
        let header = VectorHeader {
            kind: self.options.kind,
            manifest: self.options.manifest.clone(),
            len,
        };
        let properties = self
            .values
            .properties(Some(self.options.compression.name()));
        let (offsets, values) = (&mut self.offsets, self.values.spool());
        let file_bytes = output.publish(|out| {
            let mut start = Vec::new();
            header.write(&mut start);
            out.write_all(&start)?;
            offsets.copy_to(out)?;
            let mut record = Vec::new();
            properties.write(&mut record);
            out.write_all(&record)?;
            values.copy_to(out)?;
            out.write_all(VECTOR_END)
        })?;
        Ok(Summary {
            rows: self.rows,
            keys: len,
            states: 0,
            file_bytes,
        })
    }
}
