//! Nodes from events: what the reader finds at the top.

use keyfold_reader::format::native::leaf::SLACK;
use keyfold_reader::format::native::node::{self, FAR, FAR_UNIT, LEAF, Range, leaf_target};
use keyfold_reader::format::to_usize;

use keyfold_reader::format::native::slots::{MAX_CHAIN, Slot};

use super::outline::{Event, Group};
use super::slots::Slots;
use crate::error::{Error, Result};
use crate::spool::Spool;

/// Chains of fewer labels are slots: a junction would take longer.
const LEAST_CHAIN: usize = 4;

/// Writes leaves and nodes.
pub(super) struct Head {
    weighted: bool,
    nodes: Spool,
    leaves: Spool,
    slots: Option<Slots>,
    open: Vec<Open>,
    record: Vec<u8>,
    nodes_written: u64,
    leaves_written: u64,
}

/// A node under construction.
#[derive(Debug, Default)]
struct Open {
    ordinal: Option<u32>,
    weight: u32,
    ranges: Vec<Range>,
    /// The children as they are to stand in the slots.
    children: Vec<Slot>,
}

/// A complete node, as others lead to it.
struct Complete {
    offset: u32,
    weight: u32,
    /// What leads to it in the slots.
    entrance: u32,
}

/// A finished head.
pub(super) struct Finished {
    pub nodes: Spool,
    pub leaves: Spool,
    pub slots: Option<(Spool, Spool)>,
    pub root: u32,
    pub entrance: u32,
    pub nodes_written: u64,
    pub leaves_written: u64,
}

impl Head {
    pub(super) fn new(weighted: bool, nodes: Spool, leaves: Spool, slots: Option<Slots>) -> Self {
        Head {
            weighted,
            nodes,
            leaves,
            slots,
            open: Vec::new(),
            record: Vec::new(),
            nodes_written: 0,
            leaves_written: 0,
        }
    }

    /// Takes an event; `leaf` are the bytes of its leaf if it is one.
    pub(super) fn take(&mut self, event: &Event, leaf: &[u8]) -> Result<()> {
        match event {
            Event::Enter => self.open.push(Open::default()),
            Event::Leaf(group) => self.add_leaf(group, leaf)?,
            &Event::Key { ordinal, weight } => {
                if let Some(open) = self.open.last_mut() {
                    open.ordinal = Some(ordinal);
                    open.weight = open.weight.max(weight);
                }
            }
            Event::Leave { separator, chain } => {
                let node = self.complete(chain)?;
                self.add_node(*separator, &node);
            }
            Event::Wrap { separator, chain } => {
                let node = self.complete(chain)?;
                self.open.push(Open::default());
                self.add_node(*separator, &node);
            }
        }
        Ok(())
    }

    fn add_leaf(&mut self, group: &Group, bytes: &[u8]) -> Result<()> {
        let mut at = self.leaves.len();
        if at >= FAR {
            let padding = at.next_multiple_of(FAR_UNIT) - at;
            self.leaves.append(&vec![0; to_usize(padding)])?;
            at += padding;
        }
        let Some(target) = leaf_target(at) else {
            return Err(Error::TooLarge("the leaves take more than 17 GiB"));
        };
        self.leaves.append(bytes)?;
        self.leaves_written += 1;
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        let mut text = &group.text[..];
        let slotted = self.slots.is_some();
        for (i, key) in (0u8..).zip(&group.keys) {
            if i == 0 {
                open.ranges.push(Range {
                    separator: text[0],
                    target,
                    weight: group.weight,
                });
            }
            if slotted && (i == 0 || key.shared == 0) {
                open.children.push(Slot {
                    label: text[0],
                    key: i,
                    target,
                });
            }
            text = &text[key.len as usize..];
        }
        open.weight = open.weight.max(group.weight);
        Ok(())
    }

    fn add_node(&mut self, separator: u8, node: &Complete) {
        if let Some(open) = self.open.last_mut() {
            let Complete {
                offset,
                weight,
                entrance,
            } = *node;
            open.ranges.push(Range {
                separator,
                target: offset,
                weight,
            });
            open.children.push(Slot {
                label: separator,
                key: 0,
                target: entrance,
            });
            open.weight = open.weight.max(weight);
        }
    }

    /// Writes the open node and the chain that leads to it.
    fn complete(&mut self, chain: &[u8]) -> Result<Complete> {
        let open = self.open.pop().unwrap_or_default();
        let offset = u32::try_from(self.nodes.len())
            .ok()
            .filter(|offset| offset & LEAF == 0);
        let Some(offset) = offset else {
            return Err(Error::TooLarge("the head takes more than 2 GiB"));
        };
        self.record.clear();
        node::write(
            open.ordinal,
            &open.ranges,
            self.weighted,
            chain,
            &mut self.record,
        );
        self.nodes.append(&self.record)?;
        self.nodes_written += 1;
        let mut entrance = 0;
        if let Some(slots) = &mut self.slots {
            entrance = slots.place(&open.children, open.ordinal)?;
            let mut chain = chain;
            while !chain.is_empty() {
                let start = chain.len().saturating_sub(MAX_CHAIN);
                if chain.len() - start >= LEAST_CHAIN {
                    entrance = slots.join(&chain[start..], entrance)?;
                    chain = &chain[..start];
                }
                // behind a slot there is a base or one junction
                if let Some((&label, before)) = chain.split_last() {
                    let child = Slot {
                        label,
                        key: 0,
                        target: entrance,
                    };
                    entrance = slots.place(&[child], None)?;
                    chain = before;
                }
            }
        }
        Ok(Complete {
            offset,
            weight: open.weight,
            entrance,
        })
    }

    /// Writes the root.
    pub(super) fn finish(mut self) -> Result<Finished> {
        let mut root = Complete {
            offset: 0,
            weight: 0,
            entrance: 0,
        };
        if !self.open.is_empty() {
            root = self.complete(&[])?;
            self.leaves.append(&[0; SLACK])?;
        }
        let slots = match self.slots {
            Some(slots) if self.nodes_written > 0 => slots.finish()?,
            _ => None,
        };
        Ok(Finished {
            nodes: self.nodes,
            leaves: self.leaves,
            slots,
            root: root.offset,
            entrance: root.entrance,
            nodes_written: self.nodes_written,
            leaves_written: self.leaves_written,
        })
    }
}
