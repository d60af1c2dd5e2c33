//! keyfold's runner for the query protocol.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::path::Path;

use anyhow::Result;
use harness::{Access, Boundaries, Engine, Form, Session};
use keyfold_reader::{Completion, Dictionary, Entries, Finder, LoadingStrategy, Overlap, Value};

struct Keyfold(Dictionary);

/// A thread's view, with room for the values of a batch, and what finds keys in text once that is asked for.
struct Reader<'e> {
    dictionary: &'e Dictionary,
    entries: Entries,
    values: Vec<Option<Value<'e>>>,
    finder: Option<Finder>,
}

impl Engine for Keyfold {
    type Session<'e> = Reader<'e>;

    fn open(file: &Path, access: Access) -> Result<Self> {
        let strategy = match access {
            Access::InMemory => LoadingStrategy::default(),
            Access::FromDisk { .. } => LoadingStrategy::LazyNoReadahead,
        };
        Ok(Self(Dictionary::open_with(file, strategy)?))
    }

    fn session(&self) -> Result<Reader<'_>> {
        Ok(Reader {
            dictionary: &self.0,
            entries: self.0.entries(),
            values: Vec::new(),
            finder: None,
        })
    }
}

impl Session for Reader<'_> {
    fn get(&mut self, key: &[u8], form: Form, mut take: impl FnMut(&[u8])) -> Result<bool> {
        let Some(value) = self.dictionary.get(key)? else {
            return Ok(false);
        };
        match form {
            Form::None => _ = black_box(value),
            Form::Packed => take(&value.msgpack()?),
            Form::Text => take(value.text()?.as_bytes()),
        }
        Ok(true)
    }

    fn get_many(&mut self, keys: &[&[u8]]) -> Result<u64> {
        self.dictionary.get_many_into(keys, &mut self.values)?;
        Ok(black_box(&self.values).iter().flatten().count() as u64)
    }

    fn iterate(&mut self, mut take: impl FnMut(&[u8])) -> Result<()> {
        let mut scan = self.dictionary.scan();
        while scan.advance()? {
            take(scan.key());
        }
        Ok(())
    }

    fn fuzzy(
        &mut self,
        query: &[u8],
        distance: u32,
        minimum_prefix: usize,
        mut take: impl FnMut(&[u8], u32),
    ) -> Result<()> {
        let mut matches = self.entries.fuzzy(query, distance, minimum_prefix)?;
        while matches.advance()? {
            take(matches.key(), matches.score());
        }
        Ok(())
    }

    fn complete(
        &mut self,
        prefix: &[u8],
        top: usize,
        mut take: impl FnMut(&[u8], u32),
    ) -> Result<()> {
        let wanted = Completion::top(top as u64);
        let mut matches = self.entries.complete(prefix, &wanted)?;
        while matches.advance()? {
            take(matches.key(), matches.value().weight());
        }
        Ok(())
    }

    fn find(
        &mut self,
        text: &[u8],
        boundaries: Boundaries,
        mut take: impl FnMut(usize, usize),
    ) -> Result<()> {
        let finder = match self.finder.take() {
            Some(finder) => finder,
            None => finder(&self.entries, boundaries)?,
        };
        let mut spans = self.finder.insert(finder).find_all(text);
        while spans.advance()? {
            let span = spans.span();
            take(usize::try_from(span.start)?, usize::try_from(span.end)?);
        }
        Ok(())
    }
}

/// What finds keys between such boundaries, and those of them that are asked for.
fn finder(entries: &Entries, boundaries: Boundaries) -> Result<Finder> {
    let (boundaries, overlap) = match boundaries {
        Boundaries::Spaces => (keyfold_reader::Boundaries::Spaces, Overlap::PerStart),
        Boundaries::Words => (keyfold_reader::Boundaries::Words, Overlap::LeftmostLongest),
        Boundaries::None => (keyfold_reader::Boundaries::None, Overlap::LeftmostLongest),
    };
    Ok(Finder::new(entries)?
        .boundaries(boundaries)
        .overlap(overlap))
}

fn main() -> Result<()> {
    harness::run::<Keyfold>()
}
