//! `MessagePack` objects: shortest forms out, tokens in.
//!
//! JSON values are stored as one object each (docs/format.md, JSON values). Every writer here picks
//! the shortest form that holds its argument; the reader takes any form.

use thiserror::Error;

/// Bytes that are not one `MessagePack` object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not MessagePack at byte {offset}: {reason}")]
pub struct MsgpackError {
    /// Offset of the byte that fits no object.
    pub offset: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

/// Entries up to which an array's or map's header is one byte.
pub(crate) const FIX_ENTRIES: usize = 15;
const FIX_STR: usize = 31;

/// Appends nil.
pub fn write_nil(out: &mut Vec<u8>) {
    out.push(0xC0);
}

/// Appends false or true.
pub fn write_bool(value: bool, out: &mut Vec<u8>) {
    out.push(0xC2 | u8::from(value));
}

/// Appends an unsigned integer.
pub fn write_uint(value: u64, out: &mut Vec<u8>) {
    if let Ok(value) = u8::try_from(value) {
        if value >= 0x80 {
            out.push(0xCC);
        }
        out.push(value);
    } else if let Ok(value) = u16::try_from(value) {
        write_tagged(0xCD, value.to_be_bytes(), out);
    } else if let Ok(value) = u32::try_from(value) {
        write_tagged(0xCE, value.to_be_bytes(), out);
    } else {
        write_tagged(0xCF, value.to_be_bytes(), out);
    }
}

/// Appends a signed integer; from 0 on it takes the unsigned form.
pub fn write_int(value: i64, out: &mut Vec<u8>) {
    if let Ok(value) = u64::try_from(value) {
        write_uint(value, out);
    } else if let Ok(value) = i8::try_from(value) {
        if value < -32 {
            out.push(0xD0);
        }
        out.extend_from_slice(&value.to_be_bytes());
    } else if let Ok(value) = i16::try_from(value) {
        write_tagged(0xD1, value.to_be_bytes(), out);
    } else if let Ok(value) = i32::try_from(value) {
        write_tagged(0xD2, value.to_be_bytes(), out);
    } else {
        write_tagged(0xD3, value.to_be_bytes(), out);
    }
}

/// Appends a float 32.
pub fn write_f32(value: f32, out: &mut Vec<u8>) {
    write_tagged(0xCA, value.to_be_bytes(), out);
}

/// Appends a float 64.
pub fn write_f64(value: f64, out: &mut Vec<u8>) {
    write_tagged(0xCB, value.to_be_bytes(), out);
}

/// Appends the header of a string of `length` bytes, which the caller appends next.
///
/// # Panics
/// From 2^32 bytes on, which no header holds; the same goes for entries below. Values are limited
/// far below.
pub fn write_str_header(length: usize, out: &mut Vec<u8>) {
    match u8::try_from(length) {
        Ok(short) if length <= FIX_STR => out.push(0xA0 | short),
        Ok(short) => write_tagged(0xD9, [short], out),
        Err(_) => write_long_header(0xDA, length, out),
    }
}

/// Appends a string; its bytes need not be UTF-8.
pub fn write_str(bytes: &[u8], out: &mut Vec<u8>) {
    write_str_header(bytes.len(), out);
    out.extend_from_slice(bytes);
}

/// Appends a binary object.
///
/// # Panics
/// As [`write_str_header`].
pub fn write_bin(bytes: &[u8], out: &mut Vec<u8>) {
    match u8::try_from(bytes.len()) {
        Ok(short) => write_tagged(0xC4, [short], out),
        Err(_) => write_long_header(0xC5, bytes.len(), out),
    }
    out.extend_from_slice(bytes);
}

/// Appends the header of an array of `entries` objects, which the caller appends next.
pub fn write_array_header(entries: usize, out: &mut Vec<u8>) {
    match u8::try_from(entries) {
        Ok(short) if entries <= FIX_ENTRIES => out.push(0x90 | short),
        _ => write_long_header(0xDC, entries, out),
    }
}

/// Appends the header of a map of `entries` pairs, which the caller appends next, each a key and
/// its value.
pub fn write_map_header(entries: usize, out: &mut Vec<u8>) {
    match u8::try_from(entries) {
        Ok(short) if entries <= FIX_ENTRIES => out.push(0x80 | short),
        _ => write_long_header(0xDE, entries, out),
    }
}

/// Appends a header with a length of 16 bits, or of 32 bits under the next tag.
fn write_long_header(tag_16: u8, length: usize, out: &mut Vec<u8>) {
    if let Ok(length) = u16::try_from(length) {
        write_tagged(tag_16, length.to_be_bytes(), out);
    } else {
        let length = u32::try_from(length).expect("no 2^32 bytes or entries");
        write_tagged(tag_16 + 1, length.to_be_bytes(), out);
    }
}

fn write_tagged<const N: usize>(tag: u8, bytes: [u8; N], out: &mut Vec<u8>) {
    out.push(tag);
    out.extend_from_slice(&bytes);
}

/// One step of an object: a scalar, or the header of a container.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MsgpackToken<'p> {
    /// nil
    Nil,
    /// false or true
    Bool(bool),
    /// An integer of 0 or more, whatever form it had.
    Unsigned(u64),
    /// An integer below 0.
    Negative(i64),
    /// A float 32.
    Float(f32),
    /// A float 64.
    Double(f64),
    /// The bytes of a string, which need not be UTF-8.
    Str(&'p [u8]),
    /// The bytes of a binary object.
    Bin(&'p [u8]),
    /// An array of so many objects, which follow.
    Array(u32),
    /// A map of so many pairs, which follow.
    Map(u32),
    /// An extension object.
    Ext,
}

/// Reads the token at `at`; returns it with the offset of the next.
///
/// Every object takes a byte at least, so a header that claims more entries than bytes are left is
/// an error already here: no reader need trust a claim.
pub fn read_msgpack(payload: &[u8], at: usize) -> Result<(MsgpackToken<'_>, usize), MsgpackError> {
    let mut input = Input { payload, at };
    let tag = input.take::<1>()?[0];
    let token = match tag {
        0x00..=0x7F => MsgpackToken::Unsigned(u64::from(tag)),
        0x80..=0x8F => MsgpackToken::Map(u32::from(tag & 0x0F)),
        0x90..=0x9F => MsgpackToken::Array(u32::from(tag & 0x0F)),
        0xA0..=0xBF => MsgpackToken::Str(input.bytes(u32::from(tag & 0x1F))?),
        0xC0 => MsgpackToken::Nil,
        0xC1 => {
            return Err(MsgpackError {
                offset: at,
                reason: "byte C1 begins no object",
            });
        }
        0xC2 | 0xC3 => MsgpackToken::Bool(tag == 0xC3),
        0xC4 => MsgpackToken::Bin(input.length_8().and_then(|n| input.bytes(n))?),
        0xC5 => MsgpackToken::Bin(input.length_16().and_then(|n| input.bytes(n))?),
        0xC6 => MsgpackToken::Bin(input.length_32().and_then(|n| input.bytes(n))?),
        0xD9 => MsgpackToken::Str(input.length_8().and_then(|n| input.bytes(n))?),
        0xDA => MsgpackToken::Str(input.length_16().and_then(|n| input.bytes(n))?),
        0xDB => MsgpackToken::Str(input.length_32().and_then(|n| input.bytes(n))?),
        0xC7 => input.length_8().and_then(|n| input.ext(n))?,
        0xC8 => input.length_16().and_then(|n| input.ext(n))?,
        0xC9 => input.length_32().and_then(|n| input.ext(n))?,
        0xCA => MsgpackToken::Float(f32::from_be_bytes(input.take()?)),
        0xCB => MsgpackToken::Double(f64::from_be_bytes(input.take()?)),
        0xCC => MsgpackToken::Unsigned(u64::from(u8::from_be_bytes(input.take()?))),
        0xCD => MsgpackToken::Unsigned(u64::from(u16::from_be_bytes(input.take()?))),
        0xCE => MsgpackToken::Unsigned(u64::from(u32::from_be_bytes(input.take()?))),
        0xCF => MsgpackToken::Unsigned(u64::from_be_bytes(input.take()?)),
        0xD0 => integer(i64::from(i8::from_be_bytes(input.take()?))),
        0xD1 => integer(i64::from(i16::from_be_bytes(input.take()?))),
        0xD2 => integer(i64::from(i32::from_be_bytes(input.take()?))),
        0xD3 => integer(i64::from_be_bytes(input.take()?)),
        0xD4..=0xD8 => input.ext(1 << (tag - 0xD4))?,
        0xDC => MsgpackToken::Array(input.length_16()?),
        0xDD => MsgpackToken::Array(input.length_32()?),
        0xDE => MsgpackToken::Map(input.length_16()?),
        0xDF => MsgpackToken::Map(input.length_32()?),
        0xE0..=0xFF => MsgpackToken::Negative(i64::from(i8::from_be_bytes([tag]))),
    };
    let claimed = match token {
        MsgpackToken::Array(entries) => u64::from(entries),
        MsgpackToken::Map(entries) => 2 * u64::from(entries),
        _ => 0,
    };
    if usize::try_from(claimed).map_or(true, |claimed| claimed > payload.len() - input.at) {
        return Err(MsgpackError {
            offset: at,
            reason: "more entries are announced than bytes follow",
        });
    }
    Ok((token, input.at))
}

/// Returns the offset of the end of the one object that starts at `at`, of whatever types.
pub fn skip_msgpack(payload: &[u8], mut at: usize) -> Result<usize, MsgpackError> {
    // objects still to come; no larger than the payload, see `read_msgpack`, save for nested claims
    let mut pending: u64 = 1;
    while pending > 0 {
        let (token, next) = read_msgpack(payload, at)?;
        pending = match token {
            MsgpackToken::Array(entries) => pending.saturating_add(u64::from(entries)),
            MsgpackToken::Map(entries) => pending.saturating_add(2 * u64::from(entries)),
            _ => pending,
        } - 1;
        at = next;
    }
    Ok(at)
}

/// The token of a signed integer.
fn integer(value: i64) -> MsgpackToken<'static> {
    u64::try_from(value).map_or(MsgpackToken::Negative(value), MsgpackToken::Unsigned)
}

/// Payload with the position that was reached.
struct Input<'p> {
    payload: &'p [u8],
    at: usize,
}

