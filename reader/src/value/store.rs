//! The values of a file.

use std::borrow::Cow;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Compression, NativeValues, ValueKind};
use crate::bytes::Bytes;
use crate::error::{Error, Fault, InFile, Result, Section};
use crate::format::to_usize;
use crate::format::value::{self, ValueProperties};
use crate::fsa::ValueHandle;
use crate::prefetch::{LINE, prefetch};

/// Most bytes a value takes when it is not compressed: 256 MiB. Larger ones are neither written nor read,
/// so that a few damaged bytes cannot ask for all memory.
pub const MAX_VALUE_LEN: usize = 256 << 20;

/// How many lines of a value are asked for: those of a small document.
const PREFETCHED_LINES: usize = 3;

/// The values of one file; clones share its bytes.
#[derive(Clone, Debug)]
pub struct ValueStore {
    kind: ValueKind,
    bytes: Bytes,
    values: Range<usize>,
    properties: ValueProperties,
    /// Values by ordinal, in a native file.
    native: Option<Box<NativeValues>>,
    path: Arc<Path>,
}

/// A value as stored: how its payload is compressed, and the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob<'d> {
    /// How the payload is compressed.
    pub compression: Compression,
    /// The stored bytes: within the mapped file, or decoded where a native file holds them in codes.
    pub payload: Cow<'d, [u8]>,
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
            native: None,
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
            native: None,
            path: path.clone(),
        })
    }

    /// The values of a native file, which fill `range`.
    pub(crate) fn native(
        kind: ValueKind,
        bytes: Bytes,
        range: Range<usize>,
        native: NativeValues,
        properties: ValueProperties,
        path: &Arc<Path>,
    ) -> Self {
        ValueStore {
            kind,
            bytes,
            values: range,
            properties,
            native: Some(Box::new(native)),
            path: path.clone(),
        }
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

    /// Decodes all values of a native file.
    pub(crate) fn check(&self) -> Result<()> {
        match &self.native {
            Some(native) => native.check().in_file(&self.path),
            None => Ok(()),
        }
    }

    /// The integer of a value of kind int or completion.
    #[inline]
    pub fn int(&self, handle: ValueHandle) -> u64 {
        match self.native.as_deref().and_then(NativeValues::ints) {
            Some(ints) => ints.get(handle.0),
            None => handle.0,
        }
    }

    /// Asks for the first bytes of a value to be brought near, where a file of keyvi's layout has them.
    #[inline]
    pub(super) fn prefetch(&self, handle: ValueHandle) {
        if self.native.is_some() || self.values.is_empty() {
            return;
        }
        let start = usize::try_from(handle.0).unwrap_or(usize::MAX);
        for line in 0..PREFETCHED_LINES {
            let at = self.values.start.wrapping_add(start);
            prefetch(&self.bytes, at.wrapping_add(line * LINE));
        }
    }

    /// The blob of a json or float-vector value.
    pub fn blob(&self, handle: ValueHandle) -> Result<Blob<'_>> {
        if let Some(native) = &self.native {
            let payload = native.payload(handle.0).in_file(&self.path)?;
            return Ok(Blob {
                compression: Compression::None,
                payload,
            });
        }
        let (code, payload) = self
            .at(handle)
            .and_then(value::read_blob)
            .ok_or_else(|| self.damage(handle, "a value reaches beyond the values"))?;
        let compression = Compression::from_code(code)
            .ok_or_else(|| self.damage(handle, "a value has an unknown compression code"))?;
        Ok(Blob {
            compression,
            payload: payload.into(),
        })
    }

    /// The bytes of a string value.
    pub fn string(&self, handle: ValueHandle) -> Result<Cow<'_, [u8]>> {
        if let Some(native) = &self.native {
            return native.payload(handle.0).in_file(&self.path);
        }
        self.at(handle)
            .and_then(value::read_string)
            .map(Cow::Borrowed)
            .ok_or_else(|| self.damage(handle, "a string reaches beyond the values"))
    }

    /// The payload of a json or float-vector value, decompressed if need be.
    pub fn payload(&self, handle: ValueHandle) -> Result<Cow<'_, [u8]>> {
        let blob = self.blob(handle)?;
        if blob.compression == Compression::None {
            return Ok(blob.payload);
        }
        let mut payload = Vec::new();
        blob.compression
            .decompress(&blob.payload, MAX_VALUE_LEN, &mut payload)
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
