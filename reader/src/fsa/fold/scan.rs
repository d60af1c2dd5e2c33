//! Keys in byte order, leaf by leaf.

use super::leaf::{Entry, OUTSIDE};
use super::{Fold, LEAF, Place, TOO_LONG, leaf_offset};
use crate::error::Fault;
use crate::format::to_usize;

const ORDINALS: &str = "the ordinals of the keys do not follow each other";

/// A walk over the keys below a position. It holds no reference to the automaton, which is handed in at each step.
#[derive(Clone, Debug)]
pub(in crate::fsa) struct FoldScan {
    key: Vec<u8>,
    frames: Vec<Frame>,
    leaf: InLeaf,
    /// Those of the leaf, up to the last one below the position; none outside of a leaf.
    entries: Vec<Entry>,
    /// A key that is next, its text being complete already.
    ready: bool,
    /// Ordinal of the next key.
    next: Option<u32>,
    max_key_len: usize,
}

/// A node whose ranges are being walked.
#[derive(Clone, Copy, Debug)]
struct Frame {
    offset: u32,
    range: usize,
    /// Bytes of the key at the branching point.
    depth: usize,
}

/// A leaf whose keys are being walked.
#[derive(Clone, Copy, Debug, Default)]
struct InLeaf {
    offset: u64,
    /// The next of the entries.
    entry: usize,
    /// Bytes of a key before those that shared lengths count, modulo 2^64.
    top: usize,
}

impl FoldScan {
    /// A walk over the keys at `state` and below, which all start with `prefix`.
    pub(in crate::fsa) fn new(
        fold: &Fold,
        state: u64,
        prefix: &[u8],
        max_key_len: usize,
    ) -> Result<Self, Fault> {
        let mut scan = FoldScan {
            key: prefix.to_vec(),
            frames: Vec::new(),
            leaf: InLeaf::default(),
            entries: Vec::new(),
            ready: false,
            next: None,
            max_key_len,
        };
        match Place::unpack(state) {
            Place::Node { offset, depth } => scan.enter(fold, offset, depth)?,
            Place::Leaf { offset, key, depth } => {
                let leaf = fold.leaf(offset)?;
                let mut text = Vec::new();
                let before = fold.tail(&leaf, key, offset, &mut text)?;
                let rest = depth.checked_sub(before).and_then(|at| text.get(at..));
                scan.key.extend_from_slice(rest.unwrap_or_default());
                scan.ready = true;
                scan.next = Some(leaf.header.first.wrapping_add(key));
                let end = leaf.end_of(key, depth);
                leaf.entries(&fold.alphabet, &mut scan.entries);
                scan.entries.truncate(end as usize);
                scan.leaf = InLeaf {
                    offset,
                    entry: key as usize + 1,
                    top: prefix.len().wrapping_sub(depth),
                };
            }
        }
        Ok(scan)
    }

    /// Goes into a node, `depth` bytes of whose chain are in the key.
    fn enter(&mut self, fold: &Fold, offset: u32, depth: usize) -> Result<(), Fault> {
        let node = fold.node(offset)?;
        self.key
            .extend_from_slice(node.chain.get(depth..).unwrap_or_default());
        if self.key.len() > self.max_key_len {
            return Err(fold.node_fault(offset, TOO_LONG));
        }
        if let Some(ordinal) = node.ordinal {
            if *self.next.get_or_insert(ordinal) != ordinal {
                return Err(fold.node_fault(offset, ORDINALS));
            }
            self.ready = true;
        }
        self.frames.push(Frame {
            offset,
            range: 0,
            depth: self.key.len(),
        });
        Ok(())
    }

    fn enter_leaf(&mut self, fold: &Fold, offset: u64, depth: usize) -> Result<(), Fault> {
        let leaf = fold.leaf(offset)?;
        let header = leaf.header;
        if *self.next.get_or_insert(header.first) != header.first {
            return Err(fold.leaf_fault(offset, ORDINALS));
        }
        self.entries.clear();
        leaf.entries(&fold.alphabet, &mut self.entries);
        self.leaf = InLeaf {
            offset,
            entry: 0,
            top: depth,
        };
        Ok(())
    }