impl<'p> Input<'p> {
    fn bytes(&mut self, length: u32) -> Result<&'p [u8], MsgpackError> {
        let end = usize::try_from(length)
            .ok()
            .and_then(|length| self.at.checked_add(length));
        match end.and_then(|end| self.payload.get(self.at..end)) {
            Some(bytes) => {
                self.at += bytes.len();
                Ok(bytes)
            }
            None => Err(MsgpackError {
                offset: self.payload.len(),
                reason: "the bytes end inside an object",
            }),
        }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], MsgpackError> {
        match self
            .payload
            .get(self.at..)
            .and_then(|rest| rest.first_chunk())
        {
            Some(bytes) => {
                self.at += N;
                Ok(*bytes)
            }
            None => Err(MsgpackError {
                offset: self.payload.len(),
                reason: "the bytes end inside an object",
            }),
        }
    }

    fn length_8(&mut self) -> Result<u32, MsgpackError> {
        self.take().map(|bytes| u32::from(u8::from_be_bytes(bytes)))
    }

    fn length_16(&mut self) -> Result<u32, MsgpackError> {
        self.take()
            .map(|bytes| u32::from(u16::from_be_bytes(bytes)))
    }

    fn length_32(&mut self) -> Result<u32, MsgpackError> {
        self.take().map(u32::from_be_bytes)
    }

    /// Steps over the type and the `length` bytes of an extension object.
    fn ext(&mut self, length: u32) -> Result<MsgpackToken<'p>, MsgpackError> {
        self.take::<1>()?;
        self.bytes(length).map(|_| MsgpackToken::Ext)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out);
        out
    }

    #[test]
    fn shortest_integers() {
        for (value, bytes) in [
            (0, &[0x00][..]),
            (127, &[0x7F]),
            (128, &[0xCC, 0x80]),
            (255, &[0xCC, 0xFF]),
            (256, &[0xCD, 1, 0]),
            (65_535, &[0xCD, 0xFF, 0xFF]),
            (65_536, &[0xCE, 0, 1, 0, 0]),
            (4_294_967_295, &[0xCE, 0xFF, 0xFF, 0xFF, 0xFF]),
            (4_294_967_296, &[0xCF, 0, 0, 0, 1, 0, 0, 0, 0]),
            (-1, &[0xFF]),
            (-32, &[0xE0]),
            (-33, &[0xD0, 0xDF]),
            (-128, &[0xD0, 0x80]),
            (-129, &[0xD1, 0xFF, 0x7F]),
            (-32_768, &[0xD1, 0x80, 0]),
            (-32_769, &[0xD2, 0xFF, 0xFF, 0x7F, 0xFF]),
            (-2_147_483_648, &[0xD2, 0x80, 0, 0, 0]),
            (
                -2_147_483_649,
                &[0xD3, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF],
            ),
        ] {
            assert_eq!(written(|out| write_int(value, out)), bytes, "{value}");
        }
        assert_eq!(
            written(|out| write_uint(u64::MAX, out)),
            [0xCF, 255, 255, 255, 255, 255, 255, 255, 255]
        );
    }

    #[test]
    fn shortest_headers() {
        let str_header = |n| written(|out| write_str_header(n, out));
        assert_eq!(str_header(31), [0xBF]);
        assert_eq!(str_header(32), [0xD9, 32]);
        assert_eq!(str_header(255), [0xD9, 255]);
        assert_eq!(str_header(256), [0xDA, 1, 0]);
        assert_eq!(str_header(65_536), [0xDB, 0, 1, 0, 0]);
        assert_eq!(written(|out| write_array_header(15, out)), [0x9F]);
        assert_eq!(written(|out| write_array_header(16, out)), [0xDC, 0, 16]);
        assert_eq!(written(|out| write_map_header(0, out)), [0x80]);
        assert_eq!(
            written(|out| write_map_header(65_535, out)),
            [0xDE, 255, 255]
        );
        assert_eq!(
            written(|out| write_map_header(65_536, out)),
            [0xDF, 0, 1, 0, 0]
        );
    }

    #[test]
    fn claims_are_checked() {
        for bytes in [
            &[][..],
            &[0xC1],
            &[0x91],
            &[0xDF, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0xDD, 0, 0, 0, 2, 1],
            &[0xDB, 0xFF, 0xFF, 0xFF, 0xFF, 1],
            &[0xCB, 1, 2, 3],
            &[0xC7, 2, 1, 0],
        ] {
            assert!(skip_msgpack(bytes, 0).is_err(), "{bytes:X?}");
        }
        assert!(skip_msgpack(&[1], 2).is_err());
        assert!(skip_msgpack(&[1], usize::MAX).is_err());
        assert_eq!(skip_msgpack(&[0xD4, 1, 0, 0xC0], 0), Ok(3));
        assert_eq!(
            skip_msgpack(&[0xC0, 0x82, 0xA1, 97, 0x91, 1, 2, 3, 0xC0], 1),
            Ok(8)
        );
        assert_eq!(skip_msgpack(&[0x91; 4096], 0).unwrap_err().offset, 4095);
    }

    proptest! {
        #[test]
        fn integers_read_back(value: i64, shift in 0..64_u32) {
            let value = value >> shift;
            let bytes = written(|out| write_int(value, out));
            prop_assert_eq!(read_msgpack(&bytes, 0), Ok((integer(value), bytes.len())));
        }

        #[test]
        fn any_bytes_are_skipped_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(end) = skip_msgpack(&bytes, 0) {
                prop_assert!(0 < end && end <= bytes.len());
            }
        }
    }
}
