//! A range of keys: from, to, and what they start with.

/// Keys from `from` on, below `to`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeyRange {
    pub(crate) from: Vec<u8>,
    /// Nothing: no end.
    pub(crate) to: Option<Vec<u8>>,
}

impl KeyRange {
    /// The keys that start with `prefix` and lie within the bounds.
    pub(crate) fn new(prefix: &[u8], from: &[u8], to: Option<&[u8]>) -> Self {
        let behind_prefix = successor(prefix);
        let to = match (to, behind_prefix) {
            (Some(to), Some(behind)) => Some(behind.min(to.to_vec())),
            (to, behind) => to.map(<[u8]>::to_vec).or(behind),
        };
        KeyRange {
            from: prefix.max(from).to_vec(),
            to,
        }
    }
}

/// The least key above all that start with `prefix`; nothing if there is none.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|&byte| byte < u8::MAX)?;
    let mut above = prefix[..=last].to_vec();
    above[last] += 1;
    Some(above)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_what_its_parts_allow() {
        let keys: Vec<Vec<u8>> = [
            &b"a"[..],
            b"ab",
            b"ab\xFF",
            b"abc",
            b"ac",
            b"b",
            b"\xFF",
            b"\xFF\xFF",
            b"\xFF\xFF1",
        ]
        .map(<[u8]>::to_vec)
        .to_vec();
        let bounds: Vec<&[u8]> = keys.iter().map(|key| &key[..]).chain([&b""[..]]).collect();
        for prefix in &bounds {
            for from in &bounds {
                for to in bounds.iter().map(|to| Some(*to)).chain([None]) {
                    let range = KeyRange::new(prefix, from, to);
                    for key in &keys {
                        let expected = key.starts_with(prefix)
                            && &key[..] >= *from
                            && to.is_none_or(|to| &key[..] < to);
                        let found =
                            *key >= range.from && range.to.as_ref().is_none_or(|to| key < to);
                        assert_eq!(found, expected, "{key:?} {prefix:?} {from:?} {to:?}");
                    }
                }
            }
        }
    }
}
