//! Patterns as in a shell.

use super::{Automaton, Characters, LabelSet, Partial};
use crate::error::{Error, Result};

/// Accepts the keys that match a pattern from their first character to their last one.
///
/// | in the pattern | matches |
/// |---|---|
/// | `*` | any characters, or none |
/// | `?` | one character |
/// | `[abc]`, `[a-z]` | one of these characters; `]` stands for itself if it comes first, `-` if it comes first or last |
/// | `[!abc]`, `[^abc]` | one other character |
/// | `\*` | the character behind the backslash, also between brackets |
///
/// All other characters match themselves. Characters are Unicode code points; each byte that is not part of valid UTF-8
/// counts as a character of its own.
///
/// ```
/// use keyfold_reader::automaton::Glob;
///
/// # let dictionary = keyfold_reader::Dictionary::open(concat!(env!("CARGO_MANIFEST_DIR"),
/// #     "/../testdata/golden/keyvi-0.7.7/words_int.kv"))?;
/// let mut matches = dictionary.entries().search(Glob::new("[a-c]?n*na".as_bytes())?)?;
/// assert!(matches.advance()?);
/// assert_eq!(matches.key(), b"banana");
/// # Ok::<(), keyfold_reader::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Glob {
    parts: Vec<Part>,
    /// Whether a star stands before each part, and behind the last one.
    stars: Vec<bool>,
    /// All single characters are UTF-8.
    valid: bool,
}

/// What matches one character.
#[derive(Clone, Debug)]
enum Part {
    /// The character, with its bytes.
    One(u32, Vec<u8>),
    Any,
    Class {
        ranges: Vec<(u32, u32)>,
        except: bool,
    },
}

/// The parts of a [`Glob`] that may match the next character.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Ascending; the number of parts stands for the end of the pattern.
    parts: Vec<usize>,
    partial: Partial,
}

impl Part {
    fn matches(&self, character: u32) -> bool {
        match self {
            Part::One(one, _) => *one == character,
            Part::Any => true,
            Part::Class { ranges, except } => {
                ranges
                    .iter()
                    .any(|&(from, to)| (from..=to).contains(&character))
                    != *except
            }
        }
    }
}

impl Glob {
    /// Reads a pattern. Brackets that are never closed or whose ranges are empty, and a backslash at the end, are errors.
    pub fn new(pattern: &[u8]) -> Result<Self> {
        let characters = Characters::new(pattern);
        let mut glob = Glob {
            parts: Vec::new(),
            stars: vec![false],
            valid: characters.are_valid(),
        };
        let mut reader = Reader {
            characters: &characters,
            at: 0,
        };
        while let Some(character) = reader.next() {
            let part = match character {
                STAR => {
                    glob.stars[glob.parts.len()] = true;
                    continue;
                }
                QUESTION_MARK => Part::Any,
                OPEN => reader.class()?,
                BACKSLASH => {
                    let escaped = reader.escaped()?;
                    Part::One(escaped, reader.last_bytes())
                }
                other => Part::One(other, reader.last_bytes()),
            };
            glob.parts.push(part);
            glob.stars.push(false);
        }
        Ok(glob)
    }

    /// What may match after one more character, if anything.
    fn read(&self, expected: &[usize], character: u32) -> Option<Vec<usize>> {
        let mut next = Vec::with_capacity(expected.len() + 1);
        for &part in expected {
            if self.stars[part] && next.last() != Some(&part) {
                next.push(part);
            }
            if self.parts.get(part).is_some_and(|it| it.matches(character)) {
                next.push(part + 1);
            }
        }
        // behind a star anything matches that does so behind an earlier one
        if let Some(star) = next.iter().rposition(|&part| self.stars[part]) {
            next.drain(..star);
        }
        (!next.is_empty()).then_some(next)
    }
}

impl Automaton for Glob {
    type State = Expected;

    fn start(&self) -> Expected {
        Expected {
            parts: vec![0],
            partial: Partial::default(),
        }
    }

    fn step(&self, state: &Expected, label: u8) -> Option<Expected> {
        let mut partial = state.partial;
        let mut parts = None;
        partial.push(label, |character| {
            let read = parts.as_ref().unwrap_or(&state.parts);
            parts = Some(self.read(read, character)?);
            Some(())
        })?;
        let parts = parts.unwrap_or_else(|| state.parts.clone());
        Some(Expected { parts, partial })
    }

    fn accepts(&self, state: &Expected) -> bool {
        let mut parts = state.parts.clone();
        let mut partial = state.partial;
        let ended = partial.finish(|character| {
            parts = self.read(&parts, character)?;
            Some(())
        });
        ended.is_some() && parts.last() == Some(&self.parts.len())
    }

    fn labels(&self, state: &Expected) -> LabelSet {
        let mut labels = LabelSet::NONE;
        for &part in &state.parts {
            match self.parts.get(part) {
                _ if self.stars[part] || !self.valid => return LabelSet::ALL,
                Some(Part::One(_, bytes)) => {
                    if let Some([next, ..]) = bytes.strip_prefix(state.partial.bytes()) {
                        labels.insert(*next);
                    }
                }
                Some(_) => return LabelSet::ALL,
                None => {}
            }
        }
        labels
    }
}

const STAR: u32 = '*' as u32;
const QUESTION_MARK: u32 = '?' as u32;
const OPEN: u32 = '[' as u32;
const CLOSE: u32 = ']' as u32;
const NOT: [u32; 2] = ['!' as u32, '^' as u32];
const TO: u32 = '-' as u32;
const BACKSLASH: u32 = '\\' as u32;

/// Reads the characters of a pattern.
struct Reader<'a> {
    characters: &'a Characters,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u32> {
        self.characters.list().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u32> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    /// The bytes of the character read last.
    fn last_bytes(&self) -> Vec<u8> {
        self.characters.bytes(self.at - 1..self.at).to_vec()
    }

    fn escaped(&mut self) -> Result<u32> {
        self.next()
            .ok_or_else(|| self.mistake("nothing stands behind the last backslash"))
    }

    /// What stands between brackets, behind the opening one.
    fn class(&mut self) -> Result<Part> {
        let except = self.peek().is_some_and(|first| NOT.contains(&first));
        self.at += usize::from(except);
        let mut ranges = Vec::new();
        loop {
            let from = match self.next() {
                Some(CLOSE) if !ranges.is_empty() => break,
                Some(BACKSLASH) => self.escaped()?,
                Some(character) => character,
                None => return Err(self.mistake("a bracket is not closed")),
            };
            let behind = self.characters.list().get(self.at + 1);
            let is_range = self.peek() == Some(TO) && behind.is_some_and(|&to| to != CLOSE);
            if !is_range {
                ranges.push((from, from));
                continue;
            }
            self.at += 1;
            let to = match self.next() {
                Some(BACKSLASH) => self.escaped()?,
                Some(character) => character,
                None => return Err(self.mistake("a bracket is not closed")),
            };
            if to < from {
                return Err(self.mistake("a range goes backwards"));
            }
            ranges.push((from, to));
        }
        Ok(Part::Class { ranges, except })
    }

    fn mistake(&self, what: &str) -> Error {
        let pattern = self.characters.bytes(0..self.characters.len());
        let reason = format!("pattern {}: {what}", String::from_utf8_lossy(pattern));
        Error::Query { reason }
    }
}
