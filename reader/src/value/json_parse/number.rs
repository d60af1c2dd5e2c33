//! One JSON number, from its text to an integer or a double.

use super::JsonError;

/// A number of a JSON text, before the storage rules for doubles are applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// An integer of 0 or more that fits 64 bits; `-0` is one.
    Unsigned(u64),
    /// An integer below 0 that fits 64 bits.
    Negative(i64),
    /// Everything else: a fraction, an exponent, an integer that does not fit, NaN or infinity.
    Double(f64),
}

/// Powers of ten that a double holds exactly.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Largest power of ten below the largest double.
const LARGEST_EXPONENT: i64 = 308;

/// Where exponents stop growing while they are read: far outside every double, far from overflow.
const EXPONENT_CAP: i64 = 1 << 40;

/// Digits read so far, as an integer while they fit one.
struct Digits {
    value: u64,
    exact: bool,
}

impl Digits {
    /// Reads the digits from `at` on and returns where they end.
    fn read(&mut self, text: &[u8], mut at: usize) -> usize {
        while let Some(digit) = digit_at(text, at) {
            match self
                .value
                .checked_mul(10)
                .and_then(|v| v.checked_add(u64::from(digit)))
            {
                Some(value) if self.exact => self.value = value,
                _ => self.exact = false,
            }
            at += 1;
        }
        at
    }
}

/// The value of the decimal digit at `at`, if one stands there.
#[inline]
fn digit_at(text: &[u8], at: usize) -> Option<u8> {
    text.get(at)
        .map(|byte| byte.wrapping_sub(b'0'))
        .filter(|&digit| digit < 10)
}

/// Reads the number that starts at `at`; returns it with the offset of its end.
///
/// Beyond RFC 8259, `NaN`, `Inf` and `Infinity` are numbers. A number outside the range of doubles
/// is an error, and so is a zero whose exponent would be: keyvi's compilers keep `0e400` as text.
pub(super) fn parse_number(text: &[u8], start: usize) -> Result<(Number, usize), JsonError> {
    let minus = text.get(start) == Some(&b'-');
    let first = start + usize::from(minus);
    let mut digits = Digits {
        value: 0,
        exact: true,
    };
    let mut at = match text.get(first) {
        Some(b'0') => first + 1,
        Some(b'1'..=b'9') => digits.read(text, first),
        _ => return named_number(text, first, minus),
    };

    let mut integer = true;
    let mut fraction_digits = 0;
    if text.get(at) == Some(&b'.') {
        let end = digits.read(text, at + 1);
        fraction_digits = end - (at + 1);
        if fraction_digits == 0 {
            return Err(JsonError {
                offset: end,
                reason: "a digit must follow the point",
            });
        }
        integer = false;
        at = end;
    }
    let mut exponent = 0;
    if matches!(text.get(at), Some(b'e' | b'E')) {
        (exponent, at) = parse_exponent(text, at + 1)?;
        integer = false;
    }

    if integer && digits.exact {
        if !minus || digits.value == 0 {
            return Ok((Number::Unsigned(digits.value), at));
        }
        if let Some(negative) = 0_i64.checked_sub_unsigned(digits.value) {
            return Ok((Number::Negative(negative), at));
        }
    }
    // as many fraction digits do not fit an i64 as do not fit memory
    let fraction_digits = i64::try_from(fraction_digits).unwrap_or(EXPONENT_CAP);
    let too_large = JsonError {
        offset: start,
        reason: "the number is too large for a double",
    };
    if digits.exact {
        if digits.value == 0 && exponent - fraction_digits > LARGEST_EXPONENT {
            return Err(too_large);
        }
        if let Some(double) = exact_double(digits.value, exponent - fraction_digits) {
            return Ok((Number::Double(if minus { -double } else { double }), at));
        }
    }
    let double = str::from_utf8(&text[start..at])
        .ok()
        .and_then(|digits| digits.parse().ok());
    match double.filter(|double: &f64| double.is_finite()) {
        Some(double) => Ok((Number::Double(double), at)),
        None => Err(too_large),
    }
}

/// Reads sign and digits of an exponent.
fn parse_exponent(text: &[u8], mut at: usize) -> Result<(i64, usize), JsonError> {
    let minus = text.get(at) == Some(&b'-');
    if matches!(text.get(at), Some(b'-' | b'+')) {
        at += 1;
    }
    if digit_at(text, at).is_none() {
        return Err(JsonError {
            offset: at,
            reason: "a digit must follow the exponent sign",
        });
    }
    let mut exponent = 0;
    while let Some(digit) = digit_at(text, at) {
        if exponent < EXPONENT_CAP {
            exponent = exponent * 10 + i64::from(digit);
        }
        at += 1;
    }
    Ok((if minus { -exponent } else { exponent }, at))
}

