//! Variable-length integers.
//!
//! ```text
//! varint     7 bits per byte,  least significant group first, bit  7 set: more follow    300 = AC 02
//! varshort  15 bits per u16le, least significant group first, bit 15 set: more follow  32768 = 8000 0001
//! ```

/// Most bytes a varint of 64 bits takes.
pub const MAX_VARINT_LEN: usize = 10;

/// Most units a varshort of 64 bits takes.
pub const MAX_VARSHORT_LEN: usize = 5;

/// Reads a varint; returns it with the rest of the bytes, or nothing when they end early or exceed 64 bits.
pub fn read_varint(src: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (i, &byte) in src.iter().take(MAX_VARINT_LEN).enumerate() {
        let group = u64::from(byte & 0x7F);
        let shift = 7 * i;
        if (group << shift) >> shift != group {
            return None;
        }
        value |= group << shift;
        if byte & 0x80 == 0 {
            return Some((value, &src[i + 1..]));
        }
    }
    None
}

/// Appends a varint.
pub fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value > 0x7F {
        out.push(low_bits(value, 0x7F) | 0x80);
        value >>= 7;
    }
    out.push(low_bits(value, 0x7F));
}

#[expect(clippy::cast_possible_truncation, reason = "masked to one byte")]
fn low_bits(value: u64, mask: u8) -> u8 {
    (value & u64::from(mask)) as u8
}

/// Set in each unit of a varshort but the last.
const MORE: u64 = 0x8000;

/// Reads a varshort that starts with the first unit; nothing when the units end early or exceed 64 bits.
#[inline]
pub fn read_varshort(units: &[[u8; 2]]) -> Option<u64> {
    // nearly all have one unit or two: look-ups read one for each far pointer
    let first = u64::from(u16::from_le_bytes(*units.first()?));
    if first & MORE == 0 {
        return Some(first);
    }
    let second = u64::from(u16::from_le_bytes(*units.get(1)?));
    if second & MORE == 0 {
        return Some(first & !MORE | second << 15);
    }
    read_long_varshort(units)
}

fn read_long_varshort(units: &[[u8; 2]]) -> Option<u64> {
    let mut value = 0u64;
    for (i, unit) in units.iter().take(MAX_VARSHORT_LEN).enumerate() {
        let unit = u64::from(u16::from_le_bytes(*unit));
        let group = unit & !MORE;
        let shift = 15 * i;
        if (group << shift) >> shift != group {
            return None;
        }
        value |= group << shift;
        if unit & MORE == 0 {
            return Some(value);
        }
    }
    None
}

/// The units of a varshort and how many of them count.
#[expect(clippy::cast_possible_truncation, reason = "masked to 15 bits")]
pub fn write_varshort(mut value: u64) -> ([u16; MAX_VARSHORT_LEN], usize) {
    let mut units = [0u16; MAX_VARSHORT_LEN];
    let mut n = 0;
    while value > 0x7FFF {
        units[n] = (value & 0x7FFF) as u16 | 0x8000;
        value >>= 15;
        n += 1;
    }
    units[n] = value as u16;
    (units, n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_forms() {
        let mut out = Vec::new();
        write_varint(300, &mut out);
        assert_eq!(out, [0xAC, 0x02]);
        assert_eq!(write_varshort(32768), ([0x8000, 1, 0, 0, 0], 2));
        assert_eq!(
            write_varshort(u64::MAX),
            ([0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0x000F], 5)
        );
    }

    #[test]
    fn round_trip_at_every_width() {
        for bits in 0..=64 {
            for delta in [0u64, 1, 2] {
                let value = if bits == 64 {
                    u64::MAX - delta
                } else {
                    (1u64 << bits).wrapping_sub(delta)
                };
                let mut out = Vec::new();
                write_varint(value, &mut out);
                out.push(7);
                assert_eq!(read_varint(&out), Some((value, &[7u8][..])));
                let (units, n) = write_varshort(value);
                let bytes: Vec<[u8; 2]> = units[..n].iter().map(|u| u.to_le_bytes()).collect();
                assert_eq!(read_varshort(&bytes), Some(value));
                assert_eq!(read_varshort(&bytes[..n - 1]), None);
            }
        }
    }

    #[test]
    fn more_than_64_bits_is_refused() {
        assert_eq!(read_varint(&[0xFF; 11]), None);
        assert_eq!(
            read_varint(&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02]),
            None
        );
        assert_eq!(
            read_varshort(&[
                [0xFF, 0xFF],
                [0xFF, 0xFF],
                [0xFF, 0xFF],
                [0xFF, 0xFF],
                [0x10, 0]
            ]),
            None
        );
    }
}
