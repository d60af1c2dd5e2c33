//! Folding, unit by unit.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, is_nfc_quick};

use super::rule::{SPELLING, SeparatorInKey, TextRule};
use super::utf8::{Piece, first};

/// Most characters that are normalised together. Text where more of them hang on each other is no language's, and is
/// folded in parts.
const MAX_UNIT: usize = 128;

/// Characters whose folded form is remembered.
const REMEMBERED: usize = 1024;
/// Bytes of the longest folded form of a character that is remembered.
const SHORT: usize = 12;

/// What becomes of a character that stands alone.
#[derive(Clone, Copy, Debug)]
struct Known {
    char: char,
    /// Whether it never melts into what stands before it.
    starts: bool,
    len: u8,
    folded: [u8; SHORT],
}

/// A piece of text that is folded as a whole: what is normalised together, a stray byte, or a run of ASCII, of which
/// each byte is a unit.
pub(super) enum Unit<'f> {
    /// So many ASCII bytes.
    Ascii(usize),
    /// So many bytes of text, and what becomes of them.
    Folded(usize, &'f [u8]),
}

/// Folds text by a rule. Holds memory that is used again, so that folding many texts is faster than by
/// [`TextRule::fold`].
#[derive(Clone, Debug)]
pub struct Folder {
    rule: TextRule,
    known: Vec<Option<Known>>,
    folded: String,
    again: String,
    /// The stray byte, or the character remembered, that was folded last.
    last: Known,
}

impl Folder {
    /// What folds by this rule.
    pub fn new(rule: TextRule) -> Self {
        Folder {
            rule,
            known: Vec::new(),
            folded: String::new(),
            again: String::new(),
            last: Known {
                char: '\0',
                starts: true,
                len: 0,
                folded: [0; SHORT],
            },
        }
    }

    /// Appends text, folded.
    pub fn fold(&mut self, text: &[u8], out: &mut Vec<u8>) {
        let mut at = 0;
        while let Some(unit) = self.next(&text[at..], true) {
            match unit {
                Unit::Ascii(len) => {
                    self.rule.write_ascii(&text[at..at + len], out);
                    at += len;
                }
                Unit::Folded(len, folded) => {
                    out.extend_from_slice(folded);
                    at += len;
                }
            }
        }
    }

    /// Appends the form in which a key is stored, see [`TextRule::stored_key`].
    pub fn write_stored_key(
        &mut self,
        key: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), SeparatorInKey> {
        let start = out.len();
        self.fold(key, out);
        if out[start..].contains(&SPELLING) {
            return Err(SeparatorInKey);
        }
        let same = out[start..] == *key;
        out.push(SPELLING);
        if !same {
            out.extend_from_slice(key);
        }
        Ok(())
    }

    /// The unit at the start of text. Nothing when there is no text, or when what is missing behind it, unless this is
    /// the `last` of it, may belong to the unit.
    pub(super) fn next(&mut self, text: &[u8], last: bool) -> Option<Unit<'_>> {
        let ascii = ascii_len(text);
        if ascii > 0 {
            // the last of them may melt with what follows
            let alone = match first(&text[ascii..]) {
                _ if !self.rule.nfkc => ascii,
                Piece::Nothing if last => ascii,
                Piece::Nothing | Piece::Cut if !last => ascii - 1,
                Piece::Char(char) if !self.known(char).starts => ascii - 1,
                _ => ascii,
            };
            if alone > 0 {
                return Some(Unit::Ascii(alone));
            }
        }
        let (char, mut len) = match first(text) {
            Piece::Nothing => return None,
            Piece::Cut if !last => return None,
            Piece::Stray | Piece::Cut => {
                self.last.folded[0] = text[0];
                return Some(Unit::Folded(1, &self.last.folded[..1]));
            }
            Piece::Char(char) => (char, char.len_utf8()),
        };
        let alone = len;
        if self.rule.nfkc {
            for _ in 1..MAX_UNIT {
                match first(&text[len..]) {
                    Piece::Char(next) if !self.known(next).starts => len += next.len_utf8(),
                    Piece::Nothing | Piece::Cut if !last => return None,
                    _ => break,
                }
            }
        }
        if len == alone {
            self.last = self.known(char);
            if usize::from(self.last.len) <= SHORT {
                let folded = &self.last.folded[..usize::from(self.last.len)];
                return Some(Unit::Folded(len, folded));
            }
        }
        let text = std::str::from_utf8(&text[..len]).unwrap_or_default();
        self.fold_unit(text);
        Some(Unit::Folded(len, self.folded.as_bytes()))
    }

    /// What becomes of a character that stands alone.
    fn known(&mut self, char: char) -> Known {
        if self.known.is_empty() {
            self.known.resize(REMEMBERED, None);
        }
        let at = u32::from(char) as usize % REMEMBERED;
        match self.known[at] {
            Some(known) if known.char == char => known,
            _ => {
                let known = self.look_up(char);
                self.known[at] = Some(known);
                known
            }
        }
    }

    fn look_up(&mut self, char: char) -> Known {
        let mut utf8 = [0; 4];
        self.fold_unit(char.encode_utf8(&mut utf8));
        let text = self.folded.as_bytes();
        let mut folded = [0; SHORT];
        if let Some(short) = folded.get_mut(..text.len()) {
            short.copy_from_slice(text);
        }
        Known {
            char,
            starts: starts(char) && self.folded.chars().next().is_none_or(starts),
            len: u8::try_from(text.len()).unwrap_or(u8::MAX),
            folded,
        }
    }

    /// Folds what is normalised together.
    fn fold_unit(&mut self, text: &str) {
        let Folder {
            rule,
            folded,
            again,
            ..
        } = self;
        folded.clear();
        match (rule.fold_case, rule.nfkc) {
            (false, false) => folded.push_str(text),
            (true, false) => folded.extend(text.chars().default_case_fold()),
            (false, true) => folded.extend(text.nfkc()),
            (true, true) => {
                folded.extend(text.nfd().default_case_fold().nfkc());
                loop {
                    again.clear();
                    again.extend(folded.chars().default_case_fold().nfkc());
                    if again == folded {
                        break;
                    }
                    std::mem::swap(folded, again);
                }
            }
        }
    }
}

