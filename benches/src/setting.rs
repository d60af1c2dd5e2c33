//! Where things are and how thorough a run is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Result;

use crate::corpus::Files;
use crate::definitions::{Corpus, Definitions, Engine, fill};
use crate::process;

/// Everything that all measurements share.
#[derive(Debug)]
pub struct Setting {
    /// Top of the repository.
    pub root: PathBuf,
    /// Our binary.
    pub keyfold: PathBuf,
    /// A Python that has keyvi.
    pub python: PathBuf,
    /// Folder of the programs that speak the query protocol.
    pub engines: PathBuf,
    /// Folder for inputs and files, emptied by nobody else.
    pub work: PathBuf,
    /// What is measured.
    pub definitions: Definitions,
    /// Fewer rounds and smaller inputs.
    pub quick: bool,
}

/// One file to be compiled.
#[derive(Clone, Copy, Debug)]
pub struct Build<'a> {
    /// Rows `key<TAB>value`.
    pub input: &'a Path,
    /// Target.
    pub file: &'a Path,
    /// Kind of dictionary.
    pub kind: &'a str,
    /// Value compression.
    pub compression: &'a str,
    /// Memory limit.
    pub memory_mib: u64,
}

impl Setting {
    /// The number that applies, of a full and a quick one.
    pub fn either<T: Clone>(&self, full: &T, quick: &T) -> T {
        if self.quick {
            quick.clone()
        } else {
            full.clone()
        }
    }

    /// The files of a corpus, made if they are not there.
    pub fn files(&self, corpus: &Corpus) -> Result<Files> {
        let files = Files::below(&self.work, &corpus.name);
        if !files.misses.exists() {
            let source = self.root.join(&corpus.source);
            let words = [
                self.prepare()?,
                "corpus".into(),
                text(&source),
                corpus.name.clone(),
                text(&self.work),
            ];
            process::run(&words, Stdio::null())?;
        }
        Ok(files)
    }

    /// The program that makes inputs; it stands beside the running one.
    pub fn prepare(&self) -> Result<String> {
        Ok(text(&std::env::current_exe()?.with_file_name("prepare")))
    }

    /// The command by which an engine compiles a file; nothing if it cannot.
    pub fn build_command(&self, engine: &Engine, build: Build<'_>) -> Result<Option<Vec<String>>> {
        let mut words = self.words();
        words.extend([
            ("input", text(build.input)),
            ("file", text(build.file)),
            ("kind", build.kind.to_owned()),
            ("compression", build.compression.to_owned()),
            ("memory", (build.memory_mib << 20).to_string()),
        ]);
        engine
            .build
            .as_deref()
            .map(|template| fill(template, &words))
            .transpose()
    }

    /// The program that answers queries for an engine; nothing if it has none.
    pub fn query_command(&self, engine: &Engine) -> Result<Option<Vec<String>>> {
        engine
            .query
            .as_deref()
            .map(|template| fill(template, &self.words()))
            .transpose()
    }

    fn words(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("keyfold", text(&self.keyfold)),
            ("python", text(&self.python)),
            ("engines", text(&self.engines)),
            ("benches", text(&self.root.join("benches"))),
        ])
    }
}

/// A path as a word of a command line.
pub fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
