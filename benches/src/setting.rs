//! Where things are and how thorough a run is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Result;

use crate::corpus::Files;
use crate::definitions::{Corpus, Definitions, Engine, Operation};
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
            let source = text(&self.root.join(&corpus.source));
            let place = [source, corpus.name.clone(), text(&self.work)];
            let mut words = vec![self.prepare()?];
            match corpus.made {
                None => {
                    words.push("corpus".into());
                    words.extend(place);
                }
                Some((parts, rows)) => {
                    words.push("made-corpus".into());
                    words.extend(place);
                    words.extend([parts.word().into(), rows.to_string()]);
                }
            }
            process::run(&words, Stdio::null())?;
        }
        Ok(files)
    }

    /// The program that makes inputs; it stands beside the running one.
    pub fn prepare(&self) -> Result<String> {
        Ok(text(&std::env::current_exe()?.with_file_name("prepare")))
    }

    /// What an engine opens to answer questions about a corpus: what it or another one wrote, or the rows themselves.
    pub fn file(&self, engine: &Engine, corpus: &Corpus) -> PathBuf {
        match (&engine.file, &engine.build) {
            (Some(writer), _) => self.written(writer, corpus),
            (None, Some(_)) => self.written(&engine.name, corpus),
            (None, None) => Files::below(&self.work, &corpus.name).rows,
        }
    }

    /// Where the file of an engine goes.
    pub fn written(&self, engine: &str, corpus: &Corpus) -> PathBuf {
        self.work.join(format!("{}.{engine}", corpus.name))
    }

    /// The engines that can be asked this, in the order of their turns in a round: the other way round in every second one,
    /// so that none always follows the same one.
    pub fn in_turn(&self, operation: Operation, round: usize) -> Vec<&Engine> {
        let engines = self.definitions.engine.iter();
        in_turn(engines.filter(|engine| engine.can(operation)), round)
    }

    /// The words that templates of commands may have, whatever is measured.
    pub fn words(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("keyfold", text(&self.keyfold)),
            ("python", text(&self.python)),
            ("engines", text(&self.engines)),
            ("benches", text(&self.root.join("benches"))),
        ])
    }
}

/// The same in this order, or in the opposite one in every second round.
pub fn in_turn<'e>(engines: impl Iterator<Item = &'e Engine>, round: usize) -> Vec<&'e Engine> {
    let mut engines: Vec<&Engine> = engines.collect();
    if !round.is_multiple_of(2) {
        engines.reverse();
    }
    engines
}

/// A path as a word of a command line.
pub fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
