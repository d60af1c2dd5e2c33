//! The traversal in byte order of the keys.

use crate::error::Fault;
use crate::fsa::fold::{Fold, FoldScan};
use crate::fsa::{Children, Cursor, Fsa, ValueHandle};

/// A depth-first walk: a key before the keys it is a prefix of, children by byte.
///
/// The walk holds no reference to the automaton, which is handed in at each step. However damaged the file,
/// it ends: a path longer than the key limit, a position where no key ends and nothing follows, and more
/// keys than announced are errors.
#[derive(Clone, Debug)]
pub struct Lexicographic {
    key: Vec<u8>,
    frames: Vec<Frame>,
    /// Position to be entered before anything else.
    start: Option<Cursor>,
    /// The walk itself in a native file, whose leaves are read key by key.
    leaves: Option<FoldScan>,
    /// Keys that may still come.
    remaining: u64,
    max_key_len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    depth: usize,
    children: Children,
    at: Cursor,
    /// Neither does a key end here nor was a child found yet.
    barren: bool,
}

impl Lexicographic {
    /// A walk over `at` and all below it, whose keys start with `prefix`. At most `keys` are expected, none
    /// longer than `max_key_len` bytes.
    pub fn new(at: Option<Cursor>, prefix: &[u8], keys: u64, max_key_len: usize) -> Self {
        Lexicographic {
            key: prefix.to_vec(),
            frames: Vec::new(),
            start: at,
            leaves: None,
            remaining: keys,
            max_key_len,
        }
    }

    /// Leaves out all keys before `lower`, which includes the prefix. To be called before the first step.
    pub fn seek(&mut self, fsa: &Fsa, lower: &[u8]) -> Result<(), Fault> {
        let Some(mut at) = self.start.take() else {
            return Ok(());
        };
        let rest = match lower.strip_prefix(&self.key[..]) {
            Some(rest) => rest,
            None if lower > &self.key[..] => return Ok(()),
            None => &[],
        };
        if let Some(fold) = fsa.fold() {
            let mut leaves = FoldScan::new(fold, at.state, &self.key, self.max_key_len)?;
            if !rest.is_empty() {
                leaves.seek(fold, lower)?;
            }
            self.leaves = Some(leaves);
            return Ok(());
        }
        for &label in rest {
            let mut children = fsa.children(at)?;
            children.skip_through(label);
            self.frames.push(Frame {
                depth: self.key.len(),
                children,
                at,
                barren: false,
            });
            let Some(child) = fsa.step(at, label)? else {
                return Ok(());
            };
            self.key.push(label);
            at = child;
        }
        self.start = Some(at);
        Ok(())
    }

    /// Goes to the next key; its value, or nothing at the end.
    #[inline]
    pub fn advance(&mut self, fsa: &Fsa) -> Result<Option<ValueHandle>, Fault> {
        match fsa.fold() {
            Some(fold) => self.advance_in_leaves(fold),
            None => self.advance_by_states(fsa),
        }
    }

    #[inline]
    fn advance_in_leaves(&mut self, fold: &Fold) -> Result<Option<ValueHandle>, Fault> {
        if let Some(at) = self.start.take() {
            self.leaves = Some(FoldScan::new(fold, at.state, &self.key, self.max_key_len)?);
        }
        let Some(leaves) = &mut self.leaves else {
            return Ok(None);
        };
        let Some(ordinal) = leaves.advance(fold)? else {
            return Ok(None);
        };
        let Some(remaining) = self.remaining.checked_sub(1) else {
            return Err(fold.fault("more keys than the header says"));
        };
        self.remaining = remaining;
        Ok(Some(ValueHandle(u64::from(ordinal))))
    }

    fn advance_by_states(&mut self, fsa: &Fsa) -> Result<Option<ValueHandle>, Fault> {
        if let Some(at) = self.start.take()
            && let Some(value) = self.enter(fsa, at)?
        {
            return Ok(Some(value));
        }
        while let Some(frame) = self.frames.last_mut() {
            let Some((label, child)) = fsa.next_child(&mut frame.children)? else {
                if frame.barren {
                    return Err(fsa.fault(frame.at, "a path ends without a key"));
                }
                self.frames.pop();
                continue;
            };
            frame.barren = false;
            self.key.truncate(frame.depth);
            if frame.children.is_empty() {
                self.frames.pop();
            }
            self.key.push(label);
            if self.key.len() > self.max_key_len {
                return Err(fsa.fault(child, "a path is longer than any key: a cycle"));
            }
            if let Some(value) = self.enter(fsa, child)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// Notes the children of a position; the value of the key that ends there.
    fn enter(&mut self, fsa: &Fsa, at: Cursor) -> Result<Option<ValueHandle>, Fault> {
        let value = fsa.value(at)?;
        let children = fsa.children(at)?;
        if value.is_some() {
            self.remaining = self
                .remaining
                .checked_sub(1)
                .ok_or_else(|| fsa.fault(at, "more keys than the header says"))?;
        }
        if !children.is_empty() || value.is_none() {
            let depth = self.key.len();
            self.frames.push(Frame {
                depth,
                children,
                at,
                barren: value.is_none(),
            });
        }
        Ok(value)
    }

    /// The current key.
    #[inline]
    pub fn key(&self) -> &[u8] {
        self.leaves.as_ref().map_or(&self.key, FoldScan::key)
    }

    /// How many of the announced keys have not come.
    pub fn remaining(&self) -> u64 {
        self.remaining
    }
}
