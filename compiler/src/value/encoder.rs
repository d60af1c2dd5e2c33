//! From a row's value to the bytes that are sorted and stored.

use keyfold_reader::{
    Compression, Compressor, Dictionary, MAX_VALUE_LEN, MsgpackError, Precision, Value, ValueKind,
    json_or_text_to_msgpack, json_to_msgpack, parse_floats, skip_msgpack,
};

use crate::error::{Result, RowError};
use crate::options::{Format, Options};

/// Integers of completions leave the fifth unit to the weight.
const COMPLETION_LIMIT: u64 = 1 << 60;

/// A value as given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input<'a> {
    /// None: for key-only.
    None,
    /// An integer: for int and completion.
    Int(u64),
    /// A text in the form of the dictionary's kind: digits, the string itself, JSON, or numbers separated by
    /// commas.
    Text(&'a [u8]),
    /// A document as `MessagePack`, one object: for json.
    Msgpack(&'a [u8]),
    /// The components of a float vector.
    Floats(&'a [f32]),
}

/// Turns values into the form they are sorted and stored in. An encoder per thread encodes on all cores.
pub struct Encoder {
    kind: ValueKind,
    format: Format,
    compression: Compression,
    threshold: usize,
    precision: Precision,
    vector_size: usize,
    json_or_text: bool,
    compressor: Compressor,
    payload: Vec<u8>,
    floats: Vec<f32>,
}

impl Encoder {
    /// An encoder for the values of a build. Those of native files are not compressed before they are stored.
    pub fn new(options: &Options) -> Self {
        let compression = match options.format {
            Format::Native => Compression::None,
            Format::Keyvi => options.compression,
        };
        Encoder {
            kind: options.kind,
            format: options.format,
            compression,
            threshold: options.compression_threshold,
            precision: options.floating_point_precision,
            vector_size: options.vector_size,
            json_or_text: options.json_or_text,
            compressor: Compressor::new(compression),
            payload: Vec::new(),
            floats: Vec::new(),
        }
    }

    /// Appends the stored form of a value: nothing, an integer of 8 bytes, a string, or code and payload.
    /// After an error nothing was appended.
    pub fn encode(&mut self, value: Input<'_>, out: &mut Vec<u8>) -> Result<(), RowError> {
        match (self.kind, value) {
            (ValueKind::KeyOnly, Input::None) => Ok(()),
            (ValueKind::Int, Input::Int(n)) => write_int(n, out),
            (ValueKind::Int, Input::Text(text)) => write_int(parse_int(text)?, out),
            (ValueKind::Completion, Input::Int(n)) => write_int(check_completion(n)?, out),
            (ValueKind::Completion, Input::Text(text)) => {
                write_int(check_completion(parse_int(text)?)?, out)
            }
            (ValueKind::String, Input::Text(text)) => write_string(text, out),
            (ValueKind::Json, Input::Text(text)) => self.encode_json(text, out),
            (ValueKind::Json, Input::Msgpack(document)) => {
                let end = skip_msgpack(document, 0)?;
                if end < document.len() {
                    return Err(RowError::Msgpack(MsgpackError {
                        offset: end,
                        reason: "more follows behind the object",
                    }));
                }
                self.payload.clear();
                self.payload.extend_from_slice(document);
                self.write_blob(self.threshold, out)
            }
            (ValueKind::FloatVector, Input::Floats(floats)) => self.encode_floats(floats, out),
            (ValueKind::FloatVector, Input::Text(text)) => {
                let mut floats = std::mem::take(&mut self.floats);
                floats.clear();
                let encoded = match parse_floats(text, &mut floats) {
                    Ok(()) => self.encode_floats(&floats, out),
                    Err(e) => Err(e.into()),
                };
                self.floats = floats;
                encoded
            }
            (kind, found) => Err(RowError::Kind {
                found: found.name(),
                kind,
                needed: needed(kind),
            }),
        }
    }

    /// Appends the stored form of a dictionary's value. From a keyvi file to another one the payload goes as it is.
    pub(crate) fn transfer(
        &mut self,
        dictionary: &Dictionary,
        value: Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        match self.kind {
            ValueKind::KeyOnly => {}
            ValueKind::Int | ValueKind::Completion => {
                out.extend_from_slice(&value.as_u64().unwrap_or_default().to_le_bytes());
            }
            ValueKind::String => {
                let text = value.raw()?.map(|blob| blob.payload);
                out.extend_from_slice(&text.unwrap_or_default());
            }
            ValueKind::Json | ValueKind::FloatVector => {
                let from_keyvi = dictionary.fsa().sparse_array().is_some();
                if from_keyvi
                    && self.format == Format::Keyvi
                    && let Some(blob) = value.raw()?
                {
                    out.push(blob.compression.code());
                    out.extend_from_slice(&blob.payload);
                    return Ok(());
                }
                self.payload.clear();
                if self.kind == ValueKind::Json {
                    self.payload.extend_from_slice(&value.msgpack()?);
                    self.write_blob(self.threshold, out)?;
                } else {
                    self.write_floats(&value.floats()?);
                    self.write_blob(0, out)?;
                }
            }
        }
        Ok(())
    }

    fn encode_json(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), RowError> {
        self.payload.clear();
        if self.json_or_text {
            json_or_text_to_msgpack(text, self.precision, &mut self.payload);
        } else {
            json_to_msgpack(text, self.precision, &mut self.payload)?;
        }
        self.write_blob(self.threshold, out)
    }

    fn encode_floats(&mut self, floats: &[f32], out: &mut Vec<u8>) -> Result<(), RowError> {
        if floats.len() != self.vector_size {
            return Err(RowError::VectorSize {
                found: floats.len(),
                needed: self.vector_size,
            });
        }
        self.payload.clear();
        self.write_floats(floats);
        self.write_blob(0, out)
    }

    fn write_floats(&mut self, floats: &[f32]) {
        self.payload
            .extend(floats.iter().flat_map(|float| float.to_le_bytes()));
    }

    /// Appends code and payload; compressed if the payload is longer than `threshold` and gets shorter by it.
    fn write_blob(&mut self, threshold: usize, out: &mut Vec<u8>) -> Result<(), RowError> {
        if self.payload.len() > MAX_VALUE_LEN {
            return Err(RowError::ValueTooLong(self.payload.len()));
        }
        let start = out.len();
        if self.compression != Compression::None && self.payload.len() > threshold {
            out.push(self.compression.code());
            self.compressor.compress(&self.payload, out);
            if out.len() - start <= self.payload.len() {
                return Ok(());
            }
            out.truncate(start);
        }
        out.push(Compression::None.code());
        out.extend_from_slice(&self.payload);
        Ok(())
    }
}

impl Input<'_> {
    fn name(&self) -> &'static str {
        match self {
            Input::None => "there is no value",
            Input::Int(_) => "the value is an integer",
            Input::Text(_) => "there is a value",
            Input::Msgpack(_) => "the value is a document",
            Input::Floats(_) => "the value is a vector of floats",
        }
    }
}

