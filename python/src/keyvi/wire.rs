//! The form in which matches are sent to other processes.

use keyfold_reader::{MsgpackToken, read_msgpack, skip_msgpack};
use pyo3::prelude::*;

use crate::error::{ArgumentError, NumberError, ValueFormError};

/// What of a match is sent: a `MessagePack` array of these in this order, without those at its end that are empty or 0.
#[derive(Default)]
pub(super) struct Wire {
    pub(super) raw: Vec<u8>,
    pub(super) text: Vec<u8>,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) score: f32,
}

pub(super) fn write(wire: &Wire) -> Vec<u8> {
    let filled = [
        !wire.raw.is_empty(),
        !wire.text.is_empty(),
        wire.start != 0,
        wire.end != 0,
        wire.score != 0.0,
    ];
    let fields = filled.iter().rposition(|&filled| filled);
    let fields = fields.map_or(0, |last| last + 1);
    let mut out = vec![0x90 | fields.to_le_bytes()[0]];
    for field in 0..fields {
        match field {
            0 => write_bytes(&wire.raw, &mut out),
            1 => write_bytes(&wire.text, &mut out),
            2 => write_number(wire.start as u64, &mut out),
            3 => write_number(wire.end as u64, &mut out),
            _ => {
                out.push(0xCB);
                out.extend(f64::from(wire.score).to_be_bytes());
            }
        }
    }
    out
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    if let Ok(length) = u8::try_from(bytes.len()) {
        out.extend([0xC4, length]);
    } else if let Ok(length) = u16::try_from(bytes.len()) {
        out.push(0xC5);
        out.extend(length.to_be_bytes());
    } else {
        // neither a key nor a value is that long
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        out.push(0xC6);
        out.extend(length.to_be_bytes());
    }
    out.extend_from_slice(bytes);
}

fn write_number(value: u64, out: &mut Vec<u8>) {
    if let Ok(value) = u8::try_from(value) {
        if value >= 0x80 {
            out.push(0xCC);
        }
        out.push(value);
    } else if let Ok(value) = u16::try_from(value) {
        out.push(0xCD);
        out.extend(value.to_be_bytes());
    } else if let Ok(value) = u32::try_from(value) {
        out.push(0xCE);
        out.extend(value.to_be_bytes());
    } else {
        out.push(0xCF);
        out.extend(value.to_be_bytes());
    }
}

/// Fields behind the fifth are not read.
pub(super) fn read(bytes: &[u8]) -> PyResult<Wire> {
    let (token, mut at) = read_msgpack(bytes, 0).map_err(broken)?;
    let fields = match token {
        MsgpackToken::Array(fields) => fields,
        MsgpackToken::Map(_) => return Err(damage("a match is an array")),
        _ => return Err(ArgumentError::new_err("a serialized match is an array")),
    };
    let mut wire = Wire::default();
    for field in 0..fields {
        let (token, next) = read_msgpack(bytes, at).map_err(broken)?;
        match (field, token) {
            (0, MsgpackToken::Str(raw) | MsgpackToken::Bin(raw)) => wire.raw = raw.to_vec(),
            (1, MsgpackToken::Str(text) | MsgpackToken::Bin(text)) => wire.text = text.to_vec(),
            (2, MsgpackToken::Unsigned(start)) => wire.start = size(start)?,
            (3, MsgpackToken::Unsigned(end)) => wire.end = size(end)?,
            (4, token) => wire.score = score(&token)?,
            (2 | 3, MsgpackToken::Negative(number)) => {
                return Err(NumberError::new_err(format!("{number} is no place")));
            }
            (0..4, _) => {
                return Err(ArgumentError::new_err(
                    "a field of a match is of another type",
                ));
            }
            _ => {}
        }
        at = if field < 5 {
            next
        } else {
            skip_msgpack(bytes, at).map_err(broken)?
        };
    }
    if at == bytes.len() {
        Ok(wire)
    } else {
        Err(damage("bytes follow the match"))
    }
}

fn size(value: u64) -> PyResult<usize> {
    usize::try_from(value).map_err(broken)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "keyvi's scores are floats of 32 bits"
)]
fn score(token: &MsgpackToken<'_>) -> PyResult<f32> {
    match token {
        MsgpackToken::Float(value) => Ok(*value),
        MsgpackToken::Double(value) => Ok(*value as f32),
        MsgpackToken::Unsigned(value) => Ok(*value as f32),
        MsgpackToken::Negative(value) => Ok(*value as f32),
        _ => Err(ArgumentError::new_err("a score is a number")),
    }
}

fn broken(error: impl std::error::Error) -> PyErr {
    damage(&error.to_string())
}

fn damage(reason: &str) -> PyErr {
    ValueFormError::new_err(format!("not a serialized match: {reason}"))
}