impl TextRule {
    /// Appends ASCII text, folded.
    pub(super) fn write_ascii(self, text: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(text);
        if self.fold_case {
            out[start..].make_ascii_lowercase();
        }
    }
}

/// Bytes of ASCII at the start of text.
fn ascii_len(text: &[u8]) -> usize {
    let (words, _) = text.as_chunks::<16>();
    let whole = words.iter().take_while(|word| word.is_ascii()).count() * 16;
    whole
        + text[whole..]
            .iter()
            .take_while(|byte| byte.is_ascii())
            .count()
}

/// Whether a character never melts into what stands before it, decomposed or as it is.
fn starts(char: char) -> bool {
    let mut first = None;
    decompose_compatible(char, |part| {
        first.get_or_insert(part);
    });
    let alone = |char: char| {
        canonical_combining_class(char) == 0
            && is_nfc_quick(std::iter::once(char)) != IsNormalized::Maybe
    };
    alone(char) && first.is_none_or(alone)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOTH: TextRule = TextRule {
        fold_case: true,
        nfkc: true,
    };
    const RULES: [TextRule; 4] = [
        TextRule {
            fold_case: false,
            nfkc: false,
        },
        TextRule {
            fold_case: true,
            nfkc: false,
        },
        TextRule {
            fold_case: false,
            nfkc: true,
        },
        BOTH,
    ];

    /// The rule as its definition says, over a text as a whole.
    fn defined(rule: TextRule, text: &str) -> String {
        match (rule.fold_case, rule.nfkc) {
            (false, false) => text.to_owned(),
            (true, false) => caseless::default_case_fold_str(text),
            (false, true) => text.nfkc().collect(),
            (true, true) => {
                let mut folded: String = text.nfd().collect();
                loop {
                    let again = folded.chars().default_case_fold().nfkc().collect();
                    if again == folded {
                        return folded;
                    }
                    folded = again;
                }
            }
        }
    }

    #[test]
    fn every_character_alone_between_and_twice() {
        for rule in RULES {
            let mut folder = Folder::new(rule);
            let mut out = Vec::new();
            for char in '\0'..=char::MAX {
                let text = format!("E{char}\u{301}{char}a");
                out.clear();
                folder.fold(text.as_bytes(), &mut out);
                assert_eq!(
                    String::from_utf8_lossy(&out),
                    defined(rule, &text),
                    "{rule}: {char:?}"
                );
                let once = out.clone();
                out.clear();
                folder.fold(&once, &mut out);
                assert!(out == once, "{rule}: {char:?} is folded twice");
            }
        }
    }

    /// Characters that melt with others: marks, jamo, kana, and letters that fold to several.
    fn melting() -> impl Strategy<Value = char> {
        let chars = "aE\u{C5}\u{DF}\u{FB01}\u{130}\u{131}\u{300}\u{301}\u{315}\u{345}\u{323}\u{5B0}\u{1100}\u{1161}\u{11A8}\u{AC00}\u{FF8A}\u{FF9F}\u{FF9E}\u{30A1}\u{3099}\u{391}\u{390}\u{1FB3}\u{3A3}\u{3C2}\u{17F}\u{FB1D}\u{1E0A}\u{F71}\u{F72}\u{F80}\u{3396}\u{1C5}\u{1E9E}\u{1100}\u{FFC2}";
        prop::sample::select(chars.chars().collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn units_make_up_the_whole(chars in prop::collection::vec(melting(), 0..12)) {
            let text: String = chars.into_iter().collect();
            for rule in RULES {
                let folded = rule.fold(text.as_bytes());
                prop_assert_eq!(String::from_utf8_lossy(&folded), defined(rule, &text));
                prop_assert_eq!(&rule.fold(&folded), &folded);
            }
        }

        #[test]
        fn a_cut_text_gives_the_same_units(chars in prop::collection::vec(melting(), 0..12), cut in 0..40usize) {
            let text: String = chars.into_iter().collect();
            let cut = cut.min(text.len());
            for rule in RULES {
                let mut folder = Folder::new(rule);
                let mut out = Vec::new();
                let mut at = 0;
                while let Some(unit) = folder.next(&text.as_bytes()[at..cut], false) {
                    match unit {
                        Unit::Ascii(len) => {
                            rule.write_ascii(&text.as_bytes()[at..at + len], &mut out);
                            at += len;
                        }
                        Unit::Folded(len, folded) => {
                            out.extend_from_slice(folded);
                            at += len;
                        }
                    }
                }
                folder.fold(&text.as_bytes()[at..], &mut out);
                prop_assert_eq!(out, rule.fold(text.as_bytes()));
            }
        }
    }

    #[test]
    fn stray_bytes_stand_for_themselves() {
        let fold = |text: &[u8]| BOTH.fold(text);
        assert_eq!(fold(b"A\xFFB\xE2\x82C\xCC"), b"a\xFFb\xE2\x82c\xCC");
        // a mark behind a stray byte has nothing to melt with
        assert_eq!(fold(b"A\xFF\xCC\x81"), b"a\xFF\xCC\x81");
    }

    #[test]
    fn endless_marks_are_folded_in_parts() {
        let text = format!("E{}", "\u{301}".repeat(10_000));
        assert!(BOTH.fold(text.as_bytes()).starts_with("é".as_bytes()));
    }
}
