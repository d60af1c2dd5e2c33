//! Nodes and leaves at hand, for walks that look at many of their positions.
//!
//! A step by one label within a native file as it is stored begins at the node or the leaf each time: it looks for the
//! range, for the key, and decodes text. A walk that looks at many positions keeps what it has found of them: which
//! children a node has, and the texts of the keys of a leaf that it came by.

use super::leaf::OUTSIDE;
use super::planes::Planes;
use super::sets::below;
use super::{Fold, LEAF, Place, TOO_LONG, leaf_offset, small};
use crate::automaton::LabelSet;
use crate::dictionary::MAX_KEY_LEN;
use crate::error::Fault;
use crate::format::native::leaf::MAX_KEYS;
use crate::format::to_usize;
use crate::simd;

/// What is at hand. It grows at the end, and what was added last can be dropped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Opened {
    branches: Vec<Branch>,
    /// Room for leaves, of which the first so many are at hand.
    leaves: Vec<OpenLeaf>,
    count: usize,
}

/// The child of a node by a label.
#[derive(Clone, Copy, Debug)]
struct Branch {
    label: u8,
    child: Child,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Child {
    /// A position as it is stored.
    State(u64),
    Inside(Inside),
}

/// A leaf, and the texts of its keys as far as they are decoded.
#[derive(Clone, Debug)]
struct OpenLeaf {
    offset: u64,
    planes: Planes,
    /// A bit for each key whose text is decoded.
    decoded: u64,
    /// Where a key's bytes behind its label stand in the text, if it is decoded.
    ends: Vec<(u32, u32)>,
    text: Vec<u8>,
    /// The weights of all keys, as soon as one is asked for, in dictionaries that have weights.
    weights: Vec<u32>,
}

/// A position among what is at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Inside {
    /// At a node: its children, as branches.
    Node { state: u64, start: u32, end: u32 },
    /// At the top of a leaf, which stands at this place among all leaves. It is not at hand yet.
    Leaf(u64),
    /// In a leaf.
    Keys(Keys),
}

/// Neighbouring keys of an open leaf that start with the same `depth` bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    leaf: u32,
    depth: u32,
    first: u8,
    end: u8,
}

impl Keys {
    /// A bit for each key behind the first.
    #[inline]
    fn others(self) -> u64 {
        below(self.end.into()) & !below(u32::from(self.first) + 1)
    }
}

/// What the children of a position in a leaf start with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heads {
    /// The label by which the first key goes on.
    first: Option<u8>,
    /// The keys whose labels are those of the other children.
    parting: u64,
    leaf: u32,
}

/// Where the codes of a key stand.
struct Codes<'a> {
    planes: &'a Planes,
    key: u32,
}

impl simd::Task for Codes<'_> {
    type Output = (usize, usize);

    #[inline(always)]
    fn run(self) -> (usize, usize) {
        self.planes.codes(self.key)
    }
}

/// How much was at hand at some time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenMark {
    branches: u32,
    leaves: u32,
}

impl Opened {
    /// How much there is now.
    #[inline]
    pub(crate) fn mark(&self) -> OpenMark {
        OpenMark {
            branches: small(self.branches.len()),
            leaves: small(self.count),
        }
    }

    /// Drops what was added since.
    #[inline]
    pub(crate) fn truncate(&mut self, mark: OpenMark) {
        self.branches.truncate(mark.branches as usize);
        self.count = self.count.min(mark.leaves as usize);
    }

    /// Takes a position at hand: the children of a node, if there are several, or a leaf. Nothing elsewhere.
    pub(in crate::fsa) fn open(
        &mut self,
        fold: &Fold,
        state: u64,
    ) -> Result<Option<Inside>, Fault> {
        match Place::unpack(state) {
            Place::Node { offset, depth } => self.open_node(fold, offset, depth),
            Place::Leaf { offset, key, depth } => {
                let leaf = fold.leaf(offset)?;
                let end = leaf.end_of(key, depth).min(leaf.header.keys);
                if key >= end {
                    return Err(fold.leaf_fault(offset, "a leaf lacks a key"));
                }
                Ok(Some(Inside::Keys(Keys {
                    leaf: self.add_leaf(fold, offset)?,
                    depth: small(depth),
                    first: number(key),
                    end: number(end),
                })))
            }
        }
    }