fn needed(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::KeyOnly => "none",
        ValueKind::Int | ValueKind::Completion => "an integer",
        ValueKind::String => "a string",
        ValueKind::Json => "JSON",
        ValueKind::FloatVector => "a vector of floats",
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a match arm like its neighbours")]
fn write_int(n: u64, out: &mut Vec<u8>) -> Result<(), RowError> {
    out.extend_from_slice(&n.to_le_bytes());
    Ok(())
}

/// The integer of a stored form.
pub(crate) fn read_int(stored: &[u8]) -> u64 {
    stored
        .first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn parse_int(text: &[u8]) -> Result<u64, RowError> {
    let number = text.iter().try_fold(0u64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number.checked_mul(10)?.checked_add(digit.into())
    });
    number.filter(|_| !text.is_empty()).ok_or_else(|| {
        RowError::NotInteger(String::from_utf8_lossy(&text[..text.len().min(80)]).into_owned())
    })
}

/// Whether an integer leaves room for the weight of a completion.
pub(crate) fn check_completion(n: u64) -> Result<u64, RowError> {
    if n < COMPLETION_LIMIT {
        Ok(n)
    } else {
        Err(RowError::CompletionRange(n))
    }
}

fn write_string(text: &[u8], out: &mut Vec<u8>) -> Result<(), RowError> {
    if text.len() > MAX_VALUE_LEN {
        return Err(RowError::ValueTooLong(text.len()));
    }
    if let Some(at) = text.iter().position(|&b| b == 0) {
        return Err(RowError::NulInString(at));
    }
    out.extend_from_slice(text);
    Ok(())
}
