//! One JSON string, from its text to its characters.

use super::JsonError;

/// Appends the characters of the JSON string whose opening quote stands at `at` to `out`, escapes
/// resolved; returns the offset behind its closing quote. On error `out` is left as it was.
pub fn json_string(text: &[u8], at: usize, out: &mut Vec<u8>) -> Result<usize, JsonError> {
    if text.get(at) != Some(&b'"') {
        return Err(JsonError {
            offset: at.min(text.len()),
            reason: "a string is missing",
        });
    }
    let start = out.len();
    let parsed = parse_string(text, at + 1, |piece| out.extend_from_slice(piece));
    if parsed.is_err() {
        out.truncate(start);
    }
    parsed
}

/// Returns the offset of the first byte from `at` on that ends a plain run in a string: a quote, a
/// backslash, a control byte, or the end of the text.
pub(in crate::value) fn plain_run(text: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGH: u64 = ONES << 7;
    // eight bytes at a time: the lowest byte found is right, borrows only disturb bytes above it
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * u64::from(b'"'));
        let backslash = word ^ (ONES * u64::from(b'\\'));
        let found = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        if found & HIGH != 0 {
            return at + usize::try_from((found & HIGH).trailing_zeros() / 8).unwrap_or(0);
        }
        at += 8;
    }
    while text
        .get(at)
        .is_some_and(|&byte| byte != b'"' && byte != b'\\' && byte >= 0x20)
    {
        at += 1;
    }
    at
}

/// Parses the characters of a string from `at`, behind its opening quote, and hands them to
/// `take` in pieces; returns the offset behind its closing quote.
pub(super) fn parse_string(
    text: &[u8],
    mut at: usize,
    mut take: impl FnMut(&[u8]),
) -> Result<usize, JsonError> {
    loop {
        let end = plain_run(text, at);
        take(&text[at..end]);
        match text.get(end) {
            Some(b'"') => return Ok(end + 1),
            Some(b'\\') => at = parse_escape(text, end, &mut take)?,
            Some(_) => {
                return Err(JsonError {
                    offset: end,
                    reason: "a raw control byte in a string",
                });
            }
            None => {
                return Err(JsonError {
                    offset: end,
                    reason: "the string has no end",
                });
            }
        }
    }
}

/// Parses the escape whose backslash stands at `at`; returns the offset behind it.
fn parse_escape(text: &[u8], at: usize, take: &mut impl FnMut(&[u8])) -> Result<usize, JsonError> {
    let character = match text.get(at + 1) {
        Some(&byte @ (b'"' | b'\\' | b'/')) => byte,
        Some(b'b') => 0x08,
        Some(b'f') => 0x0C,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'u') => return parse_code_point(text, at, take),
        _ => {
            return Err(JsonError {
                offset: at,
                reason: "no such escape",
            });
        }
    };
    take(&[character]);
    Ok(at + 2)
}

/// Parses the escape `\uXXXX` at `at`, or a surrogate pair of two.
fn parse_code_point(
    text: &[u8],
    at: usize,
    take: &mut impl FnMut(&[u8]),
) -> Result<usize, JsonError> {
    let mut code = hex_4(text, at + 2)?;
    let mut end = at + 6;
    if (0xD800..0xDC00).contains(&code) && text[end..].starts_with(b"\\u") {
        let low = hex_4(text, end + 2)?;
        if (0xDC00..0xE000).contains(&low) {
            code = 0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            end += 6;
        }
    }
    match char::from_u32(code) {
        Some(character) => take(character.encode_utf8(&mut [0; 4]).as_bytes()),
        None => {
            return Err(JsonError {
                offset: at,
                reason: "half of a surrogate pair",
            });
        }
    }
    Ok(end)
}

/// The value of the four hexadecimal digits at `at`.
fn hex_4(text: &[u8], at: usize) -> Result<u32, JsonError> {
    (at..at + 4).try_fold(0, |code, at| {
        let digit = text.get(at).and_then(|&byte| char::from(byte).to_digit(16));
        let missing = JsonError {
            offset: at.min(text.len()),
            reason: "four hexadecimal digits must follow \\u",
        };
        digit.map(|digit| code << 4 | digit).ok_or(missing)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Result<Vec<u8>, JsonError> {
        let mut out = Vec::new();
        json_string(text.as_bytes(), 0, &mut out).map(|end| {
            assert_eq!(end, text.len());
            out
        })
    }

    #[test]
    fn escapes() {
        assert_eq!(
            decoded(r#""a\"\\\/\b\f\n\r\tz""#).unwrap(),
            b"a\"\\/\x08\x0C\n\r\tz"
        );
        assert_eq!(
            decoded(r#""\u0041\u00e9\u20AC\u0000""#).unwrap(),
            "A\u{e9}\u{20ac}\0".as_bytes()
        );
        assert_eq!(
            decoded(r#""\ud83d\uDE00\uffff""#).unwrap(),
            "\u{1f600}\u{ffff}".as_bytes()
        );
        for text in [
            r#""\ud800""#,
            r#""\ud800\""#,
            r#""\ud800\u""#,
            r#""\ud800x""#,
            r#""\ud800\u0041""#,
            r#""\ud800\ud800""#,
            r#""\udc00""#,
            r#""\u12G4""#,
            r#""\u12""#,
            r#""\u+123""#,
            r#""\x41""#,
            r#""\"#,
            r#""\""#,
            "\"\t\"",
            "\"\0\"",
            "\"abc",
            "",
            "a",
        ] {
            assert!(decoded(text).is_err(), "{text}");
        }
    }

    #[test]
    fn errors_keep_the_output_and_offsets_beyond_the_end_are_errors() {
        let mut out = b"kept".to_vec();
        assert_eq!(
            json_string(b"\"abcdefghij\x01\"", 0, &mut out)
                .unwrap_err()
                .offset,
            11
        );
        assert_eq!(json_string(b"\"\"", 9, &mut out).unwrap_err().offset, 2);
        assert_eq!(json_string(b"x\"\"y", 1, &mut out), Ok(3));
        assert_eq!(out, b"kept");
    }

    #[test]
    fn plain_runs_end_at_the_first_special_byte() {
        for length in 0..20 {
            for special in [b'"', b'\\', 0x00, 0x1F] {
                for plain in [b' ', b'!', b'#', b'[', b']', 0x7F, 0x80, 0xA2, 0xDC, 0xFF] {
                    let mut text = vec![plain; length];
                    assert_eq!(plain_run(&text, 0), length);
                    text.extend([special, plain, special]);
                    assert_eq!(plain_run(&text, 0), length, "{special} {plain}");
                }
            }
        }
    }
}
