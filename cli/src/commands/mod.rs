//! The commands, one file each.

mod compile;
mod complete;
mod completions;
mod dump;
mod find;
mod fuzzy;
mod get;
mod grep;
mod index;
mod lookup;
mod merge;
mod near;
mod rank;
mod scan;
mod select;
mod stats;
mod verify;
mod words;

use std::ffi::OsStr;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use keyfold_reader::{Dictionary, SecondaryDictionary};

use crate::error::Exit;
use crate::file::File;

/// Compile keys and values into one immutable file, and look them up in it
///
/// A file holds byte string keys with values of one kind. It is memory-mapped: looking into it loads
/// nothing, and any number of processes share its pages. Files of keyvi 0.7 are read as they are, and written
/// with --format keyvi. The folder of an index, which takes changes, counts as a file: see keyfold index.
///
/// Data goes to standard output, everything else to standard error.
#[derive(Debug, Parser)]
#[command(
    name = "keyfold",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "\
Examples:
  keyfold compile --kind json -o cities.kf cities.tsv
  keyfold get cities.kf 'Oslo, Norway'
  keyfold scan cities.kf --prefix Oslo
  keyfold fuzzy cities.kf 'Olso, Norway'

Exit codes: 0 fine, 1 something asked for is not there, 2 an error, 130 interrupted. A closed pipe is no error."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Compile(Box<compile::CompileArgs>),
    Get(get::GetArgs),
    Scan(scan::ScanArgs),
    Near(near::NearArgs),
    Fuzzy(fuzzy::FuzzyArgs),
    Complete(complete::CompleteArgs),
    Words(words::WordsArgs),
    Grep(grep::GrepArgs),
    Find(find::FindArgs),
    Rank(rank::RankArgs),
    Select(select::SelectArgs),
    Dump(dump::DumpArgs),
    Stats(stats::StatsArgs),
    Merge(merge::MergeArgs),
    Verify(verify::VerifyArgs),
    Index(index::IndexArgs),
    Completions(completions::CompletionsArgs),
}

/// Runs a command.
pub(crate) fn run(arguments: Arguments) -> Result<Exit> {
    match arguments.command {
        Command::Compile(args) => compile::run(&args),
        Command::Get(args) => get::run(&args),
        Command::Scan(args) => scan::run(&args),
        Command::Near(args) => near::run(&args),
        Command::Fuzzy(args) => fuzzy::run(&args),
        Command::Complete(args) => complete::run(&args),
        Command::Words(args) => words::run(&args),
        Command::Grep(args) => grep::run(&args),
        Command::Find(args) => find::run(&args),
        Command::Rank(args) => rank::run(&args),
        Command::Select(args) => select::run(&args),
        Command::Dump(args) => dump::run(&args),
        Command::Stats(args) => stats::run(&args),
        Command::Merge(args) => merge::run(args),
        Command::Verify(args) => verify::run(&args),
        Command::Index(args) => index::run(&args),
        Command::Completions(args) => completions::run(&args),
    }
}

/// The values given as `NAME=VALUE` for the secondary keys of a dictionary, in its order.
fn secondary_values<'a>(
    given: &'a [std::ffi::OsString],
    dictionary: &SecondaryDictionary,
) -> Result<Vec<&'a [u8]>> {
    let path = dictionary.dictionary().path().display();
    let names = dictionary.names();
    let mut values = vec![None; names.len()];
    for pair in given.iter().map(|pair| pair.as_encoded_bytes()) {
        let Some(at) = pair.iter().position(|&byte| byte == b'=') else {
            bail!("--secondary {}: NAME=VALUE is needed", shown(pair));
        };
        let (name, value) = (&pair[..at], &pair[at + 1..]);
        let Some(number) = names.iter().position(|known| known.as_bytes() == name) else {
            bail!(
                "{path}: there is no secondary key {}, only {}",
                shown(name),
                names.join(", ")
            );
        };
        if values[number].replace(value).is_some() {
            bail!("--secondary {} is given twice", shown(name));
        }
    }
    let missing: Vec<&str> = names
        .iter()
        .zip(&values)
        .filter(|(_, value)| value.is_none())
        .map(|(name, _)| &name[..])
        .collect();
    if !missing.is_empty() {
        let hint: Vec<String> = missing
            .iter()
            .map(|name| format!("--secondary {name}=VALUE"))
            .collect();
        bail!(
            "{path}: keys stand under secondary keys (hint: {})",
            hint.join(" ")
        );
    }
    Ok(values.into_iter().flatten().collect())
}

/// The dictionary whose keys are numbered.
fn numbered(file: &File) -> Result<&Dictionary> {
    match file {
        File::Dictionary(dictionary) => Ok(dictionary),
        File::Secondary(dictionary) => bail!(
            "{}: keys below secondary keys have no ordinals",
            dictionary.dictionary().path().display()
        ),
        File::Vector(vector) => bail!(
            "{}: a vector has no keys (hint: get takes positions)",
            vector.path().display()
        ),
        File::Index(index) => bail!(
            "{}: keys of an index have no ordinals, since they change",
            index.folder().display()
        ),
    }
}

fn refuse_secondary(given: &[std::ffi::OsString], path: &std::path::Path) -> Result<()> {
    if given.is_empty() {
        return Ok(());
    }
    bail!(
        "{}: there are no secondary keys in this file",
        path.display()
    )
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn bytes(text: Option<&OsStr>) -> Option<&[u8]> {
    text.map(OsStr::as_encoded_bytes)
}
