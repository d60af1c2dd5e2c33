//! `keyfold index set`

use anyhow::Result;
use keyfold_compiler::index::Change;

use super::change::ChangeArgs;
use crate::error::Exit;

/// Give keys documents, in place of those they had
///
/// Documents are any JSON; an index that keeps types takes objects. Those given as arguments are written together, all or
/// none. Rows `key<TAB>document` of standard input are written as they come; `load` is faster where there are many.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold index set cities Oslo '{\"country\":\"NO\"}' Bergen '{\"country\":\"NO\"}'
  tail -f changes.tsv | keyfold index set cities -")]
pub(crate) struct SetArgs {
    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &SetArgs) -> Result<Exit> {
    args.change
        .run(|key, document| Change::Set { key, document })
}
