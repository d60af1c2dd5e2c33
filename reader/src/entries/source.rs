//! One of the dictionaries that are asked together.

use std::sync::Arc;

use crate::dictionary::Dictionary;
use crate::format::filter::Filter;
use crate::format::transition::WEIGHT_DEPTH;
use crate::fsa::Cursor;
use crate::key_set::KeySet;

/// A dictionary, or the part of it under exact secondary values, with the keys that count as deleted in it.
#[derive(Clone, Debug)]
pub struct Source {
    pub(crate) dictionary: Dictionary,
    /// Where its keys start; nothing when there are none.
    pub(crate) root: Option<Cursor>,
    /// Bytes of the stored keys above the root.
    pub(crate) hidden: usize,
    /// Whether a key is found sooner from the root than from where a walk stands.
    pub(crate) from_root: bool,
    deleted: Option<Arc<KeySet>>,
    filter: Option<Filter>,
}

impl Source {
    /// All of a dictionary.
    pub fn new(dictionary: &Dictionary) -> Self {
        Source::below(dictionary, dictionary.fsa().root(), 0)
    }

    /// The keys below `root`, which `hidden` bytes of the stored keys lead to.
    pub(crate) fn below(dictionary: &Dictionary, root: Option<Cursor>, hidden: usize) -> Self {
        let fsa = dictionary.fsa();
        Source {
            from_root: fsa.has_slots() && root == fsa.root(),
            dictionary: dictionary.clone(),
            root,
            hidden,
            deleted: None,
            filter: None,
        }
    }

    /// Takes these keys for deleted in this source. In others they may be stored.
    #[must_use]
    pub fn deleted(mut self, keys: impl Into<Arc<KeySet>>) -> Self {
        self.deleted = Some(keys.into());
        self
    }

    /// Has look-ups of whole keys ask this filter first, which has to be of all keys of the dictionary.
    #[must_use]
    pub fn filtered(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// What knows keys that are not stored.
    #[inline]
    pub(crate) fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// Whether an inner weight that is stored behind so many labels is exact.
    #[inline]
    pub(crate) fn knows(&self, weight: u32, depth: usize) -> bool {
        u64::from(weight) < self.known_below(depth)
    }

    /// Inner weights below this are exact where they are stored behind so many labels.
    #[inline]
    pub(crate) fn known_below(&self, depth: usize) -> u64 {
        if self.dictionary.fsa().fold().is_some() {
            u64::MAX
        } else if self.hidden + depth < WEIGHT_DEPTH {
            CAPPED
        } else {
            0
        }
    }

    /// Whether any keys are deleted.
    pub(crate) fn has_any_deleted(&self) -> bool {
        self.deleted.as_ref().is_some_and(|keys| !keys.is_empty())
    }

    /// The keys that count as deleted.
    pub(crate) fn deleted_keys(&self) -> impl Iterator<Item = &[u8]> {
        self.deleted.iter().flat_map(|keys| keys.iter())
    }

    /// Whether the key `start` + `end` is deleted.
    #[inline]
    pub(crate) fn has_deleted(&self, start: &[u8], end: &[u8]) -> bool {
        self.deleted.as_ref().is_some_and(|keys| match end {
            [] => keys.contains(start),
            _ => keys.contains(&[start, end].concat()),
        })
    }
}

/// A weight in keyvi's layout that stands for this one and all higher ones.
const CAPPED: u64 = u16::MAX as u64;
