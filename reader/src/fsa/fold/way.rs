//! The way through the slots of the fast profile.

use super::{Fold, LEAF, leaf_offset};
use crate::error::{Fault, Section};
use crate::format::native::slots::{self, JUNCTION, Junction, SLOT_LEN, Slot};
use crate::format::native::tokens::{Query, Short};

const SLOT_OUTSIDE: &str = "a target leads outside of the slots";
const JUNCTION_OUTSIDE: &str = "a target leads outside of the list of junctions";

/// Where the labels of a query lead from the root on.
pub(super) enum Way {
    /// Into the leaf at `offset`, whose keys differ from byte `top` of the query on; `key` is the first of them with the
    /// label there.
    Leaf { offset: u64, top: usize, key: u32 },
    /// All of them, to a position with slots, which start at this base.
    Slots(u32),
    /// Nowhere, or into a chain of which only a part is asked for: so many of them lead on.
    Nowhere(usize),
}

/// Where one label leads.
pub(super) enum Lead<'a> {
    Nowhere,
    /// Into the leaf at `offset`, whose first key with the label is `key`.
    Leaf {
        offset: u64,
        key: u32,
    },
    /// To the position with this base, behind a chain.
    Position {
        base: u32,
        chain: &'a [u8],
    },
}

impl Fold {
    /// Where a label leads from the position with this base.
    #[inline(always)]
    pub(super) fn lead(&self, base: u32, label: u8) -> Result<Lead<'_>, Fault> {
        let slot = self.slot(slots::view(&self.slots), base, label.into())?;
        let target = slot.target;
        if slot.label != label || target == 0 {
            return Ok(Lead::Nowhere);
        }
        if target & LEAF != 0 {
            return Ok(Lead::Leaf {
                offset: leaf_offset(target),
                key: slot.key.into(),
            });
        }
        if slot.is_plain() {
            return Ok(Lead::Position {
                base: target,
                chain: &[],
            });
        }
        let junction = self.junction(target)?;
        Ok(Lead::Position {
            base: junction.base,
            chain: &junction.chain[..junction.len],
        })
    }

    /// The way of a query. `passed` is told of each position with slots that it comes by: their base, and how many labels
    /// lead there.
    #[inline(always)]
    pub(super) fn way(
        &self,
        query: &Query<'_>,
        mut passed: impl FnMut(u32, usize) -> Result<(), Fault>,
    ) -> Result<Way, Fault> {
        let slots = slots::view(&self.slots);
        let labels = query.bytes();
        let (mut base, mut depth) = (self.entrance, 0);
        while let Some(&label) = labels.get(depth) {
            let slot = self.slot(slots, base, label.into())?;
            if slot.label != label {
                return Ok(Way::Nowhere(depth));
            }
            base = slot.target;
            if slot.is_plain() {
                depth += 1;
                passed(base, depth)?;
                continue;
            }
            if base & LEAF != 0 {
                return Ok(Way::Leaf {
                    offset: leaf_offset(base),
                    top: depth,
                    key: slot.key.into(),
                });
            }
            if base == 0 {
                return Ok(Way::Nowhere(depth));
            }
            depth += 1;
            let junction = self.junction(base)?;
            let same = query.common(depth, junction.chain, junction.len);
            depth += same;
            if same < junction.len {
                return Ok(Way::Nowhere(depth));
            }
            base = junction.base;
            passed(base, depth)?;
        }
        Ok(Way::Slots(base))
    }

    /// The ordinal of the key that ends at the position with this base.
    #[inline(always)]
    pub(super) fn ends_at(&self, base: u32) -> Result<Option<u32>, Fault> {
        let slots = slots::view(&self.slots);
        Ok(self.slot(slots, base, slots::END)?.ordinal())
    }

    /// The ordinal of the key that leads on by labels from before a chain to the position with this base.
    #[inline(always)]
    pub(super) fn get_from(
        &self,
        base: u32,
        chain: &[u8],
        labels: &[u8],
    ) -> Result<Option<u32>, Fault> {
        let Some(mut rest) = behind(chain, labels) else {
            return Ok(None);
        };
        let mut base = base;
        while let Some((&label, after)) = rest.split_first() {
            match self.lead(base, label)? {
                Lead::Nowhere => return Ok(None),
                Lead::Leaf { offset, key } => {
                    let short = Short::of(rest);
                    return self.find_in(offset, &Query::new(rest, &short), 0, Some(key));
                }
                Lead::Position { base: next, chain } => match behind(chain, after) {
                    Some(after) => (base, rest) = (next, after),
                    None => return Ok(None),
                },
            }
        }
        self.ends_at(base)
    }

    /// The base of the position that labels lead to from the one with this base.
    pub(super) fn base_behind(&self, base: u32, labels: &[u8]) -> Option<u32> {
        let (mut base, mut rest) = (base, labels);
        while let Some((&label, after)) = rest.split_first() {
            let Ok(Lead::Position { base: next, chain }) = self.lead(base, label) else {
                return None;
            };
            rest = after.strip_prefix(chain)?;
            base = next;
        }
        Some(base)
    }

    #[inline(always)]
    fn slot(&self, slots: &[[u8; SLOT_LEN]], base: u32, label: usize) -> Result<Slot, Fault> {
        match slots.get(base as usize + label) {
            Some(slot) => Ok(Slot::read(slot)),
            None => Err(self.slot_fault(Section::Slots, SLOT_OUTSIDE)),
        }
    }

    #[inline(always)]
    fn junction(&self, target: u32) -> Result<Junction<'_>, Fault> {
        match Junction::read(&self.junctions, (target & !JUNCTION) as usize) {
            Some(junction) => Ok(junction),
            None => Err(self.slot_fault(Section::Junctions, JUNCTION_OUTSIDE)),
        }
    }

    #[cold]
    fn slot_fault(&self, section: Section, reason: &'static str) -> Fault {
        let part = if section == Section::Slots {
            &self.slots
        } else {
            &self.junctions
        };
        Fault::new(section, part.start() as u64, reason)
    }
}

/// What of the labels comes behind a chain, if they start with it. There mostly is none.
#[inline]
fn behind<'l>(chain: &[u8], labels: &'l [u8]) -> Option<&'l [u8]> {
    if chain.is_empty() {
        Some(labels)
    } else {
        labels.strip_prefix(chain)
    }
}
