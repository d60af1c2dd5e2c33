//! The daachorse crate: an automaton in a double array, over bytes. FILE holds the rows.

use anyhow::{Error, Result};
use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder, MatchKind};
use names::{Automaton, Names};

struct Daachorse(DoubleArrayAhoCorasick<u32>);

impl Automaton for Daachorse {
    fn new(names: &[&[u8]], overlapping: bool) -> Result<Self> {
        let kind = match overlapping {
            true => MatchKind::Standard,
            false => MatchKind::LeftmostLongest,
        };
        let builder = DoubleArrayAhoCorasickBuilder::new().match_kind(kind);
        Ok(Self(builder.build(names).map_err(Error::msg)?))
    }

    fn leftmost_longest(&self, text: &[u8], mut take: impl FnMut(usize, usize)) {
        for found in self.0.leftmost_find_iter(text) {
            take(found.start(), found.end());
        }
    }

    fn overlapping(&self, text: &[u8], mut take: impl FnMut(usize, usize)) {
        for found in self.0.find_overlapping_iter(text) {
            take(found.start(), found.end());
        }
    }
}

fn main() -> Result<()> {
    harness::run::<Names<Daachorse>>()
}
