//! What is measured, read from `definitions.toml`, and what is promised, from `targets.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

mod sections;

pub use sections::{
    Cold, Compile, CompileCase, Complete, Find, FindCase, Fuzzy, FuzzyCase, Get, GetMany, Iterate,
    Latency, Limited, Memory, Resident, Scale, Size, Target,
};

/// Both files.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the names are those of the file, which explains them"
)]
pub struct Definitions {
    pub corpus: Vec<Corpus>,
    pub made: Vec<Made>,
    pub queried: Vec<Corpus>,
    pub engine: Vec<Engine>,
    pub size: Size,
    pub compile: Compile,
    pub get: Get,
    pub get_many: GetMany,
    pub latency: Latency,
    pub resident: Resident,
    pub iterate: Iterate,
    pub cold: Cold,
    pub fuzzy: Fuzzy,
    pub complete: Complete,
    pub find: Find,
    pub scale: Scale,
    pub limited: Limited,
    pub memory: Memory,
    pub target: Vec<Target>,
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
    /// Rows to be made of the parts of the source; without it they are the rows of the source.
    #[serde(skip)]
    pub made: Option<(Parts, usize)>,
}

/// Rows made of the parts of real ones.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// Short name.
    pub name: String,
    /// What is put together.
    pub parts: Parts,
    /// Packed rows that have the parts, from the top of the repository.
    pub source: String,
    /// Most rows with which all engines are measured.
    pub most_rows_of_all: usize,
}

/// What made keys are put together from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Parts {
    /// Two keys, with a blank in between.
    Words,
    /// The host of one URL and the path of another.
    Urls,
}

impl Parts {
    /// As a word of a command line.
    pub fn word(self) -> &'static str {
        match self {
            Parts::Words => "words",
            Parts::Urls => "urls",
        }
    }
}

impl Made {
    /// So many rows of integers.
    pub fn corpus(&self, rows: usize) -> Corpus {
        Corpus {
            name: format!("{}-{rows}", self.name),
            source: self.source.clone(),
            kind: "int".into(),
            made: Some((self.parts, rows)),
        }
    }
}

/// One engine: its commands are templates.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// Short name.
    pub name: String,
    /// Command that compiles `{input}` to `{file}`.
    pub build: Option<String>,
    /// Command that says, as JSON, how many bytes of `{file}` are `key_bytes` and how many `value_bytes`. Without it the
    /// file may be a folder of `keys` and `values`.
    pub parts: Option<String>,
    /// The engine whose files it opens, if it writes none; without either it opens the rows.
    pub file: Option<String>,
    /// Command of a server that holds `{file}` and listens at `{socket}`, which then is what `query` opens.
    pub serve: Option<String>,
    /// Program that speaks the query protocol.
    pub query: String,
    /// What it can be asked.
    pub operations: Vec<Operation>,
    /// Forms in which it shows values.
    #[serde(default = "none_and_text")]
    pub values: Vec<String>,
    /// Holds everything in memory: its size is not that of a file.
    #[serde(default)]
    pub in_memory: bool,
    /// Asked only so many of the queries, being slow.
    pub most_queries: Option<usize>,
}

fn none_and_text() -> Vec<String> {
    vec!["none".into(), "text".into()]
}

/// What an engine can be asked; `engines/README.md` describes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "see there")]
pub enum Operation {
    Get,
    GetMany,
    Latency,
    Iterate,
    Cold,
    Fuzzy,
    Complete,
    Find,
    Resident,
}

impl Operation {
    /// As a word of a command line.
    pub fn word(self) -> &'static str {
        match self {
            Operation::Get => "get",
            Operation::GetMany => "get-many",
            Operation::Latency => "latency",
            Operation::Iterate => "iterate",
            Operation::Cold => "cold",
            Operation::Fuzzy => "fuzzy",
            Operation::Complete => "complete",
            Operation::Find => "find",
            Operation::Resident => "resident",
        }
    }
}

impl Engine {
    /// Whether it can be asked this.
    pub fn can(&self, operation: Operation) -> bool {
        self.operations.contains(&operation)
    }
}

