//! Sizes in bytes, from text and to text.

const UNITS: [(&str, u64); 13] = [
    ("", 1),
    ("B", 1),
    ("K", 1 << 10),
    ("KB", 1_000),
    ("KIB", 1 << 10),
    ("M", 1 << 20),
    ("MB", 1_000_000),
    ("MIB", 1 << 20),
    ("G", 1 << 30),
    ("GB", 1_000_000_000),
    ("GIB", 1 << 30),
    ("TB", 1_000_000_000_000),
    ("TIB", 1 << 40),
];

/// Reads a size such as `64MiB`, `500MB` or `1073741824`.
pub(crate) fn parse(text: &str) -> Result<usize, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_uppercase();
    let factor = UNITS
        .iter()
        .find_map(|&(name, factor)| (name == unit).then_some(factor));
    number
        .parse::<u64>()
        .ok()
        .zip(factor)
        .and_then(|(number, factor)| number.checked_mul(factor))
        .and_then(|bytes| usize::try_from(bytes).ok())
        .ok_or_else(|| "a size is a number with B, kB, MB, GB, TB, KiB, MiB, GiB or TiB".to_owned())
}

/// A size for people: three digits and a unit.
pub(crate) fn human(bytes: u64) -> String {
    let mut unit = "B";
    let mut scaled = approximate(bytes);
    for larger in ["KiB", "MiB", "GiB", "TiB"] {
        if scaled < 1000.0 {
            break;
        }
        scaled /= 1024.0;
        unit = larger;
    }
    let decimals = match scaled {
        _ if unit == "B" => 0,
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{scaled:.decimals$} {unit}")
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn approximate(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        for (text, bytes) in [
            ("64MiB", 64 << 20),
            ("1 GiB", 1 << 30),
            ("500MB", 500_000_000),
            ("17", 17),
            ("2k", 2048),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        for text in [
            "",
            "MiB",
            "-1",
            "1.5GiB",
            "1XB",
            "99999999999999999999",
            "99999999999TiB",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_shown() {
        assert_eq!(human(999), "999 B");
        assert_eq!(human(1 << 20), "1.00 MiB");
        assert_eq!(human(16_000_000), "15.3 MiB");
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
