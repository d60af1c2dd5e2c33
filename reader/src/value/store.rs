//! The value section of a file.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Compression, ValueKind};
use crate::bytes::Bytes;
use crate::error::{Error, Fault, InFile, Result, Section};
use crate::format::to_usize;
use crate::format::value::{self, ValueProperties};
use crate::fsa::ValueHandle;

/// Most bytes a value takes when it is not compressed: 256 MiB. Larger ones are neither written nor read,
/// so that a few damaged bytes cannot ask for all memory.
pub const MAX_VALUE_LEN: usize = 256 << 20;

/// The values of one file; clones share its bytes.
#[derive(Clone, Debug)]
pub struct ValueStore {
    kind: ValueKind,
    bytes: Bytes,
    values: Range<usize>,
    properties: ValueProperties,
    path: Arc<Path>,
}

/// A value as stored: how its payload is compressed, and the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob<'d> {
    /// How the payload is compressed.
    pub compression: Compression,
    /// The stored bytes, within the mapped file.
    pub payload: &'d [u8],
}

impl ValueStore {
    /// The store of a kind without a section.
    pub(crate) fn without_section(
        kind: ValueKind,
        bytes: Bytes,
        end: usize,
        path: &Arc<Path>,
    ) -> Self {
        let properties = ValueProperties::default();
        ValueStore {
            kind,
            bytes,
            values: end..end,
            properties,
            path: path.clone(),
        }
    }

    /// Reads the section at byte `offset`.
    pub(crate) fn read(
        kind: ValueKind,
        bytes: Bytes,
        offset: usize,
        path: &Arc<Path>,
    ) -> Result<Self, Fault> {
        let (properties, start) = ValueProperties::read(&bytes, offset)?;
        let end = properties.size.checked_add(start as u64);
        if end.is_none_or(|end| end > bytes.len() as u64) {
            return Err(Fault::new(
                Section::Values,
                offset as u64,
                "the file ends before the last value",
            ));
        }
        let values = start..start + to_usize(properties.size);
        Ok(ValueStore {
            kind,
            bytes,
            values,
            properties,
            path: path.clone(),
        })
    }

    /// What the values are.
    pub fn kind(&self) -> ValueKind {
        self.kind
    }

    /// The section's properties; zeros where there is no section.
    pub fn properties(&self) -> &ValueProperties {
        &self.properties
    }

    /// The bytes of the values within the file.
    pub fn range(&self) -> Range<usize> {
        self.values.clone()
    }

    /// The values as stored, one after the other.
    pub fn section(&self) -> &[u8] {
        &self.bytes[self.values.clone()]
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.path.to_path_buf()
    }

    fn at(&self, handle: ValueHandle) -> Option<&[u8]> {
        self.section().get(to_usize(handle.0)..)
    }

    /// The blob of a json or float-vector value.
    pub fn blob(&self, handle: ValueHandle) -> Result<Blob<'_>> {
        let (code, payload) = self
            .at(handle)
            .and_then(value::read_blob)
            .ok_or_else(|| self.damage(handle, "a value reaches beyond the values"))?;
        let compression = Compression::from_code(code)
            .ok_or_else(|| self.damage(handle, "a value has an unknown compression code"))?;
        Ok(Blob {
            compression,
            payload,
        })
    }

    /// The bytes of a string value.
    pub fn string(&self, handle: ValueHandle) -> Result<&[u8]> {
        self.at(handle)
            .and_then(value::read_string)
            .ok_or_else(|| self.damage(handle, "a string reaches beyond the values"))
    }

    /// The payload of a json or float-vector value, decompressed if need be.
    pub fn payload(&self, handle: ValueHandle) -> Result<std::borrow::Cow<'_, [u8]>> {
        let blob = self.blob(handle)?;
        if blob.compression == Compression::None {
            return Ok(blob.payload.into());
        }
        let mut payload = Vec::new();
        blob.compression
            .decompress(blob.payload, MAX_VALUE_LEN, &mut payload)
            .map_err(|e| self.damage(handle, e.reason()))?;
        Ok(payload.into())
    }

    /// Damage of a value.
    #[cold]
    pub(crate) fn damage(&self, handle: ValueHandle, reason: &'static str) -> Error {
        let offset = (self.values.start as u64).saturating_add(handle.0);
        let fault = Fault::new(Section::Values, offset, reason);
        Err::<(), _>(fault)
            .in_file(&self.path)
            .expect_err("a fault")
    }
}
