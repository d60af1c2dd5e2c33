//! The order of rows in memory: by key, those with the same key by age.

/// Eight bytes of a key, so that most comparisons stay within the entries, and where its row is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) head: u64,
    /// Ascends with the age of rows.
    pub(crate) row: u64,
}

/// Eight bytes of a key from a place on, as a number that orders like them. Behind its end a key counts as NULs: that it
/// ends there has to be looked at where heads are equal.
#[inline]
pub(crate) fn head(key: &[u8], from: usize) -> u64 {
    let rest = key.get(from..).unwrap_or_default();
    if let Some(bytes) = rest.first_chunk() {
        return u64::from_be_bytes(*bytes);
    }
    let mut head = 0;
    for (i, &byte) in rest.iter().enumerate() {
        head |= u64::from(byte) << (56 - 8 * i);
    }
    head
}

/// Bytes in a head.
pub(super) const HEAD: usize = size_of::<u64>();
/// Entries that are compared key by key: for so few it does not pay to fetch their next heads.
const FEW: usize = 24;

/// Sorts entries that hold the heads of their keys' beginnings. Afterwards heads are of no use.
///
/// Sorted by heads alone; then entries with the same one get the next eight bytes as their heads, and so on. So each eight
/// bytes of a key are fetched once, not for every comparison.
pub(crate) fn sort<'a>(entries: &mut [Entry], key: &impl Fn(Entry) -> &'a [u8]) {
    let in_order =
        entries.is_sorted_by(|a, b| a.head < b.head || a.head == b.head && key(*a) <= key(*b));
    if in_order {
        return;
    }
    // groups with equal keys up to a depth, not yet sorted behind it
    let mut unsorted = vec![(0, entries.len(), 0)];
    while let Some((start, end, depth)) = unsorted.pop() {
        let group = &mut entries[start..end];
        if group.len() <= FEW {
            group.sort_unstable_by(|a, b| {
                let order = a.head.cmp(&b.head);
                order
                    .then_with(|| key(*a)[depth..].cmp(&key(*b)[depth..]))
                    .then(a.row.cmp(&b.row))
            });
            continue;
        }
        group.sort_unstable_by_key(|entry| entry.head);
        let mut from = start;
        for same in group.chunk_by_mut(|a, b| a.head == b.head) {
            let to = from + same.len();
            if same.len() > 1 {
                let ended = split_ended(same, depth + HEAD, key);
                if same.len() > ended + 1 {
                    unsorted.push((from + ended, to, depth + HEAD));
                }
            }
            from = to;
        }
    }
}

/// Of entries with equal keys up to `depth`, puts those first whose keys end there or before, in order; gives the others the
/// heads behind. Returns how many ended.
///
/// Keys that end are the smaller ones, and of these the shorter: they differ from the others in nothing but NULs.
fn split_ended<'a>(group: &mut [Entry], depth: usize, key: &impl Fn(Entry) -> &'a [u8]) -> usize {
    let mut ended = 0;
    for i in 0..group.len() {
        let key = key(group[i]);
        if key.len() > depth {
            group[i].head = head(key, depth);
        } else {
            group[i].head = key.len() as u64;
            group.swap(ended, i);
            ended += 1;
        }
    }
    group[..ended].sort_unstable_by_key(|entry| (entry.head, entry.row));
    ended
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_a_stable_sort(keys in prop::collection::vec("[\0a]{0,20}b?", 0..300)) {
            let mut entries: Vec<Entry> = (0..keys.len())
                .map(|row| Entry { head: head(keys[row].as_bytes(), 0), row: row as u64 })
                .collect();
            sort(&mut entries, &|entry| keys[usize::try_from(entry.row).unwrap()].as_bytes());
            let mut expected: Vec<usize> = (0..keys.len()).collect();
            expected.sort_by_key(|&row| &keys[row]);
            let found: Vec<usize> = entries.iter().map(|e| usize::try_from(e.row).unwrap()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
