//! What the queries should find, in the plainest way.

/// The characters of a string; each byte that is not part of valid UTF-8 is one of its own.
pub(super) fn characters(bytes: &[u8]) -> Vec<u32> {
    bytes
        .utf8_chunks()
        .flat_map(|chunk| {
            let strays = chunk
                .invalid()
                .iter()
                .map(|&byte| 0x0011_0000 + u32::from(byte));
            chunk.valid().chars().map(u32::from).chain(strays)
        })
        .collect()
}

/// The optimal string alignment distance.
pub(super) fn distance(one: &[u32], other: &[u32]) -> u32 {
    last_row(one, other)[other.len()]
}

/// The distances of `one` to each start of `other`.
pub(super) fn last_row(one: &[u32], other: &[u32]) -> Vec<u32> {
    let width = other.len() + 1;
    let mut rows = vec![(0u32..).take(width).collect::<Vec<_>>()];
    for i in 1..=one.len() {
        let mut row = vec![rows[i - 1][0] + 1];
        for j in 1..width {
            let replaced = rows[i - 1][j - 1] + u32::from(one[i - 1] != other[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows.pop().unwrap()
}

#[test]
fn distances() {
    let between = |one: &str, other: &str| {
        distance(&characters(one.as_bytes()), &characters(other.as_bytes()))
    };
    assert_eq!(between("", "abc"), 3);
    assert_eq!(between("ab", "ba"), 1);
    assert_eq!(between("ca", "abc"), 3);
    assert_eq!(between("größe", "grösse"), 2);
}
