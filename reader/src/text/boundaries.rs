//! Where in a text a match may start and end.

use std::str::FromStr;

use unicode_segmentation::UnicodeSegmentation;

use super::utf8::{floor, inside};

/// Where in a text a match may start and end. Whatever is chosen, a match consists of whole characters; a byte that
/// is not part of UTF-8 is a character of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Boundaries {
    /// At word boundaries as Unicode has them (UAX 29). Both sides of a stray byte are such.
    #[default]
    Words,
    /// keyvi's rule: a match starts at the start of the text or behind a space, and ends before a space or at the end of the
    /// text. A space that is the first byte of the text does not count as one, as in keyvi 0.7.7.
    Spaces,
    /// Anywhere.
    None,
}

impl FromStr for Boundaries {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "words" => Ok(Boundaries::Words),
            "spaces" => Ok(Boundaries::Spaces),
            "none" => Ok(Boundaries::None),
            _ => Err(format!("{name:?} is none of words, spaces, none")),
        }
    }
}

/// What an ASCII byte is to word boundaries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    /// Joins letters and digits on both sides.
    Low,
    /// Joins two letters.
    MidLetter,
    /// Joins two digits.
    MidNumber,
    /// Joins two letters, or two digits.
    Mid,
    Space,
    Return,
    /// Ends lines.
    Feed,
    Other,
    NotAscii,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::NotAscii; 256];
    let mut byte = 0u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'_' => Class::Low,
            b':' => Class::MidLetter,
            b',' | b';' => Class::MidNumber,
            b'.' | b'\'' => Class::Mid,
            b' ' => Class::Space,
            b'\r' => Class::Return,
            b'\n' | 0x0B | 0x0C => Class::Feed,
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

/// What a glance at a few bytes says.
enum Glance {
    Known(bool),
    /// More text is needed.
    Missing,
    /// The text has to be parted into words.
    Unclear,
}

/// Bytes that are parted into words at a time.
const STRETCH: usize = 256;
/// A longer word is no language's, and is not waited for to end.
pub(super) const LONGEST_WORD: usize = 1 << 16;

/// Knows the boundaries of a text. Positions are best asked for in ascending order.
#[derive(Clone, Debug, Default)]
pub(super) struct Bounds {
    /// Where the text that was parted last starts and ends, at boundaries.
    start: usize,
    end: usize,
    /// The boundaries between.
    between: Vec<usize>,
}

impl Bounds {
    /// Whether a match may start at `at`, which `skipped` bytes of text before `text` stand before. Nothing where the text
    /// that follows decides, unless this is the `last` of it.
    #[inline]
    pub(super) fn starts(
        &mut self,
        boundaries: Boundaries,
        text: &[u8],
        at: usize,
        skipped: u64,
        last: bool,
    ) -> Option<bool> {
        match boundaries {
            Boundaries::Words => self.is_word_bound(text, at, last),
            Boundaries::Spaces => Some(match at as u64 + skipped {
                0 => true,
                1 => false,
                _ => at > 0 && text[at - 1] == b' ',
            }),
            Boundaries::None => inside(text, at)
                .or(last.then_some(false))
                .map(|inside| !inside),
        }
    }

    /// Whether a match may end at `at`.
    #[inline]
    pub(super) fn ends(
        &mut self,
        boundaries: Boundaries,
        text: &[u8],
        at: usize,
        last: bool,
    ) -> Option<bool> {
        match boundaries {
            Boundaries::Words => self.is_word_bound(text, at, last),
            Boundaries::Spaces => match text.get(at) {
                Some(&byte) => Some(byte == b' '),
                None => last.then_some(true),
            },
            Boundaries::None if at == text.len() && !last => None,
            Boundaries::None => inside(text, at)
                .or(last.then_some(false))
                .map(|inside| !inside),
        }
    }

    /// Forgets the first `bytes` of the text, which are gone.
    pub(super) fn shift(&mut self, bytes: usize) {
        if self.start < bytes {
            *self = Bounds::default();
            return;
        }
        self.start -= bytes;
        self.end -= bytes;
        self.between.iter_mut().for_each(|at| *at -= bytes);
    }

    /// From where on text is needed to tell the boundaries from `at` on.
    pub(super) fn keep_from(&mut self, boundaries: Boundaries, text: &[u8], at: usize) -> usize {
        match boundaries {
            Boundaries::None => at.saturating_sub(3),
            Boundaries::Spaces => at.saturating_sub(1),
            Boundaries::Words => {
                let safe = self.safe_before(text, at);
                if at - safe <= LONGEST_WORD {
                    return safe;
                }
                // no more than that is kept of what has no boundary that can be seen from outside
                let near = at - LONGEST_WORD / 2;
                self.part(text, near, true);
                self.between
                    .iter()
                    .copied()
                    .chain([self.end])
                    .rfind(|&bound| bound <= at)
                    .unwrap_or(near)
            }
        }
    }

