//! `keyfold index upsert`

use anyhow::Result;
use keyfold_compiler::index::Change;

use super::change::ChangeArgs;
use crate::error::Exit;

/// Add fields to documents
///
/// A field replaces that of the same name, others stay; a key that is not stored gets a document of these fields alone. Those given
/// as arguments are written together, all or none. Rows `key<TAB>fields` of standard input are written as they come.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  keyfold index upsert cities Oslo '{\"population\":709037}'")]
pub(crate) struct UpsertArgs {
    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &UpsertArgs) -> Result<Exit> {
    args.change
        .run(|key, fields| Change::Upsert { key, fields })
}
