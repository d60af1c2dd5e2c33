//! A node of the head: where many keys part.
//!
//! ```text
//! u8      ranges - 1
//! u8      a key ends here: bit 7 | chain length: 7 bits, 127: a u32le follows with it
//! [u32le] chain length
//! [u32le] ordinal of the key that ends here
//! u8      separator of each range, ascending
//! u32le   target of each range
//! [u32le] highest weight below each range, in dictionaries of kind completion
//! bytes   chain
//! ```
//!
//! The *chain* is the text between the label that leads here and the point where keys part. A range covers the labels from
//! its separator up to the next one. Its target is a node, then the range stands for its separator alone, or a leaf,
//! which all the keys below the labels of the range share. Nodes stand behind all nodes below them, so that a target is
//! smaller than where it stands: no path can lead back.

/// Set in the target of a range that leads to a leaf.
pub const LEAF: u32 = 1 << 31;

/// Up to here leaves stand at any byte and targets count bytes; behind it they stand at multiples of
/// [`FAR_UNIT`], which targets count.
pub const FAR: u64 = 1 << 30;

/// Unit of the targets of far leaves, in bytes.
pub const FAR_UNIT: u64 = 16;

/// Bytes that leaves can take: 17 GiB.
pub const MAX_LEAVES: u64 = FAR + ((1 << 30) - 1) * FAR_UNIT;

const FINAL: u8 = 0x80;
const LONG_CHAIN: u8 = 127;

/// Where the leaf of a target starts.
#[inline]
pub fn leaf_offset(target: u32) -> u64 {
    let at = u64::from(target & !LEAF);
    if at < FAR {
        at
    } else {
        FAR + (at - FAR) * FAR_UNIT
    }
}

/// The target of a leaf at `offset`, which is a multiple of the unit there.
pub fn leaf_target(offset: u64) -> Option<u32> {
    let at = if offset < FAR {
        offset
    } else {
        FAR + (offset - FAR) / FAR_UNIT
    };
    u32::try_from(at)
        .ok()
        .filter(|at| at & LEAF == 0)
        .map(|at| at | LEAF)
}

/// A node within the head.
#[derive(Clone, Copy, Debug)]
pub struct Node<'d> {
    /// The ordinal of the key that ends at the branching point.
    pub ordinal: Option<u32>,
    /// The first label of each range.
    pub separators: &'d [u8],
    /// The separators and all that stands behind them in the head.
    window: &'d [u8],
    targets: &'d [[u8; 4]],
    weights: &'d [[u8; 4]],
    /// The text before the branching point.
    pub chain: &'d [u8],
}

impl<'d> Node<'d> {
    /// The node at `offset`; nothing when it does not lie within the head.
    #[inline]
    pub fn read(head: &'d [u8], offset: usize, weighted: bool) -> Option<Self> {
        let (&[last, flags], mut rest) = head.get(offset..)?.split_first_chunk()?;
        let ranges = usize::from(last) + 1;
        let mut chain_len = u32::from(flags & !FINAL);
        if flags & !FINAL == LONG_CHAIN {
            chain_len = take_u32(&mut rest)?;
        }
        let ordinal = if flags & FINAL == 0 {
            None
        } else {
            Some(take_u32(&mut rest)?)
        };
        let window = rest;
        let (separators, rest) = rest.split_at_checked(ranges)?;
        let (targets, mut rest) = rest.split_at_checked(4 * ranges)?;
        let mut weights: &[u8] = &[];
        if weighted {
            (weights, rest) = rest.split_at_checked(4 * ranges)?;
        }
        Some(Node {
            ordinal,
            separators,
            window,
            targets: targets.as_chunks().0,
            weights: weights.as_chunks().0,
            chain: rest.get(..chain_len as usize)?,
        })
    }

    /// The number of ranges, at least 1.
    pub fn ranges(&self) -> usize {
        self.separators.len()
    }

    /// The target of a range.
    #[inline]
    pub fn target(&self, range: usize) -> u32 {
        u32::from_le_bytes(self.targets[range])
    }

    /// The highest weight below a range; 0 where there are none.
    pub fn weight(&self, range: usize) -> u32 {
        self.weights
            .get(range)
            .map_or(0, |weight| u32::from_le_bytes(*weight))
    }

