//! What the commands that change single keys have in common.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use keyfold_compiler::index::Change;
use keyfold_reader::{MAX_KEY_LEN, MAX_VALUE_LEN, Precision, json_to_msgpack};
use memchr::memchr;

use super::stream::StreamArgs;
use super::target::Target;
use crate::commands::shown;
use crate::error::Exit;

/// Most bytes of a row: each byte of the longest value may be escaped.
const LONGEST_ROW: usize = MAX_VALUE_LEN
    .saturating_mul(2)
    .saturating_add(MAX_KEY_LEN + 1);

/// Keys and what they get.
#[derive(Debug, clap::Args)]
pub(super) struct ChangeArgs {
    /// Folder of the index
    folder: PathBuf,

    /// Keys, each with its document as JSON; none, or `-` alone: rows of standard input
    #[arg(value_names = ["KEY", "DOCUMENT"], num_args = 0..)]
    pairs: Vec<OsString>,

    #[command(flatten)]
    stream: StreamArgs,
}

/// A key and what it gets, `MessagePack`.
type Pair = (Vec<u8>, Vec<u8>);

impl ChangeArgs {
    /// Makes the changes.
    pub(super) fn run(
        &self,
        change: impl for<'a> Fn(&'a [u8], &'a [u8]) -> Change<'a>,
    ) -> Result<Exit> {
        let write = |target: &Target, pairs: &[Pair]| {
            let changes: Vec<Change<'_>> = pairs.iter().map(|(k, d)| change(k, d)).collect();
            Ok(target.write(&changes)?)
        };
        if self.pairs.is_empty() || self.pairs == ["-"] {
            return Target::with(&self.folder, |target| {
                self.stream
                    .each_group(LONGEST_ROW, pair_of_row, |pairs| write(target, pairs))
            });
        }
        let parts: Vec<&[u8]> = self.pairs.iter().map(|it| it.as_encoded_bytes()).collect();
        let pairs: Vec<Pair> = parts
            .chunks(2)
            .map(|pair| match *pair {
                [key, document] => pair_of(key, document),
                _ => bail!("{}: a document is missing", shown(pair[0])),
            })
            .collect::<Result<_>>()?;
        Target::with(&self.folder, |target| write(target, &pairs))?;
        Ok(Exit::Success)
    }
}

fn pair_of(key: &[u8], document: &[u8]) -> Result<Pair> {
    let mut out = Vec::new();
    json_to_msgpack(document, Precision::Double, &mut out)
        .with_context(|| format!("the document of {}", shown(key)))?;
    Ok((key.to_vec(), out))
}

fn pair_of_row(row: &[u8]) -> Result<Pair> {
    let tab = memchr(b'\t', row).context("there is no tab between key and document")?;
    pair_of(&row[..tab], &row[tab + 1..])
}
