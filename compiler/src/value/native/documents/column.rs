//! How the values of a column are to be stored.

use keyfold_reader::format::native::code::{Code, LENGTHS};
use keyfold_reader::format::native::shapes::Kind;

use super::item::{Item, item};
use super::number::{fit, least_exponent, scaled};
use super::survey::Seen;
use crate::value::native::estimate::rough;

/// Bytes of an escape and the lead behind it.
const ESCAPE: f64 = 2.0;

/// Bytes of codes for a byte of text, roughly: the token table is trained only when it is known what it is for.
const CODES_PER_BYTE: f64 = 0.45;

/// Most pieces of a column: rows name them by two bytes.
const MAX_PIECES: usize = 1 << 16;

/// Bytes a piece takes besides its own.
const PIECE_OVERHEAD: f64 = 4.0;

/// How the values of a column are stored.
#[derive(Debug)]
pub(super) struct Plan<'s> {
    pub(super) kind: Kind,
    pub(super) code: Code,
    pub(super) exponent: u8,
    /// The lowest number.
    pub(super) lowest: i64,
    /// The column's pieces, as MessagePack.
    pub(super) pieces: Vec<&'s [u8]>,
}

impl<'s> Plan<'s> {
    fn plain(kind: Kind) -> Self {
        Plan {
            kind,
            code: LENGTHS,
            exponent: 0,
            lowest: 0,
            pieces: Vec::new(),
        }
    }

    /// What suits a column of which a sample was seen, when there are `ratio` times as many values in all.
    pub(super) fn new(seen: &Seen<'s>, ratio: f64) -> Self {
        if 2 * seen.arrays > seen.values {
            return Plan::plain(Kind::Array);
        }
        let values = rough(seen.values - seen.arrays - seen.maps);
        if 2 * seen.maps > seen.values || values == 0.0 {
            return Plan::plain(Kind::Document);
        }
        let texts: f64 = seen.texts.iter().map(|text| codes(text.len())).sum();
        let text_count = rough(seen.texts.len());
        let numbers: f64 = seen.numbers.iter().map(verbatim).sum();
        // nil, booleans and what else there is, which take a byte mostly
        let others = values - text_count - rough(seen.numbers.len());
        let as_documents = texts + text_count + numbers + others + values;
        let as_escapes = as_documents + values;

        let plans = [
            (Plan::plain(Kind::Document), as_documents),
            (
                Plan::plain(Kind::Text),
                texts + text_count + numbers + others + ESCAPE * (values - text_count),
            ),
            Plan::floats(
                seen,
                |item| matches!(item, Item::Single(_)),
                as_escapes,
                Kind::Single,
                5.0,
            ),
            Plan::floats(
                seen,
                |item| matches!(item, Item::Double(_)),
                as_escapes,
                Kind::Double,
                9.0,
            ),
            Plan::numbers(seen, as_escapes),
            Plan::pieces(seen, ratio, as_escapes),
        ];
        let (plan, _) = plans
            .into_iter()
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
            .expect("some plans");
        plan
    }

    fn floats(
        seen: &Seen<'s>,
        fits: impl Fn(&Item<'_>) -> bool,
        as_escapes: f64,
        kind: Kind,
        each: f64,
    ) -> (Self, f64) {
        let count = rough(seen.numbers.iter().filter(|item| fits(item)).count());
        // of an escape, a lead and a tag nothing is left
        (
            Plan::plain(kind),
            as_escapes - count * (each + ESCAPE - (each - 1.0)),
        )
    }

    fn numbers(seen: &Seen<'s>, as_escapes: f64) -> (Self, f64) {
        let mut exponents: Vec<u8> = seen
            .numbers
            .iter()
            .filter_map(|&item| least_exponent(item))
            .collect();
        exponents.sort_unstable();
        // one in a hundred may need more
        let Some(&exponent) =
            exponents.get(exponents.len().saturating_sub(exponents.len() / 100 + 1))
        else {
            return (Plan::plain(Kind::Document), f64::INFINITY);
        };
        let mut numbers = Vec::new();
        let mut saved = 0.0;
        for &item in &seen.numbers {
            if let Some(n) = scaled(item, exponent) {
                numbers.push(n);
                saved += ESCAPE + verbatim(&item);
            }
        }
        let lowest = numbers.iter().copied().min().unwrap_or(0);
        let Ok(lowest) = i64::try_from(lowest) else {
            return (Plan::plain(Kind::Document), f64::INFINITY);
        };
        let mut distances: Vec<u64> = numbers
            .iter()
            .filter_map(|n| u64::try_from(n - i128::from(lowest)).ok())
            .collect();
        distances.sort_unstable();
        let (code, bytes) = fit(&distances);
        let plan = Plan {
            kind: Kind::Number,
            code,
            exponent,
            lowest,
            pieces: Vec::new(),
        };
        (plan, as_escapes - saved + rough(bytes))
    }

    /// A plan with those pieces that save more than they take.
    fn pieces(seen: &Seen<'s>, ratio: f64, as_escapes: f64) -> (Self, f64) {
        let mut pieces: Vec<(&[u8], f64, f64)> = seen
            .pieces
            .iter()
            .filter_map(|(&piece, &count)| {
                // what came once is not likely to come as often again
                let count = if count == 1 { 0.4 } else { rough(count) };
                let escaped = escaped(piece);
                let gain = count * ratio * (escaped - 1.5);
                (gain > rough(piece.len()) + PIECE_OVERHEAD).then_some((piece, count, escaped))
            })
            .collect();
        pieces.sort_unstable_by(|(a, m, _), (b, n, _)| n.total_cmp(m).then_with(|| a.cmp(b)));
        pieces.truncate(MAX_PIECES);
        let one_byte = (0..=255usize)
            .rev()
            .find(|&one_byte| one_byte + (255 - one_byte) * 256 >= pieces.len())
            .unwrap_or(0);
        let one_byte = u8::try_from(one_byte).expect("255 at most");
        let code = Code::new([one_byte, 255, 255, 255], [0, 1, 1, 1]);
        let mut bytes = as_escapes;
        for (i, (piece, count, escaped)) in pieces.iter().enumerate() {
            let each = if i < usize::from(one_byte) { 1.0 } else { 2.0 };
            bytes += count * (each - escaped) + (rough(piece.len()) + PIECE_OVERHEAD) / ratio;
        }
        // rows can hold pieces, so that they take nothing at all
        bytes *= 0.9;
        let plan = Plan {
            kind: Kind::Piece,
            code,
            exponent: 0,
            lowest: 0,
            pieces: pieces.into_iter().map(|(piece, ..)| piece).collect(),
        };
        (plan, bytes)
    }
}

/// Bytes of a piece that has to be written as a document behind an escape.
fn escaped(piece: &[u8]) -> f64 {
    match item(piece, 0) {
        Some((Item::Text(text), _)) => ESCAPE + 1.0 + codes(text.len()),
        _ => ESCAPE + rough(piece.len()),
    }
}

/// Bytes of a text of so many bytes, roughly, without the byte of its length.
fn codes(len: usize) -> f64 {
    CODES_PER_BYTE * rough(len)
}

/// Bytes of a number as MessagePack.
fn verbatim(item: &Item<'_>) -> f64 {
    match *item {
        Item::Integer(0..=0x7F) => 1.0,
        Item::Integer(-0x80..=0xFF) => 2.0,
        Item::Integer(-0x8000..=0xFFFF) => 3.0,
        Item::Integer(n) if u32::try_from(n).is_ok() || i32::try_from(n).is_ok() => 5.0,
        Item::Single(_) => 5.0,
        _ => 9.0,
    }
}
