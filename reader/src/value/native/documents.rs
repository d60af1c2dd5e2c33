//! JSON documents of a native file, back to MessagePack.

use crate::format::native::code::{Code, ESCAPE, LENGTHS};
use crate::format::native::documents::{
    ARRAY, FIRST_LEAD, MAP, MAX_DEPTH, MAX_EXPONENT, MAX_TEXT_CODES, PACKED, POWERS, TEXT, VERBATIM,
};
use crate::format::native::shapes::{Column, Kind, Shape, ShapesView};
use crate::format::native::tokens::TokenView;
use crate::format::to_usize;
use crate::value::{Compression, DecompressError, MAX_VALUE_LEN, msgpack};

/// Why a document cannot be read.
pub(super) type Reason = &'static str;

const CUT: Reason = "a document is cut off";
const UNKNOWN: Reason = "a document names what the table of shapes does not have";
const DEEP: Reason = "documents lie too deep in each other";
const LONG: Reason = "a value is too long";
const MISPLACED: Reason = "a compressed document lies within another";
const NUMBER: Reason = "a number is out of range";

/// Decodes documents.
#[derive(Clone, Copy)]
pub(super) struct Decoder<'a> {
    pub(super) shapes: ShapesView<'a>,
    pub(super) tokens: TokenView<'a>,
}

/// The bytes of a document while they are read.
#[derive(Clone, Copy)]
struct Input<'a> {
    /// The document, and what stands behind it: pieces of fixed size are taken across its end.
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Input<'a> {
    /// The next byte, which is not consumed.
    #[inline]
    fn peek(&self) -> Result<u8, Reason> {
        if self.at < self.end {
            self.bytes.get(self.at).copied().ok_or(CUT)
        } else {
            Err(CUT)
        }
    }

    /// The eight bytes at an offset; zeros where there are less.
    #[inline]
    fn word(&self, at: usize) -> u64 {
        self.bytes
            .get(at..)
            .and_then(|rest| rest.first_chunk())
            .map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    /// The number of a code; nothing, and nothing consumed, if there is an escape instead.
    #[inline]
    fn code(&mut self, code: &Code) -> Result<Option<u64>, Reason> {
        let first = self.peek()?;
        if first == ESCAPE {
            return Ok(None);
        }
        let number = code.number(first, self.word(self.at + 1));
        self.at += code.len(first);
        Ok(Some(number))
    }

    /// A number in the code of lengths, where there can be no escape.
    #[inline]
    fn count(&mut self) -> Result<usize, Reason> {
        let count = self.code(&LENGTHS)?.ok_or(CUT)?;
        Ok(to_usize(count))
    }

    /// The next bytes.
    #[inline]
    fn take(&mut self, len: usize) -> Result<&'a [u8], Reason> {
        let end = self.at.checked_add(len).filter(|&end| end <= self.end);
        let bytes = end
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or(CUT)?;
        self.at += len;
        Ok(bytes)
    }
}

