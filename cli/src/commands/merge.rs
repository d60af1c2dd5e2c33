//! `keyfold merge`

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use keyfold_compiler::{Format, MergeMode, Merger, Options};
use keyfold_reader::{Dictionary, ValueKind};

use crate::error::Exit;
use crate::file::File;
use crate::layout::LayoutArgs;
use crate::progress::Bar;
use crate::{interrupt, output, size};

/// Merge dictionaries into one
///
/// Inputs are given from the oldest to the newest: of entries with the same key the newest stays. They must
/// have the same kind and the same secondary keys. If a list of deleted keys stands beside an input, named
/// like it with `.dk` appended, these keys count as deleted in it.
///
/// The output is a keyvi file if all inputs are, else a native one, unless --format says which.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold merge -o all.kf january.kf february.kf march.kf
  keyfold merge --format native -o words.kf words.kv")]
pub(crate) struct MergeArgs {
    /// File to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    layout: LayoutArgs,

    /// Dictionaries, the oldest first
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// Copy the values of each input as a whole: faster, but values of replaced and deleted keys stay
    #[arg(long)]
    append: bool,

    /// Free text to be stored in the file
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    manifest: String,

    /// Most memory to use, such as 64MiB or 500MB
    #[arg(long, value_name = "SIZE", value_parser = size::parse, default_value = "1GiB")]
    memory_limit: usize,

    /// Folder for temporary files [default: the system's]
    #[arg(long, value_name = "DIR")]
    temporary_path: Option<PathBuf>,

    /// Replace the output file if it exists
    #[arg(long)]
    force: bool,

    /// Print nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

pub(crate) fn run(args: MergeArgs) -> Result<Exit> {
    output::check(&args.output, args.force)?;
    interrupt::watch()?;
    // the kind is that of the inputs
    let mut options = Options::new(ValueKind::KeyOnly);
    options.memory_limit = args.memory_limit;
    options.manifest = args.manifest;
    if let Some(path) = args.temporary_path {
        options.temporary_path = path;
    }
    let mode = if args.append {
        MergeMode::Append
    } else {
        MergeMode::Deduplicate
    };
    let mut keys = 0;
    let mut keyvi = true;
    for path in &args.inputs {
        let dictionary = dictionary(path)?;
        keys += dictionary.len();
        keyvi &= dictionary.fsa().sparse_array().is_some();
    }
    let default = if keyvi { Format::Keyvi } else { Format::Native };
    args.layout.apply(&mut options, default)?;
    let mut merger = Merger::new(options, mode);
    for path in &args.inputs {
        merger.add(path)?;
    }
    let bar = Bar::over_entries(keys, "merging", args.quiet);
    let shown = bar.clone();
    merger.on_progress(Box::new(move |progress| {
        shown.set_position(progress.keys_written);
        !interrupt::requested()
    }));
    let finished = merger.finish(&args.output, args.force);
    bar.clear();
    let summary = finished?;
    if !args.quiet {
        let (rows, keys) = (summary.rows, summary.keys);
        eprintln!(
            "entries read {} = keys written {keys} + replaced {} + deleted {}",
            rows.read, rows.duplicates, rows.rejected
        );
    }
    Ok(Exit::Success)
}

/// An input.
fn dictionary(path: &Path) -> Result<Dictionary> {
    match File::open(path)? {
        File::Dictionary(dictionary) => Ok(dictionary),
        File::Secondary(dictionary) => Ok(dictionary.dictionary().clone()),
        File::Vector(_) => bail!("{}: a vector has no keys to merge by", path.display()),
        File::Index(_) => bail!(
            "{}: an index is merged in its place (hint: keyfold index compact)",
            path.display()
        ),
    }
}
