//! What is behind an open `Entries`.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use keyfold_reader::automaton::KeyRange;
use keyfold_reader::{
    Dictionary, Entries, Finder, Match, Result, SeparatorInKey, TextRule, Value, ValueKind,
};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::error::{Raise, StateError};
use crate::interrupt::stoppable;
use crate::rows::{Of, Rows, slices};
use crate::walk::Walk;

/// Keys that are looked up with the GIL released before signals are looked for.
pub(crate) const CHUNK: usize = 1 << 16;

/// A dictionary, a part of one, or several of them, open for reading.
pub(crate) struct Open {
    /// Nothing where several dictionaries are asked together.
    of: Option<Of>,
    /// To be asked in other ways than by keys; queries end on Ctrl-C.
    pub(crate) entries: Entries,
    pub(crate) kind: ValueKind,
    rule: TextRule,
    /// Made when first needed, and again by whoever needs one meanwhile.
    finder: Mutex<Option<Finder>>,
    /// A `memoryview` of all values as they are stored.
    pub(crate) whole: PyOnceLock<Py<PyAny>>,
}

impl Open {
    /// A dictionary, or a part of one.
    pub(crate) fn one(of: Of) -> Result<Self> {
        let entries = match &of {
            Of::All(dictionary) => dictionary.entries(),
            Of::Under(secondary, fields) => secondary.under(&slices(fields))?.entries(),
        };
        let dictionary = of.dictionary();
        let (kind, rule) = (dictionary.header().kind, dictionary.text_rule());
        Ok(Open::new(Some(of), entries, kind, rule))
    }

    /// Several dictionaries that count as one. Kind and text rule are the same in all.
    pub(crate) fn merged(entries: Entries, kind: ValueKind, rule: TextRule) -> Self {
        Open::new(None, entries, kind, rule)
    }

    fn new(of: Option<Of>, entries: Entries, kind: ValueKind, rule: TextRule) -> Self {
        Open {
            of,
            entries: stoppable(entries),
            kind,
            rule,
            finder: Mutex::new(None),
            whole: PyOnceLock::new(),
        }
    }

    /// The dictionary, where there is only one.
    pub(crate) fn dictionary(&self) -> PyResult<Dictionary> {
        match &self.of {
            Some(of) => Ok(of.dictionary().clone()),
            None => Err(StateError::new_err("there are several dictionaries")),
        }
    }

    /// Hands the value of a key to `give`; nothing when it is not stored.
    #[inline]
    pub(crate) fn get<T>(
        &self,
        key: &[u8],
        give: impl FnOnce(Option<Value<'_>>) -> PyResult<T>,
    ) -> PyResult<T> {
        match &self.of {
            Some(Of::All(dictionary)) => give(dictionary.get_spelled(key).raise()?),
            Some(Of::Under(secondary, fields)) => {
                let view = secondary.under(&slices(fields)).raise()?;
                match self.stored(key) {
                    Some(key) => give(view.get(&key).raise()?),
                    None => give(None),
                }
            }
            None => {
                let found = match self.stored(key) {
                    Some(key) => self.entries.get(&key).raise()?,
                    None => None,
                };
                give(found.as_ref().map(Match::value))
            }
        }
    }

    /// The values of keys, in their order.
    pub(crate) fn get_many(&self, keys: &[&[u8]]) -> Result<Values<'_>> {
        if self.rule.is_none() {
            return self.get_stored(keys);
        }
        // the empty key is never stored
        let stored: Vec<Cow<'_, [u8]>> = keys
            .iter()
            .map(|key| self.stored(key).unwrap_or_default())
            .collect();
        self.get_stored(&stored)
    }

    fn get_stored<K: AsRef<[u8]>>(&self, stored: &[K]) -> Result<Values<'_>> {
        match &self.of {
            Some(Of::All(dictionary)) => dictionary.get_many(stored).map(Values::Borrowed),
            Some(Of::Under(secondary, fields)) => {
                let view = secondary.under(&slices(fields))?;
                view.get_many(stored).map(Values::Borrowed)
            }
            None => {
                let found = stored.iter().map(|key| self.entries.get(key.as_ref()));
                found.collect::<Result<_>>().map(Values::Found)
            }
        }
    }

    /// The form in which a key is stored; nothing where it cannot be.
    #[inline]
    fn stored<'k>(&self, key: &'k [u8]) -> Option<Cow<'k, [u8]>> {
        if self.rule.is_none() {
            return Some(key.into());
        }
        match self.rule.stored_key(key) {
            Ok(stored) => Some(stored.into()),
            Err(SeparatorInKey) => None,
        }
    }

    /// An entry with the key as it was given to the compiler.
    #[inline]
    pub(crate) fn shown(&self, mut found: Match) -> Match {
        if !self.rule.is_none()
            && let Some(spelling) = TextRule::spelling(&found.key)
        {
            found.key = spelling.to_vec();
        }
        found
    }

    /// The entries of a range in byte order of the stored keys.
    pub(crate) fn range(
        &self,
        prefix: &[u8],
        from: &[u8],
        before: Option<&[u8]>,
    ) -> PyResult<Walk> {
        if let Some(of) = &self.of {
            return Ok(Walk::rows(Rows::of(of.clone(), prefix, from, before)));
        }
        let behind = crate::rows::behind(prefix);
        let mut range = KeyRange::from(prefix.max(from));
        if let Some(before) = before.into_iter().chain(behind.as_deref()).min() {
            range = range.before(before);
        }
        Ok(Walk::matches(self.entries.search(range).raise()?))
    }

    /// The number of keys. It is stored with a dictionary; else all are counted.
    pub(crate) fn len(&self) -> Result<u64> {
        if let Some(Of::All(dictionary)) = &self.of {
            return Ok(dictionary.len());
        }
        let mut all = self.entries.search(KeyRange::default())?;
        let mut count = 0;
        while all.advance()? {
            count += 1;
        }
        Ok(count)
    }

    /// What finds keys in text.
    pub(crate) fn finder(&self) -> Result<Finder> {
        let kept = || self.finder.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(finder) = &*kept() {
            return Ok(finder.clone());
        }
        let finder = Finder::new(&self.entries)?;
        *kept() = Some(finder.clone());
        Ok(finder)
    }
}

/// The values of several keys.
pub(crate) enum Values<'s> {
    Borrowed(Vec<Option<Value<'s>>>),
    Found(Vec<Option<Match>>),
}

impl Values<'_> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<Value<'_>>> {
        let (borrowed, found) = match self {
            Values::Borrowed(values) => (&values[..], &[][..]),
            Values::Found(found) => (&[][..], &found[..]),
        };
        let found = found.iter().map(|found| found.as_ref().map(Match::value));
        borrowed.iter().copied().chain(found)
    }
}
