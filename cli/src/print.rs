//! Entries as rows of text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_reader::{Value, ValueKind, write_floats_exact, write_json_string};

use crate::rows::Form;

/// Where a value is found.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// Under a key.
    Key(&'a [u8]),
    /// At a position of a vector, which is shown.
    Index(u64),
    /// At a position of a vector, told by the order of the rows.
    Next,
}

/// An entry to be shown.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    /// Names of the secondary keys whose values are shown.
    pub(crate) names: &'a [String],
    /// Their values.
    pub(crate) fields: &'a [&'a [u8]],
    pub(crate) place: Place<'a>,
    /// Nothing: the value is not shown.
    pub(crate) value: Option<Value<'a>>,
}

/// Appends an entry as one row, ended. For a terminal, control bytes and what is not UTF-8 are escaped.
pub(crate) fn write_row(
    entry: &Entry<'_>,
    form: Form,
    terminal: bool,
    out: &mut Vec<u8>,
) -> keyfold_reader::Result<()> {
    if !terminal {
        match form {
            Form::Tsv => write_tsv(entry, out, |part, out| out.extend_from_slice(part))?,
            Form::JsonLines => write_json(entry, out)?,
        }
    } else if form == Form::Tsv {
        write_tsv(entry, out, escape)?;
    } else {
        let mut row = Vec::new();
        write_json(entry, &mut row)?;
        escape_json(&row, out);
    }
    out.push(b'\n');
    Ok(())
}

/// Appends a key with its rank as one row, ended; for a terminal as [`write_row`] does.
pub(crate) fn write_rank(
    key: &[u8],
    rank: u64,
    stored: bool,
    form: Form,
    terminal: bool,
    out: &mut Vec<u8>,
) {
    let digits = rank.to_string();
    if form == Form::Tsv {
        if terminal {
            escape(key, out);
        } else {
            out.extend_from_slice(key);
        }
        out.push(b'\t');
        out.extend_from_slice(digits.as_bytes());
    } else {
        let mut row = Vec::new();
        let mut members = Members {
            out: &mut row,
            open: false,
        };
        members.string("key", key);
        members.name("rank").extend_from_slice(digits.as_bytes());
        members.name("stored").extend(stored.to_string().bytes());
        members.end();
        if terminal {
            escape_json(&row, out);
        } else {
            out.append(&mut row);
        }
    }
    out.push(b'\n');
}

fn write_tsv(
    entry: &Entry<'_>,
    out: &mut Vec<u8>,
    put: impl Fn(&[u8], &mut Vec<u8>),
) -> keyfold_reader::Result<()> {
    for field in entry.fields {
        put(field, out);
        out.push(b'\t');
    }
    let value = entry
        .value
        .filter(|value| value.kind() != ValueKind::KeyOnly);
    match entry.place {
        Place::Key(key) => put(key, out),
        Place::Index(index) => out.extend_from_slice(index.to_string().as_bytes()),
        Place::Next => {}
    }
    let Some(value) = value else { return Ok(()) };
    if !matches!(entry.place, Place::Next) {
        out.push(b'\t');
    }
    let mut text = Vec::new();
    value.write_text(&mut text)?;
    put(&text, out);
    Ok(())
}

fn write_json(entry: &Entry<'_>, out: &mut Vec<u8>) -> keyfold_reader::Result<()> {
    let mut members = Members { out, open: false };
    match entry.place {
        Place::Key(key) => members.string("key", key),
        Place::Index(index) => members
            .name("index")
            .extend_from_slice(index.to_string().as_bytes()),
        Place::Next => {}
    }
    if !entry.names.is_empty() {
        write_fields(entry, &mut members);
    }
    if let Some(value) = entry.value {
        match value.kind() {
            ValueKind::KeyOnly => {}
            ValueKind::Int | ValueKind::Completion => value.write_text(members.name("value"))?,
            ValueKind::FloatVector => write_floats(&value.floats()?, members.name("value")),
            ValueKind::String => {
                let mut text = Vec::new();
                value.write_text(&mut text)?;
                members.string("value", &text);
            }
            ValueKind::Json => {
                let mut text = Vec::new();
                value.write_text(&mut text)?;
                if std::str::from_utf8(&text).is_ok() {
                    members.name("value").extend_from_slice(&text);
                } else {
                    members.base64("value", &text);
                }
            }
        }
    }
    members.end();
    Ok(())
}

