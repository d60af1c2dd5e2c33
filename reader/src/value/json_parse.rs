//! JSON text to `MessagePack`, in the dialect of docs/format.md (JSON values).
//!
//! RFC 8259 with four liberties: `NaN`, `Inf` and `Infinity` are numbers, with an optional minus;
//! bytes from 0x80 on are taken as they are, UTF-8 or not; member names may repeat and keep their
//! order; integers of any length are read, beyond 64 bits as doubles. A number outside the range of
//! doubles, a surrogate escape without its other half and a raw control byte are errors.
//!
//! Open arrays and objects are kept on a heap stack, so nesting is limited by memory alone.

mod number;
mod string;

use thiserror::Error;

use self::number::{Number, parse_number};
pub use self::string::json_string;
use self::string::parse_string;
pub(super) use self::string::plain_run;
use super::msgpack;

/// Text that is not one JSON document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not JSON at byte {offset}: {reason}")]
pub struct JsonError {
    /// Offset of the byte that fits no JSON.
    pub offset: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

/// How numbers with a fraction, an exponent or too many digits are stored: the option
/// `floating_point_precision`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// Float 64.
    #[default]
    Double,
    /// Float 32 for positive numbers in its normal range and for NaN, float 64 for all others.
    Single,
}

/// Appends the JSON document `text` to `out` as one `MessagePack` object in its shortest form.
///
/// Doubles of integral value become integers. On error `out` is left as it was.
pub fn json_to_msgpack(
    text: &[u8],
    precision: Precision,
    out: &mut Vec<u8>,
) -> Result<(), JsonError> {
    let start = out.len();
    let mut encoder = Encoder {
        precision,
        long: Vec::new(),
        out,
    };
    let parsed = parse_value(text, 0, &mut encoder).and_then(|end| expect_end(text, end));
    match parsed {
        Ok(()) => encoder.widen_headers(),
        Err(_) => out.truncate(start),
    }
    parsed
}

/// Appends `text` to `out` as keyvi's compilers do: what stands before its first NUL as a JSON
/// document if it is one, otherwise the whole text as one string.
pub fn json_or_text_to_msgpack(text: &[u8], precision: Precision, out: &mut Vec<u8>) {
    // a NUL makes the whole text an error, so it need not be looked for unless there is one
    if json_to_msgpack(text, precision, out).is_ok() {
        return;
    }
    let nul = text.iter().position(|&byte| byte == 0);
    if nul.is_none_or(|nul| json_to_msgpack(&text[..nul], precision, out).is_err()) {
        msgpack::write_str(text, out);
    }
}

/// Returns the offset of the end of the one JSON value that starts at `at`, white space before it
/// skipped.
pub fn json_skip(text: &[u8], at: usize) -> Result<usize, JsonError> {
    parse_value(text, at.min(text.len()), &mut Skipper)
}

/// What is made of the parts of a JSON text.
trait Sink {
    fn null(&mut self);
    fn boolean(&mut self, value: bool);
    fn number(&mut self, number: Number);
    /// Takes the string whose characters start at `at`; returns the offset behind its quote.
    fn string(&mut self, text: &[u8], at: usize) -> Result<usize, JsonError>;
    /// Notes that a container begins, and returns what `close` wants to know about it.
    fn open(&mut self) -> usize;
    fn close(&mut self, container: Container);
}

/// An array or object whose end was not read yet.
#[derive(Clone, Copy)]
struct Container {
    /// Where its header stands in the output.
    header: usize,
    entries: usize,
    is_map: bool,
}

