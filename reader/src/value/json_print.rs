//! `MessagePack` to JSON text, in the form of docs/format.md (JSON values, back to text).
//!
//! No white space; strings with the fewest escapes, their other bytes as they are; doubles in the
//! fewest digits that read back; `NaN` and `Infinity` by name. What the JSON reader reads back as
//! the same object, but for doubles of integral value and float 32.

mod number;

use self::number::{write_decimal, write_double};
use super::json_parse::plain_run;
pub use super::msgpack::{MsgpackError, skip_msgpack};
use super::msgpack::{MsgpackToken, read_msgpack};

/// Appends the one object that `payload` holds to `out` as JSON text; binary objects are printed
/// like strings.
///
/// Extension objects, map keys other than strings, and bytes behind the object are errors, on which
/// `out` is left as it was. The text is at most seven times as long as the payload, whatever its
/// bytes claim.
pub fn msgpack_to_json(payload: &[u8], out: &mut Vec<u8>) -> Result<(), MsgpackError> {
    let start = out.len();
    let printed = print(payload, out);
    if printed.is_err() {
        out.truncate(start);
    }
    printed
}

/// An array or map whose end was not reached yet, with the number of entries to come.
#[derive(Clone, Copy)]
struct Container {
    entries: u32,
    is_map: bool,
}

fn print(payload: &[u8], out: &mut Vec<u8>) -> Result<(), MsgpackError> {
    let mut outer: Vec<Container> = Vec::new();
    let mut current: Option<Container> = None;
    let mut at = 0;
    loop {
        let (token, next) = read_msgpack(payload, at)?;
        let opened = match token {
            MsgpackToken::Array(entries) => Some(Container {
                entries,
                is_map: false,
            }),
            MsgpackToken::Map(entries) => Some(Container {
                entries,
                is_map: true,
            }),
            _ => {
                write_scalar(token, at, out)?;
                None
            }
        };
        at = next;
        if let Some(container) = opened {
            out.push(if container.is_map { b'{' } else { b'[' });
            outer.extend(current.replace(container));
        }
        // the next entry begins, or containers end here
        let mut first = opened.is_some();
        loop {
            let Some(container) = &mut current else {
                return expect_end(payload, at);
            };
            if container.entries > 0 {
                container.entries -= 1;
                if !first {
                    out.push(b',');
                }
                if container.is_map {
                    at = print_name(payload, at, out)?;
                }
                break;
            }
            out.push(if container.is_map { b'}' } else { b']' });
            current = outer.pop();
            first = false;
        }
    }
}

fn write_scalar(token: MsgpackToken<'_>, at: usize, out: &mut Vec<u8>) -> Result<(), MsgpackError> {
    match token {
        MsgpackToken::Nil => out.extend_from_slice(b"null"),
        MsgpackToken::Bool(false) => out.extend_from_slice(b"false"),
        MsgpackToken::Bool(true) => out.extend_from_slice(b"true"),
        MsgpackToken::Unsigned(value) => write_decimal(value, out),
        MsgpackToken::Negative(value) => {
            out.push(b'-');
            write_decimal(value.unsigned_abs(), out);
        }
        MsgpackToken::Float(value) => write_double(f64::from(value), out),
        MsgpackToken::Double(value) => write_double(value, out),
        MsgpackToken::Str(bytes) | MsgpackToken::Bin(bytes) => write_json_string(bytes, out),
        MsgpackToken::Ext | MsgpackToken::Array(_) | MsgpackToken::Map(_) => {
            return Err(MsgpackError {
                offset: at,
                reason: "extension objects have no JSON form",
            });
        }
    }
    Ok(())
}

/// Prints the key of a map entry, and the colon behind it.
fn print_name(payload: &[u8], at: usize, out: &mut Vec<u8>) -> Result<usize, MsgpackError> {
    let (MsgpackToken::Str(name) | MsgpackToken::Bin(name), next) = read_msgpack(payload, at)?
    else {
        return Err(MsgpackError {
            offset: at,
            reason: "a map key is no string",
        });
    };
    write_json_string(name, out);
    out.push(b':');
    Ok(next)
}

fn expect_end(payload: &[u8], end: usize) -> Result<(), MsgpackError> {
    if end == payload.len() {
        return Ok(());
    }
    Err(MsgpackError {
        offset: end,
        reason: "something follows the object",
    })
}

