//! A range of a dictionary in byte order of its keys.

use std::collections::VecDeque;

use keyfold_reader::{Dictionary, Match, Scan, SecondaryDictionary};
use pyo3::prelude::*;

use crate::error::{FormatError, Raise};

/// Entries that are read at a time at most; the first times it is fewer, for those who want only a few.
const MOST: usize = 512;
const FIRST: usize = 8;

/// The entries of a range, read in batches with the GIL released. Each batch is sought anew, by the last key of the one
/// before, so that nothing is borrowed from the dictionary.
pub(crate) struct Rows {
    of: Of,
    from: Vec<u8>,
    before: Option<Vec<u8>>,
    ready: VecDeque<Match>,
    batch: usize,
    /// Entries that there can still be.
    left: u64,
    /// Every key is in the range, so that there must not be fewer either.
    complete: bool,
    done: bool,
}

/// What the range is of.
#[derive(Clone)]
pub(crate) enum Of {
    All(Dictionary),
    /// The entries under exact secondary values.
    Under(SecondaryDictionary, Vec<Vec<u8>>),
}

impl Of {
    pub(crate) fn dictionary(&self) -> &Dictionary {
        match self {
            Of::All(dictionary) => dictionary,
            Of::Under(secondary, _) => secondary.dictionary(),
        }
    }

    fn scan(&self, from: &[u8]) -> keyfold_reader::Result<Scan<'_>> {
        match self {
            Of::All(dictionary) => dictionary.range(from),
            Of::Under(secondary, fields) => secondary.under(&slices(fields))?.range(b"", from),
        }
    }
}

impl Rows {
    /// The entries of a dictionary whose keys start with `prefix`, from the key `from` on, without those from `before` on.
    pub(crate) fn new(
        dictionary: &Dictionary,
        prefix: &[u8],
        from: &[u8],
        before: Option<&[u8]>,
    ) -> Self {
        Rows::of(Of::All(dictionary.clone()), prefix, from, before)
    }

    /// As [`new`](Self::new), also of entries under secondary values.
    pub(crate) fn of(of: Of, prefix: &[u8], from: &[u8], before: Option<&[u8]>) -> Self {
        let behind = behind(prefix);
        let before = match (before, behind) {
            (Some(before), Some(behind)) => Some(before.min(&behind[..]).to_vec()),
            (before, behind) => before.map(<[u8]>::to_vec).or(behind),
        };
        let from = from.max(prefix).to_vec();
        Rows {
            left: of.dictionary().len(),
            complete: matches!(of, Of::All(_)) && from.is_empty() && before.is_none(),
            of,
            from,
            before,
            ready: VecDeque::new(),
            batch: FIRST,
            done: false,
        }
    }

    /// The next entry; nothing at the end. To be called without the GIL: it may have to be read.
    pub(crate) fn next(&mut self) -> PyResult<Option<Match>> {
        if self.ready.is_empty() {
            self.read()?;
        }
        Ok(self.ready.pop_front())
    }

    /// An entry that was read already.
    pub(crate) fn pop(&mut self) -> Option<Match> {
        self.ready.pop_front()
    }

    /// Reads the next batch, if there is one.
    pub(crate) fn read(&mut self) -> PyResult<()> {
        if self.done {
            return Ok(());
        }
        // after an error there is nothing more
        self.done = true;
        let before = self.before.as_deref();
        if before.is_some_and(|before| before <= &self.from[..]) {
            return Ok(());
        }
        let mut scan = self.of.scan(&self.from).raise()?;
        if let Some(before) = before {
            scan = scan.before(before);
        }
        let dictionary = self.of.dictionary();
        for _ in 0..self.batch {
            if !scan.advance().raise()? {
                return if self.complete && self.left > 0 {
                    Err(self.damage("fewer keys than the header says"))
                } else {
                    Ok(())
                };
            }
            let Some(left) = self.left.checked_sub(1) else {
                return Err(self.damage("more keys than the header says"));
            };
            self.left = left;
            let (key, handle) = (scan.key().to_vec(), scan.value().handle());
            (self.ready).push_back(Match::new(key, 0, dictionary.clone(), handle));
        }
        if let Some(last) = self.ready.back() {
            // the first string behind a key in byte order is the key and a byte 0
            self.from.clone_from(&last.key);
            self.from.push(0);
        }
        self.batch = MOST.min(2 * self.batch);
        self.done = false;
        Ok(())
    }

    fn damage(&self, reason: &str) -> PyErr {
        let path = self.of.dictionary().path().display();
        FormatError::new_err(format!("{path}: {reason}"))
    }
}

/// The strings as slices.
pub(crate) fn slices(fields: &[Vec<u8>]) -> Vec<&[u8]> {
    fields.iter().map(|field| &field[..]).collect()
}

/// The first string behind all that start with `prefix`; nothing where there is none.
pub(crate) fn behind(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|&byte| byte != u8::MAX)?;
    let mut behind = prefix[..=last].to_vec();
    behind[last] += 1;
    Some(behind)
}
