//! The matches in a text, one by one.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use super::boundaries::Bounds;
use super::finder::{Finder, Overlap};
use super::glance::Glance;
use super::pane::Pane;
use super::spelled::Spelled;
use super::utf8::{count, floor};
use crate::dictionary::MAX_KEY_LEN;
use crate::entries::{Found, Places, Spot};
use crate::error::{Error, InFile, Result};
use crate::matched::Match;
use crate::value::Value;

/// Bytes that are read of a text at a time.
const PIECE: usize = 1 << 16;

/// Where a match stands in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// The byte where it starts.
    pub start: u64,
    /// The byte behind its last one.
    pub end: u64,
    /// The number of characters before it. A byte that is not part of UTF-8 is one.
    pub char_start: u64,
    /// The number of characters up to its end.
    pub char_end: u64,
}

/// The matches in a text, found one by one as they are asked for, by where they start.
///
/// [`advance`](Self::advance) goes to the next one without allocating, unless keys are stored with spellings; as an
/// [`Iterator`] it gives owned ones. After an error or at the end it stays at the end.
///
/// Where keys were folded, several of them may be found at one place: first the one that is spelled as the text, then the one
/// that is spelled as it is folded, then the others in byte order.
pub struct Spans<'t> {
    finder: Finder,
    feed: Feed<'t>,
    /// The text folded, where there is a rule.
    pane: Option<Pane>,
    glance: Glance,
    bounds: Bounds,
    places: Places,
    root: Option<Spot>,
    /// Bytes of the text that are gone from the feed.
    skipped: u64,
    /// Where to look for the next start, in folded text where there is such.
    at: usize,
    /// A place in the text, and the characters before it.
    counted: (usize, u64),
    /// The start of the current match, and the keys there that are still to be looked at, the next one last; in folded
    /// text where there is such.
    start: usize,
    ends: Vec<End>,
    /// The keys that are folded to the current match.
    spelled: Spelled,
    /// The current match and where it stands in the feed.
    found: Option<(Span, Found)>,
    current: (usize, usize),
    left: u64,
}

/// Where text comes from.
pub(super) enum Feed<'t> {
    Whole(&'t [u8]),
    Read {
        from: Box<dyn Read + Send + 't>,
        buffer: Vec<u8>,
        ended: bool,
    },
}

/// The length of a key, and what is stored of it; nothing if keys are stored with spellings.
type End = (usize, Option<Found>);

/// What a look at the text that is there comes to.
enum Look {
    /// Something that may be a match.
    Hit,
    /// Nothing can be said before there is more text.
    More,
    /// There is nothing more.
    End,
}

impl<'t> Feed<'t> {
    pub(super) fn reading(from: impl Read + Send + 't) -> Self {
        Feed::Read {
            from: Box::new(from),
            buffer: Vec::new(),
            ended: false,
        }
    }

    /// The text that is there, and whether it is the last of it.
    fn text(&self) -> (&[u8], bool) {
        match self {
            Feed::Whole(text) => (text, true),
            Feed::Read { buffer, ended, .. } => (buffer, *ended),
        }
    }

    /// Drops the first `gone` bytes and reads more.
    fn read(&mut self, gone: usize) -> io::Result<()> {
        let Feed::Read {
            from,
            buffer,
            ended,
        } = self
        else {
            return Ok(());
        };
        buffer.drain(..gone);
        let read = from.take(PIECE as u64).read_to_end(buffer)?;
        *ended = read < PIECE;
        Ok(())
    }
}

impl<'t> Spans<'t> {
    pub(super) fn new(finder: Finder, feed: Feed<'t>) -> Self {
        let mut places = Places::default();
        Spans {
            root: places.root(&finder.entries),
            places,
            pane: (!finder.rule.is_none()).then(|| Pane::new(finder.rule)),
            glance: Glance::default(),
            bounds: Bounds::default(),
            skipped: 0,
            at: 0,
            counted: (0, 0),
            start: 0,
            ends: Vec::new(),
            spelled: Spelled::default(),
            found: None,
            current: (0, 0),
            left: finder.entries.most(),
            finder,
            feed,
        }
    }