/// Parses one value at `at` and returns the offset of its end.
fn parse_value(text: &[u8], mut at: usize, sink: &mut impl Sink) -> Result<usize, JsonError> {
    let mut outer: Vec<Container> = Vec::new();
    let mut current: Option<Container> = None;
    loop {
        at = skip_blanks(text, at);
        match text.get(at) {
            Some(b'"') => at = sink.string(text, at + 1)?,
            Some(&byte @ (b'{' | b'[')) => {
                let is_map = byte == b'{';
                let container = Container {
                    header: sink.open(),
                    entries: 1,
                    is_map,
                };
                at = skip_blanks(text, at + 1);
                if text.get(at) == Some(&closing(is_map)) {
                    at += 1;
                    sink.close(Container {
                        entries: 0,
                        ..container
                    });
                } else {
                    outer.extend(current.replace(container));
                    if is_map {
                        at = parse_name(text, at, sink)?;
                    }
                    continue;
                }
            }
            Some(b't') => {
                at = expect_word(text, at, b"true")?;
                sink.boolean(true);
            }
            Some(b'f') => {
                at = expect_word(text, at, b"false")?;
                sink.boolean(false);
            }
            Some(b'n') => {
                at = expect_word(text, at, b"null")?;
                sink.null();
            }
            _ => {
                let (number, end) = parse_number(text, at)?;
                sink.number(number);
                at = end;
            }
        }
        // a value is complete, and maybe the containers around it
        loop {
            let Some(container) = &mut current else {
                return Ok(at);
            };
            at = skip_blanks(text, at);
            match text.get(at) {
                Some(b',') => {
                    let Some(entries) = container.entries.checked_add(1) else {
                        return Err(JsonError {
                            offset: at,
                            reason: "too many entries",
                        });
                    };
                    container.entries = entries;
                    at += 1;
                    if container.is_map {
                        at = parse_name(text, skip_blanks(text, at), sink)?;
                    }
                    break;
                }
                Some(&byte) if byte == closing(container.is_map) => {
                    at += 1;
                    sink.close(*container);
                    current = outer.pop();
                }
                _ => {
                    let reason = if container.is_map {
                        "a comma or closing brace must follow"
                    } else {
                        "a comma or closing bracket must follow"
                    };
                    return Err(JsonError { offset: at, reason });
                }
            }
        }
    }
}

/// The byte that ends a container.
fn closing(is_map: bool) -> u8 {
    if is_map { b'}' } else { b']' }
}

/// Parses the name of a member at `at`, with the colon behind it.
fn parse_name(text: &[u8], at: usize, sink: &mut impl Sink) -> Result<usize, JsonError> {
    if text.get(at) != Some(&b'"') {
        return Err(JsonError {
            offset: at,
            reason: "a member name is missing",
        });
    }
    let at = skip_blanks(text, sink.string(text, at + 1)?);
    if text.get(at) != Some(&b':') {
        return Err(JsonError {
            offset: at,
            reason: "a colon must follow a member name",
        });
    }
    Ok(at + 1)
}

fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

fn expect_word(text: &[u8], at: usize, word: &[u8]) -> Result<usize, JsonError> {
    if text[at..].starts_with(word) {
        return Ok(at + word.len());
    }
    Err(JsonError {
        offset: at,
        reason: "a value is missing",
    })
}

fn expect_end(text: &[u8], end: usize) -> Result<(), JsonError> {
    let offset = skip_blanks(text, end);
    if offset == text.len() {
        return Ok(());
    }
    Err(JsonError {
        offset,
        reason: "something follows the document",
    })
}

/// Takes nothing: the text is checked and its end found.
struct Skipper;

impl Sink for Skipper {
    fn null(&mut self) {}

    fn boolean(&mut self, _: bool) {}

    fn number(&mut self, _: Number) {}

    fn string(&mut self, text: &[u8], at: usize) -> Result<usize, JsonError> {
        parse_string(text, at, |_| ())
    }

    fn open(&mut self) -> usize {
        0
    }

    fn close(&mut self, _: Container) {}
}

/// Writes `MessagePack`.
///
/// A container's header needs the number of entries, known at its end. One byte is left for it,
/// enough up to 15 entries; the longer headers are noted and all made room for in one pass at the
/// end, so that each byte moves once, however containers nest.
struct Encoder<'o> {
    precision: Precision,
    long: Vec<Container>,
    out: &'o mut Vec<u8>,
}