    /// A boundary at or before `at`, from which on words can be told without the text before it: the last one known, or one
    /// close by.
    pub(super) fn safe_before(&self, text: &[u8], at: usize) -> usize {
        let floor = if self.end <= at {
            self.end
        } else if self.start <= at {
            self.start
        } else {
            0
        };
        (floor + 1..=at)
            .rev()
            .find(|&at| is_safe(text, at))
            .unwrap_or(floor)
    }

    #[inline]
    fn is_word_bound(&mut self, text: &[u8], at: usize, last: bool) -> Option<bool> {
        match glance(text, at, last) {
            Glance::Known(known) => Some(known),
            Glance::Missing => None,
            Glance::Unclear => self.look(text, at, last),
        }
    }

    /// Parts the text around `at` into words, unless that was done before.
    #[inline(never)]
    fn look(&mut self, text: &[u8], at: usize, last: bool) -> Option<bool> {
        if is_safe(text, at) {
            return Some(true);
        }
        if self.start == self.end || !(self.start..=self.end).contains(&at) {
            self.part(text, at, last)?;
        }
        Some(at == self.start || at == self.end || self.between.binary_search(&at).is_ok())
    }

    /// Parts the text from a boundary before `at` to one behind it, or at it. Nothing where the end of the text comes before that.
    fn part(&mut self, text: &[u8], at: usize, last: bool) -> Option<()> {
        let start = self.safe_before(text, at);
        let mut reach = STRETCH;
        loop {
            let aim = (at + reach).min(text.len());
            let safe = (at + 1..=aim).rev().find(|&at| is_safe(text, at));
            let enough = last || reach > LONGEST_WORD;
            let (end, sure) = match safe {
                Some(end) => (end, true),
                None if aim == text.len() && enough => (aim, true),
                None => (floor(text, aim), false),
            };
            self.start = start;
            self.between.clear();
            part_into_words(&text[start..end], start, &mut self.between);
            if sure {
                self.end = end;
                return Some(());
            }
            // what stands before the last two words does not depend on what follows
            self.between.pop();
            if let Some(end) = self.between.pop().filter(|&end| end >= at) {
                self.end = end;
                return Some(());
            }
            *self = Bounds::default();
            if aim == text.len() {
                return None;
            }
            reach *= 2;
        }
    }
}

/// Adds the boundaries within a text that stands at `start`.
fn part_into_words(text: &[u8], start: usize, between: &mut Vec<usize>) {
    let mut at = start;
    for chunk in text.utf8_chunks() {
        let words = chunk.valid().split_word_bound_indices();
        between.extend(words.map(|(word, _)| at + word).filter(|&at| at > start));
        at += chunk.valid().len();
        between.extend((at..at + chunk.invalid().len()).filter(|&at| at > start));
        at += chunk.invalid().len();
    }
}

/// Whether there is a boundary at `at`, which neither end of the text is, by a few bytes around it.
#[inline]
fn is_safe(text: &[u8], at: usize) -> bool {
    if at == 0 || at >= text.len() {
        return false;
    }
    if CLASSES[usize::from(text[at])] == Class::Space && !text[at - 1].is_ascii() {
        return !ends_in_space_or_mark(&text[..at]);
    }
    matches!(glance(text, at, false), Glance::Known(true))
}

/// Whether text may end in a space that a space joins: U+1680, U+2000 to U+200A, U+205F, U+3000; or in a mark or part of a
/// character, which takes its nature from before it.
fn ends_in_space_or_mark(text: &[u8]) -> bool {
    let Some(char) = text
        .last_chunk::<3>()
        .map_or(text, |chunk| chunk)
        .utf8_chunks()
        .last()
    else {
        return true;
    };
    let last = char
        .valid()
        .chars()
        .next_back()
        .filter(|_| char.invalid().is_empty());
    !last.is_some_and(char::is_alphanumeric)
}

