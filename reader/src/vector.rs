//! A value vector: values addressed by position.

use std::path::Path;
use std::sync::Arc;

use crate::bytes::{Bytes, LoadingStrategy};
use crate::error::{Error, Fault, InFile, Result, Section};
use crate::format::to_usize;
use crate::format::vector::{OFFSET_LEN, VECTOR_END, VectorHeader};
use crate::fsa::ValueHandle;
use crate::value::{Value, ValueStore};

/// A file of values addressed by their position; clones share everything.
#[derive(Clone, Debug)]
pub struct ValueVector(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    path: Arc<Path>,
    bytes: Bytes,
    header: VectorHeader,
    /// Where the offsets start.
    offsets: usize,
    values: ValueStore,
}

impl ValueVector {
    /// Opens the file at `path`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = Bytes::open(path, LoadingStrategy::default())?;
        Self::read(bytes, path.into()).in_file(path)
    }

    /// A vector in memory.
    pub fn from_bytes(file: Vec<u8>) -> Result<Self> {
        let path: Arc<Path> = Path::new("<memory>").into();
        Self::read(file.into(), path.clone()).in_file(&path)
    }

    fn read(bytes: Bytes, path: Arc<Path>) -> Result<Self, Fault> {
        let (header, offsets) = VectorHeader::read(&bytes)?;
        let values_at = header
            .len
            .checked_mul(OFFSET_LEN as u64)
            .and_then(|len| len.checked_add(offsets as u64))
            .filter(|&end| end <= bytes.len() as u64)
            .ok_or_else(|| {
                Fault::new(
                    Section::Offsets,
                    offsets as u64,
                    "the file ends before the last offset",
                )
            })?;
        let values = ValueStore::read(header.kind, bytes.clone(), to_usize(values_at), &path)?;
        let end = values.range().end;
        if !bytes.ends_with(VECTOR_END) || end > bytes.len() - VECTOR_END.len() {
            return Err(Fault::new(
                Section::Values,
                end as u64,
                "the file does not end with KEYVI_VECTOR_END",
            ));
        }
        Ok(ValueVector(Arc::new(Parts {
            path,
            bytes,
            header,
            offsets,
            values,
        })))
    }

    /// Number of values.
    pub fn len(&self) -> u64 {
        self.0.header.len
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The free text stored with the vector.
    pub fn manifest(&self) -> &str {
        &self.0.header.manifest
    }

    /// The values.
    pub fn values(&self) -> &ValueStore {
        &self.0.values
    }

    /// The value at `index`; nothing behind the end.
    pub fn get(&self, index: u64) -> Result<Option<Value<'_>>> {
        if index >= self.len() {
            return Ok(None);
        }
        let at = self.0.offsets + OFFSET_LEN * to_usize(index);
        let Some(offset) = self
            .0
            .bytes
            .get(at..)
            .and_then(|bytes| bytes.first_chunk::<OFFSET_LEN>())
        else {
            let reason = format!("no offset stands at position {index}");
            return Err(Error::Value {
                path: self.0.path.to_path_buf(),
                reason,
            });
        };
        Ok(Some(Value::new(
            &self.0.values,
            ValueHandle(u64::from_le_bytes(*offset)),
        )))
    }

    /// All values in order.
    pub fn iter(&self) -> impl Iterator<Item = Result<Value<'_>>> + '_ {
        (0..self.len()).filter_map(|index| self.get(index).transpose())
    }
}
