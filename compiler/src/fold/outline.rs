//! Which nodes and leaves there are: sorted keys in, events out.
//!
//! A position below which there are more keys than a leaf takes becomes a node. All other keys wait until their leaf is
//! full: the keys behind several neighbouring labels of a node share one leaf. So what is held is one leaf's keys and
//! the open nodes on the path to the last key, and leaves come in the order of their keys.

use keyfold_reader::format::native::leaf::MAX_KEYS;

use crate::error::{Error, Result};
use crate::sort::shared_prefix;

/// Most bytes of text in a leaf of more than one key.
const MAX_TEXT: usize = 1 << 12;

/// What becomes of keys, in order.
pub(crate) type Events = Vec<Event>;

/// What becomes of the keys. Nodes are told as on a stack.
#[derive(Debug)]
pub(crate) enum Event {
    /// A node is opened: the ranges that follow are its own.
    Enter,
    /// A leaf is the next range of the open node.
    Leaf(Group),
    /// A key ends at the open node.
    Key { ordinal: u32, weight: u32 },
    /// The open node is complete, and the next range of the one below it, which is the open one now.
    Leave { separator: u8, chain: Vec<u8> },
    /// The open node is complete, and the first range of a new one, which is the open one now.
    Wrap { separator: u8, chain: Vec<u8> },
}

/// The keys of a leaf.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Group {
    /// Ordinal of the first key.
    pub first: u32,
    /// The highest weight of the keys.
    pub weight: u32,
    pub keys: Vec<Key>,
    /// What the keys do not share, one behind the other.
    pub text: Vec<u8>,
}

/// A key of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Bytes shared with the key before, counted from the node.
    pub shared: u32,
    /// Bytes of what is not shared, at least one.
    pub len: u32,
    pub weight: u32,
}

/// The structure of a file under construction.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    previous: Vec<u8>,
    /// Depths of the open nodes, the root's first.
    open: Vec<usize>,
    /// Keys that wait for their leaf; shared lengths are counted from the start of the key.
    waiting: Group,
    next: u32,
}

impl Outline {
    /// Adds a key behind all keys so far; how many bytes it shares with the key before.
    pub(crate) fn add(&mut self, key: &[u8], weight: u32, events: &mut Events) -> Result<usize> {
        let shared = shared_prefix(&self.previous, key);
        if self.open.is_empty() {
            events.push(Event::Enter);
            self.open.push(0);
        }
        while let Some(&depth) = self.open.last()
            && depth > shared
        {
            self.close(shared, events);
        }
        let Some(next) = self.next.checked_add(1) else {
            return Err(Error::TooLarge("there are more than 4,294,967,295 keys"));
        };
        if self.waiting.keys.is_empty() {
            self.waiting.first = self.next;
        }
        self.next = next;
        let tail = &key[shared..];
        self.waiting.text.extend_from_slice(tail);
        self.waiting.keys.push(Key {
            shared: narrow(shared),
            len: narrow(tail.len()),
            weight,
        });
        self.previous.truncate(shared);
        self.previous.extend_from_slice(tail);
        while self.waiting.keys.len() > MAX_KEYS
            || (self.waiting.text.len() > MAX_TEXT && self.waiting.keys.len() > 1)
        {
            self.make_room(events);
        }
        Ok(shared)
    }

    /// Ends with the root as the only open node, complete but for its bytes.
    pub(crate) fn finish(&mut self, events: &mut Events) {
        while self.open.len() > 1 {
            self.close(0, events);
        }
        self.flush(self.waiting.keys.len(), events);
    }

    fn depth(&self) -> usize {
        self.open.last().copied().unwrap_or(0)
    }

    /// Completes the open node; if the one below it is higher than `shared`, a new one is put in between.
    fn close(&mut self, shared: usize, events: &mut Events) {
        self.flush(self.waiting.keys.len(), events);
        let depth = self.open.pop().unwrap_or(0);
        let below = self.depth();
        let at = below.max(shared);
        let (separator, chain) = (self.previous[at], self.previous[at + 1..depth].to_vec());
        events.push(if at > below {
            self.open.push(at);
            Event::Wrap { separator, chain }
        } else {
            Event::Leave { separator, chain }
        });
    }

    /// Writes the leaf of the labels that are complete, or, if all waiting keys go on with the same label, opens the
    /// node where they part.
    fn make_room(&mut self, events: &mut Events) {
        let depth = narrow(self.depth());
        let keys = &self.waiting.keys;
        if let Some(complete) = keys.iter().skip(1).rposition(|key| key.shared == depth) {
            self.flush(complete + 1, events);
            return;
        }
        let parting = keys
            .iter()
            .skip(1)
            .map(|key| key.shared)
            .min()
            .unwrap_or(depth);
        events.push(Event::Enter);
        self.open.push(parting as usize);
        // of the first key the text starts at the open node
        let cut = parting - depth;
        self.waiting.text.drain(..cut as usize);
        let first = &mut self.waiting.keys[0];
        first.shared = parting;
        first.len -= cut;
        if first.len == 0 {
            let (ordinal, weight) = (self.waiting.first, first.weight);
            events.push(Event::Key { ordinal, weight });
            self.waiting.keys.remove(0);
            self.waiting.first += 1;
        }
    }

    /// Writes the first `count` keys as a leaf.
    fn flush(&mut self, count: usize, events: &mut Events) {
        if count == 0 {
            return;
        }
        let depth = narrow(self.depth());
        let behind = self.waiting.keys.split_off(count);
        let mut keys = std::mem::replace(&mut self.waiting.keys, behind);
        let len: usize = keys.iter().map(|key| key.len as usize).sum();
        let behind = self.waiting.text.split_off(len);
        let text = std::mem::replace(&mut self.waiting.text, behind);
        let first = self.waiting.first;
        self.waiting.first += narrow(count);
        for key in &mut keys {
            key.shared -= depth;
        }
        let weight = keys.iter().map(|key| key.weight).max().unwrap_or(0);
        events.push(Event::Leaf(Group {
            first,
            weight,
            keys,
            text,
        }));
    }
}

/// A length or number of keys; keys are shorter than 4 GiB.
#[expect(clippy::cast_possible_truncation, reason = "keys are limited to less")]
fn narrow(n: usize) -> u32 {
    n as u32
}