/// What the bytes around `at` say, as far as they are ASCII.
#[inline]
fn glance(text: &[u8], at: usize, last: bool) -> Glance {
    use Class::{Digit, Feed, Letter, Low, Mid, MidLetter, MidNumber, NotAscii, Return, Space};
    if at == 0 {
        return Glance::Known(true);
    }
    let Some(&next) = text.get(at) else {
        return if last {
            Glance::Known(true)
        } else {
            Glance::Missing
        };
    };
    let class = |byte: u8| CLASSES[usize::from(byte)];
    let (before, after) = (class(text[at - 1]), class(next));
    // whether a letter or digit stands beyond what may join two of them
    let beyond = |wanted: Class, byte: Option<&u8>, end: Glance| match byte.map(|&byte| class(byte))
    {
        None => end,
        Some(NotAscii) => Glance::Unclear,
        Some(class) => Glance::Known(class != wanted),
    };
    let behind = || text.get(at + 1);
    let end = if last {
        Glance::Known(true)
    } else {
        Glance::Missing
    };
    match (before, after) {
        (NotAscii, _) | (_, NotAscii) => Glance::Unclear,
        (Letter | Digit | Low, Letter | Digit | Low) | (Space, Space) => Glance::Known(false),
        (Return, Feed) => Glance::Known(next != b'\n'),
        (Letter, MidLetter | Mid) => beyond(Letter, behind(), end),
        (Digit, MidNumber | Mid) => beyond(Digit, behind(), end),
        (MidLetter | Mid, Letter) => beyond(
            Letter,
            at.checked_sub(2).and_then(|at| text.get(at)),
            Glance::Known(true),
        ),
        (MidNumber | Mid, Digit) => beyond(
            Digit,
            at.checked_sub(2).and_then(|at| text.get(at)),
            Glance::Known(true),
        ),
        _ => Glance::Known(true),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &[u8]) -> Vec<usize> {
        let mut between = vec![0];
        part_into_words(text, 0, &mut between);
        if !text.is_empty() {
            between.push(text.len());
        }
        between
    }

    #[test]
    fn ascii_is_as_unicode_says() {
        let bytes = b"aZ09_:,;.' \r\n\x0B\x0C\"-\x00\x7F\t";
        for a in bytes {
            for b in bytes {
                for c in bytes {
                    for d in bytes {
                        let text = [*a, *b, *c, *d];
                        let wanted = words(&text);
                        for at in 0..=4 {
                            let known = matches!(glance(&text, at, true), Glance::Known(true));
                            assert_eq!(known, wanted.contains(&at), "{text:?} {at}");
                        }
                    }
                }
            }
        }
        // each byte is of the class it is said to be
        for byte in 0..128u8 {
            for other in bytes {
                for text in [
                    [byte, *other, b'a'],
                    [*other, byte, b'a'],
                    [b'a', byte, *other],
                    [b'1', byte, b'1'],
                ] {
                    let wanted = words(&text);
                    for at in 0..=3 {
                        let known = matches!(glance(&text, at, true), Glance::Known(true));
                        assert_eq!(known, wanted.contains(&at), "{text:?} {at}");
                    }
                }
            }
        }
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let chars = [
            "a",
            "1",
            " ",
            " ",
            ".",
            "'",
            ":",
            "\"",
            "_",
            "\r",
            "\n",
            "é",
            "e\u{301}",
            "\u{301}",
            "\u{200D}",
            "א",
            "ア",
            "漢",
            "字",
            "ж",
            "\u{1F1E9}",
            "\u{1F1EA}",
            "\u{1F468}",
            "\u{3000}",
            "\u{2003}",
            "\u{AD}",
            "ⓐ",
            "\u{300}",
        ];
        let mut pieces: Vec<Vec<u8>> = chars.iter().map(|char| char.as_bytes().to_vec()).collect();
        pieces.extend([vec![0xFF], vec![0x80], vec![0xE2, 0x82]]);
        prop::sample::select(pieces)
    }

    proptest! {
        #[test]
        fn all_positions_in_any_order(
            pieces in prop::collection::vec(piece(), 0..24),
            order in prop::collection::vec(0..80usize, 1..20),
            repeat in prop::sample::select(vec![1usize, 1, 40]),
        ) {
            let text = pieces.concat().repeat(repeat);
            let wanted = words(&text);
            let mut bounds = Bounds::default();
            for at in order.into_iter().map(|at| at * repeat).filter(|&at| at <= text.len()) {
                let known = bounds.starts(Boundaries::Words, &text, at, 0, true);
                prop_assert_eq!(known, Some(wanted.contains(&at)), "at {}", at);
            }
            let mut bounds = Bounds::default();
            for at in 0..=text.len() {
                let known = bounds.ends(Boundaries::Words, &text, at, true);
                prop_assert_eq!(known, Some(wanted.contains(&at)), "at {}", at);
            }
        }

        #[test]
        fn of_a_cut_text_what_is_said_is_right(
            pieces in prop::collection::vec(piece(), 0..24),
            cut in 0..60usize,
            from in 0..60usize,
        ) {
            let text = pieces.concat();
            let wanted = words(&text);
            let cut = cut.min(text.len());
            let mut bounds = Bounds::default();
            for at in 0..=cut {
                if let Some(known) = bounds.starts(Boundaries::Words, &text[..cut], at, 0, false) {
                    prop_assert_eq!(known, wanted.contains(&at), "at {}", at);
                }
            }
            // text before a safe boundary can be dropped
            let mut bounds = Bounds::default();
            let from = bounds.safe_before(&text, from.min(text.len()));
            for at in from..=text.len() {
                let known = bounds.starts(Boundaries::Words, &text[from..], at - from, from as u64, true);
                prop_assert_eq!(known, Some(wanted.contains(&at)), "at {}", at);
            }
        }
    }
}
