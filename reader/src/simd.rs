//! Compares of many bytes at once, and code for processors that count bits.
#![expect(
    unsafe_code,
    reason = "vector loads take pointers, and what a processor offers is known at run time"
)]

/// A piece of work that counts bits. Its method and all it calls should be inlined, or they are not compiled for the
/// processor at hand.
pub(crate) trait Task {
    /// What comes out.
    type Output;

    /// Does the work.
    fn run(self) -> Self::Output;
}

/// Whether the processor has instructions for counting bits, and for words four at a time, as all have that have the former
/// but for a few.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BitCounts(bool);

impl BitCounts {
    /// Asks the processor.
    pub(crate) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        return BitCounts(
            std::arch::is_x86_feature_detected!("popcnt")
                && std::arch::is_x86_feature_detected!("bmi1")
                && std::arch::is_x86_feature_detected!("bmi2")
                && std::arch::is_x86_feature_detected!("lzcnt")
                && std::arch::is_x86_feature_detected!("avx2"),
        );
        #[cfg(not(target_arch = "x86_64"))]
        BitCounts(false)
    }

    /// Does the work, with those instructions if there are.
    #[inline(always)]
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        #[cfg(target_arch = "x86_64")]
        if self.0 {
            // SAFETY: the processor has all these features.
            return unsafe { run_with_bit_counts(task) };
        }
        task.run()
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "popcnt,bmi1,bmi2,lzcnt,avx2")]
fn run_with_bit_counts<T: Task>(task: T) -> T::Output {
    task.run()
}

/// The bytes c for which `window[c] == c`, as a set of 256 bits, lowest first.
#[inline]
pub(crate) fn own_labels(window: &[u8; 256]) -> [u64; 4] {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has it.
        return unsafe { own_labels_by_halves(window) };
    }
    own_labels_by_sixteens(window)
}

/// As [`own_labels`], 32 bytes at a time.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[expect(clippy::cast_sign_loss, reason = "a mask of 32 bits")]
fn own_labels_by_halves(window: &[u8; 256]) -> [u64; 4] {
    use std::arch::x86_64::{
        _mm256_add_epi8, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8,
        _mm256_set1_epi8, _mm256_setr_epi8,
    };
    let mut expected = _mm256_setr_epi8(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
        25, 26, 27, 28, 29, 30, 31,
    );
    let mut equal = |half: &[u8; 32]| {
        // SAFETY: the pointer comes from a reference to 32 bytes, and the load needs no alignment.
        let found = unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
        let mask = _mm256_movemask_epi8(_mm256_cmpeq_epi8(found, expected));
        expected = _mm256_add_epi8(expected, _mm256_set1_epi8(32));
        u64::from(mask as u32)
    };
    let mut set = [0u64; 4];
    let (halves, _) = window.as_chunks::<32>();
    for (word, pair) in set.iter_mut().zip(halves.chunks_exact(2)) {
        *word = equal(&pair[0]) | equal(&pair[1]) << 32;
    }
    set
}

#[inline]
fn own_labels_by_sixteens(window: &[u8; 256]) -> [u64; 4] {
    let mut set = [0u64; 4];
    let (quarters, _) = window.as_chunks::<64>();
    let mut label = 0u8;
    for (set, quarter) in set.iter_mut().zip(quarters) {
        let (blocks, _) = quarter.as_chunks::<16>();
        for (i, block) in blocks.iter().enumerate() {
            *set |= u64::from(equal_to_run(block, label)) << (16 * i);
            label = label.wrapping_add(16);
        }
    }
    set
}

/// A bit for every `i` with `block[i] == first + i`.
#[cfg(target_arch = "x86_64")]
#[inline]
#[expect(clippy::cast_possible_wrap, reason = "a byte keeps its bits")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a mask of 16 bits"
)]
fn equal_to_run(block: &[u8; 16], first: u8) -> u16 {
    use std::arch::x86_64::{
        _mm_add_epi8, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_set1_epi8,
        _mm_setr_epi8,
    };
    // SAFETY: the pointer comes from a reference to 16 bytes, the load needs no alignment, and SSE2 is
    // part of every x86-64.
    unsafe {
        let run = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let expected = _mm_add_epi8(run, _mm_set1_epi8(first as i8));
        let found = _mm_loadu_si128(block.as_ptr().cast());
        _mm_movemask_epi8(_mm_cmpeq_epi8(found, expected)) as u16
    }
}

/// A bit for every `i` with `block[i] == first + i`.
#[cfg(not(target_arch = "x86_64"))]
fn equal_to_run(block: &[u8; 16], first: u8) -> u16 {
    scalar(block, first)
}

#[cfg(any(test, not(target_arch = "x86_64")))]
fn scalar(block: &[u8; 16], first: u8) -> u16 {
    let mut label = first;
    let mut mask = 0u16;
    for (i, &found) in block.iter().enumerate() {
        mask |= u16::from(found == label) << i;
        label = label.wrapping_add(1);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_and_scalar_agree() {
        let mut x = 1u32;
        for round in 0..200u32 {
            let mut window = [0u8; 256];
            for (c, label) in window.iter_mut().enumerate() {
                x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let own = u8::try_from(c).unwrap();
                *label = if x >> 28 <= round % 17 {
                    own
                } else {
                    (x >> 8).to_le_bytes()[0]
                };
            }
            let set = own_labels(&window);
            assert_eq!(set, own_labels_by_sixteens(&window));
            for (c, &label) in window.iter().enumerate() {
                assert_eq!(set[c / 64] >> (c % 64) & 1 == 1, usize::from(label) == c);
            }
            let (blocks, _) = window.as_chunks::<16>();
            for (i, block) in blocks.iter().enumerate() {
                let first = u8::try_from(16 * i).unwrap();
                assert_eq!(equal_to_run(block, first), scalar(block, first));
            }
        }
    }
}
