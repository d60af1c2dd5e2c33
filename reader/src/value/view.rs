//! One stored value, in the forms it can be had in.

use std::borrow::Cow;

use serde::de::value::UnitDeserializer;
use serde::de::value::{
    BorrowedBytesDeserializer, BorrowedStrDeserializer, SeqDeserializer, U64Deserializer,
};
use serde::de::{DeserializeOwned, Error as _};

use super::{
    Blob, Compression, Compressor, Precision, ValueKind, ValueStore, json_or_text_to_msgpack,
    msgpack, msgpack_to_json, write_floats_exact, write_json_string,
};
use crate::error::{Error, Result};
use crate::fsa::ValueHandle;

/// The value of a key. Nothing is read or copied before a form is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Value<'d> {
    store: &'d ValueStore,
    handle: ValueHandle,
}

impl<'d> Value<'d> {
    pub(crate) fn new(store: &'d ValueStore, handle: ValueHandle) -> Self {
        Value { store, handle }
    }

    /// What the value is.
    pub fn kind(self) -> ValueKind {
        self.store.kind()
    }

    /// What the automaton stores for the key: in a keyvi file the integer itself, or an offset into the values; in
    /// a native file the key's ordinal.
    pub fn handle(self) -> ValueHandle {
        self.handle
    }

    /// Asks for the value to be brought near, for someone who reads it a little later. It costs next to nothing and changes
    /// nothing.
    #[inline]
    pub fn prefetch(self) {
        self.store.prefetch(self.handle);
    }

    /// The integer of kinds int and completion.
    pub fn as_u64(self) -> Option<u64> {
        matches!(self.kind(), ValueKind::Int | ValueKind::Completion).then(|| self.int())
    }

    fn int(self) -> u64 {
        self.store.int(self.handle)
    }

    /// The weight of a completion: its value modulo 2^32; 0 for all other kinds.
    pub fn weight(self) -> u32 {
        match self.kind() {
            ValueKind::Completion => {
                let [a, b, c, d, ..] = self.int().to_le_bytes();
                u32::from_le_bytes([a, b, c, d])
            }
            _ => 0,
        }
    }

