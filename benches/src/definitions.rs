//! What is measured, read from `definitions.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definitions {
    /// The sets of rows.
    pub corpus: Vec<Corpus>,
    /// Who takes part, ours first.
    pub engine: Vec<Engine>,
    /// Compiling a file.
    pub compile: Compile,
    /// Looking up single keys.
    pub get: Get,
    /// Peak memory within a limit.
    pub memory: Memory,
}

/// A set of rows `key<TAB>value`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corpus {
    /// Short name.
    pub name: String,
    /// Packed rows, from the top of the repository.
    pub source: String,
    /// Kind of dictionary it is compiled to.
    pub kind: String,
}

/// One engine: its commands are templates.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// Short name.
    pub name: String,
    /// Command that compiles `{input}` to `{file}`.
    pub build: Option<String>,
    /// Program that speaks the query protocol.
    pub query: Option<String>,
    /// Engines whose files it opens besides its own.
    #[serde(default)]
    pub reads: Vec<String>,
}

/// Compiling a file: wall time, peak memory, size.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the names are those of the file, which explains them"
)]
pub struct Compile {
    pub rounds: usize,
    pub quick_rounds: usize,
    pub memory_mib: Vec<u64>,
    pub quick_memory_mib: Vec<u64>,
    pub case: Vec<CompileCase>,
}

/// One file to compile.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the names are those of the file, which explains them"
)]
pub struct CompileCase {
    pub corpus: String,
    pub compression: String,
}

/// Looking up single keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the names are those of the file, which explains them"
)]
pub struct Get {
    pub rounds: usize,
    pub quick_rounds: usize,
    pub passes: usize,
    pub values: Vec<String>,
    pub same_bytes: Vec<String>,
    pub queries: Vec<String>,
}

/// Peak memory within a limit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the names are those of the file, which explains them"
)]
pub struct Memory {
    pub rows: usize,
    pub quick_rows: usize,
    pub memory_mib: u64,
    pub factor: f64,
    pub slack_mib: u64,
    pub kinds: Vec<String>,
}

impl Definitions {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is not as it should be", path.display()))
    }

    /// The set of this name.
    pub fn corpus(&self, name: &str) -> Result<&Corpus> {
        self.corpus
            .iter()
            .find(|corpus| corpus.name == name)
            .with_context(|| format!("no corpus {name} is defined"))
    }
}

/// A command line with its words in braces filled in; words are separated by single blanks.
pub fn fill(template: &str, words: &BTreeMap<&str, String>) -> Result<Vec<String>> {
    template
        .split(' ')
        .map(|word| {
            let mut filled = word.to_owned();
            for (name, value) in words {
                filled = filled.replace(&format!("{{{name}}}"), value);
            }
            anyhow::ensure!(!filled.contains(['{', '}']), "nothing to put for {word}");
            Ok(filled)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_this_crate_is_sound() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("definitions.toml");
        let definitions = Definitions::read(&path).unwrap();
        for case in &definitions.compile.case {
            definitions.corpus(&case.corpus).unwrap();
        }
        assert_eq!(definitions.engine[0].name, "keyfold");
    }

    #[test]
    fn every_word_in_braces_needs_a_value() {
        let words = BTreeMap::from([("a", "x y".to_owned())]);
        assert_eq!(
            fill("p/{a} -o {a}", &words).unwrap(),
            ["p/x y", "-o", "x y"]
        );
        assert!(fill("{b}", &words).is_err());
    }
}
