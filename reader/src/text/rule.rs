//! The rule by which keys and text are folded alike.

use std::fmt;
use std::str::FromStr;

use super::folder::Folder;

/// Stands in a stored key between the folded key and its original spelling.
pub const SPELLING: u8 = 0x1B;

/// How text is folded before it is compared with keys. A file tells the rule its keys were folded by.
///
/// - `fold_case`: full case folding of Unicode (`CaseFolding.txt`, C and F): `ß` and `SS` both become `ss`;
/// - `nfkc`: normalisation form KC: `ﬁ` becomes `fi`, and `e` with a combining acute becomes `é`;
/// - both: NFD first, so that marks stand in their order, then case folding and NFKC in turn until nothing changes.
///
/// Folding what is folded changes nothing. Bytes that are not UTF-8 stand for themselves.
///
/// ```
/// use keyfold_reader::TextRule;
///
/// let rule = TextRule { fold_case: true, nfkc: true };
/// assert_eq!(rule.fold("Ｓtraße".as_bytes()), b"strasse");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextRule {
    /// Whether case is folded.
    pub fold_case: bool,
    /// Whether text is normalised.
    pub nfkc: bool,
}

/// A folded key holds the byte that parts it from its spelling, so that it cannot be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key has a byte 0x1B, which parts folded keys from their spelling")]
pub struct SeparatorInKey;

impl TextRule {
    /// Whether the rule leaves text as it is.
    pub fn is_none(self) -> bool {
        self == TextRule::default()
    }

    /// Text folded.
    pub fn fold(self, text: &[u8]) -> Vec<u8> {
        let mut folded = Vec::with_capacity(text.len());
        Folder::new(self).fold(text, &mut folded);
        folded
    }

    /// The form in which a key is stored in files of this rule: the folded key, [`SPELLING`], and the key as it is unless that
    /// is what it is folded to.
    pub fn stored_key(self, key: &[u8]) -> Result<Vec<u8>, SeparatorInKey> {
        let mut stored = Vec::new();
        Folder::new(self).write_stored_key(key, &mut stored)?;
        Ok(stored)
    }

    /// The key as it was given, of a stored one. Nothing where that is not the form of a stored key.
    pub fn spelling(stored: &[u8]) -> Option<&[u8]> {
        let at = stored.iter().position(|&byte| byte == SPELLING)?;
        let (folded, spelling) = (&stored[..at], &stored[at + 1..]);
        Some(if spelling.is_empty() {
            folded
        } else {
            spelling
        })
    }
}

impl fmt::Display for TextRule {
    /// The form in headers: names joined by commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.fold_case, self.nfkc) {
            (false, false) => "none",
            (true, false) => "fold-case",
            (false, true) => "nfkc",
            (true, true) => "fold-case,nfkc",
        })
    }
}

impl FromStr for TextRule {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rules = [(false, false), (true, false), (false, true), (true, true)];
        let mut rules = rules
            .map(|(fold_case, nfkc)| TextRule { fold_case, nfkc })
            .into_iter();
        rules
            .find(|rule| rule.to_string() == text)
            .ok_or("the text rule is none of fold-case, nfkc, both joined by a comma")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_keys() {
        let rule = TextRule {
            fold_case: true,
            nfkc: false,
        };
        let stored = |key: &str| rule.stored_key(key.as_bytes());
        assert_eq!(stored("Oslo").unwrap(), b"oslo\x1BOslo");
        assert_eq!(stored("oslo").unwrap(), b"oslo\x1B");
        assert_eq!(stored("a\x1Bb"), Err(SeparatorInKey));
        for key in ["Oslo", "oslo", "ß", "\u{130}"] {
            let stored = stored(key).unwrap();
            assert_eq!(TextRule::spelling(&stored), Some(key.as_bytes()));
        }
        assert_eq!(TextRule::spelling(b"plain"), None);
    }

    #[test]
    fn names() {
        for name in ["none", "fold-case", "nfkc", "fold-case,nfkc"] {
            assert_eq!(name.parse::<TextRule>().unwrap().to_string(), name);
        }
        assert!("nfkc,fold-case".parse::<TextRule>().is_err());
    }
}
