//! Numbers of any width, bit by bit: bits count from the lowest of the first byte.

/// The lowest bits set, `width` of them, 64 at most.
#[inline]
pub fn mask(width: u8) -> u64 {
    u64::MAX.checked_shr(64 - u32::from(width)).unwrap_or(0)
}

/// The number of `width` bits at bit `at`, 0 where less than 16 bytes follow there. So much must stand behind bits, of
/// whatever.
#[inline]
pub(crate) fn read(bytes: &[u8], at: usize, width: u8) -> u64 {
    let wide = bytes
        .get(at / 8..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |bytes| u128::from_le_bytes(*bytes));
    #[expect(clippy::cast_possible_truncation, reason = "masked to 64 bits at most")]
    let value = (wide >> (at % 8)) as u64;
    value & mask(width)
}

/// Bits on their way into bytes.
#[derive(Debug, Default)]
pub(crate) struct BitWriter {
    pending: u128,
    count: u32,
}

impl BitWriter {
    /// Appends the lowest `width` bits of a value that has no others set.
    pub(crate) fn push(&mut self, value: u64, width: u8, out: &mut Vec<u8>) {
        self.pending |= u128::from(value) << self.count;
        self.count += u32::from(width);
        while self.count >= 8 {
            out.push(self.pending.to_le_bytes()[0]);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    /// Fills up the last byte with zeros.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.count > 0 {
            out.push(self.pending.to_le_bytes()[0]);
        }
        *self = BitWriter::default();
    }
}
