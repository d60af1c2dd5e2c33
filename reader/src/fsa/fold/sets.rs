//! Sets of keys of a leaf: a word with a bit for each of up to 64.

/// The first `count` keys.
#[inline(always)]
pub(super) fn below(count: u32) -> u64 {
    1u64.checked_shl(count).unwrap_or(0).wrapping_sub(1)
}

/// The keys before the first of some.
#[inline(always)]
pub(super) fn below_first(keys: u64) -> u64 {
    (keys & keys.wrapping_neg()).wrapping_sub(1)
}

/// The keys of a set that follow some keys without a gap.
#[inline(always)]
pub(super) fn runs(keys: u64, before: u64) -> u64 {
    // a carry runs through them
    keys & !keys.wrapping_add(before << 1 & keys)
}

/// Keys without some of those that part at one place, and without the keys that start like these.
#[inline(always)]
pub(super) fn without(keys: u64, parting: u64, dropped: u64) -> u64 {
    keys & !(dropped | runs(keys & !parting, dropped))
}
