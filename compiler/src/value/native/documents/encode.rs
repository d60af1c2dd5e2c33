//! MessagePack to documents.

use keyfold_reader::Compression;
use keyfold_reader::format::native::code::{ESCAPE, LENGTHS};
use keyfold_reader::format::native::documents::{
    ARRAY, MAP, MAX_DEPTH, MAX_TEXT_CODES, PACKED, TEXT, VERBATIM,
};
use keyfold_reader::format::native::shapes::{Kind, MAX_HOLES};

use super::item::{Item, item, skip};
use super::number::scaled;
use super::{ColumnModel, DocumentModel};
use crate::value::native::documents::rows::NO_PIECE;
use crate::value::native::documents::survey::ROOT;

/// Documents that lie deeper in others are left as they are.
const DEEPEST: u32 = MAX_DEPTH / 2;

/// A value of a map.
#[derive(Clone, Copy, Default)]
struct Hole {
    column: u16,
    start: usize,
    end: usize,
}

impl DocumentModel {
    /// Appends the document of a payload, which is MessagePack or else kept as it is.
    pub(in crate::value::native) fn encode(&self, payload: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        if self.document(payload, 0, 0, out) != Some(payload.len()) {
            out.truncate(start);
            out.extend_from_slice(&[PACKED, Compression::None.code()]);
            out.extend_from_slice(payload);
        }
    }

    /// Appends the document of the object at `at`; returns the offset behind it, or nothing where there is no MessagePack.
    fn document(&self, payload: &[u8], at: usize, depth: u32, out: &mut Vec<u8>) -> Option<usize> {
        let (found, behind) = item(payload, at)?;
        let start = out.len();
        let end = match found {
            Item::Map(count) if depth < DEEPEST => {
                let mut holes = [Hole::default(); MAX_HOLES];
                match self.holes(payload, behind, count, &mut holes)? {
                    Some(shape) => {
                        self.shaped(shape, payload, &holes[..count as usize], depth, out)
                    }
                    None => self.map(payload, behind, count, depth, out),
                }
            }
            _ if depth == 0
                && let Some(shape) = self.scalar =>
            {
                let end = skip(payload, at)?;
                let hole = Hole {
                    column: ROOT,
                    start: at,
                    end,
                };
                self.shaped(shape, payload, &[hole], depth, out)
            }
            Item::Array(count) if depth < DEEPEST => {
                out.push(ARRAY);
                let fits = LENGTHS.put(count.into(), out);
                let end =
                    (0..count).try_fold(behind, |at, _| self.document(payload, at, depth + 1, out));
                if fits { end } else { None }
            }
            Item::Text(text) => {
                out.push(TEXT);
                self.text(text, out).then_some(behind)
            }
            _ => None,
        };
        if end.is_some() {
            return end;
        }
        out.truncate(start);
        let end = skip(payload, at)?;
        out.push(VERBATIM);
        out.extend_from_slice(&payload[at..end]);
        Some(end)
    }

    /// Finds the values of a map with known names, and its shape if there is one.
    #[expect(clippy::option_option, reason = "no MessagePack, or no shape")]
    fn holes(
        &self,
        payload: &[u8],
        mut at: usize,
        count: u32,
        holes: &mut [Hole; MAX_HOLES],
    ) -> Option<Option<usize>> {
        let Some(holes) = holes.get_mut(..count as usize) else {
            return Some(None);
        };
        let mut columns = [0u16; MAX_HOLES];
        for (hole, number) in holes.iter_mut().zip(&mut columns) {
            let start = skip(payload, at)?;
            let Some(&column) = self.names.get(&payload[at..start]) else {
                return Some(None);
            };
            at = skip(payload, start)?;
            *number = column;
            *hole = Hole {
                column,
                start,
                end: at,
            };
        }
        let columns = &columns[..holes.len()];
        Some(self.shape_numbers.get(columns).copied())
    }

