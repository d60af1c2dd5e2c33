//! Numbers in JSON text.

use std::io::Write as _;
use std::ops::Range;

/// Largest number of digits before the point in the plain layout of a double.
const PLAIN_DIGITS: usize = 21;

/// Smallest exponent of a double's first digit in the plain layout.
const SMALLEST_PLAIN_EXPONENT: i32 = -6;

/// Decimal fractions of few digits: so many behind the point, and 15 in all.
const FEW_DECIMALS: usize = 7;
const FEW_SCALE: f64 = 1e7;
const FEW: Range<f64> = 1e-6..1e8;

/// Appends the decimal digits of `value`.
pub(super) fn write_decimal(mut value: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10).to_le_bytes()[0];
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends a double in the fewest digits that read back; it always has a point or an exponent.
pub(super) fn write_double(value: f64, out: &mut Vec<u8>) {
    if value.is_nan() {
        out.extend_from_slice(b"NaN");
        return;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let value = value.abs();
    if value.is_infinite() {
        out.extend_from_slice(b"Infinity");
        return;
    }
    if !write_few_decimals(value, out) {
        write_shortest(value, out);
    }
}

/// Appends a double that is a decimal fraction of few digits, as most in documents are; whether it is one.
///
/// No two decimal fractions of 15 digits or less have the same double. So the one that gives this double has its fewest
/// digits, but for zeros at its end.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "neither negative nor above 2^53"
)]
#[expect(clippy::float_cmp, reason = "it has to be the same double")]
fn write_few_decimals(value: f64, out: &mut Vec<u8>) -> bool {
    if !FEW.contains(&value) {
        return false;
    }
    let scaled = (value * FEW_SCALE + 0.5) as u64;
    if scaled as f64 / FEW_SCALE != value {
        return false;
    }
    let scale = FEW_SCALE as u64;
    write_decimal(scaled / scale, out);
    out.push(b'.');
    let mut digits = [b'0'; FEW_DECIMALS];
    let mut rest = scaled % scale;
    for digit in digits.iter_mut().rev() {
        *digit += (rest % 10).to_le_bytes()[0];
        rest /= 10;
    }
    let last = digits.iter().rposition(|&digit| digit != b'0');
    out.extend_from_slice(&digits[..=last.unwrap_or(0)]);
    true
}

/// Appends a finite double that is not negative in the fewest digits.
fn write_shortest(value: f64, out: &mut Vec<u8>) {
    // `d.ddde-N`, which is at most 17 digits, the point and `e-324`
    let mut buffer = [0_u8; 32];
    let mut rest = &mut buffer[..];
    let written = write!(rest, "{value:e}");
    debug_assert!(written.is_ok());
    let unused = rest.len();
    let text = &buffer[..buffer.len() - unused];
    let (mantissa, exponent) = split_at_exponent(text);
    let fraction = mantissa.get(2..).unwrap_or_default();
    write_layout(mantissa[0], fraction, exponent, out);
}

/// Splits the text of a double in scientific notation before its `e`, and reads what follows.
fn split_at_exponent(text: &[u8]) -> (&[u8], i32) {
    let e = text
        .iter()
        .rposition(|&byte| byte == b'e')
        .unwrap_or(text.len());
    let digits = text.get(e + 1..).unwrap_or_default();
    let (minus, digits) = digits
        .strip_prefix(b"-")
        .map_or((false, digits), |rest| (true, rest));
    let exponent = digits
        .iter()
        .fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
    (&text[..e], if minus { -exponent } else { exponent })
}

/// Appends the number with the digit `first`, the digits `fraction` behind the point, times ten to
/// `exponent`, in the layout that its size asks for.
fn write_layout(first: u8, fraction: &[u8], exponent: i32, out: &mut Vec<u8>) {
    match usize::try_from(exponent) {
        Ok(exponent) if exponent < PLAIN_DIGITS => {
            out.push(first);
            let before = fraction.len().min(exponent);
            out.extend_from_slice(&fraction[..before]);
            out.resize(out.len() + (exponent - before), b'0');
            out.push(b'.');
            let behind = &fraction[before..];
            out.extend_from_slice(if behind.is_empty() { b"0" } else { behind });
        }
        Err(_) if exponent >= SMALLEST_PLAIN_EXPONENT => {
            out.extend_from_slice(b"0.");
            out.extend((exponent + 1..0).map(|_| b'0'));
            out.push(first);
            out.extend_from_slice(fraction);
        }
        _ => {
            out.push(first);
            if !fraction.is_empty() {
                out.push(b'.');
                out.extend_from_slice(fraction);
            }
            out.push(b'e');
            if exponent < 0 {
                out.push(b'-');
            }
            write_decimal(u64::from(exponent.unsigned_abs()), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same_either_way(value: f64) {
        let (mut few, mut shortest) = (Vec::new(), Vec::new());
        write_shortest(value, &mut shortest);
        if write_few_decimals(value, &mut few) {
            assert_eq!(few, shortest);
        } else {
            assert_eq!(few, b"");
        }
    }

    proptest! {
        #[test]
        fn decimal_fractions(digits in 0..2_000_000_000_000_000_u64, decimals in 0..10_i32) {
            let text = format!("{digits}e-{decimals}");
            let value: f64 = text.parse().unwrap();
            same_either_way(value);
            for near in [value.next_down().abs(), value.next_up()] {
                same_either_way(near);
            }
        }

        #[test]
        fn any_doubles(value in 0.0..1e9_f64) {
            same_either_way(value);
        }
    }

    #[test]
    fn few_decimals_are_seen() {
        for value in [1.0, 39.74595, 0.000_001_5, 99_999_999.999_999_9] {
            assert!(write_few_decimals(value, &mut Vec::new()), "{value}");
        }
        for value in [0.0, 1e8, 0.1 + 0.2, 5e-7, 1.0 / 3.0] {
            assert!(!write_few_decimals(value, &mut Vec::new()), "{value}");
        }
    }

    #[test]
    fn layouts() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (10.0, "10.0"),
            (1.5, "1.5"),
            (-0.1, "-0.1"),
            (123_456_789.123, "123456789.123"),
            (18_446_744_073_709_551_616.0, "18446744073709552000.0"),
            (1e20, "100000000000000000000.0"),
            (1e21, "1e21"),
            (1.5e21, "1.5e21"),
            (0.00001, "0.00001"),
            (0.000_001, "0.000001"),
            (0.000_001_25, "0.00000125"),
            (1e-7, "1e-7"),
            (1.5e-7, "1.5e-7"),
            (f64::MAX, "1.7976931348623157e308"),
            (5e-324, "5e-324"),
            (f64::NAN, "NaN"),
            (-f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            let mut out = Vec::new();
            write_double(value, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), text);
        }
    }

    #[test]
    fn decimals() {
        for value in [0, 9, 10, 99, 100, 12_345, u64::MAX] {
            let mut out = Vec::new();
            write_decimal(value, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), value.to_string());
        }
    }
}
