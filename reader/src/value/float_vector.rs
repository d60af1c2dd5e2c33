//! Float vectors as text.
//!
//! Two forms are written: keyvi's, of at most six digits, and one that reads back exactly. Both
//! are read, within brackets or not.

use std::io::Write as _;

use thiserror::Error;

/// Text that is no float vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a float vector at byte {offset}: {reason}")]
pub struct FloatError {
    /// Offset of the byte that fits no vector.
    pub offset: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

/// Exact text has no exponent from here on ...
const SMALLEST_PLAIN: f32 = 1e-5;
/// ... up to here, exclusive.
const SMALLEST_LARGE: f32 = 1e16;

/// Digits of keyvi's form, the default precision of C's `%g`.
const SIGNIFICANT_DIGITS: usize = 6;

/// Appends the numbers of `text` to `out`.
///
/// They are separated by commas, with blanks around them as you like, and may stand in one pair of
/// brackets: `1, 0.5` or `[1,0.5]`. Numbers are decimals as in most languages, rounded to the
/// nearest float, and `nan`, `inf`, `infinity` in any case with an optional sign. A decimal too large
/// for a float is an error. An empty text and `[]` hold no numbers. On error `out` is left as it was.
pub fn parse_floats(text: &[u8], out: &mut Vec<f32>) -> Result<(), FloatError> {
    let start = out.len();
    let parsed = parse_list(text, out);
    if parsed.is_err() {
        out.truncate(start);
    }
    parsed
}

fn parse_list(text: &[u8], out: &mut Vec<f32>) -> Result<(), FloatError> {
    let mut list = Span::trimmed(text, 0, text.len());
    let bytes = list.of(text);
    if bytes.first() == Some(&b'[') {
        if bytes.len() < 2 || bytes.last() != Some(&b']') {
            return Err(FloatError {
                offset: list.end,
                reason: "a closing bracket is missing",
            });
        }
        list = Span::trimmed(text, list.start + 1, list.end - 1);
    }
    if list.start == list.end {
        return Ok(());
    }
    let mut start = list.start;
    loop {
        let rest = &text[start..list.end];
        let comma = rest.iter().position(|&byte| byte == b',');
        let end = comma.map_or(list.end, |comma| start + comma);
        let number = Span::trimmed(text, start, end);
        out.push(parse_float(number.of(text), number.start)?);
        if comma.is_none() {
            return Ok(());
        }
        start = end + 1;
    }
}

/// Reads one number, which stands at `offset`.
fn parse_float(number: &[u8], offset: usize) -> Result<f32, FloatError> {
    let error = |reason| FloatError { offset, reason };
    if number.is_empty() {
        return Err(error("a number is missing"));
    }
    let value = str::from_utf8(number)
        .ok()
        .and_then(|number| number.parse::<f32>().ok());
    match value {
        // only names stand for infinity, a decimal does not become it
        Some(value) if value.is_infinite() && number.iter().any(u8::is_ascii_digit) => {
            Err(error("the number is too large for a float"))
        }
        Some(value) => Ok(value),
        None => Err(error("this is no number")),
    }
}

/// A range of a text.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// The range without the white space at its ends.
    fn trimmed(text: &[u8], start: usize, end: usize) -> Self {
        let bytes = &text[start..end];
        let front = bytes.len() - bytes.trim_ascii_start().len();
        Span {
            start: start + front,
            end: start + front + bytes.trim_ascii().len(),
        }
    }

    fn of(self, text: &[u8]) -> &[u8] {
        &text[self.start..self.end]
    }
}

/// Appends `floats`, joined with `, `, each in the fewest digits that read back as the same float.
///
/// What does not show are the payload bits of a NaN: of those there are only `nan` and `-nan`.
pub fn write_floats_exact(floats: &[f32], out: &mut Vec<u8>) {
    write_joined(floats, out, |value, out| {
        let size = value.abs();
        let written = if size == 0.0 || (SMALLEST_PLAIN..SMALLEST_LARGE).contains(&size) {
            write!(out, "{value}")
        } else {
            write!(out, "{value:e}")
        };
        debug_assert!(written.is_ok());
    });
}

