//! What is measured, read from `definitions.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::figures::Quantity;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "the names are those of the file, which explains them"
)]
pub struct Definitions {
    pub corpus: Vec<Corpus>,
    pub made: Vec<Made>,
    pub engine: Vec<Engine>,
    pub size: Size,
    pub compile: Compile,
    pub get: Get,
    pub get_many: GetMany,
    pub latency: Latency,
    pub resident: Resident,
    pub iterate: Iterate,
    pub cold: Cold,
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

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(
            missing_docs,
            reason = "the names are those of the file, which explains them"
        )]
        pub struct $name {
            $(pub $field: $type,)*
        }
    };
}

section!(
    /// File bytes, with every compression.
    Size { compressions: Vec<String>, }
);
section!(
    /// Compiling a file: wall time, peak memory.
    Compile {
        rounds: usize,
        quick_rounds: usize,
        memory_mib: Vec<u64>,
        quick_memory_mib: Vec<u64>,
        case: Vec<CompileCase>,
    }
);
section!(
    /// One file to compile.
    CompileCase { corpus: String, compression: String, }
);
section!(
    /// Looking up single keys.
    Get {
        rounds: usize,
        quick_rounds: usize,
        value_rounds: usize,
        passes: usize,
        values: Vec<String>,
        queries: Vec<String>,
    }
);
section!(
    /// Looking up keys in batches.
    GetMany {
        rounds: usize,
        quick_rounds: usize,
        passes: usize,
        batches: Vec<usize>,
    }
);
section!(
    /// Times of single gets.
    Latency {
        rounds: usize,
        quick_rounds: usize,
        passes: usize,
        threads: Vec<usize>,
    }
);
section!(
    /// Memory of processes that look up keys.
    Resident {
        gets: usize,
        shared_gets: usize,
        quick_gets: usize,
        processes: Vec<usize>,
    }
);
section!(
    /// Visiting all keys in order.
    Iterate {
        rounds: usize,
        quick_rounds: usize,
        passes: usize,
    }
);
section!(
    /// Gets from files that are not in memory.
    Cold {
        rounds: usize,
        quick_rounds: usize,
        gets: usize,
    }
);
section!(
    /// How cost grows with the number of keys.
    Scale {
        rows: Vec<usize>,
        quick_rows: Vec<usize>,
        rounds: usize,
        quick_rounds: usize,
        memory_mib: u64,
        passes: usize,
        batch: usize,
        engines: Vec<String>,
        engines_for_most: Vec<String>,
    }
);
section!(
    /// Files larger than memory.
    Limited {
        made: String,
        rows: usize,
        quick_rows: usize,
        share: u64,
        own_mib: u64,
        warm: usize,
        gets: usize,
        engines: Vec<String>,
    }
);
section!(
    /// Peak memory within a limit.
    Memory {
        rows: usize,
        quick_rows: usize,
        memory_mib: u64,
        factor: f64,
        slack_mib: u64,
        kinds: Vec<String>,
        engines: Vec<String>,
    }
);
section!(
    /// A promise: a quantity of one engine, or its ratio to another one's, within a bound.
    Target {
        what: String,
        quantity: Quantity,
        rows: Vec<String>,
        engine: String,
        over: Option<String>,
        over_quantity: Option<Quantity>,
        at_most: Option<f64>,
        at_least: Option<f64>,
    }
);

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
        Definitions::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("definitions.toml")).unwrap()
    }

    #[test]
    fn the_file_of_this_crate_is_sound() {
        let definitions = definitions();
        for case in &definitions.compile.case {
            definitions.corpus(&case.corpus).unwrap();
        }
        definitions.made(&definitions.limited.made).unwrap();
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
        let known: Vec<Corpus> = definitions.corpus.iter().cloned().chain(made).collect();
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