impl Definitions {
    /// Reads the files of a folder.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut text = String::new();
        for name in ["definitions.toml", "targets.toml"] {
            let path = folder.join(name);
            let part = std::fs::read_to_string(&path);
            text += &part.with_context(|| format!("cannot read {}", path.display()))?;
        }
        toml::from_str(&text)
            .with_context(|| format!("{} has definitions not as they should be", folder.display()))
    }

    /// The set of this name.
    pub fn corpus(&self, name: &str) -> Result<&Corpus> {
        let mut all = self.corpus.iter().chain(&self.queried);
        all.find(|corpus| corpus.name == name)
            .with_context(|| format!("no corpus {name} is defined"))
    }

    /// The made rows of this name.
    pub fn made(&self, name: &str) -> Result<&Made> {
        self.made
            .iter()
            .find(|made| made.name == name)
            .with_context(|| format!("no made rows {name} are defined"))
    }

    /// The engine of this name.
    pub fn engine(&self, name: &str) -> Result<&Engine> {
        self.engine
            .iter()
            .find(|engine| engine.name == name)
            .with_context(|| format!("no engine {name} is defined"))
    }

    /// Leaves only the engines of these names, and those that write files for them.
    pub fn keep(&mut self, names: &[String]) -> Result<()> {
        for name in names {
            self.engine(name)?;
        }
        let kept = |engine: &Engine| names.contains(&engine.name);
        let writers: Vec<String> = self
            .engine
            .iter()
            .filter(|engine| kept(engine))
            .filter_map(|engine| engine.file.clone())
            .collect();
        self.engine
            .retain(|engine| kept(engine) || writers.contains(&engine.name));
        for list in [
            &mut self.scale.engines,
            &mut self.scale.engines_for_most,
            &mut self.limited.engines,
            &mut self.memory.engines,
        ] {
            list.retain(|name| self.engine.iter().any(|engine| engine.name == *name));
        }
        ensure!(!self.engine.is_empty(), "no engine is left");
        Ok(())
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
            ensure!(!filled.contains(['{', '}']), "nothing to put for {word}");
            Ok(filled)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definitions() -> Definitions {
        Definitions::read(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn the_file_of_this_crate_is_sound() {
        let definitions = definitions();
        for case in &definitions.compile.case {
            definitions.corpus(&case.corpus).unwrap();
        }
        definitions.made(&definitions.limited.made).unwrap();
        let (fuzzy, complete, find) =
            (&definitions.fuzzy, &definitions.complete, &definitions.find);
        for name in [
            &fuzzy.corpus,
            &fuzzy.queries,
            &complete.corpus,
            &find.corpus,
        ] {
            definitions.corpus(name).unwrap();
        }
        let without = fuzzy.case.iter().flat_map(|case| &case.without);
        let without = without.chain(find.case.iter().flat_map(|case| &case.without));
        for name in without.chain(&fuzzy.other_answers) {
            definitions.engine(name).unwrap();
        }
        let lists = [
            &definitions.scale.engines,
            &definitions.scale.engines_for_most,
            &definitions.limited.engines,
            &definitions.memory.engines,
        ];
        let writers = definitions.engine.iter().filter_map(|e| e.file.as_ref());
        for name in lists.into_iter().flatten().chain(writers) {
            definitions.engine(name).unwrap();
        }
        assert!(definitions.engine[0].name.starts_with("keyfold"));
    }

    #[test]
    fn targets_are_about_what_is_measured() {
        let definitions = definitions();
        let made = definitions.made.iter();
        let sizes = &definitions.scale.rows;
        let made = made.flat_map(|made| sizes.iter().map(|&rows| made.corpus(rows)));
        let known: Vec<Corpus> = definitions
            .corpus
            .iter()
            .chain(&definitions.queried)
            .cloned()
            .chain(made)
            .collect();
        for target in &definitions.target {
            for rows in &target.rows {
                assert!(known.iter().any(|corpus| corpus.name == *rows), "{rows}");
            }
            for engine in std::iter::once(&target.engine).chain(&target.over) {
                definitions.engine(engine).unwrap();
            }
            assert!(target.at_most.is_none() || target.at_least.is_none());
        }
    }

    #[test]
    fn an_engine_that_is_kept_keeps_the_writer_of_its_files() {
        let mut definitions = definitions();
        definitions.keep(&["keyvi-python".into()]).unwrap();
        let names: Vec<&str> = definitions.engine.iter().map(|e| &*e.name).collect();
        assert_eq!(names, ["keyvi", "keyvi-python"]);
        assert!(definitions.keep(&["nobody".into()]).is_err());
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
