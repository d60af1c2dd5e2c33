//! A checksum over what an engine found.

/// CRC-32 over pieces of bytes, each followed by its length as 8 bytes, little-endian.
#[derive(Clone, Debug, Default)]
pub struct Checksum(crc32fast::Hasher);

impl Checksum {
    /// Adds a piece.
    pub fn add(&mut self, piece: &[u8]) {
        self.0.update(piece);
        self.0.update(&(piece.len() as u64).to_le_bytes());
    }

    /// Adds the text of a value, its numbers written in one way: engines print `145.0` or `145`, and with more or fewer digits
    /// than a number needs. Digits within strings are taken for numbers too.
    pub fn add_text(&mut self, text: &[u8]) {
        let mut uniform = Vec::with_capacity(2 * text.len());
        let mut rest = text;
        while let Some(&byte) = rest.first() {
            let number = number_at(rest);
            if let Some(value) = number.and_then(|number| number.parse::<f64>().ok()) {
                uniform.extend(format!("{value:.DIGITS$e}").bytes());
                rest = &rest[number.map_or(0, str::len)..];
            } else {
                uniform.push(byte);
                rest = &rest[1..];
            }
        }
        self.add(&uniform);
    }

    /// As 8 hexadecimal digits.
    pub fn text(self) -> String {
        format!("{:08x}", self.0.finalize())
    }
}

/// Digits of a number behind the point: fewer than a double has, so that its last ones do not count.
const DIGITS: usize = 9;

/// The longest number that a text starts with: `-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?`.
fn number_at(text: &[u8]) -> Option<&str> {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count > 0).then_some(from + count)
    };
    let is = |at: usize, any: &[u8]| text.get(at).is_some_and(|byte| any.contains(byte));
    let mut end = digits(usize::from(is(0, b"-")))?;
    if is(end, b".") {
        end = digits(end + 1).unwrap_or(end);
    }
    if is(end, b"eE") {
        end = digits(end + 1 + usize::from(is(end + 1, b"+-"))).unwrap_or(end);
    }
    str::from_utf8(&text[..end]).ok()
}

#[cfg(test)]
mod tests {
    use super::Checksum;

    #[test]
    fn where_a_piece_ends_counts() {
        let of = |pieces: &[&[u8]]| {
            let mut checksum = Checksum::default();
            for piece in pieces {
                checksum.add(piece);
            }
            checksum.text()
        };
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_eq!(of(&[]), "00000000");
    }

    #[test]
    fn numbers_count_and_not_how_they_are_written() {
        let of = |text: &str| {
            let mut checksum = Checksum::default();
            checksum.add_text(text.as_bytes());
            checksum.text()
        };
        for (one, other) in [
            ("[145.0,-2]", "[145,-2.0]"),
            ("[18.936889999999998]", "[18.93689]"),
            ("1e3", "1000"),
        ] {
            assert_eq!(of(one), of(other));
        }
        for (one, other) in [("1.", "1"), ("-", ""), ("1.5", "1.50001"), ("x1", "y1")] {
            assert_ne!(of(one), of(other));
        }
        // what engines/python.py gives
        assert_eq!(of(r#"{"lat":-37.8,"lon":145.0,"name":"x2e"}"#), "f1c70b22");
    }
}
