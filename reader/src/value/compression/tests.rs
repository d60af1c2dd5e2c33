use proptest::prelude::*;

use super::*;

const ALL: [Compression; 4] = [
    Compression::None,
    Compression::Zlib,
    Compression::Snappy,
    Compression::Zstd,
];

fn compressed(compression: Compression, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    compression.compress(payload, &mut out);
    out
}

fn decompressed(
    compression: Compression,
    payload: &[u8],
    limit: usize,
) -> Result<Vec<u8>, DecompressError> {
    let mut out = b"kept".to_vec();
    let result = compression.decompress(payload, limit, &mut out);
    assert!(out.starts_with(b"kept"));
    let tail = out.split_off(4);
    match result {
        Ok(()) => {
            assert!(tail.len() <= limit);
            Ok(tail)
        }
        Err(error) => {
            assert!(tail.is_empty());
            assert!(out.capacity() <= 2 * limit + 64);
            Err(error)
        }
    }
}

/// Bytes that compress somewhat, like documents do.
fn document(length: usize) -> Vec<u8> {
    (0..length)
        .map(|i| ((i * i) >> 7).to_le_bytes()[0] & 0x3F)
        .collect()
}

#[test]
fn codes_and_names() {
    for compression in ALL {
        assert_eq!(
            Compression::from_code(compression.code()),
            Some(compression)
        );
        assert_eq!(compression.name().parse(), Ok(compression));
        assert_eq!(compression.to_string(), compression.name());
    }
    assert_eq!(Compression::from_code(4), None);
    for (name, compression) in [
        ("", Compression::None),
        ("None", Compression::None),
        ("ZIP", Compression::Zlib),
        ("z", Compression::Zlib),
        ("Snappy", Compression::Snappy),
        ("ZSTD", Compression::Zstd),
    ] {
        assert_eq!(name.parse(), Ok(compression));
    }
    assert_eq!(
        "lz4".parse::<Compression>().unwrap_err().to_string(),
        "\"lz4\" is no compression: none, zlib, snappy and zstd are"
    );
}

