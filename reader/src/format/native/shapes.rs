//! The table of shapes: what documents have in common.
//!
//! ```text
//! table    header | leads | columns | shapes | holes | rows | piece offsets | pieces | 32 zero bytes
//! header   how many leads, columns, shapes, holes, bytes of rows, pieces, bytes of pieces, 0: u32 each
//! lead     kind u8, 0 shapes, 1 rows | bytes that follow the lead u8 | shape u16 | first u32
//! column   kind u8 | exponent u8 | element u16 | code, see there | base u64 | name's offset in the pieces u32
//!          | name's length u16 | two zero bytes
//! shape    first hole u32 | rows' offset u32 | bound u64 | holes u8 | tail u8 | 1 for a map u8 | five zero bytes
//! hole     column u16
//! row      one u16 for each hole that is bound: which of its column's pieces
//! ```
//!
//! All numbers are little-endian. A piece is a MessagePack object, a name one that is a string. The piece offsets
//! are one more than the pieces; each piece ends where the next begins.
//!
//! See [`documents`](super::documents) for what the parts are for.

use std::ops::Range;
use std::sync::Arc;

use super::code::Code;
use crate::bytes::Bytes;
use crate::error::{Fault, Section};
use crate::format::to_usize;

/// Most columns a table has.
pub const MAX_COLUMNS: usize = 4096;

/// Most holes of a shape: one for each bit of `bound`.
pub const MAX_HOLES: usize = 64;

/// Zero bytes behind the pieces.
const SLACK: usize = 32;

const HEADER_LEN: usize = 32;
const LEAD_LEN: usize = 8;
const COLUMN_LEN: usize = 32;
const SHAPE_LEN: usize = 24;
const HOLE_LEN: usize = 2;
const OFFSET_LEN: usize = 4;

/// What a lead stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lead {
    /// How many bytes follow it, which make a number that counts from `first`.
    pub extra: u8,
    /// The number without these bytes.
    pub first: u32,
    /// The shape whose row that number is; nothing when it is itself a shape's number, and no hole is bound.
    pub rows_of: Option<u16>,
}

/// How the values of a column are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A document of any sort.
    Document,
    /// A text.
    Text,
    /// One of the column's pieces.
    Piece,
    /// A number, in units of a power of ten.
    Number,
    /// An array whose elements are values of another column.
    Array,
    /// A float 32.
    Single,
    /// A float 64.
    Double,
}

/// All values that have the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// How they are stored.
    pub kind: Kind,
    /// Digits behind the point, for numbers.
    pub exponent: u8,
    /// The column of the elements, for arrays.
    pub element: u16,
    /// How numbers and pieces are written.
    pub code: Code,
    /// The lowest number, or the first piece.
    pub base: i64,
    /// Where the name stands in the pieces.
    pub name: u32,
    /// Bytes of the name.
    pub name_len: u16,
}

/// Documents with the same names in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The first hole, in the list of all.
    pub first_hole: u32,
    /// Where its rows begin.
    pub rows: u32,
    /// A bit for each hole whose value rows hold.
    pub bound: u64,
    /// How many holes there are, 64 at most.
    pub holes: u8,
    /// The hole whose text stands at the end of the document.
    pub tail: Option<u8>,
    /// Whether it is a map; else it has one hole, without a name.
    pub is_map: bool,
}

impl Lead {
    fn read(record: [u8; LEAD_LEN]) -> Self {
        let [kind, extra, s0, s1, first @ ..] = record;
        Lead {
            extra,
            first: u32::from_le_bytes(first),
            rows_of: (kind != 0).then_some(u16::from_le_bytes([s0, s1])),
        }
    }

    fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[u8::from(self.rows_of.is_some()), self.extra]);
        out.extend_from_slice(&self.rows_of.unwrap_or(0).to_le_bytes());
        out.extend_from_slice(&self.first.to_le_bytes());
    }
}

impl Kind {
    const ALL: [Kind; 7] = [
        Kind::Document,
        Kind::Text,
        Kind::Piece,
        Kind::Number,
        Kind::Array,
        Kind::Single,
        Kind::Double,
    ];
}

