//! What the commands that ask queries have in common.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use keyfold_reader::format::deleted;
use keyfold_reader::{Entries, KeySet, MAX_KEY_LEN, Matches, Source};

use super::{refuse_secondary, secondary_values};
use crate::asked;
use crate::error::Exit;
use crate::file::File;
use crate::print::{Hit, write_row};
use crate::rows::Form;
use crate::stdio::Output;

/// No query that is longer is near a key: with four edits, four characters of four bytes can be too many.
const LONGEST: usize = MAX_KEY_LEN + 16;

/// What is asked, and how the answer is printed.
#[derive(Debug, clap::Args)]
pub(crate) struct LookupArgs {
    /// An older dictionary or index to be asked together with FILE, as if they were merged, lists of deleted keys in
    /// `.dk` files beside them included; several from the newest to the oldest
    #[arg(long, value_name = "FILE")]
    over: Vec<PathBuf>,

    /// Value of a secondary key, in a dictionary that has them; to be given for each
    #[arg(long, value_name = "NAME=VALUE")]
    secondary: Vec<OsString>,

    /// Print JSON lines, with `query_b64`, `key_b64` or `value_b64` for what is not UTF-8
    #[arg(long)]
    json: bool,
}

impl LookupArgs {
    /// The entries of the file at `path` and of the older dictionaries.
    pub(super) fn entries(&self, path: &Path) -> Result<Entries> {
        let file = File::open(path)?;
        let mut sources = self.sources(path, &file)?;
        for older_path in &self.over {
            let older = File::open(older_path)?;
            sources.extend(self.sources(older_path, &older)?);
            let (kind, needed) = (older.kind().values(), file.kind().values());
            if kind != needed {
                let (older_path, path) = (older_path.display(), path.display());
                bail!("{older_path}: the kind is {kind}, but {path} is {needed}");
            }
        }
        Ok(Entries::new(sources))
    }

    fn sources(&self, path: &Path, file: &File) -> Result<Vec<Source>> {
        // a dictionary alone is shown as it is
        let deleted = if self.over.is_empty() || matches!(file, File::Index(_)) {
            KeySet::new()
        } else {
            deleted_beside(path)?
        };
        let source = match file {
            File::Dictionary(dictionary) => {
                refuse_secondary(&self.secondary, path)?;
                Source::new(dictionary)
            }
            File::Secondary(_) if !deleted.is_empty() => {
                let path = path.display();
                bail!(
                    "{path}: there are secondary keys: a list of deleted keys cannot say below which values"
                );
            }
            File::Secondary(dictionary) => dictionary
                .under(&secondary_values(&self.secondary, dictionary)?)?
                .source(),
            File::Vector(_) => bail!(
                "{}: a vector has no keys (hint: get takes positions)",
                path.display()
            ),
            File::Index(index) => {
                refuse_secondary(&self.secondary, path)?;
                return Ok(index.entries().sources().to_vec());
            }
        };
        if deleted.is_empty() {
            return Ok(vec![source]);
        }
        Ok(vec![source.deleted(deleted)])
    }

    /// The form that rows are printed in.
    pub(super) fn form(&self) -> Form {
        Form::printed(self.json)
    }

    /// Answers each query. Exits with 1 if one of them finds nothing.
    pub(super) fn answer(
        &self,
        queries: &[OsString],
        measured: bool,
        ask: impl Fn(&[u8]) -> keyfold_reader::Result<Matches<'static>>,
    ) -> Result<Exit> {
        let alone = queries.len() == 1 && queries != ["-"];
        let named = self.json || !alone;
        let mut exit = Exit::Success;
        let mut output = Output::new();
        let answered = asked::each(queries, LONGEST, &mut output, |query, output| {
            let shown = named.then_some(query);
            let found = self.print(shown, measured, ask(query)?, output)?;
            if !found {
                exit = Exit::Missing;
            }
            Ok(())
        });
        // what was found before an error is shown
        output.finish()?;
        answered.map(|()| exit)
    }

    /// Prints what a query finds; false if that is nothing.
    pub(super) fn print(
        &self,
        query: Option<&[u8]>,
        measured: bool,
        mut matches: Matches<'_>,
        output: &mut Output,
    ) -> Result<bool> {
        let mut found = false;
        while matches.advance()? {
            found = true;
            let hit = Hit {
                query,
                key: matches.key(),
                score: measured.then(|| matches.score()),
                value: matches.value(),
            };
            let terminal = output.is_terminal();
            write_row(&hit, Form::printed(self.json), terminal, output.buffer())?;
            output.end_row()?;
        }
        Ok(found)
    }
}

/// The keys that a list beside a dictionary says are deleted in it; none without a list.
fn deleted_beside(path: &Path) -> Result<KeySet> {
    let mut list = path.as_os_str().to_owned();
    list.push(".dk");
    let list = Path::new(&list);
    let bytes = match std::fs::read(list) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(KeySet::new()),
        Err(e) => return Err(e).context(list.display().to_string()),
    };
    deleted::read(&bytes).with_context(|| list.display().to_string())
}
