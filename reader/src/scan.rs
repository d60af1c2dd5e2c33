//! A scan: keys with their values, in byte order.

use crate::dictionary::Dictionary;
use crate::error::{Fault, InFile, Result};
use crate::fsa::walk::Lexicographic;
use crate::fsa::{Cursor, ValueHandle};
use crate::matched::Match;
use crate::value::Value;

/// A cursor over the entries of a dictionary, of a prefix, or of a range.
///
/// [`advance`](Self::advance) goes to the next entry without allocating; as an [`Iterator`] the scan gives
/// owned [`Match`]es. After an error or at the end it stays at the end.
#[derive(Clone, Debug)]
pub struct Scan<'d> {
    dictionary: &'d Dictionary,
    walk: Lexicographic,
    /// Keys from here on are left out.
    upper: Option<Vec<u8>>,
    value: Option<ValueHandle>,
    /// All keys are walked, so that fewer than announced are an error too.
    complete: bool,
    done: bool,
    /// Bytes in front of each key that are not shown.
    hidden: usize,
}

impl<'d> Scan<'d> {
    pub(crate) fn new(
        dictionary: &'d Dictionary,
        walk: Lexicographic,
        complete: bool,
        hidden: usize,
    ) -> Self {
        Scan {
            dictionary,
            walk,
            upper: None,
            value: None,
            complete,
            done: false,
            hidden,
        }
    }

    /// Leaves out the keys from `upper` on.
    #[must_use]
    pub fn before(mut self, upper: &[u8]) -> Self {
        self.upper = Some(upper.to_vec());
        self
    }

    /// Goes to the next entry; false at the end.
    pub fn advance(&mut self) -> Result<bool> {
        if self.done {
            return Ok(false);
        }
        match self.walk.advance(self.dictionary.fsa()) {
            Ok(Some(value)) if self.upper.is_none() => {
                self.value = Some(value);
                Ok(true)
            }
            advanced => self.end_at(advanced),
        }
    }

    /// Goes to an entry, unless it is behind the last.
    #[inline(never)]
    fn end_at(&mut self, advanced: Result<Option<ValueHandle>, Fault>) -> Result<bool> {
        let before = |upper: &Vec<u8>| self.key() < &upper[..];
        self.value = match &advanced {
            Ok(Some(value)) if self.upper.as_ref().is_none_or(before) => Some(*value),
            _ => None,
        };
        self.done = self.value.is_none();
        match advanced.in_file(self.dictionary.path())? {
            Some(_) => Ok(!self.done),
            None => self.finish(),
        }
    }

    fn finish(&self) -> Result<bool> {
        let fsa = self.dictionary.fsa();
        match fsa.root() {
            Some(root) if self.complete && self.upper.is_none() && self.walk.remaining() > 0 => {
                Err(fsa.fault(root, "fewer keys than the header says"))
                    .in_file(self.dictionary.path())
            }
            _ => Ok(false),
        }
    }

    /// The current key.
    pub fn key(&self) -> &[u8] {
        &self.walk.key()[self.hidden.min(self.walk.key().len())..]
    }

    /// The current value.
    ///
    /// # Panics
    ///
    /// Before the first [`advance`](Self::advance) and after the end.
    pub fn value(&self) -> Value<'d> {
        Value::new(
            self.dictionary.values(),
            self.value.expect("the scan stands on an entry"),
        )
    }
}

impl Iterator for Scan<'_> {
    type Item = Result<Match>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(true) => {
                let (key, handle) = (self.key().to_vec(), self.value().handle());
                Some(Ok(Match::new(key, 0, self.dictionary.clone(), handle)))
            }
            Ok(false) => None,
            Err(e) => Some(Err(e)),
        }
    }
}

impl Dictionary {
    /// All entries in byte order of the keys.
    pub fn scan(&self) -> Scan<'_> {
        Scan::new(
            self,
            Lexicographic::new(self.fsa().root(), b"", self.len(), self.longest_key()),
            true,
            0,
        )
    }

    /// The keys in byte order.
    pub fn keys(&self) -> impl Iterator<Item = Result<Vec<u8>>> + '_ {
        self.scan().map(|entry| entry.map(|entry| entry.key))
    }

    /// The entries whose keys start with `prefix`, the key that equals it included.
    pub fn prefix(&self, prefix: &[u8]) -> Result<Scan<'_>> {
        self.prefix_below(self.fsa().root(), b"", prefix)
    }

    pub(crate) fn prefix_below(
        &self,
        root: Option<Cursor>,
        hidden: &[u8],
        prefix: &[u8],
    ) -> Result<Scan<'_>> {
        let start = match root {
            Some(root) => self.fsa().follow(root, prefix).in_file(self.path())?,
            None => None,
        };
        let complete = prefix.is_empty() && root.is_some() && root == self.fsa().root();
        let walk = Lexicographic::new(
            start,
            &[hidden, prefix].concat(),
            self.len(),
            self.longest_key(),
        );
        Ok(Scan::new(self, walk, complete, hidden.len()))
    }

    /// The entries from the key `from` on; for an upper end see [`Scan::before`].
    pub fn range(&self, from: &[u8]) -> Result<Scan<'_>> {
        self.range_below(self.fsa().root(), b"", b"", from)
    }

    /// The entries below `root` whose keys start with `prefix`, from the key `from` on.
    pub(crate) fn range_below(
        &self,
        root: Option<Cursor>,
        hidden: &[u8],
        prefix: &[u8],
        from: &[u8],
    ) -> Result<Scan<'_>> {
        let start = match root {
            Some(root) => self.fsa().follow(root, prefix).in_file(self.path())?,
            None => None,
        };
        let mut walk = Lexicographic::new(
            start,
            &[hidden, prefix].concat(),
            self.len(),
            self.longest_key(),
        );
        walk.seek(self.fsa(), &[hidden, from].concat())
            .in_file(self.path())?;
        let complete =
            prefix.is_empty() && from.is_empty() && root.is_some() && root == self.fsa().root();
        Ok(Scan::new(self, walk, complete, hidden.len()))
    }

    /// The entry with the first key in byte order.
    pub fn first(&self) -> Result<Option<Match>> {
        self.scan().next().transpose()
    }

    /// The entry with the last key in byte order.
    pub fn last(&self) -> Result<Option<Match>> {
        let fsa = self.fsa();
        let Some(mut at) = fsa.root() else {
            return Ok(None);
        };
        let mut key = Vec::new();
        loop {
            let mut children = fsa.children(at).in_file(self.path())?;
            let Some((label, child)) = fsa.last_child(&mut children).in_file(self.path())? else {
                break;
            };
            if key.len() == self.longest_key() {
                return Err(fsa.fault(at, "a path is longer than any key: a cycle"))
                    .in_file(self.path());
            }
            key.push(label);
            at = child;
        }
        let Some(handle) = fsa.value(at).in_file(self.path())? else {
            return Err(fsa.fault(at, "a path ends without a key")).in_file(self.path());
        };
        Ok(Some(Match::new(key, 0, self.clone(), handle)))
    }
}
