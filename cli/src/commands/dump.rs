//! `keyfold dump`

use std::path::PathBuf;

use anyhow::{Result, bail};
use keyfold_reader::ValueKind;
use memchr::{memchr, memchr2};

use crate::entries::Entries;
use crate::error::Exit;
use crate::file::File;
use crate::input::PACKED;
use crate::interrupt;
use crate::output::OutputFile;
use crate::print::{Place, write_row};
use crate::rows::Form;
use crate::stdio::Output;

/// Print all entries such that `compile` reads them
///
/// Rows are TSV where every entry fits it, else JSON lines throughout. Compiling the text and dumping the
/// result gives the same text, whatever bytes are in keys and values.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold dump words.kf | head
  keyfold dump cities.kf -o cities.jsonl
  keyfold dump old.kv | keyfold compile --kind json -o new.kf -")]
pub(crate) struct DumpArgs {
    /// File to print
    file: PathBuf,

    /// Write to this file instead; its name decides on the form, as it does for `compile`
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Form of the rows
    #[arg(long, value_enum, value_name = "FORM", default_value_t = OutputFormat::Auto)]
    output_format: OutputFormat,

    /// Replace the output file if it exists
    #[arg(long, requires = "output")]
    force: bool,
}

/// The form that rows are printed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum OutputFormat {
    /// By the output's name, else TSV if every entry fits it
    Auto,
    /// Literal bytes: key, tab, value
    Tsv,
    /// A JSON object per row
    Jsonl,
}

pub(crate) fn run(args: &DumpArgs) -> Result<Exit> {
    let file = File::open(&args.file)?;
    let to_file = args
        .output
        .as_deref()
        .filter(|path| path.as_os_str() != "-");
    let asked = match args.output_format {
        OutputFormat::Auto => to_file.and_then(Form::of_name),
        OutputFormat::Tsv => Some(Form::Tsv),
        OutputFormat::Jsonl => Some(Form::JsonLines),
    };
    let entries = Entries::of(&file)?;
    let fits = |named| fits_tsv(&entries, file.kind().is_vector(), named);
    let form = match asked {
        Some(Form::Tsv) if !fits(true)? => {
            let path = args.file.display();
            bail!("{path}: not every entry fits TSV (hint: --output-format jsonl)");
        }
        None if !fits(false)? => Form::JsonLines,
        asked => asked.unwrap_or(Form::Tsv),
    };
    if let Some(path) = to_file {
        interrupt::watch()?;
        write_file(&entries, form, OutputFile::create(path, args.force)?)?;
    } else {
        print(&entries, form)?;
    }
    Ok(Exit::Success)
}

fn write_file(entries: &Entries<'_>, form: Form, mut output: OutputFile) -> Result<()> {
    let mut row = Vec::new();
    entries.each(|entry| {
        row.clear();
        write_row(entry, form, false, &mut row)?;
        interrupt::check()?;
        output.write(&row)?;
        Ok(true)
    })?;
    Ok(output.publish()?)
}

fn print(entries: &Entries<'_>, form: Form) -> Result<()> {
    let mut output = Output::new();
    let printed = entries.each(|entry| {
        let terminal = output.is_terminal();
        write_row(entry, form, terminal, output.buffer())?;
        output.end_row()?;
        Ok(true)
    });
    // what came before an error is shown
    output.finish()?;
    printed
}

/// Whether every entry fits TSV. Unless the text is `named` TSV, its beginning must not look like anything
/// else either.
fn fits_tsv(entries: &Entries<'_>, vector: bool, named: bool) -> Result<bool> {
    let mut fits = true;
    let mut first = true;
    entries.each(|entry| {
        if std::mem::take(&mut first) {
            let mut row = Vec::new();
            write_row(entry, Form::Tsv, false, &mut row)?;
            row.pop();
            let json_lines = Form::of_first_row(&row, vector) == Form::JsonLines;
            let packed = PACKED.iter().any(|magic| row.starts_with(magic));
            fits &= !packed && (named || !json_lines);
        }
        let key = match entry.place {
            Place::Key(key) => key,
            Place::Index(_) | Place::Next => b"",
        };
        let splits = |part: &[u8]| memchr2(b'\t', b'\n', part).is_some();
        fits &= !splits(key) && !entry.fields.iter().any(|field| splits(field));
        // only strings may hold a line end: JSON text escapes it
        if let Some(value) = entry.value
            && value.kind() == ValueKind::String
            && let Some(text) = value.raw()?
        {
            fits &= memchr(b'\n', &text.payload).is_none();
        }
        Ok(fits)
    })?;
    Ok(fits)
}
