//! One row of JSON lines, taken apart.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_compiler::Input;
use keyfold_reader::{JsonError, ValueKind, json_skip, json_string};

use super::row_encoder::Shape;

/// Memory for the parts of a row.
#[derive(Default)]
pub(crate) struct JsonRow {
    name: Vec<u8>,
    inner_name: Vec<u8>,
    fields: Vec<Vec<u8>>,
    key: Vec<u8>,
    bytes: Vec<u8>,
}

/// The parts of a row.
pub(crate) struct Parts<'t> {
    /// The values of the secondary keys, in the order of the shape's names.
    pub(crate) fields: &'t [Vec<u8>],
    /// The key; empty in vectors.
    pub(crate) key: &'t [u8],
    pub(crate) value: Input<'t>,
}

/// What a row said so far, so that nothing is said twice.
#[derive(Default)]
struct Seen<'t> {
    key: bool,
    /// The text of `value`, or that of `value_b64`.
    value: Option<(&'t [u8], bool)>,
    /// A bit per secondary key.
    fields: u64,
}

/// Most secondary keys.
pub(crate) const MAX_FIELDS: usize = 64;

impl JsonRow {
    /// Takes a row apart.
    pub(crate) fn read<'t>(
        &'t mut self,
        row: &'t [u8],
        shape: &Shape,
    ) -> Result<Parts<'t>, String> {
        let JsonRow {
            name,
            inner_name,
            fields,
            key,
            bytes,
        } = self;
        fields.resize_with(shape.secondary.len(), Vec::new);
        let mut seen = Seen::default();
        each_member(row, name, |name, text| {
            match name {
                b"key" | b"key_b64" if !shape.kind.is_vector() => {
                    if std::mem::replace(&mut seen.key, true) {
                        return Err("the row has two keys".to_owned());
                    }
                    read_bytes(name, text, name.ends_with(B64), key)?;
                }
                b"value" | b"value_b64" => {
                    if seen.value.replace((text, name.ends_with(B64))).is_some() {
                        return Err("the row has two values".to_owned());
                    }
                }
                b"secondary" | b"secondary_b64" if !shape.secondary.is_empty() => {
                    let packed = name.ends_with(B64);
                    read_fields(text, packed, shape, inner_name, fields, &mut seen.fields)?;
                }
                b"secondary" | b"secondary_b64" => {
                    let hint = "(hint: --secondary names the secondary keys)";
                    return Err(format!("there is no member {} here {hint}", shown(name)));
                }
                other => return Err(format!("there is no member {} here", shown(other))),
            }
            Ok(())
        })?;
        if !seen.key && !shape.kind.is_vector() {
            return Err("the row has no member key".to_owned());
        }
        if let Some(missing) = (0..fields.len()).find(|at| seen.fields >> at & 1 == 0) {
            return Err(format!(
                "the secondary value {:?} is missing",
                shape.secondary[missing]
            ));
        }
        Ok(Parts {
            fields,
            key,
            value: read_value(seen.value, shape, bytes)?,
        })
    }
}

const B64: &[u8] = b"_b64";

/// Reads an object of secondary values.
fn read_fields(
    text: &[u8],
    packed: bool,
    shape: &Shape,
    inner_name: &mut Vec<u8>,
    fields: &mut [Vec<u8>],
    seen: &mut u64,
) -> Result<(), String> {
    if text.first() != Some(&b'{') {
        return Err(format!(
            "the member secondary is {}, not an object",
            article(text)
        ));
    }
    each_member(text, inner_name, |name, text| {
        let at = shape
            .secondary
            .iter()
            .position(|known| known.as_bytes() == name);
        let Some(at) = at else {
            return Err(format!("there is no secondary key {}", shown(name)));
        };
        if *seen >> at & 1 == 1 {
            return Err(format!("the row has two secondary values {}", shown(name)));
        }
        *seen |= 1 << at;
        read_bytes(name, text, packed, &mut fields[at])
    })
}