    /// The range that covers a label.
    #[inline(always)]
    pub fn range_of(&self, label: u8) -> Option<usize> {
        let ranges = self.separators.len();
        let before = match self.window.first_chunk() {
            // how many there are cannot be foreseen, so that as many are looked at wherever there are no more
            Some(window) if ranges <= FEW => up_to(window, label, ranges),
            _ => {
                let (blocks, rest) = self.separators.as_chunks();
                let rest = rest.iter().filter(|&&separator| separator <= label);
                let before = blocks.iter().map(|block| up_to(block, label, FEW));
                before.sum::<usize>() + rest.count()
            }
        };
        before.checked_sub(1)
    }
}

/// Most nodes have no more ranges.
const FEW: usize = 16;

/// How many of the first `count` separators are no greater than a label.
#[inline(always)]
fn up_to(separators: &[u8; FEW], label: u8, count: usize) -> usize {
    let mut sum = 0u8;
    for (place, &separator) in (0u8..).zip(separators) {
        sum += u8::from(separator <= label) & u8::from(usize::from(place) < count);
    }
    sum.into()
}

#[inline]
fn take_u32(bytes: &mut &[u8]) -> Option<u32> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*taken))
}

/// A range to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first label.
    pub separator: u8,
    /// A node's offset, or a leaf.
    pub target: u32,
    /// The highest weight below.
    pub weight: u32,
}

/// Appends a node.
///
/// # Panics
///
/// Without ranges or with more than 256, and when the chain is longer than 4 GiB.
pub fn write(
    ordinal: Option<u32>,
    ranges: &[Range],
    weighted: bool,
    chain: &[u8],
    out: &mut Vec<u8>,
) {
    let last = u8::try_from(ranges.len() - 1).expect("1 to 256 ranges");
    let short = u8::try_from(chain.len())
        .ok()
        .filter(|&len| len < LONG_CHAIN);
    let flags = if ordinal.is_some() { FINAL } else { 0 };
    out.extend([last, flags | short.unwrap_or(LONG_CHAIN)]);
    if short.is_none() {
        let len = u32::try_from(chain.len()).expect("a key is shorter than 4 GiB");
        out.extend(len.to_le_bytes());
    }
    out.extend(ordinal.into_iter().flat_map(u32::to_le_bytes));
    out.extend(ranges.iter().map(|range| range.separator));
    out.extend(ranges.iter().flat_map(|range| range.target.to_le_bytes()));
    if weighted {
        out.extend(ranges.iter().flat_map(|range| range.weight.to_le_bytes()));
    }
    out.extend_from_slice(chain);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let range = |separator, target| Range {
            separator,
            target,
            weight: target / 2,
        };
        let ranges = [range(b'a', 7), range(b'f', LEAF | 9)];
        for (weighted, len) in [(false, 3), (true, 126), (true, 127), (false, 300)] {
            let chain = vec![b'x'; len];
            let mut out = vec![1, 2, 3];
            write(Some(41), &ranges, weighted, &chain, &mut out);
            let node = Node::read(&out, 3, weighted).unwrap();
            assert_eq!(
                (node.ordinal, node.separators, node.chain),
                (Some(41), &b"af"[..], &chain[..])
            );
            assert_eq!(
                (node.target(1), node.weight(0)),
                (LEAF | 9, if weighted { 3 } else { 0 })
            );
            assert_eq!(
                [b'A', b'a', b'e', b'f', 255].map(|c| node.range_of(c)),
                [None, Some(0), Some(0), Some(1), Some(1)]
            );
            for cut in 3..out.len() {
                assert!(Node::read(&out[..cut], 3, weighted).is_none());
            }
        }
    }

    #[test]
    fn far_leaves_are_counted_in_units() {
        for offset in [0, 1, FAR - 1, FAR, FAR + FAR_UNIT, MAX_LEAVES] {
            assert_eq!(leaf_target(offset).map(leaf_offset), Some(offset));
        }
        assert_eq!(leaf_target(MAX_LEAVES + FAR_UNIT), None);
    }
}