impl Column {
    fn read(record: &[u8; COLUMN_LEN]) -> Option<Self> {
        let (words, _) = record.as_chunks::<8>();
        let [front, code, base, name] = words else {
            return None;
        };
        let &[kind, exponent, e0, e1, ..] = front;
        let &[n0, n1, n2, n3, l0, l1, ..] = name;
        Some(Column {
            kind: *Kind::ALL.get(usize::from(kind))?,
            exponent,
            element: u16::from_le_bytes([e0, e1]),
            code: Code::read(*code),
            base: i64::from_le_bytes(*base),
            name: u32::from_le_bytes([n0, n1, n2, n3]),
            name_len: u16::from_le_bytes([l0, l1]),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let kind = Kind::ALL.iter().position(|&kind| kind == self.kind);
        out.push(u8::try_from(kind.expect("one of all")).expect("few kinds"));
        out.push(self.exponent);
        out.extend_from_slice(&self.element.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        self.code.write(out);
        out.extend_from_slice(&self.base.to_le_bytes());
        out.extend_from_slice(&self.name.to_le_bytes());
        out.extend_from_slice(&self.name_len.to_le_bytes());
        out.extend_from_slice(&[0; 2]);
    }
}

impl Shape {
    #[inline]
    fn read(record: &[u8; SHAPE_LEN]) -> Self {
        let (words, _) = record.as_chunks::<8>();
        let &[h0, h1, h2, h3, r0, r1, r2, r3] = &words[0];
        let &[holes, tail, is_map, ..] = &words[2];
        Shape {
            first_hole: u32::from_le_bytes([h0, h1, h2, h3]),
            rows: u32::from_le_bytes([r0, r1, r2, r3]),
            bound: u64::from_le_bytes(words[1]),
            holes: holes.min(64),
            tail: (tail != 255).then_some(tail),
            is_map: is_map != 0,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.first_hole.to_le_bytes());
        out.extend_from_slice(&self.rows.to_le_bytes());
        out.extend_from_slice(&self.bound.to_le_bytes());
        let tail = self.tail.unwrap_or(255);
        out.extend_from_slice(&[self.holes, tail, u8::from(self.is_map)]);
        out.extend_from_slice(&[0; 5]);
    }

    /// Bytes of a row.
    #[inline]
    pub fn row_len(&self) -> usize {
        2 * self.bound.count_ones() as usize
    }
}

/// A table of shapes under construction.
#[derive(Clone, Debug, Default)]
pub struct ShapesWriter {
    /// Leads, in order of their bytes.
    pub leads: Vec<Lead>,
    /// Columns.
    pub columns: Vec<Column>,
    /// Shapes.
    pub shapes: Vec<Shape>,
    /// Columns of all holes.
    pub holes: Vec<u16>,
    /// All rows.
    pub rows: Vec<u8>,
    /// Where each piece ends.
    pub piece_ends: Vec<u32>,
    /// The pieces, then the names.
    pub pieces: Vec<u8>,
}

impl ShapesWriter {
    /// Appends the table.
    pub fn write(&self, out: &mut Vec<u8>) {
        for count in [
            self.leads.len(),
            self.columns.len(),
            self.shapes.len(),
            self.holes.len(),
            self.rows.len(),
            self.piece_ends.len(),
            self.pieces.len(),
            0,
        ] {
            let count = u32::try_from(count).expect("a small table");
            out.extend_from_slice(&count.to_le_bytes());
        }
        self.leads.iter().for_each(|lead| lead.write(out));
        self.columns.iter().for_each(|column| column.write(out));
        self.shapes.iter().for_each(|shape| shape.write(out));
        out.extend(self.holes.iter().flat_map(|column| column.to_le_bytes()));
        out.extend_from_slice(&self.rows);
        out.extend_from_slice(&[0; OFFSET_LEN]);
        out.extend(self.piece_ends.iter().flat_map(|end| end.to_le_bytes()));
        out.extend_from_slice(&self.pieces);
        out.extend_from_slice(&[0; SLACK]);
    }
}

/// A table of shapes in a file; clones share its bytes.
#[derive(Clone, Debug)]
pub struct Shapes {
    bytes: Bytes,
    leads: Arc<[Lead]>,
    columns: Arc<[Column]>,
    list: Range<usize>,
    holes: Range<usize>,
    rows: Range<usize>,
    piece_offsets: Range<usize>,
    /// With the zero bytes.
    pieces: Range<usize>,
}

impl Shapes {
    /// The table that fills `range` of a file.
    pub fn read(bytes: &Bytes, range: Range<usize>) -> Result<Self, Fault> {
        let fault = |reason| Fault::new(Section::Shapes, range.start as u64, reason);
        let table = bytes
            .get(range.clone())
            .ok_or_else(|| fault("the shapes end behind the file"))?;
        let Some(header) = table.first_chunk::<HEADER_LEN>() else {
            return Err(fault("the shapes' header is cut off"));
        };
        let (counts, _) = header.as_chunks::<4>();
        let count = |i: usize| u64::from(u32::from_le_bytes(counts[i]));
        let mut at = (range.start + HEADER_LEN) as u64;
        let mut part = |count: u64, len: usize| {
            let start = at;
            at += count * len as u64;
            start..at
        };
        let parts = [
            part(count(0), LEAD_LEN),
            part(count(1), COLUMN_LEN),
            part(count(2), SHAPE_LEN),
            part(count(3), HOLE_LEN),
            part(count(4), 1),
            part(count(5) + 1, OFFSET_LEN),
            part(count(6) + SLACK as u64, 1),
        ];
        if at != range.end as u64 {
            return Err(fault("the shapes' parts do not fill their section"));
        }
        if count(0) > 256 || count(1) > MAX_COLUMNS as u64 {
            return Err(fault("too many leads or columns"));
        }
        let [leads, columns, shapes, holes, rows, piece_offsets, pieces] =
            parts.map(|part| to_usize(part.start)..to_usize(part.end));
        let leads = bytes[leads].as_chunks().0;
        let columns = bytes[columns].as_chunks().0.iter().map(Column::read);
        let columns = columns.collect::<Option<_>>();
        Ok(Shapes {
            leads: leads.iter().map(|&record| Lead::read(record)).collect(),
            columns: columns.ok_or_else(|| fault("a column of an impossible kind"))?,
            bytes: bytes.clone(),
            list: shapes,
            holes,
            rows,
            piece_offsets,
            pieces,
        })
    }

    /// The table as slices.
    #[inline]
    pub fn view(&self) -> ShapesView<'_> {
        ShapesView {
            leads: &self.leads,
            columns: &self.columns,
            shapes: self.bytes[self.list.clone()].as_chunks().0,
            holes: self.bytes[self.holes.clone()].as_chunks().0,
            rows: &self.bytes[self.rows.clone()],
            piece_offsets: self.bytes[self.piece_offsets.clone()].as_chunks().0,
            pieces: &self.bytes[self.pieces.clone()],
        }
    }
}

/// A table of shapes as slices.
#[derive(Clone, Copy, Debug)]
pub struct ShapesView<'a> {
    leads: &'a [Lead],
    columns: &'a [Column],
    shapes: &'a [[u8; SHAPE_LEN]],
    holes: &'a [[u8; HOLE_LEN]],
    rows: &'a [u8],
    piece_offsets: &'a [[u8; OFFSET_LEN]],
    pieces: &'a [u8],
}

impl<'a> ShapesView<'a> {
    /// The lead with a number.
    #[inline]
    pub fn lead(self, number: usize) -> Option<Lead> {
        self.leads.get(number).copied()
    }

