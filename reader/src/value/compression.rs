//! How the payloads of json values and float vectors are stored.

mod decompress;

use std::fmt;
use std::io::Cursor;
use std::str::FromStr;

use flate2::{Compress, FlushCompress, Status};
use thiserror::Error;
use zstd::zstd_safe;

pub use self::decompress::DecompressError;

/// Level of zlib streams, the smallest it can do: values are written once and read often.
const ZLIB_LEVEL: u32 = 9;

/// Level of zstd frames, zstd's own default.
const ZSTD_LEVEL: i32 = 3;

/// How a value's payload is compressed; its code stands before the payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Stored as it is.
    #[default]
    None,
    /// A zlib stream (RFC 1950).
    Zlib,
    /// A raw snappy block.
    Snappy,
    /// One zstd frame (RFC 8878) that states its content size.
    Zstd,
}

impl Compression {
    /// The code that stands before a payload.
    pub fn code(self) -> u8 {
        match self {
            Compression::None => 0,
            Compression::Zlib => 1,
            Compression::Snappy => 2,
            Compression::Zstd => 3,
        }
    }

    /// The compression with this code, if there is one.
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Compression::None),
            1 => Some(Compression::Zlib),
            2 => Some(Compression::Snappy),
            3 => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// The name a file's value properties give it.
    pub fn name(self) -> &'static str {
        match self {
            Compression::None => "raw",
            Compression::Zlib => "zlib",
            Compression::Snappy => "snappy",
            Compression::Zstd => "zstd",
        }
    }

    /// Appends `payload`, compressed, to `out`. For many values a [`Compressor`] is faster.
    pub fn compress(self, payload: &[u8], out: &mut Vec<u8>) {
        Compressor::new(self).compress(payload, out);
    }

    /// Appends the decompressed `payload` to `out`.
    ///
    /// More than `limit` bytes are an error, as are a stream that is cut short and bytes behind its
    /// end. Whatever the payload claims, no more than `limit` bytes are allocated. On error `out`
    /// is left as it was.
    pub fn decompress(
        self,
        payload: &[u8],
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), DecompressError> {
        decompress::decompress(self, payload, limit, out)
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that stands for no compression.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no compression: none, zlib, snappy and zstd are")]
pub struct UnknownCompression(String);

impl FromStr for Compression {
    type Err = UnknownCompression;

    /// Reads a compression by any of the names of the compile option `compression`, in any case.
    fn from_str(name: &str) -> Result<Self, UnknownCompression> {
        match name.to_ascii_lowercase().as_str() {
            "" | "none" | "raw" => Ok(Compression::None),
            "zlib" | "zip" | "z" => Ok(Compression::Zlib),
            "snappy" => Ok(Compression::Snappy),
            "zstd" => Ok(Compression::Zstd),
            _ => Err(UnknownCompression(name.to_owned())),
        }
    }
}

/// Compresses one payload after the other, and keeps the working memory between them.
pub struct Compressor {
    codec: Codec,
}

enum Codec {
    None,
    Zlib(Compress),
    Snappy(Box<snap::raw::Encoder>),
    Zstd(zstd::bulk::Compressor<'static>),
}

impl Compressor {
    /// A compressor for payloads of one compression.
    ///
    /// # Panics
    /// Where memory for the working state cannot be had.
    pub fn new(compression: Compression) -> Self {
        let codec = match compression {
            Compression::None => Codec::None,
            Compression::Zlib => {
                Codec::Zlib(Compress::new(flate2::Compression::new(ZLIB_LEVEL), true))
            }
            Compression::Snappy => Codec::Snappy(Box::new(snap::raw::Encoder::new())),
            Compression::Zstd => Codec::Zstd(
                zstd::bulk::Compressor::new(ZSTD_LEVEL).expect("memory for a zstd context"),
            ),
        };
        Compressor { codec }
    }

    /// How payloads are compressed.
    pub fn compression(&self) -> Compression {
        match self.codec {
            Codec::None => Compression::None,
            Codec::Zlib(_) => Compression::Zlib,
            Codec::Snappy(_) => Compression::Snappy,
            Codec::Zstd(_) => Compression::Zstd,
        }
    }

    /// Appends `payload`, compressed, to `out`.
    ///
    /// # Panics
    /// Where the payload has 4 GiB or more, which snappy cannot state; values end far below.
    pub fn compress(&mut self, payload: &[u8], out: &mut Vec<u8>) {
        match &mut self.codec {
            Codec::None => out.extend_from_slice(payload),
            Codec::Zlib(stream) => deflate(stream, payload, out),
            Codec::Snappy(encoder) => {
                let start = out.len();
                out.resize(start + snap::raw::max_compress_len(payload.len()), 0);
                let length = encoder
                    .compress(payload, &mut out[start..])
                    .expect("room for the largest snappy block");
                out.truncate(start + length);
            }
            Codec::Zstd(context) => {
                out.reserve(zstd_safe::compress_bound(payload.len()));
                let end = u64::try_from(out.len()).expect("a length of memory");
                let mut rest = Cursor::new(out);
                rest.set_position(end);
                context
                    .compress_to_buffer(payload, &mut rest)
                    .expect("room for the largest zstd frame");
            }
        }
    }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Compressor")
            .field(&self.compression())
            .finish()
    }
}

/// Appends the whole zlib stream of `payload`.
fn deflate(stream: &mut Compress, payload: &[u8], out: &mut Vec<u8>) {
    stream.reset();
    // zlib's own bound for its default window, with some bytes to spare; a miss costs one more turn
    let mut room = payload.len() + (payload.len() >> 12) + (payload.len() >> 14) + 32;
    loop {
        out.reserve(room);
        let read = usize::try_from(stream.total_in()).expect("a length of memory");
        let status = stream
            .compress_vec(&payload[read..], out, FlushCompress::Finish)
            .expect("a stream in good order");
        if status == Status::StreamEnd {
            return;
        }
        room = 4096;
    }
}

#[cfg(test)]
mod tests;
