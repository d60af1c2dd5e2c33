//! Numbers in JSON text.

use std::io::Write as _;

/// Largest number of digits before the point in the plain layout of a double.
const PLAIN_DIGITS: usize = 21;

/// Smallest exponent of a double's first digit in the plain layout.
const SMALLEST_PLAIN_EXPONENT: i32 = -6;

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
    use super::*;

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