impl Decoder<'_> {
    /// Appends the payload of the document that takes the first `len` of the bytes.
    pub(super) fn decode(self, bytes: &[u8], len: usize, out: &mut Vec<u8>) -> Result<(), Reason> {
        let mut input = Input {
            bytes,
            at: 0,
            end: len.min(bytes.len()),
        };
        let limit = out.len().saturating_add(MAX_VALUE_LEN);
        if input.peek()? == PACKED {
            let packed = &bytes[1..input.end];
            let (&code, payload) = packed.split_first().ok_or(CUT)?;
            let compression = Compression::from_code(code).ok_or("an unknown compression")?;
            return compression
                .decompress(payload, MAX_VALUE_LEN, out)
                .map_err(DecompressError::reason);
        }
        let mut output = Output { out, limit };
        self.document(&mut input, &mut output, 0)?;
        if input.at == input.end {
            Ok(())
        } else {
            Err("something follows a document")
        }
    }

    fn document(
        self,
        input: &mut Input<'_>,
        output: &mut Output<'_>,
        depth: u32,
    ) -> Result<(), Reason> {
        if depth > MAX_DEPTH {
            return Err(DEEP);
        }
        let lead = input.peek()?;
        input.at += 1;
        if lead >= FIRST_LEAD {
            let lead = self.shapes.lead(usize::from(lead - FIRST_LEAD));
            let lead = lead.ok_or(UNKNOWN)?;
            let mut number = u64::from(lead.first);
            if lead.extra > 0 {
                let mut more = [0; 8];
                let extra = usize::from(lead.extra.min(4));
                more[..extra].copy_from_slice(input.take(extra)?);
                number += u64::from_le_bytes(more);
            }
            let (shape, row) = match lead.rows_of {
                Some(shape) => (u64::from(shape), Some(number)),
                None => (number, None),
            };
            let shape = self.shapes.shape(to_usize(shape));
            return self.shaped(&shape.ok_or(UNKNOWN)?, row, input, output, depth);
        }
        match lead {
            VERBATIM => {
                let rest = &input.bytes[input.at..input.end];
                let len = msgpack::skip_msgpack(rest, 0).map_err(|e| e.reason)?;
                output.extend(input.take(len)?)
            }
            TEXT => {
                let len = input.count()?;
                self.text(input.take(len)?, output)
            }
            ARRAY => {
                let count = input.count()?;
                output.array(count)?;
                (0..count).try_for_each(|_| self.document(input, output, depth + 1))
            }
            MAP => {
                let count = input.count()?;
                output.map(count)?;
                (0..count).try_for_each(|_| self.entry(input, output, depth + 1))
            }
            PACKED => Err(MISPLACED),
            _ => Err(UNKNOWN),
        }
    }

    /// A name with its value.
    fn entry(
        self,
        input: &mut Input<'_>,
        output: &mut Output<'_>,
        depth: u32,
    ) -> Result<(), Reason> {
        if let Some(column) = input.code(&LENGTHS)? {
            let column = self.shapes.column(to_usize(column));
            let column = column.ok_or(UNKNOWN)?;
            output.piece(self.shapes.name(column).ok_or(UNKNOWN)?)?;
            return self.value(column, input, output, depth);
        }
        input.at += 1;
        self.document(input, output, depth)?;
        self.document(input, output, depth)
    }

    /// A document of a shape, behind its lead.
    fn shaped(
        self,
        shape: &Shape,
        row: Option<u64>,
        input: &mut Input<'_>,
        output: &mut Output<'_>,
        depth: u32,
    ) -> Result<(), Reason> {
        let holes = self.shapes.holes(shape).ok_or(UNKNOWN)?;
        let (bound, mut row) = match row {
            Some(row) => (shape.bound, self.shapes.row(shape, row).ok_or(UNKNOWN)?),
            None => (0, &[][..]),
        };
        if shape.is_map {
            output.map(holes.len())?;
        }
        let tail = shape.tail.filter(|_| depth == 0).map(usize::from);
        for (i, &hole) in holes.iter().enumerate() {
            let column = self.shapes.column(u16::from_le_bytes(hole).into());
            let column = column.ok_or(UNKNOWN)?;
            if shape.is_map {
                output.piece(self.shapes.name(column).ok_or(UNKNOWN)?)?;
            }
            if bound >> i & 1 == 1 {
                let (&piece, rest) = row.split_first().ok_or(UNKNOWN)?;
                row = rest;
                self.piece(column, u16::from_le_bytes(piece).into(), output)?;
            } else if tail == Some(i) {
                let start = self.skip(&holes[i + 1..], bound >> i >> 1, *input)?;
                self.tail(input, start, output, depth)?;
            } else {
                self.value(column, input, output, depth)?;
            }
        }
        Ok(())
    }

    /// Where the values of these holes end, should none of them have to be decoded for it.
    fn skip(self, holes: &[[u8; 2]], bound: u64, mut input: Input<'_>) -> Result<usize, Reason> {
        for (i, &hole) in holes.iter().enumerate() {
            if bound >> i & 1 == 1 {
                continue;
            }
            let column = self.shapes.column(u16::from_le_bytes(hole).into());
            let column = column.ok_or(UNKNOWN)?;
            let first = input.peek()?;
            let len = match column.kind {
                _ if first == ESCAPE => None,
                Kind::Document | Kind::Text | Kind::Array => None,
                Kind::Piece | Kind::Number => Some(column.code.len(first)),
                Kind::Single => Some(4),
                Kind::Double => Some(8),
            };
            if let Some(len) = len {
                input.at += len;
            } else {
                // rare: into nowhere
                let mut nowhere = Vec::new();
                let mut output = Output {
                    out: &mut nowhere,
                    limit: MAX_VALUE_LEN,
                };
                self.value(column, &mut input, &mut output, 1)?;
            }
        }
        Ok(input.at)
    }

    /// The text from `start` to the end, which is cut off then.
    fn tail(
        self,
        input: &mut Input<'_>,
        start: usize,
        output: &mut Output<'_>,
        depth: u32,
    ) -> Result<(), Reason> {
        let codes = input.bytes.get(start..input.end).ok_or(CUT)?;
        let mut tail = Input {
            at: start,
            ..*input
        };
        input.end = start;
        if codes.starts_with(&[ESCAPE, ESCAPE]) {
            tail.at += 2;
            self.document(&mut tail, output, depth + 1)?;
            return if tail.at == tail.end {
                Ok(())
            } else {
                Err(CUT)
            };
        }
        self.text(codes, output)
    }

    /// A value of a column.
    #[inline]
    fn value(
        self,
        column: &Column,
        input: &mut Input<'_>,
        output: &mut Output<'_>,
        depth: u32,
    ) -> Result<(), Reason> {
        let code = match column.kind {
            Kind::Document => return self.document(input, output, depth + 1),
            Kind::Single | Kind::Double if input.peek()? != ESCAPE => {
                let (tag, len) = match column.kind {
                    Kind::Single => (0xCA, 4),
                    _ => (0xCB, 8),
                };
                output.extend(&[tag])?;
                return output.extend(input.take(len)?);
            }
            // for these two only to find the escape
            Kind::Single | Kind::Double | Kind::Text | Kind::Array => &LENGTHS,
            Kind::Piece | Kind::Number => &column.code,
        };
        let Some(number) = input.code(code)? else {
            input.at += 1;
            return self.document(input, output, depth + 1);
        };
        match column.kind {
            Kind::Number => output.number(column, number),
            Kind::Piece => self.piece(column, number, output),
            Kind::Text => self.text(input.take(to_usize(number))?, output),
            _ => self.array(column, number, input, output, depth + 1),
        }
    }

    fn array(
        self,
        column: &Column,
        count: u64,
        input: &mut Input<'_>,
        output: &mut Output<'_>,
        depth: u32,
    ) -> Result<(), Reason> {
        if depth > MAX_DEPTH {
            return Err(DEEP);
        }
        let element = self.shapes.column(column.element.into()).ok_or(UNKNOWN)?;
        output.array(to_usize(count))?;
        (0..count).try_for_each(|_| self.value(element, input, output, depth))
    }

    #[inline]
    fn piece(self, column: &Column, number: u64, output: &mut Output<'_>) -> Result<(), Reason> {
        let number = number.wrapping_add_signed(column.base);
        let piece = self.shapes.piece(to_usize(number));
        output.piece(piece.ok_or(UNKNOWN)?)
    }

    /// A string.
    #[inline]
    fn text(self, codes: &[u8], output: &mut Output<'_>) -> Result<(), Reason> {
        if codes.len() > MAX_TEXT_CODES {
            return Err(LONG);
        }
        let out = &mut *output.out;
        // a header of one byte, and a longer one in its place when the text turns out to need it
        let start = out.len();
        out.push(0);
        self.tokens.decode(codes, out)?;
        let len = out.len() - start - 1;
        if let Ok(short @ 0..=31) = u8::try_from(len) {
            out[start] = 0xA0 | short;
        } else {
            let mut header = Vec::with_capacity(5);
            msgpack::write_str_header(len, &mut header);
            out.splice(start..=start, header);
        }
        output.room(0)
    }
}

