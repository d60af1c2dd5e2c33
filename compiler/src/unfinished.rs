//! The states along the path of the last key, which may still get transitions.

use keyfold_reader::format::transition::WEIGHT_DEPTH;
use keyfold_reader::format::varint::write_varint;

use crate::register::Entry;
use crate::sort::shared_prefix;

/// A state under construction.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnfinishedState {
    /// Label and target, in order of the labels.
    pub(crate) transitions: Vec<(u8, u64)>,
    /// The value of the key that ends here.
    pub(crate) value: Option<u64>,
    /// The inner weight; 0: none.
    pub(crate) weight: u16,
    /// A state below was written anew, so that no state written before can be equal to this one.
    pub(crate) novel: bool,
    /// The last child as the register knows it.
    pub(crate) last_child: Option<Entry>,
}

/// A state that has been finished.
pub(crate) struct Finished {
    /// Where it stands.
    pub(crate) position: u64,
    /// Whether it was written anew.
    pub(crate) novel: bool,
    /// The state as the register knows it.
    pub(crate) entry: Option<Entry>,
}

const FINAL: u8 = 1;
const WEIGHTED: u8 = 2;

impl UnfinishedState {
    fn reset(&mut self) {
        self.transitions.clear();
        self.value = None;
        self.weight = 0;
        self.novel = false;
        self.last_child = None;
    }

    /// All that makes a state equal to another, as bytes.
    pub(crate) fn write_signature(&self, out: &mut Vec<u8>) {
        out.clear();
        let weighted = if self.weight > 0 { WEIGHTED } else { 0 };
        out.push(weighted | if self.value.is_some() { FINAL } else { 0 });
        if let Some(value) = self.value {
            write_varint(value, out);
        }
        if self.weight > 0 {
            out.extend_from_slice(&self.weight.to_le_bytes());
        }
        for &(label, target) in &self.transitions {
            out.push(label);
            write_varint(target, out);
        }
    }
}

/// The path of the last key: one unfinished state per byte, and the root.
#[derive(Debug)]
pub(crate) struct UnfinishedPath {
    /// States by depth; those beyond the path are kept for their memory.
    states: Vec<UnfinishedState>,
    key: Vec<u8>,
}

impl UnfinishedPath {
    pub(crate) fn new() -> Self {
        UnfinishedPath {
            states: vec![UnfinishedState::default()],
            key: Vec::new(),
        }
    }

    /// Bytes that `key` has in common with the last key.
    pub(crate) fn shared(&self, key: &[u8]) -> usize {
        shared_prefix(&self.key, key)
    }

    /// Finishes the states deeper than `depth` with `finish`, deepest first.
    pub(crate) fn close<E>(
        &mut self,
        depth: usize,
        mut finish: impl FnMut(&UnfinishedState) -> Result<Finished, E>,
    ) -> Result<(), E> {
        while self.key.len() > depth {
            let at = self.key.len();
            let finished = finish(&self.states[at])?;
            let label = self.key[at - 1];
            self.key.pop();
            let parent = &mut self.states[at - 1];
            parent.transitions.push((label, finished.position));
            parent.novel |= finished.novel;
            parent.last_child = finished.entry;
        }
        Ok(())
    }

    /// Appends the rest of `key` behind what it shares with the path, and ends it with `value`.
    pub(crate) fn extend(&mut self, key: &[u8], value: u64) {
        for &label in &key[self.key.len()..] {
            self.key.push(label);
            match self.states.get_mut(self.key.len()) {
                Some(state) => state.reset(),
                None => self.states.push(UnfinishedState::default()),
            }
        }
        self.states[self.key.len()].value = Some(value);
    }

    /// Raises the inner weights along the path.
    pub(crate) fn raise_weights(&mut self, weight: u16) {
        let depths = (self.key.len() + 1).min(WEIGHT_DEPTH);
        for state in &mut self.states[..depths] {
            state.weight = state.weight.max(weight);
        }
    }

    /// The root.
    pub(crate) fn root(&self) -> &UnfinishedState {
        &self.states[0]
    }
}
