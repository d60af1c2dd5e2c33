//! JSON objects, written member by member.

use std::fmt::Display;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_reader::{Value, ValueKind, write_floats_exact, write_json_string};

/// The members of an object that is being written.
pub(crate) struct Members<'o> {
    out: &'o mut Vec<u8>,
    open: bool,
}

impl<'o> Members<'o> {
    /// An object to be appended.
    pub(crate) fn new(out: &'o mut Vec<u8>) -> Self {
        Members { out, open: false }
    }

    /// Writes a name; the value is to follow.
    pub(crate) fn name(&mut self, name: &str) -> &mut Vec<u8> {
        self.out.push(if self.open { b',' } else { b'{' });
        self.open = true;
        write_json_string(name.as_bytes(), self.out);
        self.out.push(b':');
        self.out
    }

    /// A member that is text, or else stands for bytes and says so.
    pub(crate) fn string(&mut self, name: &str, bytes: &[u8]) {
        if std::str::from_utf8(bytes).is_ok() {
            write_json_string(bytes, self.name(name));
        } else {
            self.base64(&format!("{name}_b64"), bytes);
        }
    }

    /// A member that stands for bytes.
    pub(crate) fn base64(&mut self, name: &str, bytes: &[u8]) {
        write_json_string(STANDARD.encode(bytes).as_bytes(), self.name(name));
    }

    /// A member that is a number or a truth value.
    pub(crate) fn plain(&mut self, name: &str, value: impl Display) {
        let _infallible = write!(self.name(name), "{value}");
    }

    /// The value of an entry, none where only keys are stored.
    pub(crate) fn value(&mut self, value: Value<'_>) -> keyfold_reader::Result<()> {
        match value.kind() {
            ValueKind::KeyOnly => {}
            ValueKind::Int | ValueKind::Completion => value.write_text(self.name("value"))?,
            ValueKind::FloatVector => write_floats(&value.floats()?, self.name("value")),
            ValueKind::String => {
                let mut text = Vec::new();
                value.write_text(&mut text)?;
                self.string("value", &text);
            }
            ValueKind::Json => {
                let mut text = Vec::new();
                value.write_text(&mut text)?;
                if std::str::from_utf8(&text).is_ok() {
                    self.name("value").extend_from_slice(&text);
                } else {
                    self.base64("value_b64", &text);
                }
            }
        }
        Ok(())
    }

    /// Ends the object.
    pub(crate) fn end(self) {
        self.out
            .extend_from_slice(if self.open { b"}" } else { b"{}" });
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

#[cfg(test)]
mod tests {
    use super::*;

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
