//! Keys of a leaf that start alike, with their weights.

use std::ops::Range;

use super::leaf::{Entry, Leaf};
use super::{Fold, Place, SHARED, TOO_LONG};
use crate::dictionary::MAX_KEY_LEN;
use crate::error::Fault;

/// All keys at a position within a leaf and below.
#[derive(Clone, Debug)]
pub(crate) struct LeafPart {
    offset: u64,
    /// Which keys of the leaf.
    keys: Range<u32>,
    /// How many bytes they have in common within the leaf.
    depth: usize,
    /// The ordinal of the leaf's first key.
    first: u32,
}

/// Room for what reading parts takes.
#[derive(Debug, Default)]
pub(crate) struct PartRoom {
    entries: Vec<Entry>,
    text: Vec<u8>,
}

impl LeafPart {
    /// The ordinals of the keys.
    pub(crate) fn ordinals(&self) -> Range<u32> {
        self.first.saturating_add(self.keys.start)..self.first.saturating_add(self.keys.end)
    }
}

impl Fold {
    /// The keys at a position and below, if it is within a leaf.
    pub(in crate::fsa) fn part(&self, state: u64) -> Result<Option<LeafPart>, Fault> {
        let Place::Leaf { offset, key, depth } = Place::unpack(state) else {
            return Ok(None);
        };
        let leaf = self.leaf(offset)?;
        let header = leaf.header;
        let end = leaf.end_of(key, depth).min(header.keys);
        if key >= end {
            return Err(self.leaf_fault(offset, "a leaf lacks a key"));
        }
        Ok(Some(LeafPart {
            offset,
            keys: key..end,
            depth,
            first: header.first,
        }))
    }

    /// Appends the weights of the keys with these ordinals; zeros in dictionaries that have none.
    pub(crate) fn weights(&self, ordinals: Range<u32>, out: &mut Vec<u32>) {
        let start = out.len();
        out.resize(start + ordinals.len(), 0);
        let mut room = out[start..].iter_mut();
        self.each_weight(ordinals, |weight| {
            if let Some(room) = room.next() {
                *room = weight;
            }
        });
    }

    /// Tells of some keys what they have behind what all have in common, and their ordinals. Bit `i` of `wanted` stands for
    /// the key `i` of the part.
    pub(crate) fn read_part(
        &self,
        part: &LeafPart,
        wanted: u64,
        room: &mut PartRoom,
        tell: impl FnMut(&[u8], u32),
    ) -> Result<(), Fault> {
        let leaf = self.leaf(part.offset)?;
        self.read_keys(&leaf, part, wanted, room, tell)
            .map_err(|reason| self.leaf_fault(part.offset, reason))
    }

    fn read_keys(
        &self,
        leaf: &Leaf<'_>,
        part: &LeafPart,
        wanted: u64,
        room: &mut PartRoom,
        mut tell: impl FnMut(&[u8], u32),
    ) -> Result<(), &'static str> {
        let PartRoom { entries, text } = room;
        entries.clear();
        text.clear();
        leaf.entries(&self.alphabet, entries);
        let entries = &entries[part.keys.start as usize..part.keys.end as usize];
        // from the last key to the first: those wanted, and those that hold a part of their text
        let mut needed = 0u64;
        let mut upto = usize::MAX;
        let count = (u64::BITS - wanted.leading_zeros()) as usize;
        for (i, entry) in entries.iter().enumerate().take(count).rev() {
            if wanted >> i & 1 != 0 || entry.shared < upto {
                needed |= 1 << i;
                upto = entry.shared;
            }
        }
        let tokens = self.tokens.view();
        while needed != 0 {
            let i = needed.trailing_zeros();
            needed &= needed - 1;
            let entry = &entries[i as usize];
            // only the first key has its own bytes before those that all have in common
            let known = part.depth.saturating_sub(entry.shared);
            let kept = (entry.shared + known).checked_sub(part.depth);
            let kept = kept.filter(|&kept| kept <= text.len()).ok_or(SHARED)?;
            text.truncate(kept);
            text.push(entry.label);
            tokens.decode(leaf.code_bytes(entry.codes, entry.len)?, text)?;
            if known > text.len() || i > 0 && known > 0 {
                return Err(SHARED);
            }
            text.drain(..known);
            if text.len() > MAX_KEY_LEN {
                return Err(TOO_LONG);
            }
            if wanted >> i & 1 != 0 {
                tell(text, part.ordinals().start.saturating_add(i));
            }
        }
        Ok(())
    }
}