/// The secondary values: those that are UTF-8 in one member, the others in another.
fn write_fields(entry: &Entry<'_>, members: &mut Members<'_>) {
    let is_text = |field: &[u8]| std::str::from_utf8(field).is_ok();
    let fields = || entry.names.iter().zip(entry.fields);
    if fields().any(|(_, field)| is_text(field)) {
        let mut inner = Members {
            out: members.name("secondary"),
            open: false,
        };
        fields()
            .filter(|(_, field)| is_text(field))
            .for_each(|(name, field)| inner.string(name, field));
        inner.end();
    }
    if fields().any(|(_, field)| !is_text(field)) {
        let mut inner = Members {
            out: members.name("secondary_b64"),
            open: false,
        };
        for (name, field) in fields().filter(|(_, field)| !is_text(field)) {
            write_json_string(STANDARD.encode(field).as_bytes(), inner.name(name));
        }
        inner.end();
    }
}

/// Numbers as JSON, the names of those that are none as the dialect has them.
fn write_floats(floats: &[f32], out: &mut Vec<u8>) {
    out.push(b'[');
    for (at, &float) in floats.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        if float.is_finite() {
            write_floats_exact(&[float], out);
            continue;
        }
        if float.is_sign_negative() {
            out.push(b'-');
        }
        out.extend_from_slice(if float.is_nan() { b"NaN" } else { b"Infinity" });
    }
    out.push(b']');
}

/// The members of an object that is being written.
struct Members<'o> {
    out: &'o mut Vec<u8>,
    open: bool,
}

impl Members<'_> {
    /// Writes a name; the value is to follow.
    fn name(&mut self, name: &str) -> &mut Vec<u8> {
        self.out.push(if self.open { b',' } else { b'{' });
        self.open = true;
        write_json_string(name.as_bytes(), self.out);
        self.out.push(b':');
        self.out
    }

    /// A member that is text, or else stands for bytes and says so.
    fn string(&mut self, name: &str, bytes: &[u8]) {
        if std::str::from_utf8(bytes).is_ok() {
            write_json_string(bytes, self.name(name));
        } else {
            self.base64(name, bytes);
        }
    }

    fn base64(&mut self, name: &str, bytes: &[u8]) {
        write_json_string(
            STANDARD.encode(bytes).as_bytes(),
            self.name(&format!("{name}_b64")),
        );
    }

    fn end(self) {
        self.out
            .extend_from_slice(if self.open { b"}" } else { b"{}" });
    }
}

/// Appends text such that nothing in it moves a terminal's cursor.
fn escape(text: &[u8], out: &mut Vec<u8>) {
    for chunk in text.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '\n' => out.extend_from_slice(b"\\n"),
                '\t' => out.extend_from_slice(b"\\t"),
                '\r' => out.extend_from_slice(b"\\r"),
                char if char.is_control() => {
                    out.extend_from_slice(format!("\\x{:02x}", u32::from(char)).as_bytes());
                }
                char => put_char(char, out),
            }
        }
        for byte in chunk.invalid() {
            out.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
        }
    }
}

/// The same for JSON, which stays JSON.
fn escape_json(text: &[u8], out: &mut Vec<u8>) {
    for char in String::from_utf8_lossy(text).chars() {
        if char.is_control() {
            out.extend_from_slice(format!("\\u{:04x}", u32::from(char)).as_bytes());
        } else {
            put_char(char, out);
        }
    }
}

fn put_char(char: char, out: &mut Vec<u8>) {
    out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_driven() {
        let mut out = Vec::new();
        escape("a\x1b[2J\u{9b}ü\t\n".as_bytes(), &mut out);
        escape(b"\xFFb", &mut out);
        assert_eq!(out, "a\\x1b[2J\\x9bü\\t\\n\\xffb".as_bytes());
        out.clear();
        escape_json("{\"a\":\"\u{7f}ü\"}".as_bytes(), &mut out);
        assert_eq!(out, "{\"a\":\"\\u007fü\"}".as_bytes());
    }

    #[test]
    fn floats_stay_json() {
        let mut out = Vec::new();
        write_floats(&[0.1, f32::NAN, f32::NEG_INFINITY, -0.0, 1e30], &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "[0.1,NaN,-Infinity,-0,1e30]"
        );
    }
}
