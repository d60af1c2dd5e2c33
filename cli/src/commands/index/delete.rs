//! `keyfold index delete`

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, bail};
use keyfold_compiler::index::{Change, FieldPattern};
use keyfold_reader::MAX_KEY_LEN;

use super::stream::StreamArgs;
use super::target::Target;
use crate::error::Exit;

/// Delete keys, or fields of documents
///
/// A key that is not stored stays so, which is no error. Keys given as arguments are deleted together, all or none; those of rows of
/// standard input as they come.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold index delete cities Oslo Bergen
  cut -f1 gone.tsv | keyfold index delete cities --group 1000 -
  keyfold index delete cities --fields mayor,area Oslo
  keyfold index delete cities --fields 'tmp_*' --everywhere")]
pub(crate) struct DeleteArgs {
    /// Folder of the index
    folder: PathBuf,

    /// Keys; none, or `-` alone: one per row of standard input
    #[arg(value_name = "KEY")]
    keys: Vec<OsString>,

    /// Delete these fields of the documents instead, which stay
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    fields: Vec<String>,

    /// Delete the fields of all documents; names may end in `*` for all that start so
    #[arg(long, requires = "fields", conflicts_with_all = ["keys", "all"])]
    everywhere: bool,

    /// Delete all keys
    #[arg(long, conflicts_with_all = ["keys", "fields"])]
    all: bool,

    #[command(flatten)]
    stream: StreamArgs,
}

pub(crate) fn run(args: &DeleteArgs) -> Result<Exit> {
    Target::with(&args.folder, |target| delete(args, target))
}

fn delete(args: &DeleteArgs, target: &Target) -> Result<Exit> {
    if args.all {
        target.delete_all()?;
        return Ok(Exit::Success);
    }
    let names: Vec<&str> = args.fields.iter().map(|name| &name[..]).collect();
    if args.everywhere {
        for name in names {
            target.drop_field(match name.strip_suffix('*') {
                Some(prefix) => FieldPattern::Prefixed(prefix),
                None => FieldPattern::Named(name),
            })?;
        }
        return Ok(Exit::Success);
    }
    if args.keys.is_empty() || args.keys == ["-"] {
        return args.stream.each_group(MAX_KEY_LEN, key, |keys| {
            let changes: Vec<Change<'_>> = keys.iter().map(|key| change(key, &names)).collect();
            Ok(target.write(&changes)?)
        });
    }
    let changes: Vec<Change<'_>> = args
        .keys
        .iter()
        .map(|key| change(key.as_encoded_bytes(), &names))
        .collect();
    target.write(&changes)?;
    Ok(Exit::Success)
}

fn change<'a>(key: &'a [u8], names: &'a [&'a str]) -> Change<'a> {
    if names.is_empty() {
        Change::Delete { key }
    } else {
        Change::DeleteFields { key, names }
    }
}

fn key(row: &[u8]) -> Result<Vec<u8>> {
    if row.len() > MAX_KEY_LEN {
        bail!("the key has more than {MAX_KEY_LEN} bytes");
    }
    Ok(row.to_vec())
}
