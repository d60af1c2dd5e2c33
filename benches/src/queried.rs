//! What queries with several matches need: rows that only they are asked of, the queries themselves, the same answers.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Result, ensure};

use crate::build::Build;
use crate::definitions::{Corpus, Operation};
use crate::process;
use crate::setting::{Setting, text};
use crate::size::NONE;

const MEMORY_MIB: u64 = 1024;

/// Compiles rows by the engines that can be asked this, or by those that write the files for them.
pub fn compile(setting: &Setting, corpus: &Corpus, operation: Operation) -> Result<()> {
    let files = setting.files(corpus)?;
    for engine in &setting.definitions.engine {
        let file = setting.written(&engine.name, corpus);
        let asked = setting.in_turn(operation, 0);
        if asked
            .iter()
            .any(|asked| setting.file(asked, corpus) == file)
        {
            let job = Build {
                input: &files.rows,
                file: &file,
                kind: &corpus.kind,
                compression: NONE,
                memory_mib: MEMORY_MIB,
            };
            job.run(setting, engine)?;
        }
    }
    Ok(())
}

/// A file of the beginnings of keys drawn at random, one per line: one with many keys comes often.
pub fn prefixes(setting: &Setting, corpus: &Corpus, bytes: usize, count: usize) -> Result<PathBuf> {
    let path = setting.work.join(format!("{}.prefixes", corpus.name));
    let keys = setting.files(corpus)?.hits;
    let numbers = [bytes.to_string(), count.to_string()];
    let mut words = vec![setting.prepare()?, "prefixes".into()];
    words.extend([text(&keys), text(&path)].into_iter().chain(numbers));
    process::run(&words, Stdio::null())?;
    Ok(path)
}

/// A packed text, from the top of the repository, unpacked.
pub fn unpacked(setting: &Setting, source: &str) -> Result<PathBuf> {
    let path = setting.work.join("text");
    let mut words = vec![setting.prepare()?, "unpack".into()];
    words.extend([text(&setting.root.join(source)), text(&path)]);
    process::run(&words, Stdio::null())?;
    Ok(path)
}

/// What the first engine answered: the number of matches and a checksum.
#[derive(Debug, Default)]
pub struct Due(Option<(u64, String)>);

impl Due {
    /// An error unless this engine answers as the first one.
    pub fn check(&mut self, engine: &str, found: u64, checksum: &str) -> Result<()> {
        let this = (found, checksum.to_owned());
        let due = self.0.get_or_insert_with(|| this.clone());
        ensure!(
            this == *due,
            "{engine} finds something else than the engines before: {this:?}, not {due:?}"
        );
        Ok(())
    }
}
