//! Text for terminals.

/// Appends text such that nothing in it moves a terminal's cursor.
pub(crate) fn escape(text: &[u8], out: &mut Vec<u8>) {
    for chunk in text.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '\n' => out.extend_from_slice(b"\\n"),
                '\t' => out.extend_from_slice(b"\\t"),
                '\r' => out.extend_from_slice(b"\\r"),
                char if char.is_control() => {
                    out.extend_from_slice(format!("\\x{:02x}", u32::from(char)).as_bytes());
                }
                char => put_char(char, out),
            }
        }
        for byte in chunk.invalid() {
            out.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
        }
    }
}

/// The same for JSON, which stays JSON.
pub(crate) fn escape_json(text: &[u8], out: &mut Vec<u8>) {
    for char in String::from_utf8_lossy(text).chars() {
        if char.is_control() {
            out.extend_from_slice(format!("\\u{:04x}", u32::from(char)).as_bytes());
        } else {
            put_char(char, out);
        }
    }
}

fn put_char(char: char, out: &mut Vec<u8>) {
    out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_driven() {
        let mut out = Vec::new();
        escape("a\x1b[2J\u{9b}ü\t\n".as_bytes(), &mut out);
        escape(b"\xFFb", &mut out);
        assert_eq!(out, "a\\x1b[2J\\x9bü\\t\\n\\xffb".as_bytes());
        out.clear();
        escape_json("{\"a\":\"\u{7f}ü\"}".as_bytes(), &mut out);
        assert_eq!(out, "{\"a\":\"\\u007fü\"}".as_bytes());
    }
}