    /// Leaves out all keys before `lower`. To be called before the first step.
    pub(in crate::fsa) fn seek(&mut self, fold: &Fold, lower: &[u8]) -> Result<(), Fault> {
        while let Some(frame) = self.frames.last_mut() {
            if self.key.as_slice() >= lower {
                return Ok(());
            }
            self.ready = false;
            self.next = None;
            let Some(&label) = lower
                .strip_prefix(&self.key[..])
                .and_then(|rest| rest.first())
            else {
                // all keys below the node come before
                self.frames.pop();
                return Ok(());
            };
            let (offset, depth) = (frame.offset, frame.depth);
            let node = fold.node(offset)?;
            let Some(range) = node.range_of(label) else {
                return Ok(());
            };
            frame.range = range + 1;
            let target = node.target(range);
            if target & LEAF != 0 {
                self.enter_leaf(fold, leaf_offset(target), depth)?;
                break;
            }
            if node.separators[range] != label {
                return Ok(());
            }
            let child = fold.child_of(offset, target)?;
            self.key.push(label);
            self.enter(fold, child, 0)?;
        }
        if self.ready {
            if self.key.as_slice() >= lower {
                return Ok(());
            }
            self.ready = false;
            self.next = self.next.map(|ordinal| ordinal.wrapping_add(1));
        }
        while self.next_in_leaf(fold)? {
            if self.key.as_slice() >= lower {
                self.ready = true;
                break;
            }
            self.next = self.next.map(|ordinal| ordinal.wrapping_add(1));
        }
        Ok(())
    }

    /// Goes to the next key of the leaf; false when there is none.
    #[inline(always)]
    fn next_in_leaf(&mut self, fold: &Fold) -> Result<bool, Fault> {
        let Some(&entry) = self.entries.get(self.leaf.entry) else {
            return Ok(false);
        };
        self.leaf.entry += 1;
        match self.append(fold, entry) {
            Ok(()) => Ok(true),
            Err(reason) => Err(fold.leaf_fault(self.leaf.offset, reason)),
        }
    }

    /// Goes to the next key; its ordinal, or nothing at the end.
    #[inline(always)]
    pub(in crate::fsa) fn advance(&mut self, fold: &Fold) -> Result<Option<u32>, Fault> {
        if !self.ready && self.next_in_leaf(fold)? {
            return Ok(self.count());
        }
        self.leave(fold)
    }

    /// As `advance`, where no key of a leaf is next.
    fn leave(&mut self, fold: &Fold) -> Result<Option<u32>, Fault> {
        loop {
            if std::mem::take(&mut self.ready) || self.next_in_leaf(fold)? {
                return Ok(self.count());
            }
            let Some(frame) = self.frames.last_mut() else {
                return Ok(None);
            };
            let node = fold.node(frame.offset)?;
            if frame.range == node.ranges() {
                self.frames.pop();
                continue;
            }
            let (offset, depth, range) = (frame.offset, frame.depth, frame.range);
            frame.range += 1;
            self.key.truncate(depth);
            let target = node.target(range);
            if target & LEAF != 0 {
                self.enter_leaf(fold, leaf_offset(target), depth)?;
            } else {
                self.key.push(node.separators[range]);
                let child = fold.child_of(offset, target)?;
                self.enter(fold, child, 0)?;
            }
        }
    }

    fn count(&mut self) -> Option<u32> {
        let ordinal = self.next?;
        self.next = Some(ordinal.wrapping_add(1));
        Some(ordinal)
    }

    #[inline(always)]
    fn append(&mut self, fold: &Fold, entry: Entry) -> Result<(), &'static str> {
        let shared = self.leaf.top.wrapping_add(entry.shared);
        if shared > self.key.len() {
            return Err("a key shares more or less than the key before it has");
        }
        self.key.truncate(shared);
        self.key.push(entry.label);
        let start = to_usize(self.leaf.offset) + entry.codes;
        let codes = fold.leaves.get(start..start + entry.len).ok_or(OUTSIDE)?;
        fold.tokens.view().decode(codes, &mut self.key)?;
        if self.key.len() > self.max_key_len {
            return Err(TOO_LONG);
        }
        Ok(())
    }

    /// The current key.
    pub(in crate::fsa) fn key(&self) -> &[u8] {
        &self.key
    }
}
