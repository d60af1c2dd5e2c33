//! One file compiled by one engine.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::Result;
use harness::report;

use crate::definitions::{Engine, fill};
use crate::process;
use crate::setting::{Setting, text};

/// What is to be compiled.
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

/// What it took.
#[derive(Clone, Copy, Debug)]
pub struct Built {
    /// The whole process.
    pub wall_seconds: f64,
    /// Without starting an interpreter and importing, where the engine says so; else the whole process.
    pub compile_seconds: f64,
    /// User and system.
    pub processor_seconds: f64,
    /// Peak memory of the process.
    pub peak_kib: u64,
    /// Of the file, or of all files in the folder.
    pub file_bytes: u64,
}

/// Whether an engine can compile with another compression than none.
pub fn compresses(engine: &Engine) -> bool {
    has_word(engine, "{compression}")
}

/// Whether an engine can be told how much memory to use.
pub fn limits_memory(engine: &Engine) -> bool {
    has_word(engine, "{memory}")
}

fn has_word(engine: &Engine, word: &str) -> bool {
    let build = engine.build.as_deref();
    build.is_some_and(|template| template.contains(word))
}

impl Build<'_> {
    /// The command by which an engine does it; nothing if it compiles no files.
    pub fn command(&self, setting: &Setting, engine: &Engine) -> Result<Option<Vec<String>>> {
        let mut words = setting.words();
        words.extend([
            ("input", text(self.input)),
            ("file", text(self.file)),
            ("kind", self.kind.to_owned()),
            ("compression", self.compression.to_owned()),
            ("memory", (self.memory_mib << 20).to_string()),
        ]);
        let template = engine.build.as_deref();
        template.map(|template| fill(template, &words)).transpose()
    }

    /// Does it, in place of what was there before; nothing if the engine compiles no files.
    pub fn run(&self, setting: &Setting, engine: &Engine) -> Result<Option<Built>> {
        let Some(command) = self.command(setting, engine)? else {
            return Ok(None);
        };
        remove(self.file)?;
        let outcome = process::run(&command, Stdio::null())?;
        let wall_seconds = outcome.wall.as_secs_f64();
        let said = outcome.output.lines().last();
        let said = said.and_then(|line| serde_json::from_str::<report::Build>(line).ok());
        Ok(Some(Built {
            wall_seconds,
            compile_seconds: said.map_or(wall_seconds, |said| said.seconds),
            processor_seconds: outcome.processor.as_secs_f64(),
            peak_kib: outcome.peak_kib,
            file_bytes: bytes(self.file)?,
        }))
    }
}

/// Bytes of a file, or of all files in a folder.
pub fn bytes(path: &Path) -> Result<u64> {
    if path.is_dir() {
        return fs::read_dir(path)?.try_fold(0, |sum, entry| Ok(sum + bytes(&entry?.path())?));
    }
    Ok(fs::metadata(path)?.len())
}

/// Removes a file or a folder, if it is there.
pub fn remove(path: &Path) -> Result<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)?;
    } else if path.exists() {
        fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_as_large_as_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join("a"), "123").unwrap();
        fs::write(folder.path().join("b"), "45").unwrap();
        assert_eq!(bytes(folder.path()).unwrap(), 5);
        remove(&inner).unwrap();
        remove(&inner).unwrap();
        assert_eq!(bytes(folder.path()).unwrap(), 2);
    }
}
