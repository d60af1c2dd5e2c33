//! `keyfold index`: the commands that write an index, one file each, and those that look at one as a whole.

mod change;
mod compact;
mod create;
mod delete;
mod flush;
mod get;
mod group;
mod load;
mod set;
mod stats;
mod stream;
mod target;
mod upsert;
mod verify;
mod watch;

use anyhow::Result;
use clap::Subcommand;

use crate::error::Exit;

/// Write and watch an index: a folder that counts as one file and takes changes
///
/// An index holds JSON documents by their keys. One process writes it at a time, any number of others read it meanwhile, with all commands
/// that take a file: get, scan, near, fuzzy, complete, words, grep, find, dump, stats and verify.
///
/// What was written stands in a log first, as durable as the index was created for, and is seen by readers when it has
/// become part of a segment: at once where a command says nothing else. Indexes of keyvi are read and written, too.
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  keyfold index create cities --schema population=int64
  keyfold index load cities cities.tsv.gz
  keyfold index set cities Oslo '{\"population\":709037}'
  keyfold fuzzy cities Olso"
)]
pub(crate) struct IndexArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Create(create::CreateArgs),
    Load(load::LoadArgs),
    Set(set::SetArgs),
    Upsert(upsert::UpsertArgs),
    Delete(delete::DeleteArgs),
    Get(get::IndexGetArgs),
    Flush(flush::FlushArgs),
    Compact(compact::CompactArgs),
    Stats(stats::IndexStatsArgs),
    Verify(verify::IndexVerifyArgs),
    Watch(watch::WatchArgs),
}

pub(crate) fn run(args: &IndexArgs) -> Result<Exit> {
    match &args.command {
        Command::Create(args) => create::run(args),
        Command::Load(args) => load::run(args),
        Command::Set(args) => set::run(args),
        Command::Upsert(args) => upsert::run(args),
        Command::Delete(args) => delete::run(args),
        Command::Get(args) => get::run(args),
        Command::Flush(args) => flush::run(args),
        Command::Compact(args) => compact::run(args),
        Command::Stats(args) => stats::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Watch(args) => watch::run(args),
    }
}
