//! Offsets under construction.

use std::io::{self, BufRead, BufReader};

use keyfold_reader::format::native::offsets::{OffsetsWriter, width};
use keyfold_reader::format::varint::write_varint;

use crate::error::{At, Result};
use crate::spool::Spool;

/// Collects the lengths of neighbours, then writes the offsets where they begin and end.
pub(crate) struct Lengths {
    spool: Spool,
    count: u64,
    total: u64,
    /// The length of all, while they have the same.
    common: Option<u64>,
}

/// Bytes that are handed to a spool at once.
const PIECE: usize = 1 << 16;

impl Lengths {
    pub(crate) fn new(spool: Spool) -> Self {
        Lengths {
            spool,
            count: 0,
            total: 0,
            common: None,
        }
    }

    /// Appends a length.
    pub(crate) fn push(&mut self, length: u64) -> Result<()> {
        if self.count == 0 {
            self.common = Some(length);
        }
        self.common = self.common.filter(|&common| common == length);
        self.count += 1;
        self.total += length;
        let mut varint = Vec::with_capacity(10);
        write_varint(length, &mut varint);
        self.spool.append(&varint)
    }

    /// Whether all have one length, so that no offsets are needed.
    pub(crate) fn are_equal(&self) -> bool {
        self.common.is_some()
    }

    /// Writes the offsets, one more than there are lengths.
    pub(crate) fn finish(mut self, mut out: Spool) -> Result<Spool> {
        let count = self.count + 1;
        let mut writer = OffsetsWriter::new(width(count, self.total));
        for push in [
            OffsetsWriter::push_low,
            OffsetsWriter::push_high,
            OffsetsWriter::push_sample,
        ] {
            let mut piece = Vec::new();
            push(&mut writer, 0, &mut piece);
            let mut offset = 0;
            let mut lengths = BufReader::new(self.spool.reader()?);
            while let Some(length) = next_varint(&mut lengths).at(out.folder())? {
                offset += length;
                push(&mut writer, offset, &mut piece);
                if piece.len() >= PIECE {
                    out.append(&piece)?;
                    piece.clear();
                }
            }
            writer.end_part(out.len(), &mut piece);
            out.append(&piece)?;
        }
        let mut trailer = Vec::new();
        writer.finish(count, &mut trailer);
        out.append(&trailer)?;
        Ok(out)
    }
}

/// The varint that comes next, unless all were read.
fn next_varint(bytes: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let Some(&byte) = bytes.fill_buf()?.first() else {
            break;
        };
        bytes.consume(1);
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Ok(Some(value));
        }
    }
    Ok(None)
}
