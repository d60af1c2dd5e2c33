//! Engines that find names in text and nothing else: automata over all names at once, which know no word boundaries. FILE
//! holds the rows.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use harness::{Access, Boundaries, Engine, Form, Session, rows};

/// An automaton over names.
pub trait Automaton: Send + Sync {
    /// One that shows the leftmost longest names, or all that stand anywhere.
    fn new(names: &[&[u8]], overlapping: bool) -> Result<Self>
    where
        Self: Sized;

    /// Shows where the leftmost longest names stand.
    fn leftmost_longest(&self, text: &[u8], take: impl FnMut(usize, usize));

    /// Shows where all names stand, in any order.
    fn overlapping(&self, text: &[u8], take: impl FnMut(usize, usize));
}

/// The text of rows; automata are made of their keys when it is known what is asked.
pub struct Names<A> {
    text: Vec<u8>,
    automaton: std::marker::PhantomData<A>,
}

impl<A: Automaton> Engine for Names<A> {
    type Session<'e>
        = Asked<'e, A>
    where
        A: 'e;

    fn open(file: &Path, _access: Access) -> Result<Self> {
        let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Self {
            text,
            automaton: std::marker::PhantomData,
        })
    }

    fn session(&self) -> Result<Asked<'_, A>> {
        Ok(Asked {
            text: &self.text,
            automaton: None,
        })
    }
}

/// An automaton, once it is needed.
pub struct Asked<'e, A> {
    text: &'e [u8],
    automaton: Option<A>,
}

impl<A: Automaton> Session for Asked<'_, A> {
    fn get(&mut self, _key: &[u8], _form: Form, _take: impl FnMut(&[u8])) -> Result<bool> {
        bail!("this engine only looks through text")
    }

    /// A process asks for one sort of boundaries all the time.
    fn find(
        &mut self,
        text: &[u8],
        boundaries: Boundaries,
        mut take: impl FnMut(usize, usize),
    ) -> Result<()> {
        let overlapping = match boundaries {
            Boundaries::Spaces => true,
            Boundaries::None => false,
            Boundaries::Words => bail!("this engine knows no words"),
        };
        let automaton = match self.automaton.take() {
            Some(automaton) => automaton,
            None => {
                let names: Vec<&[u8]> = rows::rows(self.text).map(|(name, _)| name).collect();
                A::new(&names, overlapping)?
            }
        };
        let automaton = self.automaton.insert(automaton);
        if !overlapping {
            automaton.leftmost_longest(text, take);
            return Ok(());
        }
        // Few of the names stand between spaces: those are sorted to leave the longest at each place.
        let mut found = Vec::new();
        automaton.overlapping(text, |start, end| {
            let starts = start == 0 || (start > 1 && text[start - 1] == b' ');
            if starts && (end == text.len() || text[end] == b' ') {
                found.push((start, end));
            }
        });
        found.sort_unstable_by_key(|&(start, end)| (start, std::cmp::Reverse(end)));
        found.dedup_by_key(|&mut (start, _)| start);
        found.into_iter().for_each(|(start, end)| take(start, end));
        Ok(())
    }
}
