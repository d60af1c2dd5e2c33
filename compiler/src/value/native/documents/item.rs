//! MessagePack in its shortest form, item by item.

use keyfold_reader::skip_msgpack;

/// One step of an object: a scalar, or the header of a container whose entries follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Item<'p> {
    /// An integer.
    Integer(i128),
    /// A float 32.
    Single(f32),
    /// A float 64.
    Double(f64),
    /// A string.
    Text(&'p [u8]),
    /// An array of so many objects.
    Array(u32),
    /// A map of so many pairs.
    Map(u32),
    /// Something else: nil, a boolean, binary, an extension, or any object that is not in its shortest form.
    Other,
}

/// The item at `at`, with the offset behind it; for another object the offset behind all of it. Nothing where there is no
/// MessagePack.
pub(super) fn item(payload: &[u8], at: usize) -> Option<(Item<'_>, usize)> {
    let rest = payload.get(at..)?;
    let (&tag, rest) = rest.split_first()?;
    let fixed = match tag {
        0x00..=0x7F => Some((Item::Integer(tag.into()), 0)),
        0x80..=0x8F => Some((Item::Map((tag & 0x0F).into()), 0)),
        0x90..=0x9F => Some((Item::Array((tag & 0x0F).into()), 0)),
        0xA0..=0xBF => {
            let text = rest.get(..usize::from(tag & 0x1F))?;
            Some((Item::Text(text), text.len()))
        }
        0xE0..=0xFF => Some((Item::Integer(i8::from_be_bytes([tag]).into()), 0)),
        0xCA => Some((Item::Single(f32::from_be_bytes(*rest.first_chunk()?)), 4)),
        0xCB => Some((Item::Double(f64::from_be_bytes(*rest.first_chunk()?)), 8)),
        0xCC => integer(u8::from_be_bytes(*rest.first_chunk()?).into(), 0x80, 1),
        0xCD => integer(u16::from_be_bytes(*rest.first_chunk()?).into(), 0x100, 2),
        0xCE => integer(u32::from_be_bytes(*rest.first_chunk()?).into(), 0x1_0000, 4),
        0xCF => integer(
            u64::from_be_bytes(*rest.first_chunk()?).into(),
            0x1_0000_0000,
            8,
        ),
        0xD0 => negative(i8::from_be_bytes(*rest.first_chunk()?).into(), -0x20, 1),
        0xD1 => negative(i16::from_be_bytes(*rest.first_chunk()?).into(), -0x80, 2),
        0xD2 => negative(i32::from_be_bytes(*rest.first_chunk()?).into(), -0x8000, 4),
        0xD3 => negative(
            i64::from_be_bytes(*rest.first_chunk()?).into(),
            -0x8000_0000,
            8,
        ),
        0xD9 => text(rest, rest.first().copied()?.into(), 0x20, 1)?,
        0xDA => text(
            rest,
            u16::from_be_bytes(*rest.first_chunk()?).into(),
            0x100,
            2,
        )?,
        0xDB => text(rest, u32::from_be_bytes(*rest.first_chunk()?), 0x1_0000, 4)?,
        0xDC => entries(
            u16::from_be_bytes(*rest.first_chunk()?).into(),
            0x10,
            2,
            Item::Array,
        ),
        0xDD => entries(
            u32::from_be_bytes(*rest.first_chunk()?),
            0x1_0000,
            4,
            Item::Array,
        ),
        0xDE => entries(
            u16::from_be_bytes(*rest.first_chunk()?).into(),
            0x10,
            2,
            Item::Map,
        ),
        0xDF => entries(
            u32::from_be_bytes(*rest.first_chunk()?),
            0x1_0000,
            4,
            Item::Map,
        ),
        _ => None,
    };
    match fixed {
        Some((item, len)) => Some((item, at + 1 + len)),
        None => Some((Item::Other, skip_msgpack(payload, at).ok()?)),
    }
}

/// The offset behind the object at `at`.
pub(super) fn skip(payload: &[u8], at: usize) -> Option<usize> {
    match item(payload, at)? {
        (Item::Array(_) | Item::Map(_), _) => skip_msgpack(payload, at).ok(),
        (_, end) => Some(end),
    }
}

fn integer(value: i128, from: i128, len: usize) -> Option<(Item<'static>, usize)> {
    (value >= from).then_some((Item::Integer(value), len))
}

fn negative(value: i128, below: i128, len: usize) -> Option<(Item<'static>, usize)> {
    (value < below).then_some((Item::Integer(value), len))
}

#[expect(clippy::option_option, reason = "no MessagePack, or not the shortest")]
fn text(rest: &[u8], len: u32, from: u32, header: usize) -> Option<Option<(Item<'_>, usize)>> {
    let end = header.checked_add(usize::try_from(len).ok()?)?;
    let text = rest.get(header..end)?;
    Some((len >= from).then_some((Item::Text(text), end)))
}

fn entries(
    count: u32,
    from: u32,
    len: usize,
    make: fn(u32) -> Item<'static>,
) -> Option<(Item<'static>, usize)> {
    (count >= from).then_some((make(count), len))
}
