//! Asking for memory before it is needed.
#![expect(unsafe_code, reason = "a prefetch takes a pointer")]

/// Bytes of a cache line.
pub(crate) const LINE: usize = 64;

/// Asks for the cache line of `slice[at]`, should there be such a place. Wrong guesses cost a little
/// bandwidth, nothing else.
#[inline]
pub(crate) fn prefetch<T>(slice: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing and never faults, whatever the address; the address is computed
        // without the promise to lie within the slice.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(slice.as_ptr().wrapping_add(at).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _no_such_instruction = (slice, at);
}
