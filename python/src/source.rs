//! What is behind an open `Entries`.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use keyfold_reader::automaton::KeyRange;
use keyfold_reader::index::{Segment, Snapshot};
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
    /// An index at one moment, where it is one.
    snapshot: Option<Arc<Snapshot>>,
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

    /// An index as it was at one moment.
    pub(crate) fn snapshot(snapshot: Arc<Snapshot>) -> Self {
        let kind = |segment: &Segment| segment.dictionary().header().kind;
        let kind = snapshot.segments().next().map_or(ValueKind::Json, kind);
        let mut open = Open::new(None, snapshot.entries(), kind, TextRule::default());
        open.snapshot = Some(snapshot);
        open
    }

    fn new(of: Option<Of>, entries: Entries, kind: ValueKind, rule: TextRule) -> Self {
        Open {
            of,
            snapshot: None,
            entries: stoppable(entries),
            kind,
            rule,
            finder: Mutex::new(None),
            whole: PyOnceLock::new(),
        }
    }

    /// The index at one moment, where it is one.
    pub(crate) fn index(&self) -> Option<&Arc<Snapshot>> {
        self.snapshot.as_ref()
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
            None => match (&self.snapshot, self.stored(key)) {
                (Some(snapshot), _) => give(snapshot.get(key).raise()?),
                (None, Some(key)) => give(self.entries.get_value(&key).raise()?),
                (None, None) => give(None),
            },
        }
    }

    /// The values of keys, in their order.
    pub(crate) fn get_many(&self, keys: &[&[u8]]) -> Result<Vec<Option<Value<'_>>>> {
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

    fn get_stored<K: AsRef<[u8]>>(&self, stored: &[K]) -> Result<Vec<Option<Value<'_>>>> {
        match &self.of {
            Some(Of::All(dictionary)) => dictionary.get_many(stored),
            Some(Of::Under(secondary, fields)) => {
                let view = secondary.under(&slices(fields))?;
                view.get_many(stored)
            }
            None => match &self.snapshot {
                Some(snapshot) => snapshot.get_many(stored),
                None => self.entries.get_many(stored),
            },
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
        match &self.snapshot {
            Some(snapshot) => snapshot.len(),
            None => self.entries.count(),
        }
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
