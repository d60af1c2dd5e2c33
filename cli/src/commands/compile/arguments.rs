//! The arguments of `keyfold compile`, and the options they stand for.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::ValueEnum;
use keyfold_compiler::{OnDuplicate, Options};
use keyfold_reader::{Compression, Precision, TextRule};

use crate::kind::Kind;
use crate::layout::LayoutArgs;
use crate::rows::{Form, MAX_FIELDS};
use crate::size;

/// Compile rows of keys and values into a file
///
/// Input is TSV or JSON lines, plain or packed with gzip or zstd, in any order. TSV is literal: a row ends at
/// LF and is split at the first tab, nothing is escaped; rows of kind key-only are the key, rows of vectors
/// the value. With secondary keys their values come first, each ended by a tab. A float vector is numbers
/// parted by commas.
///
/// JSON lines are objects {"key":"..","value":..}, with {"secondary":{"tenant":".."}} where there are secondary
/// keys; `key_b64`, `value_b64` and `secondary_b64` take bytes in base64.
///
/// A row that cannot be stored stops the build with its file and line, unless --skip-bad-rows says where to
/// put it. The last line on standard error accounts for all rows.
///
/// The output appears complete or not at all. The same options and rows give the same bytes, whatever the
/// order of the rows (as long as no key is repeated) and the number of threads.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold compile --kind int -o words.kf words.tsv.gz
  keyfold compile --kind json --profile small -o cities.kf exports/
  zcat log.gz | cut -f2 | keyfold compile --kind key-only -o seen.kf -
  keyfold compile --kind string --secondary tenant,user -o users.kf users.jsonl

The last line on standard error:
  rows read 9 = keys written 7 + duplicates 1 + rejected 1")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of the command line"
)]
pub(crate) struct CompileArgs {
    /// What the file is to hold
    #[arg(long, value_enum)]
    pub(crate) kind: Kind,

    /// File to write
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,

    /// Files, folders (all files in them, by name), or `-` for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    #[command(flatten)]
    layout: LayoutArgs,

    /// Form of the rows
    #[arg(long, value_enum, value_name = "FORM", default_value_t = InputFormat::Auto)]
    pub(crate) input_format: InputFormat,

    /// Names of secondary keys: each key stands under a value of each of them
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    secondary: Vec<String>,

    /// Store keys without regard to case, so that `find` finds them in text however it is spelled; each spelling keeps its
    /// value, and `get` takes keys as they were spelled
    #[arg(long)]
    fold_case: bool,

    /// Store keys without regard to how Unicode encodes them (normalisation form KC), so that `find` finds them in text
    /// whatever its form
    #[arg(long)]
    nfkc: bool,

    /// Row that stays of those with the same key [default: last]
    #[arg(long, value_enum, value_name = "ROW")]
    on_duplicate: Option<Duplicate>,

    /// The input is in ascending byte order of the keys: write it as it comes, without sorting; a key out of
    /// order is an error
    #[arg(long)]
    pub(crate) sorted: bool,

    /// Put rows that cannot be stored into this file and go on
    #[arg(long, value_name = "FILE")]
    pub(crate) skip_bad_rows: Option<PathBuf>,

    /// Keep text that is not JSON as a string, as keyvi does
    #[arg(long)]
    json_or_text: bool,

    /// Most memory to use, such as 64MiB or 500MB [default: 1GiB]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    memory_limit: Option<usize>,

    /// Folder for temporary files [default: the system's]
    #[arg(long, value_name = "DIR")]
    temporary_path: Option<PathBuf>,

    /// Compression of those JSON documents and float vectors that it makes smaller [default: none]
    #[arg(long, value_enum, value_name = "NAME")]
    compression: Option<CompressionName>,

    /// Documents of more bytes than this are compressed [default: 32]
    #[arg(long, value_name = "BYTES")]
    compression_threshold: Option<usize>,

    /// Whether equal states and equal values are stored once [default: on]
    #[arg(long, value_enum, value_name = "SWITCH")]
    minimization: Option<Switch>,

    /// How numbers in JSON documents are stored [default: double]
    #[arg(long, value_enum, value_name = "PRECISION")]
    floating_point_precision: Option<PrecisionName>,

    /// More rows than this are sorted on all cores [default: 10000]
    #[arg(long, value_name = "ROWS")]
    parallel_sort_threshold: Option<usize>,

    /// Length of every float vector [default: 10]
    #[arg(long, value_name = "N")]
    vector_size: Option<usize>,

    /// Any of the options above by keyvi's name, such as `memory_limit_mb=5`; may be repeated
    #[arg(long = "option", value_name = "NAME=VALUE")]
    named: Vec<String>,

