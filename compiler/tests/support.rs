//! What the tests of this crate share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use keyfold_compiler::{Compiler, Format, Input, Options, Profile, Summary};
use keyfold_reader::{Dictionary, ValueKind};
use proptest::prelude::*;
use tempfile::TempDir;

/// A folder that goes away with the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Rows as text, in the form of their kind.
pub(crate) type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// The value of a row, as given to a compiler.
pub(crate) fn input(kind: ValueKind, value: &[u8]) -> Input<'_> {
    if kind == ValueKind::KeyOnly {
        Input::None
    } else {
        Input::Text(value)
    }
}

pub(crate) fn compile(options: &Options, rows: &[(Vec<u8>, Vec<u8>)], path: &Path) -> Summary {
    let mut compiler = Compiler::new(options.clone()).unwrap();
    for (key, value) in rows {
        compiler.add(key, input(options.kind, value)).unwrap();
    }
    compiler.finish(path, true).unwrap()
}

pub(crate) fn texts(dictionary: &Dictionary) -> Vec<(Vec<u8>, Vec<u8>)> {
    dictionary
        .scan()
        .map(|entry| {
            let entry = entry.unwrap();
            let mut text = Vec::new();
            entry.value().write_text(&mut text).unwrap();
            (entry.key, text)
        })
        .collect()
}

/// Keys over a tiny alphabet with byte extremes, so that shared parts and collisions are common.
pub(crate) fn keys() -> impl Strategy<Value = Vec<u8>> {
    let label = prop_oneof![
        Just(0u8),
        Just(1),
        Just(2),
        Just(b'a'),
        Just(b'b'),
        Just(254),
        Just(255),
        any::<u8>()
    ];
    prop::collection::vec(label, 1..7)
}

/// Keys of long stretches of the same byte, up to what a leaf, a chain and a key can hold.
pub(crate) fn long_keys() -> impl Strategy<Value = Vec<u8>> {
    let label = prop::sample::select(vec![0u8, 1, b'a', 255]);
    let count = prop::sample::select(vec![1, 2, 31, 126, 128, 300, 4095, 4097]);
    let stretch = (label, count).prop_map(|(label, count)| vec![label; count]);
    prop::collection::vec(stretch, 1..4).prop_map(|stretches| stretches.concat())
}

/// Values of a kind, as the text they read back as.
pub(crate) fn values(kind: ValueKind) -> BoxedStrategy<Vec<u8>> {
    let number = prop_oneof![0..4u64, any::<u16>().prop_map(u64::from), any::<u64>()];
    match kind {
        ValueKind::KeyOnly => Just(Vec::new()).boxed(),
        ValueKind::Int => number.prop_map(|n| n.to_string().into_bytes()).boxed(),
        ValueKind::Completion => number
            .prop_map(|n| (n >> 4).to_string().into_bytes())
            .boxed(),
        ValueKind::String => prop::collection::vec(1..=255u8, 0..5).boxed(),
        ValueKind::Json => (0..9u32, "[a-z]{0,60}")
            .prop_map(|(n, s)| format!("{{\"n\":{n},\"s\":\"{s}\"}}").into_bytes())
            .boxed(),
        ValueKind::FloatVector => (0..3u8, 0..3u8)
            .prop_map(|(a, b)| format!("{a}, {b}.5").into_bytes())
            .boxed(),
    }
}

/// A layout, in one of its profiles.
pub(crate) type Layout = (Format, Profile);

pub(crate) const KEYVI: Layout = (Format::Keyvi, Profile::Fast);

/// Every layout in every profile that it has.
pub(crate) const LAYOUTS: [Layout; 3] = [
    KEYVI,
    (Format::Native, Profile::Fast),
    (Format::Native, Profile::Small),
];

/// The options with a layout.
pub(crate) fn laid_out((format, profile): Layout, options: Options) -> Options {
    Options {
        format,
        profile,
        ..options
    }
}

pub(crate) fn options(kind: ValueKind) -> Options {
    Options {
        vector_size: 2,
        memory_limit: 1 << 20,
        ..Options::new(kind)
    }
}

pub(crate) fn map(rows: &Rows) -> BTreeMap<Vec<u8>, Vec<u8>> {
    rows.iter().cloned().collect()
}