    /// Appends a document of a shape; returns the offset behind its last value.
    fn shaped(
        &self,
        number: usize,
        payload: &[u8],
        holes: &[Hole],
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Option<usize> {
        let shape = &self.shapes[number];
        let mut row = [NO_PIECE; MAX_HOLES];
        let mut len = 0;
        for (i, hole) in holes.iter().enumerate() {
            if shape.bound >> i & 1 == 1 {
                let pieces = &self.columns[usize::from(hole.column)].pieces;
                row[len] = pieces
                    .get(&payload[hole.start..hole.end])
                    .copied()
                    .unwrap_or(NO_PIECE);
                len += 1;
            }
        }
        let (bound, lead) = match shape.rows.get(&row[..len]) {
            Some(lead) => (shape.bound, lead),
            None => (0, &shape.plain),
        };
        out.extend_from_slice(lead);
        let tail = shape.tail.filter(|_| depth == 0);
        for (i, hole) in holes.iter().enumerate() {
            if bound >> i & 1 == 0 && tail != Some(i) {
                let column = &self.columns[usize::from(hole.column)];
                self.value(column, payload, hole.start, depth, out)?;
            }
        }
        if let Some(tail) = tail {
            self.tail_text(payload, holes[tail].start, depth, out)?;
        }
        holes.last().map(|hole| hole.end)
    }

    /// Appends a text that goes to the end of the document.
    fn tail_text(&self, payload: &[u8], at: usize, depth: u32, out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        if let (Item::Text(text), _) = item(payload, at)? {
            self.tokens.encode(text, out);
            let codes = &out[start..];
            if codes.len() <= MAX_TEXT_CODES && !codes.starts_with(&[ESCAPE, ESCAPE]) {
                return Some(());
            }
            out.truncate(start);
        }
        out.extend_from_slice(&[ESCAPE, ESCAPE]);
        self.document(payload, at, depth + 1, out).map(|_| ())
    }

    /// Appends a map of any names.
    fn map(
        &self,
        payload: &[u8],
        mut at: usize,
        count: u32,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Option<usize> {
        out.push(MAP);
        if !LENGTHS.put(count.into(), out) {
            return None;
        }
        for _ in 0..count {
            let value = skip(payload, at)?;
            let column = self.names.get(&payload[at..value]);
            at = match column {
                Some(&column) if LENGTHS.put(column.into(), out) => {
                    let column = &self.columns[usize::from(column)];
                    self.value(column, payload, value, depth + 1, out)?
                }
                _ => {
                    out.push(ESCAPE);
                    self.document(payload, at, depth + 1, out)?;
                    self.document(payload, value, depth + 1, out)?
                }
            };
        }
        Some(at)
    }

    /// Appends the value at `at` as one of a column; returns the offset behind it.
    fn value(
        &self,
        column: &ColumnModel,
        payload: &[u8],
        at: usize,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Option<usize> {
        let start = out.len();
        let (found, end) = item(payload, at)?;
        let stored = match (column.kind, found) {
            (Kind::Document, _) => return self.document(payload, at, depth + 1, out),
            (Kind::Text, Item::Text(text)) => self.text(text, out),
            (Kind::Piece, _) => {
                let end = skip(payload, at)?;
                let piece = column.pieces.get(&payload[at..end]);
                piece.is_some_and(|&piece| column.code.put(piece.into(), out))
            }
            (Kind::Number, _) => scaled(found, column.exponent)
                .and_then(|n| u64::try_from(n - i128::from(column.lowest)).ok())
                .is_some_and(|distance| column.code.put(distance, out)),
            (Kind::Array, Item::Array(count)) if depth + 1 < DEEPEST => {
                let mut at = end;
                if LENGTHS.put(count.into(), out) {
                    let element = &self.columns[usize::from(column.element)];
                    for _ in 0..count {
                        at = self.value(element, payload, at, depth + 1, out)?;
                    }
                    return Some(at);
                }
                false
            }
            (Kind::Single, Item::Single(_)) | (Kind::Double, Item::Double(_)) => {
                out.extend_from_slice(&payload[at + 1..end]);
                out[start] != ESCAPE
            }
            _ => false,
        };
        if stored {
            return Some(end);
        }
        out.truncate(start);
        out.push(ESCAPE);
        self.document(payload, at, depth + 1, out)
    }

    /// Appends a text with its length; false, with something appended, where that is too long.
    fn text(&self, text: &[u8], out: &mut Vec<u8>) -> bool {
        let start = out.len();
        out.push(0);
        self.tokens.encode(text, out);
        let len = out.len() - start - 1;
        let mut header = Vec::new();
        if len < 250 {
            out[start] = len.to_le_bytes()[0];
            return true;
        }
        if len > MAX_TEXT_CODES || !LENGTHS.put(len as u64, &mut header) {
            return false;
        }
        out.splice(start..=start, header);
        true
    }
}
