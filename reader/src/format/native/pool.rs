//! Strings of bytes, one after the other.
//!
//! ```text
//! pool     the strings, without anything between | 16 zero bytes
//! offsets  where each string begins, and where the last one ends: see `offsets`
//! ```
//!
//! Without offsets all strings have the same length. The zero bytes let a reader take the end of a string in pieces of
//! fixed size.

use std::ops::Range;

use super::offsets::Offsets;
use crate::bytes::Bytes;
use crate::error::{Fault, Section};
use crate::format::to_usize;

/// Zero bytes behind the strings.
pub const SLACK: usize = 16;

/// Strings of bytes in a file; clones share its bytes.
#[derive(Clone, Debug)]
pub struct Pool {
    /// With the zero bytes.
    bytes: Bytes,
    count: u64,
    places: Places,
}

#[derive(Clone, Debug)]
enum Places {
    /// Strings of so many bytes each.
    Equal(u64),
    Offsets(Offsets),
}

impl Pool {
    /// The pool of `count` strings that fills `range` of a file, whose offsets fill another; an empty one: there are none.
    pub fn read(
        bytes: &Bytes,
        range: Range<usize>,
        offsets: Range<usize>,
        count: u64,
    ) -> Result<Self, Fault> {
        let fault = |reason| Fault::new(Section::Values, range.start as u64, reason);
        let pool = bytes
            .get(range.clone())
            .ok_or_else(|| fault("the values end behind the file"))?;
        let Some(len) = pool.len().checked_sub(SLACK) else {
            return Err(fault("the values are cut off"));
        };
        let places = if offsets.is_empty() {
            let each = (len as u64).checked_div(count).unwrap_or(0);
            if each.checked_mul(count) != Some(len as u64) {
                return Err(fault("the values do not fill their section"));
            }
            Places::Equal(each)
        } else {
            let offsets = Offsets::read(bytes, offsets)?;
            if offsets.count().checked_sub(1) != Some(count) {
                return Err(fault("there are not as many offsets as values"));
            }
            Places::Offsets(offsets)
        };
        Ok(Pool {
            bytes: bytes.part(range),
            count,
            places,
        })
    }

    /// How many strings there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether each string has its own length.
    pub fn has_offsets(&self) -> bool {
        matches!(self.places, Places::Offsets(_))
    }

    /// A string with what stands behind it, and its length.
    #[inline]
    pub fn get(&self, index: u64) -> Result<(&[u8], usize), Fault> {
        let place = match &self.places {
            Places::Equal(each) if index < self.count => Some(index * each..(index + 1) * each),
            Places::Equal(_) => None,
            Places::Offsets(offsets) => offsets.pair(index),
        };
        let place = place.ok_or_else(|| self.fault(0, "there is no such value"))?;
        let [start, end] = [place.start, place.end].map(to_usize);
        let len = end.checked_sub(start);
        match (self.bytes.get(start..), len) {
            (Some(rest), Some(len)) if len + SLACK <= rest.len() => Ok((rest, len)),
            _ => Err(self.fault(0, "a value lies outside of the values")),
        }
    }

    /// Damage of the string with this index.
    #[cold]
    pub fn fault(&self, index: u64, reason: &'static str) -> Fault {
        let start = match &self.places {
            Places::Equal(each) => index.saturating_mul(*each),
            Places::Offsets(offsets) => offsets.pair(index).map_or(0, |place| place.start),
        };
        Fault::new(
            Section::Values,
            (self.bytes.start() as u64).saturating_add(start),
            reason,
        )
    }
}