/// Appends `bytes` as a JSON string, in quotes. Quotes, backslashes and control bytes are escaped,
/// all other bytes stay as they are, UTF-8 or not.
pub fn write_json_string(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut at = 0;
    loop {
        let end = plain_run(bytes, at);
        out.extend_from_slice(&bytes[at..end]);
        let Some(&byte) = bytes.get(end) else { break };
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0C => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => {
                let low = b"0123456789ABCDEF"[usize::from(byte & 0xF)];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), low]);
            }
        }
        at = end + 1;
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::{Precision, json_string, json_to_msgpack};

    fn printed(payload: &[u8]) -> Result<String, MsgpackError> {
        let mut out = b"kept".to_vec();
        match msgpack_to_json(payload, &mut out) {
            Ok(()) => Ok(String::from_utf8_lossy(&out[4..]).into_owned()),
            Err(error) => {
                assert_eq!(out, b"kept");
                assert!(error.offset <= payload.len());
                Err(error)
            }
        }
    }

    #[test]
    fn objects() {
        for (payload, text) in [
            (&[0xC0][..], "null"),
            (&[0xC2], "false"),
            (&[0xC3], "true"),
            (&[0x7F], "127"),
            (&[0xFF], "-1"),
            (
                &[0xCF, 255, 255, 255, 255, 255, 255, 255, 255],
                "18446744073709551615",
            ),
            (&[0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0], "-9223372036854775808"),
            (&[0xD3, 0, 0, 0, 0, 0, 0, 0, 5], "5"),
            (&[0xCA, 0x3D, 0xCC, 0xCC, 0xCD], "0.10000000149011612"),
            (&[0xCA, 0x7F, 0xC0, 0, 0], "NaN"),
            (&[0xCB, 0xFF, 0xF0, 0, 0, 0, 0, 0, 0], "-Infinity"),
            (&[0xA1, b'a'], "\"a\""),
            (&[0xC4, 1, b'a'], "\"a\""),
            (&[0xC6, 0, 0, 0, 1, b'a'], "\"a\""),
            (&[0x90], "[]"),
            (&[0x80], "{}"),
            (&[0xDD, 0, 0, 0, 0], "[]"),
            (&[0x93, 0x90, 0x91, 1, 0x80], "[[],[1],{}]"),
            (
                &[0x82, 0xA1, b'a', 0x92, 1, 2, 0xA1, b'a', 0x81, 0xA0, 0xC0],
                r#"{"a":[1,2],"a":{"":null}}"#,
            ),
        ] {
            assert_eq!(printed(payload).unwrap(), text);
        }
    }

    #[test]
    fn refused() {
        for payload in [
            &[][..],
            &[0xC0, 0xC0],
            &[0xC1],
            &[0x91],
            &[0x92, 1],
            &[0x81, 1, 1],
            &[0x81, 0xC0, 1],
            &[0x81, 0x90, 1],
            &[0xD4, 1, 1],
            &[0xC7, 0, 1],
            &[0xDF, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0xDD, 0xFF, 0xFF, 0xFF, 0xFF, 1],
            &[0xDB, 0xFF, 0xFF, 0xFF, 0xFF, 1],
            &[0xCB, 0, 0],
        ] {
            assert!(printed(payload).is_err(), "{payload:X?}");
        }
        assert_eq!(
            printed(&[0x81, 1, 1]).unwrap_err().to_string(),
            "not MessagePack at byte 1: a map key is no string"
        );
    }

    #[test]
    fn escapes() {
        let mut out = Vec::new();
        write_json_string(b"a\"b\\c/\x08\x0C\n\r\t\0\x1F\x7F\xC3\xA9\xFF", &mut out);
        assert_eq!(
            out,
            b"\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0000\\u001F\x7F\xC3\xA9\xFF\""
        );
    }

    #[test]
    fn deep_nesting_takes_no_stack() {
        let mut payload = vec![0x91; 1_000_000];
        assert!(printed(&payload).is_err());
        payload.push(0xC0);
        assert_eq!(printed(&payload).unwrap().len(), 2_000_004);
    }

    proptest! {
        #[test]
        fn any_bytes_are_printed_or_refused(payload in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(text) = printed(&payload) {
                prop_assert!(text.len() <= 7 * payload.len());
                prop_assert_eq!(skip_msgpack(&payload, 0), Ok(payload.len()));
            }
        }

        #[test]
        fn doubles_read_back(bits: u64) {
            let double = f64::from_bits(bits);
            prop_assume!(!double.is_nan() && double.fract() != 0.0);
            let payload = [&[0xCB][..], &double.to_be_bytes()].concat();
            let mut out = Vec::new();
            json_to_msgpack(printed(&payload).unwrap().as_bytes(), Precision::Double, &mut out).unwrap();
            prop_assert_eq!(out, payload);
        }

        #[test]
        fn any_bytes_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut text = Vec::new();
            write_json_string(&bytes, &mut text);
            let mut out = Vec::new();
            prop_assert_eq!(json_string(&text, 0, &mut out), Ok(text.len()));
            prop_assert_eq!(out, bytes);
        }
    }
}