/// Appends `floats`, joined with `, `, each in up to six significant digits as C's `%g` prints them:
/// keyvi's text form.
pub fn write_floats_g(floats: &[f32], out: &mut Vec<u8>) {
    write_joined(floats, out, |value, out| write_g(f64::from(value), out));
}

/// Appends numbers with commas between; infinity and NaN are named here, others by `write`.
fn write_joined(floats: &[f32], out: &mut Vec<u8>, write: impl Fn(f32, &mut Vec<u8>)) {
    for (i, &value) in floats.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(b", ");
        }
        if value.is_finite() {
            write(value, out);
            continue;
        }
        if value.is_sign_negative() {
            out.push(b'-');
        }
        out.extend_from_slice(if value.is_nan() { b"nan" } else { b"inf" });
    }
}

/// Appends a finite number as C's `%g` does: rounded to six digits, without trailing zeros, and with
/// an exponent of two digits at least where it is below -4 or above 5.
fn write_g(value: f64, out: &mut Vec<u8>) {
    // scientific notation first: only after rounding is the exponent known
    let mut buffer = [0_u8; 32];
    let mut rest = &mut buffer[..];
    let written = write!(rest, "{:.*e}", SIGNIFICANT_DIGITS - 1, value.abs());
    debug_assert!(written.is_ok());
    let unused = rest.len();
    let text = &buffer[..buffer.len() - unused];
    let e = text
        .iter()
        .rposition(|&byte| byte == b'e')
        .unwrap_or(text.len());
    let exponent = str::from_utf8(text.get(e + 1..).unwrap_or_default());
    let exponent: i32 = exponent
        .ok()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0);
    let fraction = text[..e].get(2..).unwrap_or_default();
    let zeros = fraction
        .iter()
        .rev()
        .take_while(|&&digit| digit == b'0')
        .count();
    let fraction = &fraction[..fraction.len() - zeros];

    if value.is_sign_negative() {
        out.push(b'-');
    }
    match usize::try_from(exponent) {
        Ok(exponent) if exponent < SIGNIFICANT_DIGITS => {
            let before = fraction.len().min(exponent);
            out.push(text[0]);
            out.extend_from_slice(&fraction[..before]);
            out.resize(out.len() + (exponent - before), b'0');
            if before < fraction.len() {
                out.push(b'.');
                out.extend_from_slice(&fraction[before..]);
            }
        }
        Err(_) if exponent >= -4 => {
            out.extend_from_slice(b"0.");
            out.extend((exponent + 1..0).map(|_| b'0'));
            out.push(text[0]);
            out.extend_from_slice(fraction);
        }
        _ => {
            out.push(text[0]);
            if !fraction.is_empty() {
                out.push(b'.');
                out.extend_from_slice(fraction);
            }
            let written = write!(out, "e{exponent:+03}");
            debug_assert!(written.is_ok());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Result<Vec<f32>, FloatError> {
        let mut out = vec![9.0];
        let result = parse_floats(text.as_bytes(), &mut out);
        assert_eq!(out.remove(0).to_bits(), 9.0_f32.to_bits());
        if result.is_err() {
            assert!(out.is_empty());
        }
        result.map(|()| out)
    }

    fn exact(floats: &[f32]) -> String {
        let mut out = Vec::new();
        write_floats_exact(floats, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn g(floats: &[f32]) -> String {
        let mut out = Vec::new();
        write_floats_g(floats, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lists() {
        for text in [
            "1, 0.5",
            "[1,0.5]",
            " 1 ,\t5e-1 ",
            "[ 1.0 , .5 ] ",
            "+1,0.50",
        ] {
            assert_eq!(parsed(text).unwrap(), [1.0, 0.5], "{text}");
        }
        for text in ["", " ", "[]", "[ ]"] {
            assert!(parsed(text).unwrap().is_empty(), "{text}");
        }
        let names = parsed("inf,-Infinity,nan,-nan,NaN").unwrap();
        assert_eq!(names[..2], [f32::INFINITY, f32::NEG_INFINITY]);
        assert!(names[2..].iter().all(|value| value.is_nan()));
        assert_eq!(names[2].to_bits(), f32::NAN.to_bits());
        assert!(names[3].is_sign_negative());
        assert_eq!(
            parsed("3.4028235e38,16777217,1e-50").unwrap(),
            [f32::MAX, 16_777_216.0, 0.0]
        );
    }

    #[test]
    fn not_lists() {
        for (text, offset) in [
            ("1,,2", 2),
            ("1,", 2),
            ("1, ", 2),
            (",1", 0),
            ("[1", 2),
            ("[", 1),
            ("1]", 0),
            ("[1]]", 1),
            ("[[1]]", 1),
            ("1 2", 0),
            ("1, x", 3),
            ("1,3.5e38", 2),
            ("1,-1e999", 2),
            ("1, 0x10", 3),
            ("1;2", 0),
            ("1,\u{e9}", 2),
        ] {
            assert_eq!(
                parsed(text).map_err(|error| error.offset),
                Err(offset),
                "{text}"
            );
        }
        assert_eq!(
            parsed("1, x").unwrap_err().to_string(),
            "not a float vector at byte 3: this is no number"
        );
    }

    #[test]
    fn exact_text() {
        assert_eq!(exact(&[]), "");
        assert_eq!(exact(&[1.0, 0.5, -0.0, 0.1]), "1, 0.5, -0, 0.1");
        assert_eq!(
            exact(&[1e-5, 9e-6, 1e15, 1e16]),
            "0.00001, 9e-6, 1000000000000000, 1e16"
        );
        assert_eq!(
            exact(&[f32::MAX, f32::MIN_POSITIVE]),
            "3.4028235e38, 1.1754944e-38"
        );
        assert_eq!(exact(&[f32::NAN, -f32::NAN]), "nan, -nan");
        assert_eq!(exact(&[f32::INFINITY, f32::NEG_INFINITY]), "inf, -inf");
    }

    #[test]
    fn six_digits() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (0.5, "0.5"),
            (0.1, "0.1"),
            (-2.25, "-2.25"),
            (100.0, "100"),
            (123_456.0, "123456"),
            (123_456.7, "123457"),
            (999_999.5, "1e+06"),
            (1_234_565.0, "1.23456e+06"),
            (1_234_575.0, "1.23458e+06"),
            (1e10, "1e+10"),
            (0.0001, "0.0001"),
            (0.000_123_456_7, "0.000123457"),
            (0.000_099_999_99, "0.0001"),
            (0.000_01, "1e-05"),
            (1.5e-38, "1.5e-38"),
            (f32::MAX, "3.40282e+38"),
            (1e-45, "1.4013e-45"),
            (f32::NAN, "nan"),
            (f32::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(g(&[value]), text);
        }
        assert_eq!(g(&[1.0, 0.5]), "1, 0.5");
    }

    proptest! {
        #[test]
        fn floats_read_back(bits in proptest::collection::vec(any::<u32>(), 0..8)) {
            let floats: Vec<f32> = bits.iter().map(|&bits| f32::from_bits(bits)).collect();
            let back = parsed(&exact(&floats)).unwrap();
            prop_assert_eq!(back.len(), floats.len());
            for (value, back) in floats.iter().zip(back) {
                if value.is_nan() {
                    prop_assert!(back.is_nan());
                    prop_assert_eq!(back.is_sign_negative(), value.is_sign_negative());
                } else {
                    prop_assert_eq!(back.to_bits(), value.to_bits());
                }
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[\\[\\], 0-9.einaf+-]{0,16}") {
            let _ = parsed(&text);
        }
    }
}