    /// Goes to the next match; false at the end.
    pub fn advance(&mut self) -> Result<bool> {
        self.found = None;
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(false);
        };
        // until there is a match, an error is the end
        self.left = 0;
        while !self.next_here()? {
            self.finder.entries.go_on()?;
            match self.look()? {
                Look::Hit => {}
                Look::More => self.read()?,
                Look::End => return Ok(false),
            }
        }
        self.left = left;
        Ok(true)
    }

    /// Where the current match stands.
    ///
    /// # Panics
    ///
    /// This and the next two: before the first [`advance`](Self::advance) and after the end.
    pub fn span(&self) -> Span {
        self.found.expect("there is a match").0
    }

    /// The key of the current match, as it was given to the compiler.
    pub fn key(&self) -> &[u8] {
        match &self.pane {
            Some(_) => self.spelled.key(),
            None => &self.feed.text().0[self.current.0..self.current.1],
        }
    }

    /// The text of the current match.
    pub fn text(&self) -> &[u8] {
        &self.feed.text().0[self.current.0..self.current.1]
    }

    /// The value of the current match.
    pub fn value(&self) -> Value<'_> {
        self.finder
            .entries
            .value(self.found.expect("there is a match").1)
    }

    /// The key and the value of the current match, to be kept.
    pub fn to_match(&self) -> Match {
        let found = self.found.expect("there is a match").1;
        self.finder.entries.matched(self.key().to_vec(), 0, found)
    }

    /// The longest match that starts at byte `offset`, with its end.
    pub(super) fn longest_at(&mut self, offset: usize) -> Result<Option<(usize, Match)>> {
        let Feed::Whole(text) = self.feed else {
            return Ok(None);
        };
        if offset >= text.len() {
            return Ok(None);
        }
        self.finder.overlap = Overlap::PerStart;
        self.at = offset;
        if let Some(pane) = &mut self.pane {
            // in front of ASCII text starts a unit
            let near = offset.saturating_sub(PIECE);
            let from = (near..=offset)
                .rev()
                .find(|&at| text[at].is_ascii())
                .unwrap_or(near);
            pane.fill(text, from, true);
            while pane.to() <= offset && pane.fill(text, pane.to(), true) {}
            let Some(at) = pane.folded(offset) else {
                return Ok(None);
            };
            self.at = at;
        }
        let start = self
            .bounds
            .starts(self.finder.boundaries, text, offset, 0, true);
        if start == Some(true) {
            while let Look::More = self.walk(self.at)? {}
            if self.next_here()? {
                return Ok(Some((self.current.1, self.to_match())));
            }
        }
        Ok(None)
    }

    /// Goes to the next match at the current start, if there is one.
    fn next_here(&mut self) -> Result<bool> {
        if self.pane.is_some()
            && let Some(found) = self.spelled.advance(&self.finder.entries)?
        {
            self.found = Some((self.place(), found));
            return Ok(true);
        }
        while let Some((len, stored)) = self.ends.pop() {
            let (start, end) = (self.start, self.start + len);
            let (text, _) = self.feed.text();
            let entries = &self.finder.entries;
            let Some(root) = self.root else { break };
            let found = match &self.pane {
                None => {
                    self.current = (start, end);
                    let key = &text[start..end];
                    let deleted =
                        |found: &Found| entries.source(found.source).has_deleted(key, b"");
                    stored.filter(|found| !deleted(found))
                }
                Some(pane) => {
                    self.current = (pane.original(start), pane.original(end));
                    let as_is = &text[self.current.0..self.current.1];
                    let folded = &pane.bytes()[start..end];
                    self.spelled
                        .look_up(entries, &mut self.places, root, folded, as_is)?;
                    self.spelled.advance(entries)?
                }
            };
            let Some(found) = found else { continue };
            match self.finder.overlap {
                Overlap::LeftmostLongest => {
                    self.ends.clear();
                    self.at = end;
                }
                Overlap::PerStart => self.ends.clear(),
                Overlap::All => {}
            }
            self.found = Some((self.place(), found));
            return Ok(true);
        }
        Ok(false)
    }

    /// Where the current match stands.
    fn place(&mut self) -> Span {
        let (start, end) = self.current;
        let (text, _) = self.feed.text();
        let (counted, chars) = &mut self.counted;
        *chars += count(&text[*counted..start]);
        *counted = start;
        let (at, char_start) = (self.skipped, *chars);
        Span {
            start: at + start as u64,
            end: at + end as u64,
            char_start,
            char_end: char_start + count(&text[start..end]),
        }
    }

    /// Looks for the next place where a key stands.
    fn look(&mut self) -> Result<Look> {
        let (text, last) = self.feed.text();
        let Finder {
            filter, boundaries, ..
        } = &self.finder;
        // what is looked at before the query may be stopped
        let (hay, upto, original) = match &mut self.pane {
            None => (text, text.len().min(self.at + PIECE), self.at),
            Some(pane) => {
                if self.at >= pane.bytes().len() {
                    self.at = 0;
                    if !pane.fill(text, pane.to(), last) {
                        return Ok(if last { Look::End } else { Look::More });
                    }
                }
                let (end, original) = pane.run(self.at);
                (pane.bytes(), end, original)
            }
        };
        let from = self.at;
        let place = |at: usize| at - from + original;
        let glance = &mut self.glance;
        let found = glance.first_start(filter, *boundaries, hay, from..upto, text, original);
        let Some(at) = found else {
            self.at = upto;
            return Ok(match (upto < hay.len() || self.pane.is_some(), last) {
                (true, _) => Look::Hit,
                (false, true) => Look::End,
                (false, false) => Look::More,
            });
        };
        let place = place(at);
        self.at = at;
        if self.pane.as_ref().is_some_and(|pane| !pane.is_start(at)) {
            self.at += 1;
            return Ok(Look::Hit);
        }
        match self
            .bounds
            .starts(*boundaries, text, place, self.skipped, last)
        {
            Some(true) => self.walk(at),
            Some(false) => {
                self.at += 1;
                Ok(Look::Hit)
            }
            None => Ok(Look::More),
        }
    }

    /// Notes the keys that stand at `at` and may end where they do.
    fn walk(&mut self, at: usize) -> Result<Look> {
        let (text, last) = self.feed.text();
        let boundaries = self.finder.boundaries;
        let (hay, complete) = match &self.pane {
            None => (text, last),
            Some(pane) => (pane.bytes(), last && pane.to() == text.len()),
        };
        let rest = &hay[at..hay.len().min(at + MAX_KEY_LEN)];
        self.ends.clear();
        let sources = self.finder.entries.sources();
        let mut reached = 0;
        for (number, source) in (0..).zip(sources) {
            let Some(root) = source.root else { continue };
            let ends = &mut self.ends;
            let add = |len, handle| {
                let source = number;
                ends.push((len, Some(Found { source, handle })));
            };
            let followed = source.dictionary.fsa().prefixes(root, rest, add);
            reached = reached.max(followed.in_file(source.dictionary.path())?);
        }
        let more = reached == rest.len() && !complete && rest.len() < MAX_KEY_LEN;
        if self.pane.is_some() && !more {
            self.ends.clear();
            self.ends.extend((1..=reached).map(|len| (len, None)));
        } else if sources.len() > 1 {
            // of the newest source that has it comes first, and stays
            self.ends.sort_by_key(|&(len, _)| len);
            self.ends.dedup_by_key(|(len, _)| *len);
        }
        let mut undecided = more;
        let (bounds, pane, filter) = (&mut self.bounds, &self.pane, &self.finder.filter);
        self.ends.retain(|(len, _)| {
            let end = at + len;
            let place = match pane {
                None => end,
                Some(pane) if pane.is_start(end) => pane.original(end),
                Some(_) => return false,
            };
            let ends = bounds.ends(boundaries, text, place, last);
            undecided |= ends.is_none();
            // what leads to a key need not be one
            ends == Some(true) && (pane.is_none() || filter.may_be_key(&hay[at..end]))
        });
        if undecided {
            self.ends.clear();
            // a longer stretch of folded text may do, or one that starts here
            if let Some(pane) = &mut self.pane {
                let from = pane.original(at);
                self.at = 0;
                if pane.fill(text, from, last) {
                    return Ok(Look::Hit);
                }
            }
            return Ok(Look::More);
        }
        if self.finder.overlap == Overlap::All {
            self.ends.reverse();
        }
        self.start = at;
        self.at = at + 1;
        Ok(Look::Hit)
    }

    /// Drops the text that is not needed any more and reads on.
    fn read(&mut self) -> Result<()> {
        let (text, _) = self.feed.text();
        let at = match &self.pane {
            None => self.at,
            Some(pane) => pane.original(self.at.min(pane.bytes().len())),
        };
        let whole = floor(text, at).max(self.counted.0);
        self.counted.1 += count(&text[self.counted.0..whole]);
        let gone = self
            .bounds
            .keep_from(self.finder.boundaries, text, at)
            .min(whole);
        self.counted.0 = whole - gone;
        self.bounds.shift(gone);
        // there is more to be seen than there was
        self.glance = Glance::default();
        match &mut self.pane {
            None => self.at -= gone,
            Some(pane) => pane.shift(gone),
        }
        self.skipped += gone as u64;
        self.feed
            .read(gone)
            .map_err(|e| Error::io(Path::new("<text>"), e))
    }
}

impl Iterator for Spans<'_> {
    type Item = Result<(Span, Match)>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(true) => Some(Ok((self.span(), self.to_match()))),
            Ok(false) => None,
            Err(e) => Some(Err(e)),
        }
    }
}

impl fmt::Debug for Spans<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spans")
            .field("finder", &self.finder)
            .field("skipped", &self.skipped)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}
