//! Text that is mostly UTF-8: characters, and stray bytes, each of which stands for itself.

/// What text starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Nothing: there is no text.
    Nothing,
    Char(char),
    /// A byte that is part of no character.
    Stray,
    /// The start of a character whose rest is missing at the end of the text. If none follows, its bytes are stray.
    Cut,
}

/// What text starts with.
#[inline]
pub(super) fn first(text: &[u8]) -> Piece {
    let len = match text.first() {
        None => return Piece::Nothing,
        Some(&byte @ 0..0x80) => return Piece::Char(byte.into()),
        Some(0xC2..0xE0) => 2,
        Some(0xE0..0xF0) => 3,
        Some(0xF0..0xF5) => 4,
        Some(_) => return Piece::Stray,
    };
    match std::str::from_utf8(&text[..len.min(text.len())]) {
        Ok(char) => char.chars().next().map_or(Piece::Stray, Piece::Char),
        Err(e) if e.error_len().is_none() => Piece::Cut,
        Err(_) => Piece::Stray,
    }
}

/// Whether `at` stands inside of a character of the text. Nothing where the text ends before that is known.
#[inline]
pub(super) fn inside(text: &[u8], at: usize) -> Option<bool> {
    if text.get(at).is_none_or(|byte| !is_continuation(*byte)) {
        return Some(false);
    }
    // a character that reaches beyond `at` starts up to three bytes before it
    for back in 1..=3.min(at) {
        let start = at - back;
        if is_continuation(text[start]) {
            continue;
        }
        return match first(&text[start..]) {
            Piece::Char(char) => Some(char.len_utf8() > back),
            Piece::Cut => None,
            Piece::Nothing | Piece::Stray => Some(false),
        };
    }
    Some(false)
}

/// `at`, or the start of the character that goes on there, or may go on there when more text comes.
pub(super) fn floor(text: &[u8], at: usize) -> usize {
    let mut starts = (1..=3.min(at)).map(|back| at - back);
    starts
        .find(|&start| !is_continuation(text[start]))
        .filter(|&start| match first(&text[start..]) {
            Piece::Char(char) => char.len_utf8() > at - start,
            Piece::Cut => true,
            Piece::Nothing | Piece::Stray => false,
        })
        .unwrap_or(at)
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// The characters of a text, a stray byte being one. Text must not end within a character that goes on behind it.
pub(super) fn count(text: &[u8]) -> u64 {
    let starts = |text: &[u8]| text.iter().filter(|&&byte| !is_continuation(byte)).count();
    let count: usize = match std::str::from_utf8(text) {
        Ok(_) => starts(text),
        Err(_) => text
            .utf8_chunks()
            .map(|chunk| starts(chunk.valid().as_bytes()) + chunk.invalid().len())
            .sum(),
    };
    count as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Where the characters and stray bytes of a text start.
    fn starts(text: &[u8]) -> Vec<usize> {
        let mut starts = Vec::new();
        let mut at = 0;
        for chunk in text.utf8_chunks() {
            starts.extend(chunk.valid().char_indices().map(|(i, _)| at + i));
            at += chunk.valid().len();
            starts.extend(at..at + chunk.invalid().len());
            at += chunk.invalid().len();
        }
        starts
    }

    proptest! {
        #[test]
        fn pieces(text in prop::collection::vec(
            prop::sample::select(b"a\x80\x9F\xA0\xBF\xC2\xC3\xE0\xE2\xED\xEF\xF0\xF4\xFF".to_vec()), 0..12)
        ) {
            let wanted = starts(&text);
            let mut found = Vec::new();
            let mut at = 0;
            loop {
                let len = match first(&text[at..]) {
                    Piece::Nothing => break,
                    Piece::Char(char) => char.len_utf8(),
                    Piece::Stray | Piece::Cut => 1,
                };
                found.push(at);
                at += len;
            }
            prop_assert_eq!(&found, &wanted);
            prop_assert_eq!(count(&text), wanted.len() as u64);
            for at in 0..text.len() {
                let is_inside = inside(&text, at).unwrap_or(false);
                prop_assert_eq!(is_inside, !wanted.contains(&at), "{}", at);
                let start = wanted.iter().rfind(|&&start| start <= at).copied();
                // what may go on behind the end is not to be parted
                let cut = floor(&text, text.len());
                prop_assert_eq!(floor(&text, at), start.map_or(0, |start| start.min(cut)), "{}", at);
            }
        }
    }
}
