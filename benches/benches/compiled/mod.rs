//! A corpus as a dictionary on disk, with queries.

use std::fs;
use std::path::PathBuf;

use keyfold_benches::corpus::Files;
use keyfold_compiler::{Compiler, Format, Input, Options, Profile};
use keyfold_reader::ValueKind;
use tempfile::TempDir;

use crate::input;

/// Every corpus by name, with the kind of its values.
pub(crate) const CORPORA: [(&str, ValueKind); 3] = [
    ("words/words-en-200k", ValueKind::Int),
    ("urls/urls-100k", ValueKind::Json),
    ("cities/cities-120k", ValueKind::Json),
];

/// Every layout by name.
pub(crate) const LAYOUTS: [(&str, Format, Profile); 3] = [
    ("fast", Format::Native, Profile::Fast),
    ("small", Format::Native, Profile::Small),
    ("keyvi", Format::Keyvi, Profile::Fast),
];

/// A dictionary in a folder that goes away with it.
pub(crate) struct Compiled {
    /// The file.
    pub(crate) path: PathBuf,
    /// Every key, in random order, one per line.
    pub(crate) hits: Vec<u8>,
    /// As many keys with a letter changed, one per line.
    pub(crate) misses: Vec<u8>,
    _folder: TempDir,
}

impl Compiled {
    /// Compiles a corpus.
    pub(crate) fn new(corpus: &str, kind: ValueKind, format: Format, profile: Profile) -> Self {
        Self::spelled(corpus, kind, (format, profile), <[u8]>::to_vec)
    }

    /// Compiles a corpus whose keys are spelled otherwise. Its queries are not.
    pub(crate) fn spelled(
        corpus: &str,
        kind: ValueKind,
        (format, profile): (Format, Profile),
        spell: impl Fn(&[u8]) -> Vec<u8>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let files = Files::below(folder.path(), "corpus");
        files.write(&input::source(corpus)).expect("queries");
        let mut options = Options::new(kind);
        options.format = format;
        options.profile = profile;
        options.temporary_path = folder.path().into();
        let mut compiler = Compiler::new(options).expect("options that fit");
        for (key, value) in &input::rows(corpus) {
            compiler
                .add(&spell(key), Input::Text(value))
                .expect("rows that can be stored");
        }
        let path = folder.path().join("corpus.kv");
        compiler.finish(&path, false).expect("a dictionary");
        Compiled {
            path,
            hits: fs::read(&files.hits).expect("hits"),
            misses: fs::read(&files.misses).expect("misses"),
            _folder: folder,
        }
    }
}

/// The lines of a text.
pub(crate) fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.strip_suffix(b"\n")
        .unwrap_or(text)
        .split(|&byte| byte == b'\n')
        .collect()
}