    fn open_node(
        &mut self,
        fold: &Fold,
        offset: u32,
        depth: usize,
    ) -> Result<Option<Inside>, Fault> {
        let node = fold.node(offset)?;
        if depth < node.chain.len() {
            return Ok(None);
        }
        let start = self.branches.len();
        for range in 0..node.ranges() {
            let target = node.target(range);
            if target & LEAF != 0 {
                self.add_branches(fold, leaf_offset(target))?;
                continue;
            }
            let offset = fold.child_of(offset, target)?;
            self.branches.push(Branch {
                label: node.separators[range],
                child: Child::State(Place::Node { offset, depth: 0 }.pack()),
            });
        }
        Ok(Some(Inside::Node {
            state: Place::Node { offset, depth }.pack(),
            start: small(start),
            end: small(self.branches.len()),
        }))
    }

    /// Adds a branch for each label that keys of a leaf start with.
    fn add_branches(&mut self, fold: &Fold, offset: u64) -> Result<(), Fault> {
        let leaf = self.add_leaf(fold, offset)?;
        let planes = &self.leaves[leaf as usize].planes;
        let keys = planes.header.keys;
        let mut firsts = (planes.compare_shared(0).0 | 1) & planes.header.all();
        while firsts != 0 {
            let first = firsts.trailing_zeros();
            firsts &= firsts - 1;
            self.branches.push(Branch {
                label: planes.label(first, &fold.alphabet),
                child: Child::Inside(Inside::Keys(Keys {
                    leaf,
                    depth: 1,
                    first: number(first),
                    end: number(firsts.trailing_zeros().min(keys)),
                })),
            });
        }
        Ok(())
    }

    fn add_leaf(&mut self, fold: &Fold, offset: u64) -> Result<u32, Fault> {
        let number = self.count;
        let leaf = fold.leaf(offset)?;
        let planes = Planes::new(&leaf, to_usize(offset))
            .map_err(|reason| fold.leaf_fault(offset, reason))?;
        if let Some(open) = self.leaves.get_mut(number) {
            open.offset = offset;
            open.planes = planes;
            open.decoded = 0;
            open.text.clear();
            open.weights.clear();
        } else {
            if number == 0 {
                self.leaves.reserve(32);
            }
            self.leaves.push(OpenLeaf {
                offset,
                planes,
                decoded: 0,
                ends: Vec::new(),
                text: Vec::new(),
                weights: Vec::new(),
            });
        }
        self.count += 1;
        Ok(small(number))
    }

    /// The top of a leaf as a node whose children are at hand. Any other position stays as it is.
    #[inline]
    pub(crate) fn at_hand(&mut self, fold: &Fold, at: Inside) -> Result<Inside, Fault> {
        let Inside::Leaf(offset) = at else {
            return Ok(at);
        };
        let start = self.branches.len();
        self.add_branches(fold, offset)?;
        Ok(Inside::Node {
            state: Place::top(offset).pack(),
            start: small(start),
            end: small(self.branches.len()),
        })
    }

    /// The same position as it is stored.
    #[inline]
    pub(in crate::fsa) fn stored(&self, at: Inside) -> u64 {
        match at {
            Inside::Node { state, .. } => state,
            Inside::Leaf(offset) => Place::top(offset).pack(),
            Inside::Keys(keys) => Place::Leaf {
                offset: self.leaves[keys.leaf as usize].offset,
                key: keys.first.into(),
                depth: keys.depth as usize,
            }
            .pack(),
        }
    }

    #[inline]
    fn branches(&self, start: u32, end: u32) -> &[Branch] {
        &self.branches[start as usize..end as usize]
    }

    /// The planes of the leaf that keys stand in.
    #[inline]
    fn planes(&self, at: Keys) -> &Planes {
        &self.leaves[at.leaf as usize].planes
    }