/// `digits` times ten to the `exponent`, where one rounding of exact operands gives it.
fn exact_double(digits: u64, exponent: i64) -> Option<f64> {
    let power = EXACT_POWERS.get(usize::try_from(exponent.unsigned_abs()).ok()?)?;
    if digits > 1 << f64::MANTISSA_DIGITS {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "integers up to 2^53 are exact")]
    let digits = digits as f64;
    Some(if exponent < 0 {
        digits / power
    } else {
        digits * power
    })
}

/// Reads `NaN`, `Inf` or `Infinity`; the sign of a NaN is dropped.
fn named_number(text: &[u8], at: usize, minus: bool) -> Result<(Number, usize), JsonError> {
    let rest = &text[at.min(text.len())..];
    if rest.starts_with(b"NaN") {
        return Ok((Number::Double(f64::NAN), at + 3));
    }
    let infinity = if minus {
        f64::NEG_INFINITY
    } else {
        f64::INFINITY
    };
    if rest.starts_with(b"Infinity") {
        return Ok((Number::Double(infinity), at + 8));
    }
    if rest.starts_with(b"Inf") && rest.get(3) != Some(&b'i') {
        return Ok((Number::Double(infinity), at + 3));
    }
    Err(JsonError {
        offset: at,
        reason: if minus {
            "a digit must follow the minus sign"
        } else {
            "a value is missing"
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<Number> {
        parse_number(text.as_bytes(), 0)
            .ok()
            .filter(|&(_, end)| end == text.len())
            .map(|(n, _)| n)
    }

    #[test]
    fn integers() {
        assert_eq!(number("0"), Some(Number::Unsigned(0)));
        assert_eq!(number("-0"), Some(Number::Unsigned(0)));
        assert_eq!(
            number("18446744073709551615"),
            Some(Number::Unsigned(u64::MAX))
        );
        assert_eq!(
            number("18446744073709551616"),
            Some(Number::Double(18_446_744_073_709_551_616.0))
        );
        assert_eq!(
            number("-9223372036854775808"),
            Some(Number::Negative(i64::MIN))
        );
        assert_eq!(
            number("-9223372036854775809"),
            Some(Number::Double(-9_223_372_036_854_775_808.0))
        );
        let long = format!("1{}", "0".repeat(308));
        assert_eq!(number(&long), Some(Number::Double(1e308)));
        assert_eq!(number(&format!("{long}0")), None);
    }

    #[test]
    fn doubles_are_rounded_correctly() {
        for text in [
            "1.0",
            "-0.0",
            "0.1",
            "1e22",
            "1e23",
            "9007199254740993.0",
            "9007199254740992e1",
            "5e-324",
            "2.4703282292062328e-324",
            "1.7976931348623157e308",
            "17976931348623157e292",
            "0.00001e310",
            "123456789012345678901234567890.5e-7",
            "0.1000000000000000055511151231257827021181583404541015625",
            "1e-400",
            "-1e-99999999999999999999",
            "0e-99999999999999999999",
            "1E+2",
            "1.5E-2",
            "3.141592653589793",
        ] {
            let Some(Number::Double(double)) = number(text) else {
                panic!("{text}")
            };
            assert_eq!(
                double.to_bits(),
                text.parse::<f64>().unwrap().to_bits(),
                "{text}"
            );
        }
    }

    #[test]
    fn names() {
        assert!(matches!(number("NaN"), Some(Number::Double(d)) if d.is_nan()));
        assert!(
            matches!(number("-NaN"), Some(Number::Double(d)) if d.is_nan() && d.is_sign_positive())
        );
        assert_eq!(number("Inf"), Some(Number::Double(f64::INFINITY)));
        assert_eq!(number("-Infinity"), Some(Number::Double(f64::NEG_INFINITY)));
    }

    #[test]
    fn not_numbers() {
        for text in [
            "",
            "-",
            "+1",
            "--1",
            "01",
            "00",
            ".5",
            "1.",
            "1.e5",
            "-.5",
            "1e",
            "1e+",
            "1e-x",
            "1e400",
            "-1e400",
            "1e309",
            "10e308",
            "1.7976931348623159e308",
            "0e400",
            "0e309",
            "0.0e310",
            "1e99999999999999999999",
            "0e462097431906509019562988736854",
            "nan",
            "inf",
            "Infin",
            "-Infinit",
            "0x10",
            "1_000",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(number("0.0e309"), Some(Number::Double(0.0)));
    }
}
