//! What the tests of this crate share.

use std::io::Read;
use std::path::PathBuf;

use base64::Engine as _;
use serde_json::Value;

/// A golden file.
pub(crate) fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../testdata/golden/keyvi-0.7.7")
        .join(name)
}

/// The bytes of a golden file, unpacked if its name ends in `.gz`.
pub(crate) fn read(name: &str) -> Vec<u8> {
    let file = std::fs::read(golden(name)).unwrap();
    if !file.starts_with(&[0x1F, 0x8B]) {
        return file;
    }
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(&file[..])
        .read_to_end(&mut out)
        .unwrap();
    out
}

/// The lines of a golden file of JSON lines.
pub(crate) fn lines(name: &str) -> Vec<Value> {
    String::from_utf8(read(name))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The bytes of a member given as text or, with `_b64` appended to its name, in base64.
pub(crate) fn bytes(line: &Value, name: &str) -> Vec<u8> {
    match (line.get(name), line.get(format!("{name}_b64"))) {
        (Some(Value::String(text)), _) => text.clone().into_bytes(),
        (None, Some(Value::String(packed))) => base64::engine::general_purpose::STANDARD
            .decode(packed)
            .unwrap(),
        _ => panic!("no {name} in {line}"),
    }
}

/// The dictionaries among the golden files, unpacked: their names without ending.
pub(crate) const DICTIONARIES: [(&str, &str); 24] = [
    ("bytes_key_only", ""),
    ("empty_json", ""),
    ("empty_key_only", ""),
    ("empty_weighted", ""),
    ("float_vector", ""),
    ("float_vector_zstd", ""),
    ("json_raw", ""),
    ("json_single", ""),
    ("json_snappy", ""),
    ("json_unminimized", ""),
    ("json_zlib", ""),
    ("json_zstd", ""),
    ("json_zstd_all", ""),
    ("merge_a", ""),
    ("merge_b", ""),
    ("merged", ""),
    ("merged_append", ""),
    ("multiword", ""),
    ("nul_int", ""),
    ("one_key", ""),
    ("overflow_int", ".gz"),
    ("prefixes_int", ""),
    ("random_int", ""),
    ("string", ""),
];

/// More of them, with files of their own beside the contents.
pub(crate) const WITH_QUERIES: [&str; 3] = ["values_int", "weighted", "words_int"];
