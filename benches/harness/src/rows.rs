//! Rows to be stored.

/// Keys with their values, sorted by key.
pub type Rows<'t> = [(&'t [u8], &'t [u8])];

/// The rows of a text of lines `key<TAB>value`, in the order of the text. A line without a tab is a key without value.
pub fn rows(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| match line.iter().position(|&byte| byte == b'\t') {
            Some(tab) => (&line[..tab], &line[tab + 1..]),
            None => (line, &line[line.len()..]),
        })
}

/// The same, sorted by key.
pub fn sorted(text: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut rows: Vec<_> = rows(text).collect();
    rows.sort_unstable_by_key(|&(key, _)| key);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_by_key() {
        let expected: [(&[u8], &[u8]); 3] = [(b"a", b"x\ty"), (b"a\x01", b""), (b"b", b"1")];
        assert_eq!(sorted(b"b\t1\na\tx\ty\na\x01\n"), expected);
    }
}