    /// The codes of a key of a leaf.
    #[inline]
    fn codes<'d>(open: &OpenLeaf, fold: &'d Fold, key: u8) -> Result<&'d [u8], Fault> {
        let (start, len) = fold.bit_counts.run(Codes {
            planes: &open.planes,
            key: key.into(),
        });
        fold.leaves
            .get(start..start + len)
            .ok_or_else(|| fold.leaf_fault(open.offset, OUTSIDE))
    }

    /// The byte by which the first key of a position goes on.
    #[inline]
    fn head(&mut self, fold: &Fold, at: Keys) -> Result<Option<u8>, Fault> {
        let open = &self.leaves[at.leaf as usize];
        let (key, depth) = (at.first, at.depth);
        if open.decoded >> key & 1 == 0 && depth == open.planes.shared(key.into()) + 1 {
            let codes = Self::codes(open, fold, key)?;
            return (fold.tokens.view().first(codes))
                .map_err(|reason| fold.leaf_fault(open.offset, reason));
        }
        Ok(self.tail(fold, at, key, depth)?.first().copied())
    }

    /// The bytes of a key from `depth` on, where it does not share them with the key before.
    #[inline]
    fn tail(&mut self, fold: &Fold, at: Keys, key: u8, depth: u32) -> Result<&[u8], Fault> {
        let open = &mut self.leaves[at.leaf as usize];
        let fault = |reason| fold.leaf_fault(open.offset, reason);
        if open.decoded >> key & 1 == 0 {
            let codes = Self::codes(open, fold, key)?;
            let start = open.text.len();
            let tokens = fold.tokens.view();
            tokens.decode(codes, &mut open.text).map_err(fault)?;
            if open.text.len() - start > MAX_KEY_LEN {
                return Err(fault(TOO_LONG));
            }
            open.ends.resize(MAX_KEYS, (0, 0));
            open.ends[usize::from(key)] = (small(start), small(open.text.len()));
            open.decoded |= 1 << key;
        }
        let (start, end) = open.ends[usize::from(key)];
        let behind = depth
            .checked_sub(open.planes.shared(key.into()) + 1)
            .ok_or_else(|| fault("a key shares more than the key before it has"))?;
        Ok(open
            .text
            .get(start as usize + behind as usize..end as usize)
            .unwrap_or_default())
    }

    /// The labels of the children of a position that is at hand.
    #[inline]
    pub(crate) fn labels(&mut self, fold: &Fold, at: Inside) -> Result<LabelSet, Fault> {
        let mut labels = LabelSet::NONE;
        match at {
            Inside::Node { start, end, .. } => {
                for branch in self.branches(start, end) {
                    labels.insert(branch.label);
                }
            }
            Inside::Leaf(_) => {}
            Inside::Keys(keys) => {
                if let Some(&label) = self.tail(fold, keys, keys.first, keys.depth)?.first() {
                    labels.insert(label);
                }
                let planes = self.planes(keys);
                let mut parting = planes.compare_shared(keys.depth).0 & keys.others();
                while parting != 0 {
                    labels.insert(planes.label(parting.trailing_zeros(), &fold.alphabet));
                    parting &= parting - 1;
                }
            }
        }
        Ok(labels)
    }

    /// What tells of a position in a leaf that it has no child by a label.
    #[inline]
    pub(crate) fn heads(&mut self, fold: &Fold, at: Inside) -> Result<Option<Heads>, Fault> {
        let Inside::Keys(keys) = at else {
            return Ok(None);
        };
        Ok(Some(Heads {
            first: self.head(fold, keys)?,
            parting: self.planes(keys).compare_shared(keys.depth).0 & keys.others(),
            leaf: keys.leaf,
        }))
    }

    /// Whether a position with these heads has a child by a label.
    #[inline]
    pub(crate) fn has_child(&self, fold: &Fold, heads: &Heads, label: u8) -> bool {
        let planes = &self.leaves[heads.leaf as usize].planes;
        heads.first == Some(label) || planes.with_label(label, &fold.alphabet) & heads.parting != 0
    }

    /// The child by a label, of a position that is at hand.
    #[inline]
    pub(crate) fn step(
        &mut self,
        fold: &Fold,
        at: Inside,
        label: u8,
    ) -> Result<Option<Child>, Fault> {
        match at {
            Inside::Node { start, end, .. } => {
                let branches = self.branches(start, end);
                let found = branches.binary_search_by_key(&label, |branch| branch.label);
                Ok(found.ok().map(|found| branches[found].child))
            }
            Inside::Leaf(_) => Ok(None),
            Inside::Keys(keys) => {
                let head = self
                    .tail(fold, keys, keys.first, keys.depth)?
                    .first()
                    .copied();
                let planes = self.planes(keys);
                let (equal, less) = planes.compare_shared(keys.depth);
                let first = if head == Some(label) {
                    keys.first
                } else {
                    let hits = planes.with_label(label, &fold.alphabet) & equal & keys.others();
                    if hits == 0 {
                        return Ok(None);
                    }
                    number(hits.trailing_zeros())
                };
                let behind = (equal | less) & keys.others() & !below(u32::from(first) + 1);
                Ok(Some(Child::Inside(Inside::Keys(Keys {
                    depth: keys.depth + 1,
                    first,
                    end: number(behind.trailing_zeros()).min(keys.end),
                    ..keys
                }))))
            }
        }
    }

    /// The ordinal of the key that leads on from a position that is at hand by `labels`.
    #[inline]
    pub(crate) fn get(
        &mut self,
        fold: &Fold,
        at: Inside,
        labels: &[u8],
    ) -> Result<Option<u32>, Fault> {
        match at {
            Inside::Node { state, .. } => Ok(fold
                .get(state, labels)?
                .and_then(|ordinal| u32::try_from(ordinal).ok())),
            Inside::Leaf(_) => Ok(None),
            Inside::Keys(keys) => self.find(fold, keys, labels),
        }
    }

    fn find(&mut self, fold: &Fold, at: Keys, labels: &[u8]) -> Result<Option<u32>, Fault> {
        let (mut key, mut depth, mut left) = (at.first, at.depth, labels);
        loop {
            let tail = self.tail(fold, at, key, depth)?;
            let same = tail.iter().zip(left).take_while(|(a, b)| a == b).count();
            let ends = same == tail.len();
            depth += small(same);
            left = &left[same..];
            let planes = self.planes(at);
            let Some((&label, after)) = left.split_first() else {
                return Ok(ends.then(|| planes.header.first.wrapping_add(key.into())));
            };
            let (equal, less) = planes.compare_shared(depth);
            let others = at.others() & !below(u32::from(key) + 1);
            let hits = planes.with_label(label, &fold.alphabet) & equal & others;
            let next = number(hits.trailing_zeros());
            if hits == 0 || less & others & below(next.into()) != 0 {
                return Ok(None);
            }
            key = next;
            depth += 1;
            left = after;
        }
    }

    /// The highest weight of the keys at a position and below.
    pub(crate) fn weight(&mut self, fold: &Fold, at: Inside) -> Result<u32, Fault> {
        match at {
            Inside::Node { state, .. } => fold.inner_weight(state),
            Inside::Leaf(offset) => fold.inner_weight(Place::top(offset).pack()),
            Inside::Keys(keys) => {
                let open = &mut self.leaves[keys.leaf as usize];
                if open.weights.is_empty() {
                    let header = &open.planes.header;
                    let ordinals = header.first..header.first.saturating_add(header.keys);
                    fold.each_weight(ordinals, |weight| open.weights.push(weight));
                }
                let keys = usize::from(keys.first)..usize::from(keys.end);
                let weights = open.weights.get(keys).unwrap_or_default();
                Ok(weights.iter().copied().max().unwrap_or(0))
            }
        }
    }
}

/// The number of a key in a leaf, or one more than that.
#[inline]
fn number(key: u32) -> u8 {
    key.to_le_bytes()[0]
}
