//! The aho-corasick crate, which chooses the form of its automaton itself. FILE holds the rows.

use aho_corasick::{AhoCorasick, MatchKind};
use anyhow::Result;
use names::{Automaton, Names};

struct AhoCorasickCrate(AhoCorasick);

impl Automaton for AhoCorasickCrate {
    fn new(names: &[&[u8]], overlapping: bool) -> Result<Self> {
        let kind = match overlapping {
            true => MatchKind::Standard,
            false => MatchKind::LeftmostLongest,
        };
        let automaton = AhoCorasick::builder().match_kind(kind).build(names)?;
        Ok(Self(automaton))
    }

    fn leftmost_longest(&self, text: &[u8], mut take: impl FnMut(usize, usize)) {
        for found in self.0.find_iter(text) {
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
    harness::run::<Names<AhoCorasickCrate>>()
}