impl Encoder<'_> {
    /// Stores a double by the rules for JSON values: integral ones as integers.
    fn double(&mut self, double: f64) {
        let single = f64::from(f32::MIN_POSITIVE)..=f64::from(f32::MAX);
        if self.precision == Precision::Single && (double.is_nan() || single.contains(&double)) {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the rounding that was asked for"
            )]
            let float = double as f32;
            if !self.integral(f64::from(float)) {
                msgpack::write_f32(float, self.out);
            }
        } else if !self.integral(double) {
            msgpack::write_f64(double, self.out);
        }
    }

    /// Stores `double` as an integer if it is one and fits 64 bits.
    fn integral(&mut self, double: f64) -> bool {
        const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;
        if double.fract() != 0.0 {
            return false;
        }
        if (0.0..2.0 * TWO_POW_63).contains(&double) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "an integral value in the range of u64"
            )]
            msgpack::write_uint(double as u64, self.out);
            return true;
        }
        if (-TWO_POW_63..0.0).contains(&double) {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "an integral value in the range of i64"
            )]
            msgpack::write_int(double as i64, self.out);
            return true;
        }
        false
    }

    /// Puts the headers in place that did not fit the byte that was left for them.
    fn widen_headers(&mut self) {
        if self.long.is_empty() {
            return;
        }
        self.long.sort_unstable_by_key(|container| container.header);
        let mut header = Vec::with_capacity(5);
        let mut end = self.out.len();
        let mut gap: usize = self.long.iter().map(Container::extra_header_bytes).sum();
        self.out.resize(end + gap, 0);
        for container in self.long.iter().rev() {
            let body = container.header + 1;
            self.out.copy_within(body..end, body + gap);
            gap -= container.extra_header_bytes();
            end = container.header;
            header.clear();
            container.write_header(&mut header);
            self.out[end + gap..][..header.len()].copy_from_slice(&header);
        }
    }
}

impl Container {
    fn write_header(&self, out: &mut Vec<u8>) {
        if self.is_map {
            msgpack::write_map_header(self.entries, out);
        } else {
            msgpack::write_array_header(self.entries, out);
        }
    }

    /// Bytes of the header beyond the first.
    fn extra_header_bytes(&self) -> usize {
        match self.entries {
            0..=msgpack::FIX_ENTRIES => 0,
            0x10..=0xFFFF => 2,
            _ => 4,
        }
    }
}

impl Sink for Encoder<'_> {
    fn null(&mut self) {
        msgpack::write_nil(self.out);
    }

    fn boolean(&mut self, value: bool) {
        msgpack::write_bool(value, self.out);
    }

    fn number(&mut self, number: Number) {
        match number {
            Number::Unsigned(value) => msgpack::write_uint(value, self.out),
            Number::Negative(value) => msgpack::write_int(value, self.out),
            Number::Double(value) => self.double(value),
        }
    }

    fn string(&mut self, text: &[u8], at: usize) -> Result<usize, JsonError> {
        let too_long = JsonError {
            offset: at,
            reason: "the string is too long",
        };
        let end = plain_run(text, at);
        if text.get(end) == Some(&b'"') {
            u32::try_from(end - at).map_err(|_| too_long)?;
            msgpack::write_str(&text[at..end], self.out);
            return Ok(end + 1);
        }
        // with escapes the length is known at the end only: the header goes there, then forward
        let start = self.out.len();
        let end = parse_string(text, at, |piece| self.out.extend_from_slice(piece))?;
        let body = self.out.len();
        u32::try_from(body - start).map_err(|_| too_long)?;
        msgpack::write_str_header(body - start, self.out);
        let header = self.out.len() - body;
        self.out[start..].rotate_right(header);
        Ok(end)
    }

    fn open(&mut self) -> usize {
        self.out.push(0);
        self.out.len() - 1
    }

    fn close(&mut self, container: Container) {
        if container.extra_header_bytes() > 0 {
            self.long.push(container);
        } else {
            let fix = if container.is_map { 0x80 } else { 0x90 };
            self.out[container.header] = fix | container.entries.to_le_bytes()[0];
        }
    }
}

#[cfg(test)]
mod tests;
