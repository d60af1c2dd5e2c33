//! Decompression that trusts no claim of the stored bytes.

use std::cell::RefCell;
use std::io::Cursor;

use flate2::{Decompress, FlushDecompress, Status};
use thiserror::Error;
use zstd::zstd_safe;

use super::Compression;

/// First bytes of a zstd frame with content (there are others without).
const ZSTD_MAGIC: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();

/// Content of the largest zstd block, and the bytes of the smallest: its header and one more.
const ZSTD_LARGEST_BLOCK: u64 = 128 << 10;
const ZSTD_SMALLEST_BLOCK: u64 = 4;

/// Most bytes that one byte of a snappy block can stand for: a copy of 64 bytes takes 3.
const SNAPPY_LARGEST_RATIO: usize = 22;

/// Why a payload cannot be decompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[error("{}", self.reason())]
pub enum DecompressError {
    /// It holds more than the limit.
    TooLong,
    /// It is no zlib stream, is cut short, or its checksum does not match.
    Zlib,
    /// It is no snappy block, or is cut short.
    Snappy,
    /// It is no zstd frame, is cut short, or does not state its content size.
    Zstd,
    /// The stream ends before the payload does.
    Trailing,
}

impl DecompressError {
    /// The reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            DecompressError::TooLong => "a decompressed value is longer than allowed",
            DecompressError::Zlib => "a value is a damaged zlib stream",
            DecompressError::Snappy => "a value is a damaged snappy block",
            DecompressError::Zstd => "a value is a damaged zstd frame, or one without content size",
            DecompressError::Trailing => "something follows a value's compressed bytes",
        }
    }
}

thread_local! {
    // working memory is costlier to set up than most values are to decompress
    static CODECS: RefCell<Codecs> = RefCell::new(Codecs::default());
}

/// Working memory, had when first needed: within one file each value may be stored differently.
#[derive(Default)]
struct Codecs {
    zlib: Option<Decompress>,
    snappy: snap::raw::Decoder,
    zstd: Option<zstd::bulk::Decompressor<'static>>,
}

/// See [`Compression::decompress`].
pub(super) fn decompress(
    compression: Compression,
    payload: &[u8],
    limit: usize,
    out: &mut Vec<u8>,
) -> Result<(), DecompressError> {
    let start = out.len();
    let result = match compression {
        Compression::None if payload.len() > limit => Err(DecompressError::TooLong),
        Compression::None => {
            out.extend_from_slice(payload);
            Ok(())
        }
        Compression::Zlib => {
            CODECS.with_borrow_mut(|codecs| inflate(&mut codecs.zlib, payload, limit, out))
        }
        Compression::Snappy => {
            CODECS.with_borrow_mut(|codecs| unsnappy(&mut codecs.snappy, payload, limit, out))
        }
        Compression::Zstd => {
            CODECS.with_borrow_mut(|codecs| unzstd(&mut codecs.zstd, payload, limit, out))
        }
    };
    if result.is_err() {
        out.truncate(start);
    }
    result
}

/// Reads a zlib stream; the room for its unknown length grows with what was read.
fn inflate(
    stream: &mut Option<Decompress>,
    payload: &[u8],
    limit: usize,
    out: &mut Vec<u8>,
) -> Result<(), DecompressError> {
    let stream = stream.get_or_insert_with(|| Decompress::new(true));
    stream.reset(true);
    let start = out.len();
    let mut read = 0;
    loop {
        let mut step = |out: &mut Vec<u8>| {
            let status = stream
                .decompress_vec(&payload[read..], out, FlushDecompress::None)
                .map_err(|_| DecompressError::Zlib)?;
            read = usize::try_from(stream.total_in()).map_err(|_| DecompressError::Zlib)?;
            Ok(status)
        };
        let length = out.len() - start;
        let status = if out.len() < out.capacity() {
            step(out)?
        } else if length < limit {
            out.reserve_exact(length.max(4 * payload.len()).max(64).min(limit - length));
            step(out)?
        } else {
            // all room is taken, but the end of the stream may take none
            let mut beyond = Vec::with_capacity(1);
            let status = step(&mut beyond)?;
            if !beyond.is_empty() {
                return Err(DecompressError::TooLong);
            }
            // with room left, it stopped for want of input
            if status != Status::StreamEnd {
                return Err(DecompressError::Zlib);
            }
            status
        };
        if out.len() - start > limit {
            return Err(DecompressError::TooLong);
        }
        if status == Status::StreamEnd {
            break;
        }
        // with room left, it stopped for want of input
        if read == payload.len() && out.len() < out.capacity() {
            return Err(DecompressError::Zlib);
        }
    }
    if read < payload.len() {
        Err(DecompressError::Trailing)
    } else {
        Ok(())
    }
}

/// Reads a snappy block, which begins with its decompressed length and ends with the payload.
fn unsnappy(
    decoder: &mut snap::raw::Decoder,
    payload: &[u8],
    limit: usize,
    out: &mut Vec<u8>,
) -> Result<(), DecompressError> {
    let length = snap::raw::decompress_len(payload).map_err(|_| DecompressError::Snappy)?;
    if length > limit {
        return Err(DecompressError::TooLong);
    }
    // an empty payload is no block: even the length 0 takes a byte
    if payload.is_empty() || length / SNAPPY_LARGEST_RATIO > payload.len() {
        return Err(DecompressError::Snappy);
    }
    let start = out.len();
    out.resize(start + length, 0);
    match decoder.decompress(payload, &mut out[start..]) {
        Ok(written) if written == length => Ok(()),
        _ => Err(DecompressError::Snappy),
    }
}

/// Reads a zstd frame, which begins with its content size and must be the only one.
fn unzstd(
    context: &mut Option<zstd::bulk::Decompressor<'static>>,
    payload: &[u8],
    limit: usize,
    out: &mut Vec<u8>,
) -> Result<(), DecompressError> {
    if !payload.starts_with(&ZSTD_MAGIC) {
        return Err(DecompressError::Zstd);
    }
    let Ok(Some(size)) = zstd_safe::get_frame_content_size(payload) else {
        return Err(DecompressError::Zstd);
    };
    let length = usize::try_from(size).unwrap_or(usize::MAX);
    if length > limit {
        return Err(DecompressError::TooLong);
    }
    let frame =
        zstd_safe::find_frame_compressed_size(payload).map_err(|_| DecompressError::Zstd)?;
    if frame < payload.len() {
        return Err(DecompressError::Trailing);
    }
    if size / ZSTD_LARGEST_BLOCK * ZSTD_SMALLEST_BLOCK > payload.len() as u64 {
        return Err(DecompressError::Zstd);
    }
    if context.is_none() {
        *context = zstd::bulk::Decompressor::new().ok();
    }
    let decompressor = context.as_mut().ok_or(DecompressError::Zstd)?;
    out.reserve_exact(length);
    let mut rest = Cursor::new(&mut *out);
    rest.set_position(rest.get_ref().len() as u64);
    match decompressor.decompress_to_buffer(payload, &mut rest) {
        Ok(written) if written == length => Ok(()),
        _ => {
            // a context that failed may not be used again
            *context = None;
            Err(DecompressError::Zstd)
        }
    }
}
