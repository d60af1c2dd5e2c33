//! The slots under construction: each position goes where its labels find free slots.

use keyfold_reader::format::native::slots::{
    END, JUNCTION, JUNCTIONS_SLACK, Junction, MAX_BASE, SLOT_LEN, SPAN, Slot,
};

use crate::error::Result;
use crate::spool::Spool;

/// Slots held; those before are written and stay as they are.
const WINDOW: usize = 1 << 16;
/// Words behind the window that a search may look at.
const MARGIN: usize = 2 * SPAN.div_ceil(64) + 2;

/// Places positions.
pub(super) struct Slots {
    spool: Spool,
    junctions: Spool,
    record: Vec<u8>,
    /// Slots written before the window.
    written: usize,
    window: Vec<[u8; SLOT_LEN]>,
    /// By slot of the window: whether it is taken, and whether it is a base or can be none.
    taken: Vec<u64>,
    bases: Vec<u64>,
    /// Slots up to the last taken one, from the start of the window.
    end: usize,
    /// No word of the window before this one has a free slot.
    open: usize,
    /// There are more positions than targets can tell apart.
    exhausted: bool,
}

impl Slots {
    pub(super) fn new(spool: Spool, junctions: Spool) -> Self {
        // base 0 would look like an empty slot
        let mut bases = vec![0; WINDOW / 64 + MARGIN];
        bases[0] = 1;
        Slots {
            spool,
            junctions,
            record: Vec::new(),
            written: 0,
            window: vec![[0; SLOT_LEN]; WINDOW + 2 * SPAN],
            taken: vec![0; WINDOW / 64 + MARGIN],
            bases,
            end: 0,
            open: 0,
            exhausted: false,
        }
    }

    /// Places a position with its children, labels ascending, and the ordinal of the key that ends there; its base.
    pub(super) fn place(&mut self, children: &[Slot], ordinal: Option<u32>) -> Result<u32> {
        let at = self.find(children, ordinal.is_some());
        self.bases[at / 64] |= 1 << (at % 64);
        for child in children {
            self.put(at + usize::from(child.label), *child);
        }
        if let Some(ordinal) = ordinal {
            let end = at + END;
            self.put(end, Slot::end(ordinal));
            self.bases[end / 64] |= 1 << (end % 64);
        }
        let base = u32::try_from(self.written + at)
            .ok()
            .filter(|&base| base < MAX_BASE);
        self.exhausted |= base.is_none();
        if self.end > WINDOW - SPAN {
            self.slide(WINDOW / 2)?;
        }
        Ok(base.unwrap_or(0))
    }

    fn put(&mut self, at: usize, slot: Slot) {
        self.window[at] = slot.write();
        self.taken[at / 64] |= 1 << (at % 64);
        self.end = self.end.max(at + 1);
    }

    /// Adds a junction: a chain that leads to the position with this base. What leads to it from now on.
    pub(super) fn join(&mut self, chain: &[u8], base: u32) -> Result<u32> {
        let offset = u32::try_from(self.junctions.len()).ok();
        let offset = offset.filter(|&offset| offset < JUNCTION);
        self.exhausted |= offset.is_none();
        self.record.clear();
        Junction::write(base, chain, &mut self.record);
        self.junctions.append(&self.record)?;
        Ok(offset.unwrap_or(0) | JUNCTION)
    }

    /// The first base of the window at which the slots of all labels are free, and where a key ends, that of its end.
    fn find(&mut self, children: &[Slot], ends: bool) -> usize {
        while self.taken[self.open] == u64::MAX {
            self.open += 1;
        }
        let lowest = children.first().map_or(0, |child| usize::from(child.label));
        let start = (self.open * 64).saturating_sub(lowest) / 64;
        let words = self.end.div_ceil(64) + 1;
        for word in start..words {
            let mut free = !self.bases[word];
            if ends {
                let end = word + END / 64;
                free &= !self.taken[end] & !self.bases[end];
            }
            for child in children {
                let at = 64 * word + usize::from(child.label);
                let (word, shift) = (at / 64, at % 64);
                let mut taken = self.taken[word] >> shift;
                if shift > 0 {
                    taken |= self.taken[word + 1] << (64 - shift);
                }
                free &= !taken;
                if free == 0 {
                    break;
                }
            }
            if free != 0 {
                return 64 * word + free.trailing_zeros() as usize;
            }
        }
        // behind the last slot nothing is taken, and no base stands there
        64 * words
    }

    /// Writes the first slots of the window.
    fn slide(&mut self, slots: usize) -> Result<()> {
        for slot in &self.window[..slots] {
            self.spool.append(slot)?;
        }
        self.window.drain(..slots);
        self.window.resize(WINDOW + 2 * SPAN, [0; SLOT_LEN]);
        for bits in [&mut self.taken, &mut self.bases] {
            bits.drain(..slots / 64);
            bits.resize(WINDOW / 64 + MARGIN, 0);
        }
        self.written += slots;
        self.end -= slots;
        self.open = self.open.saturating_sub(slots / 64);
        Ok(())
    }

    /// The slots and the junctions; nothing when there were too many.
    pub(super) fn finish(mut self) -> Result<Option<(Spool, Spool)>> {
        for slot in &self.window[..self.end + SPAN] {
            self.spool.append(slot)?;
        }
        self.junctions.append(&[0; JUNCTIONS_SLACK])?;
        Ok((!self.exhausted).then_some((self.spool, self.junctions)))
    }
}