/// A payload under construction.
struct Output<'o> {
    out: &'o mut Vec<u8>,
    /// The length that it must not exceed.
    limit: usize,
}

impl Output<'_> {
    #[inline]
    fn room(&self, len: u64) -> Result<(), Reason> {
        if self.out.len() as u64 + len <= self.limit as u64 {
            Ok(())
        } else {
            Err(LONG)
        }
    }

    fn extend(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        self.room(bytes.len() as u64)?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    /// Appends the first `len` of the bytes, of which there are 32 more.
    #[inline]
    fn piece(&mut self, (bytes, len): (&[u8], usize)) -> Result<(), Reason> {
        if len > 16 {
            return self.extend(&bytes[..len]);
        }
        self.room(16)?;
        let end = self.out.len() + len;
        let bytes: &[u8; 16] = bytes.first_chunk().ok_or(CUT)?;
        self.out.extend_from_slice(bytes);
        self.out.truncate(end);
        Ok(())
    }

    fn array(&mut self, count: usize) -> Result<(), Reason> {
        self.room(count as u64)?;
        msgpack::write_array_header(count, self.out);
        Ok(())
    }

    #[inline]
    fn map(&mut self, count: usize) -> Result<(), Reason> {
        self.room(count as u64)?;
        msgpack::write_map_header(count, self.out);
        Ok(())
    }

    /// Appends number n of a column.
    #[inline]
    fn number(&mut self, column: &Column, n: u64) -> Result<(), Reason> {
        self.room(9)?;
        let n = i128::from(column.base) + i128::from(n);
        if column.exponent == 0 {
            return self.integer(n);
        }
        let power = POWERS[usize::from(column.exponent.min(MAX_EXPONENT))];
        let n = i64::try_from(n).map_err(|_| NUMBER)?;
        #[expect(clippy::cast_precision_loss, reason = "53 bits at most, else damage")]
        let double = n as f64 / power;
        // truncation by way of an integer is one instruction, and the quotient is in range unless there is damage
        #[expect(clippy::cast_possible_truncation, reason = "compared with the double")]
        let whole = double as i64;
        #[expect(clippy::cast_precision_loss, reason = "compared with the double")]
        #[expect(clippy::float_cmp, reason = "whether it is integral")]
        if whole as f64 == double {
            return self.integer(whole.into());
        }
        msgpack::write_f64(double, self.out);
        Ok(())
    }

    #[inline]
    fn integer(&mut self, n: i128) -> Result<(), Reason> {
        if let Ok(n) = u64::try_from(n) {
            msgpack::write_uint(n, self.out);
        } else {
            msgpack::write_int(i64::try_from(n).map_err(|_| NUMBER)?, self.out);
        }
        Ok(())
    }
}