    /// Free text to be stored in the file
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    manifest: String,

    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,

    /// Threads that encode and sort [default: as many as there are cores]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<std::num::NonZero<usize>>,

    /// Print nothing but errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// The form of rows, as arguments tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputFormat {
    /// By the name (.tsv .txt .jsonl .ndjson, then .gz or .zst), else by the first row
    Auto,
    /// Literal bytes: key, tab, value
    Tsv,
    /// A JSON object per row
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Duplicate {
    /// The one that comes last
    Last,
    /// The one that comes first
    First,
    /// None: a repeated key is an error
    Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CompressionName {
    None,
    Zlib,
    Snappy,
    Zstd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PrecisionName {
    Single,
    Double,
}

impl InputFormat {
    /// The form that the rows are said to have.
    pub(crate) fn form(self) -> Option<Form> {
        match self {
            InputFormat::Auto => None,
            InputFormat::Tsv => Some(Form::Tsv),
            InputFormat::Jsonl => Some(Form::JsonLines),
        }
    }
}

impl CompileArgs {
    /// The options of the build. Those given by keyvi's names come first.
    pub(crate) fn options(&self) -> Result<Options> {
        self.check()?;
        let mut options = Options::new(self.kind.values());
        for option in &self.named {
            let Some((name, value)) = option.split_once('=') else {
                bail!("--option {option}: NAME=VALUE is needed");
            };
            options.set(name, value)?;
        }
        set(&mut options.memory_limit, self.memory_limit);
        set(&mut options.temporary_path, self.temporary_path.clone());
        set(
            &mut options.compression_threshold,
            self.compression_threshold,
        );
        set(
            &mut options.parallel_sort_threshold,
            self.parallel_sort_threshold,
        );
        set(&mut options.vector_size, self.vector_size);
        set(
            &mut options.minimization,
            self.minimization.map(|switch| switch == Switch::On),
        );
        let compression = self.compression.map(|name| match name {
            CompressionName::None => Compression::None,
            CompressionName::Zlib => Compression::Zlib,
            CompressionName::Snappy => Compression::Snappy,
            CompressionName::Zstd => Compression::Zstd,
        });
        set(&mut options.compression, compression);
        let precision = self.floating_point_precision.map(|name| match name {
            PrecisionName::Single => Precision::Single,
            PrecisionName::Double => Precision::Double,
        });
        set(&mut options.floating_point_precision, precision);
        let on_duplicate = self.on_duplicate.map(|name| match name {
            Duplicate::Last => OnDuplicate::Last,
            Duplicate::First => OnDuplicate::First,
            Duplicate::Error => OnDuplicate::Error,
        });
        set(&mut options.on_duplicate, on_duplicate);
        let format = options.format;
        self.layout.apply(&mut options, format)?;
        options.json_or_text = self.json_or_text;
        options.secondary.clone_from(&self.secondary);
        options.text_rule = self.text_rule();
        options.manifest.clone_from(&self.manifest);
        Ok(options)
    }

    fn text_rule(&self) -> TextRule {
        TextRule {
            fold_case: self.fold_case,
            nfkc: self.nfkc,
        }
    }

    /// Options that do not go together.
    fn check(&self) -> Result<()> {
        if !self.text_rule().is_none()
            && (self.kind.is_vector() || self.sorted || !self.secondary.is_empty())
        {
            bail!(
                "--fold-case and --nfkc are for dictionaries without secondary keys, and without --sorted"
            );
        }
        if self.json_or_text && !matches!(self.kind, Kind::Json | Kind::Vector) {
            bail!("--json-or-text is for JSON documents: --kind json or vector");
        }
        if self.kind.is_vector()
            && (self.sorted || self.on_duplicate.is_some() || !self.secondary.is_empty())
        {
            bail!(
                "a vector has no keys: --sorted, --on-duplicate and --secondary are for dictionaries"
            );
        }
        if self.kind.is_vector() && !self.layout.is_empty() {
            bail!("a vector has one layout: --format and --profile are for dictionaries");
        }
        if self.sorted && !self.secondary.is_empty() {
            bail!("--sorted and --secondary exclude each other");
        }
        let mut names = self.secondary.clone();
        names.sort();
        names.dedup();
        if names.len() < self.secondary.len() || names.iter().any(String::is_empty) {
            bail!(
                "--secondary {}: names must differ, and none may be empty",
                self.secondary.join(",")
            );
        }
        if names.len() > MAX_FIELDS {
            bail!(
                "--secondary: {} names, {MAX_FIELDS} are possible",
                names.len()
            );
        }
        Ok(())
    }
}

fn set<T>(option: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *option = given;
    }
}