    /// The stored bytes, in a keyvi file without a copy: a string's text, or the payload of json and float vectors, which
    /// may be compressed. Nothing for kinds whose values are not bytes.
    pub fn raw(self) -> Result<Option<Blob<'d>>> {
        match self.kind() {
            ValueKind::KeyOnly | ValueKind::Int | ValueKind::Completion => Ok(None),
            ValueKind::String => {
                let payload = self.store.string(self.handle)?;
                Ok(Some(Blob {
                    compression: Compression::None,
                    payload,
                }))
            }
            ValueKind::Json | ValueKind::FloatVector => self.store.blob(self.handle).map(Some),
        }
    }

    /// The payload of kinds json and float-vector, decompressed if need be: a document's MessagePack, or floats of 32 bits, the
    /// lowest byte first. An error for other kinds.
    pub fn payload(self) -> Result<Cow<'d, [u8]>> {
        match self.kind() {
            ValueKind::Json | ValueKind::FloatVector => self.store.payload(self.handle),
            _ => Err(self.misfit("has no payload")),
        }
    }

    /// Appends the value as text: digits, the string, the JSON text, or the floats joined with `, ` in digits
    /// that read back exactly. Nothing for key-only.
    pub fn write_text(self, out: &mut Vec<u8>) -> Result<()> {
        match self.kind() {
            ValueKind::KeyOnly => {}
            ValueKind::Int | ValueKind::Completion => out.extend(self.int().to_string().bytes()),
            ValueKind::String => out.extend_from_slice(&self.store.string(self.handle)?),
            ValueKind::Json => {
                let payload = self.store.payload(self.handle)?;
                msgpack_to_json(&payload, out)
                    .map_err(|e| self.store.damage(self.handle, e.reason))?;
            }
            ValueKind::FloatVector => write_floats_exact(&self.floats()?, out),
        }
        Ok(())
    }

    /// The value as text, see [`write_text`](Self::write_text). Bytes that are not UTF-8 are an error.
    pub fn text(self) -> Result<String> {
        let mut out = Vec::new();
        self.write_text(&mut out)?;
        String::from_utf8(out).map_err(|_| self.misfit("is not UTF-8"))
    }

    /// Appends the value as one JSON document: an integer, a string, the document, an array of numbers, or
    /// null for key-only. Bytes of strings that are not UTF-8 are passed through as they are.
    pub fn write_json(self, out: &mut Vec<u8>) -> Result<()> {
        match self.kind() {
            ValueKind::KeyOnly => out.extend_from_slice(b"null"),
            ValueKind::Int | ValueKind::Completion | ValueKind::Json => self.write_text(out)?,
            ValueKind::String => write_json_string(&self.store.string(self.handle)?, out),
            ValueKind::FloatVector => {
                let floats: Vec<u8> = {
                    let mut msgpack = Vec::new();
                    self.write_msgpack(&mut msgpack)?;
                    msgpack
                };
                msgpack_to_json(&floats, out)
                    .map_err(|e| self.store.damage(self.handle, e.reason))?;
            }
        }
        Ok(())
    }

    /// The value as MessagePack: nil for key-only, the shortest integer, a string's text read as JSON or
    /// else kept as a string, the document, or an array of 32 bit floats.
    pub fn msgpack(self) -> Result<Cow<'d, [u8]>> {
        if self.kind() == ValueKind::Json {
            return self.store.payload(self.handle);
        }
        let mut out = Vec::new();
        self.write_msgpack(&mut out)?;
        Ok(out.into())
    }

    fn write_msgpack(self, out: &mut Vec<u8>) -> Result<()> {
        match self.kind() {
            ValueKind::KeyOnly => msgpack::write_nil(out),
            ValueKind::Int | ValueKind::Completion => msgpack::write_uint(self.int(), out),
            ValueKind::String => {
                json_or_text_to_msgpack(&self.store.string(self.handle)?, Precision::Double, out);
            }
            ValueKind::Json => out.extend_from_slice(&self.store.payload(self.handle)?),
            ValueKind::FloatVector => {
                let floats = self.floats()?;
                msgpack::write_array_header(floats.len(), out);
                for float in floats {
                    msgpack::write_f32(float, out);
                }
            }
        }
        Ok(())
    }

    /// The MessagePack form compressed with `compression`, without a code byte. A document that is stored
    /// this way is handed out as it is.
    pub fn msgpack_compressed(self, compression: Compression) -> Result<Cow<'d, [u8]>> {
        if self.kind() == ValueKind::Json {
            let blob = self.store.blob(self.handle)?;
            if blob.compression == compression {
                return Ok(blob.payload);
            }
        }
        let msgpack = self.msgpack()?;
        if compression == Compression::None {
            return Ok(msgpack);
        }
        let mut out = Vec::new();
        Compressor::new(compression).compress(&msgpack, &mut out);
        Ok(out.into())
    }

    /// The components of a float vector.
    pub fn floats(self) -> Result<Vec<f32>> {
        if self.kind() != ValueKind::FloatVector {
            return Err(self.misfit("is not a float vector"));
        }
        let payload = self.store.payload(self.handle)?;
        let (floats, rest) = payload.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(self
                .store
                .damage(self.handle, "a float vector's length is no multiple of 4"));
        }
        Ok(floats
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect())
    }

    /// The value decoded through serde: integers as `u64`, strings as text (or bytes where they are not
    /// UTF-8), documents by their MessagePack, float vectors as a sequence, key-only as unit.
    pub fn decode<T: DeserializeOwned>(self) -> Result<T> {
        type Problem = serde::de::value::Error;
        let misfit = |e: Problem| self.misfit(&format!("cannot be decoded: {e}"));
        match self.kind() {
            ValueKind::KeyOnly => {
                T::deserialize(UnitDeserializer::<Problem>::new()).map_err(misfit)
            }
            ValueKind::Int | ValueKind::Completion => {
                T::deserialize(U64Deserializer::<Problem>::new(self.int())).map_err(misfit)
            }
            ValueKind::String => {
                let bytes = self.store.string(self.handle)?;
                match std::str::from_utf8(&bytes) {
                    Ok(text) => T::deserialize(BorrowedStrDeserializer::<Problem>::new(text)),
                    Err(_) => T::deserialize(BorrowedBytesDeserializer::<Problem>::new(&bytes)),
                }
                .map_err(misfit)
            }
            ValueKind::Json => rmp_serde::from_slice(&self.store.payload(self.handle)?)
                .map_err(|e| misfit(Problem::custom(e))),
            ValueKind::FloatVector => {
                let floats = self.floats()?;
                T::deserialize(SeqDeserializer::<_, Problem>::new(floats.into_iter()))
                    .map_err(misfit)
            }
        }
    }

    pub(crate) fn misfit(self, reason: &str) -> Error {
        Error::Value {
            path: self.store.path(),
            reason: reason.to_owned(),
        }
    }
}