#[test]
fn every_length_reads_back_up_to_the_limit() {
    for compression in ALL {
        let mut compressor = Compressor::new(compression);
        assert_eq!(compressor.compression(), compression);
        for length in [0, 1, 2, 63, 64, 65, 1000, 65_535, 65_536, 65_537, 300_000] {
            for payload in [document(length), vec![7; length]] {
                let mut stored = vec![0xFF];
                compressor.compress(&payload, &mut stored);
                let stored = &stored[1..];
                assert_eq!(
                    stored,
                    compressed(compression, &payload),
                    "state is carried over"
                );
                assert_eq!(
                    decompressed(compression, stored, length),
                    Ok(payload.clone())
                );
                assert_eq!(decompressed(compression, stored, length + 9), Ok(payload));
                if length > 0 {
                    let short = decompressed(compression, stored, length - 1);
                    assert_eq!(
                        short,
                        Err(DecompressError::TooLong),
                        "{compression} {length}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_forms_keyvi_writes() {
    let payload = document(500);
    assert_eq!(compressed(Compression::Zlib, &payload)[..2], [0x78, 0xDA]);
    assert_eq!(compressed(Compression::Snappy, &payload)[..2], [0xF4, 0x03]);
    let frame = compressed(Compression::Zstd, &payload);
    assert!(matches!(
        zstd_safe::get_frame_content_size(&frame),
        Ok(Some(500))
    ));
    // no checksum, no dictionary, one segment
    assert_eq!(frame[4], 0x60);
}

#[test]
fn trailing_and_missing_bytes() {
    for compression in [Compression::Zlib, Compression::Snappy, Compression::Zstd] {
        for length in [0, 100, 70_000] {
            let stored = compressed(compression, &document(length));
            for cut in (0..stored.len()).step_by(1 + stored.len() / 100) {
                assert!(decompressed(compression, &stored[..cut], 1 << 20).is_err());
            }
            for tail in [&[0][..], &stored] {
                let longer = [&stored[..], tail].concat();
                assert!(
                    decompressed(compression, &longer, 1 << 20).is_err(),
                    "{compression}"
                );
            }
        }
    }
}

#[test]
fn what_fills_the_limit_and_does_not_end_is_refused() {
    for length in [1, 100, 70_000] {
        let stored = compressed(Compression::Zlib, &document(length));
        // without its checksum a stream has all its text
        for cut in stored.len() - 4..stored.len() {
            assert!(decompressed(Compression::Zlib, &stored[..cut], length).is_err());
        }
        let whole = decompressed(Compression::Zlib, &stored, length);
        assert_eq!(whole.unwrap().len(), length);
    }
}

#[test]
fn false_claims_allocate_nothing() {
    const LIMIT: usize = 256 << 20;
    let mut out = Vec::new();
    // snappy: 200 MiB in eight bytes
    let claim = [0x80, 0x80, 0x80, 0x64, 0x00, 0x61, 0xFE, 0x01];
    assert_eq!(
        Compression::Snappy.decompress(&claim, LIMIT, &mut out),
        Err(DecompressError::Snappy)
    );
    // zstd: a frame of 200 MiB with an empty last block
    let mut claim = ZSTD_FRAME.to_vec();
    claim.extend((200_u32 << 20).to_le_bytes());
    claim.extend([1, 0, 0]);
    assert_eq!(
        Compression::Zstd.decompress(&claim, LIMIT, &mut out),
        Err(DecompressError::Zstd)
    );
    assert_eq!(out.capacity(), 0);
}

/// Magic and descriptor of a frame with a content size of four bytes in one segment.
const ZSTD_FRAME: [u8; 5] = [0x28, 0xB5, 0x2F, 0xFD, 0xA0];

#[test]
fn bombs_end_at_the_limit() {
    for compression in [Compression::Zlib, Compression::Zstd] {
        let bomb = compressed(compression, &vec![0; 32 << 20]);
        assert!(bomb.len() < 64 << 10);
        let mut out = Vec::new();
        let result = compression.decompress(&bomb, 1 << 20, &mut out);
        assert_eq!(result, Err(DecompressError::TooLong));
        assert!(out.capacity() <= 1 << 20);
        assert_eq!(
            decompressed(compression, &bomb, 32 << 20).unwrap().len(),
            32 << 20
        );
    }
}

#[test]
fn frames_without_content_size_or_content() {
    let mut unsized_frame = zstd::bulk::Compressor::new(3).unwrap();
    unsized_frame
        .set_parameter(zstd_safe::CParameter::ContentSizeFlag(false))
        .unwrap();
    let frame = unsized_frame.compress(b"some payload").unwrap();
    assert_eq!(
        decompressed(Compression::Zstd, &frame, 100),
        Err(DecompressError::Zstd)
    );
    let skippable = [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0];
    assert_eq!(
        decompressed(Compression::Zstd, &skippable, 100),
        Err(DecompressError::Zstd)
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..80),
        limit in 0..300_usize,
    ) {
        for compression in ALL {
            let _ = decompressed(compression, &bytes, limit);
        }
        bytes.splice(..0, ZSTD_FRAME);
        let _ = decompressed(Compression::Zstd, &bytes, limit);
        bytes.splice(..5, [0x78, 0xDA]);
        let _ = decompressed(Compression::Zlib, &bytes, limit);
    }

    #[test]
    fn damaged_bytes_never_exceed_the_limit(length in 0..400_usize, at: usize, flip in 1..=255_u8) {
        let payload = document(length);
        for compression in ALL {
            let mut stored = compressed(compression, &payload);
            if !stored.is_empty() {
                let at = at % stored.len();
                stored[at] ^= flip;
            }
            let _ = decompressed(compression, &stored, 500);
            // codecs work on after an error
            let sound = compressed(compression, &payload);
            prop_assert_eq!(decompressed(compression, &sound, length), Ok(payload.clone()));
        }
    }
}