    /// The column with a number.
    #[inline]
    pub fn column(self, number: usize) -> Option<&'a Column> {
        self.columns.get(number)
    }

    /// The shape with a number.
    #[inline]
    pub fn shape(self, number: usize) -> Option<Shape> {
        self.shapes.get(number).map(Shape::read)
    }

    /// The columns of a shape's holes.
    #[inline]
    pub fn holes(self, shape: &Shape) -> Option<&'a [[u8; HOLE_LEN]]> {
        self.holes
            .get(shape.first_hole as usize..)?
            .get(..shape.holes.into())
    }

    /// A row of a shape, and what stands behind it.
    #[inline]
    pub fn row(self, shape: &Shape, row: u64) -> Option<&'a [[u8; 2]]> {
        let at = u64::from(shape.rows) + row * shape.row_len() as u64;
        let rows = self.rows.get(to_usize(at)..)?;
        Some(rows.as_chunks().0)
    }

    /// A piece with what happens to stand behind it, 32 bytes at least, and its length.
    #[inline]
    pub fn piece(self, number: usize) -> Option<(&'a [u8], usize)> {
        let &[start, end] = self.piece_offsets.get(number..)?.first_chunk()?;
        let [start, end] = [start, end].map(|offset| u32::from_le_bytes(offset) as usize);
        let piece = self.pieces.get(start..)?;
        let len = end.checked_sub(start)?;
        (len + SLACK <= piece.len()).then_some((piece, len))
    }

    /// The name of a column, as [`piece`](Self::piece) gives pieces.
    #[inline]
    pub fn name(self, column: &Column) -> Option<(&'a [u8], usize)> {
        let name = self.pieces.get(column.name as usize..)?;
        let len = usize::from(column.name_len);
        (len + SLACK <= name.len()).then_some((name, len))
    }
}
