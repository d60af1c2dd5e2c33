//! Keys that share as much as possible of their start with one.

use crate::automaton::LabelSet;
use crate::entries::{Entries, Found, Mark, Matches, Places, Spot, Walk};
use crate::error::Result;

impl Entries {
    /// The entries whose keys have the longest start in common with `key`, at least `minimum_prefix` bytes. Scores are
    /// the numbers of bytes in common. A `key` of less than `minimum_prefix` bytes finds nothing.
    ///
    /// With keys such as geohashes, whose common starts say how near two places are, these are the nearest ones.
    ///
    /// Found are first the keys that `key` starts with, shortest first; then, in byte order, those other keys that have
    /// most in common with it, unless one of the first has more. If `greedy`, all others follow, those with more in common
    /// first, of those in byte order.
    ///
    /// ```
    /// # let dictionary = keyfold_reader::Dictionary::open(concat!(env!("CARGO_MANIFEST_DIR"),
    /// #     "/../testdata/golden/keyvi-0.7.7/words_int.kv"))?;
    /// let mut matches = dictionary.entries().near(b"strasburg", 4, false)?;
    /// assert!(matches.advance()?);
    /// assert_eq!((matches.key(), matches.score()), (&b"strasse"[..], 5));
    /// # Ok::<(), keyfold_reader::Error>(())
    /// ```
    pub fn near(
        &self,
        key: &[u8],
        minimum_prefix: usize,
        greedy: bool,
    ) -> Result<Matches<'static>> {
        Near::new(self, key, minimum_prefix, greedy).map(|near| self.matches(near))
    }
}

/// A walk in depth that goes along the wanted key first.
pub(super) struct Near {
    wanted: Vec<u8>,
    minimum_prefix: usize,
    greedy: bool,
    places: Places,
    key: Vec<u8>,
    /// Bytes that the current key has in common with the wanted one.
    common: usize,
    /// Keys with less in common are not asked for.
    floor: usize,
    /// The position of the prefix, to be entered before anything else.
    start: Option<Spot>,
    frames: Vec<Frame>,
}

/// A position whose children are being walked.
struct Frame {
    spot: Spot,
    depth: usize,
    /// Bytes that the keys here have in common with the wanted one, all but those below the next byte of it.
    common: usize,
    /// The next byte of the wanted key, if all until here is the same, and it was not tried yet.
    along: Option<u8>,
    /// The children left, as soon as there is more to try than the wanted key.
    labels: Option<LabelSet>,
    /// Positions that are there before those of a child.
    mark: Mark,
}

impl Near {
    pub(super) fn new(
        entries: &Entries,
        wanted: &[u8],
        minimum_prefix: usize,
        greedy: bool,
    ) -> Result<Self> {
        let mut places = Places::default();
        let prefix = wanted.get(..minimum_prefix);
        let start = match places.root(entries).zip(prefix) {
            Some((root, prefix)) => places.follow(entries, root, prefix)?,
            None => None,
        };
        Ok(Near {
            wanted: wanted.to_vec(),
            minimum_prefix,
            greedy,
            places,
            key: prefix.unwrap_or_default().to_vec(),
            common: minimum_prefix,
            floor: minimum_prefix,
            start,
            frames: Vec::new(),
        })
    }

    /// Goes into a position whose keys have `common` bytes in common with the wanted one, apart from those that go on
    /// along it; the value if a key ends there.
    fn enter(&mut self, entries: &Entries, spot: Spot, common: usize) -> Result<Option<Found>> {
        let depth = self.key.len();
        let along = (common == depth).then(|| self.wanted.get(depth).copied());
        self.frames.push(Frame {
            spot,
            depth,
            common,
            along: along.flatten(),
            labels: None,
            mark: self.places.mark(),
        });
        self.common = common;
        self.places.value(entries, spot, &self.key)
    }

    /// The next child of the last frame, and how much its keys have in common; nothing when all were taken.
    fn next_child(&mut self, entries: &Entries) -> Result<Option<(u8, usize)>> {
        let Some(frame) = self.frames.last_mut() else {
            return Ok(None);
        };
        if let Some(along) = frame.along.take() {
            return Ok(Some((along, frame.depth + 1)));
        }
        if frame.common < self.floor {
            return Ok(None);
        }
        let mut labels = if let Some(labels) = frame.labels {
            labels
        } else {
            self.places.truncate(frame.mark);
            self.places.open(entries, frame.spot)?;
            frame.mark = self.places.mark();
            let tried = (frame.common == frame.depth)
                .then(|| self.wanted.get(frame.depth))
                .flatten();
            let labels = self.places.labels(entries, frame.spot)?;
            labels.without(tried.map_or(LabelSet::NONE, |&label| LabelSet::one(label)))
        };
        let label = labels.take_first();
        frame.labels = Some(labels);
        Ok(label.map(|label| (label, frame.common)))
    }
}

impl Walk for Near {
    fn advance(&mut self, entries: &Entries) -> Result<Option<Found>> {
        if let Some(start) = self.start.take()
            && let Some(found) = self.enter(entries, start, self.minimum_prefix)?
        {
            // the prefix itself says nothing of how near others are
            return Ok(Some(found));
        }
        while let Some(frame) = self.frames.last() {
            let (spot, depth) = (frame.spot, frame.depth);
            let Some((label, common)) = self.next_child(entries)? else {
                self.frames.pop();
                continue;
            };
            if let Some(frame) = self.frames.last() {
                self.places.truncate(frame.mark);
            }
            let Some(child) = self.places.step(entries, spot, label)? else {
                continue;
            };
            self.key.truncate(depth);
            self.key.push(label);
            self.places.check_depth(entries, child, self.key.len())?;
            if let Some(found) = self.enter(entries, child, common)? {
                if !self.greedy {
                    self.floor = self.common;
                }
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn key(&self) -> &[u8] {
        &self.key
    }

    fn score(&self) -> u32 {
        u32::try_from(self.common).unwrap_or(u32::MAX)
    }
}