/// The value that a row has, as the kind takes it.
fn read_value<'t>(
    value: Option<(&'t [u8], bool)>,
    shape: &Shape,
    bytes: &'t mut Vec<u8>,
) -> Result<Input<'t>, String> {
    let kind = shape.kind.values();
    match (value, kind) {
        (None, ValueKind::KeyOnly) => Ok(Input::None),
        (None, _) => Err("the row has no member value".to_owned()),
        (Some(_), ValueKind::KeyOnly) => {
            Err("there is a value, but the kind key-only takes none".to_owned())
        }
        (Some((text, true)), ValueKind::Json | ValueKind::String) => {
            read_bytes(b"value_b64", text, true, bytes)?;
            Ok(Input::Text(bytes))
        }
        (Some((_, true)), _) => Err(format!("value_b64 holds bytes, but the kind is {kind}")),
        (Some((text, false)), ValueKind::String) => {
            read_bytes(b"value", text, false, bytes)?;
            Ok(Input::Text(bytes))
        }
        (Some((text, false)), ValueKind::Json) => Ok(Input::Text(text)),
        (Some((text, false)), ValueKind::Int | ValueKind::Completion) => match text.first() {
            Some(b'-' | b'0'..=b'9' | b'N' | b'I') => Ok(Input::Text(text)),
            _ => Err(format!(
                "the value is {}, an integer is needed",
                article(text)
            )),
        },
        (Some((text, false)), ValueKind::FloatVector) => match text.first() {
            Some(b'[') => Ok(Input::Text(text)),
            _ => Err(format!(
                "the value is {}, an array of numbers is needed",
                article(text)
            )),
        },
    }
}

/// Reads the string that a member is, or the bytes that it stands for.
fn read_bytes(name: &[u8], text: &[u8], packed: bool, out: &mut Vec<u8>) -> Result<(), String> {
    out.clear();
    if text.first() != Some(&b'"') {
        return Err(format!(
            "the member {} is {}, not a string",
            shown(name),
            article(text)
        ));
    }
    json_string(text, 0, out).map_err(not_json)?;
    if packed {
        let decoded = STANDARD.decode(&*out);
        *out = decoded.map_err(|e| format!("the member {} is not base64: {e}", shown(name)))?;
    }
    Ok(())
}

/// Calls `each` with the name and the text of every member of the JSON object that `text` is.
pub(crate) fn each_member<'t>(
    text: &'t [u8],
    name: &mut Vec<u8>,
    mut each: impl FnMut(&[u8], &'t [u8]) -> Result<(), String>,
) -> Result<(), String> {
    let fault = |offset, reason| Err(not_json(JsonError { offset, reason }));
    let mut at = skip_blanks(text, 0);
    match text.get(at) {
        Some(b'{') => at = skip_blanks(text, at + 1),
        None => return Err("the row is empty".to_owned()),
        Some(_) => return fault(at, "an object is needed"),
    }
    if text.get(at) == Some(&b'}') {
        at += 1;
    } else {
        loop {
            name.clear();
            at = skip_blanks(text, json_string(text, at, name).map_err(not_json)?);
            if text.get(at) != Some(&b':') {
                return fault(at, "a colon is missing");
            }
            let start = skip_blanks(text, at + 1);
            let end = json_skip(text, start).map_err(not_json)?;
            each(name, &text[start..end])?;
            at = skip_blanks(text, end);
            match text.get(at) {
                Some(b',') => at = skip_blanks(text, at + 1),
                Some(b'}') => break at += 1,
                _ => return fault(at, "a comma or a closing brace is missing"),
            }
        }
    }
    at = skip_blanks(text, at);
    if at < text.len() {
        fault(at, "something follows the object")
    } else {
        Ok(())
    }
}

fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

fn not_json(error: JsonError) -> String {
    format!("the row is {error}")
}

/// What sort of JSON a text is, by its first byte.
fn article(text: &[u8]) -> &'static str {
    match text.first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// A name for a message: quoted, and not too long.
fn shown(name: &[u8]) -> String {
    let shown = String::from_utf8_lossy(&name[..name.len().min(80)]);
    format!("{shown:?}")
}
