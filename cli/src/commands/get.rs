//! `keyfold get`

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, bail};
use keyfold_reader::index::Fields;
use keyfold_reader::{MAX_KEY_LEN, Value, msgpack, msgpack_to_json};

use super::{refuse_secondary, secondary_values, shown};
use crate::asked;
use crate::error::Exit;
use crate::file::File;
use crate::print::{Columns, Entry, Members, Place, Row, write_row};
use crate::rows::Form;
use crate::stdio::Output;

/// Look up keys
///
/// Prints a row `key<TAB>value` for each key that is stored, in the order asked for; a key that is not stored
/// prints nothing. Exits with 0 if all keys were found, 1 if some were not, 2 after an error.
///
/// Values are shown as text: digits, the string, the JSON document, or numbers. The file may also be a
/// vector; keys are positions then, from 0 on. Or it is the folder of an index.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold get words.kf mountain lighthouse
  cut -f1 queries.tsv | keyfold get words.kf > found.tsv
  keyfold get users.kf --secondary tenant=acme alice")]
pub(crate) struct GetArgs {
    /// File to look into
    file: PathBuf,

    /// Keys; none, or `-` alone: one per row of standard input
    #[arg(value_name = "KEY")]
    keys: Vec<OsString>,

    /// Print JSON lines: {"key":..,"value":..}, with `key_b64` or `value_b64` for what is not UTF-8
    #[arg(long, conflicts_with = "raw")]
    json: bool,

    /// Print the bytes of the values alone, nothing between them: text of integers and strings,
    /// MessagePack of JSON documents, little-endian floats
    #[arg(long)]
    raw: bool,

    /// Only these fields of JSON documents, those that a document has; others are not decoded
    #[arg(
        long,
        value_name = "NAME,..",
        value_delimiter = ',',
        conflicts_with = "raw"
    )]
    fields: Vec<String>,

    /// Value of a secondary key, in a dictionary that has them; to be given for each
    #[arg(long, value_name = "NAME=VALUE")]
    secondary: Vec<OsString>,
}

pub(crate) fn run(args: &GetArgs) -> Result<Exit> {
    let file = File::open(&args.file)?;
    match &file {
        File::Dictionary(dictionary) => {
            refuse_secondary(&args.secondary, &args.file)?;
            look_up(args, |key| {
                let value = dictionary.get_spelled(key)?;
                Ok(value.map(|value| (Place::Key(key), value)))
            })
        }
        File::Secondary(dictionary) => {
            let view = dictionary.under(&secondary_values(&args.secondary, dictionary)?)?;
            look_up(args, |key| {
                Ok(view.get(key)?.map(|value| (Place::Key(key), value)))
            })
        }
        File::Index(index) => {
            refuse_secondary(&args.secondary, &args.file)?;
            let snapshot = index.snapshot();
            look_up(args, |key| {
                Ok(snapshot.get(key)?.map(|value| (Place::Key(key), value)))
            })
        }
        File::Vector(vector) => {
            refuse_secondary(&args.secondary, &args.file)?;
            look_up(args, |key| {
                let index = std::str::from_utf8(key)
                    .ok()
                    .and_then(|key| key.parse().ok());
                let Some(index) = index else {
                    bail!("{}: not a position in a vector", shown(key))
                };
                Ok(vector.get(index)?.map(|value| (Place::Index(index), value)))
            })
        }
    }
}

fn look_up<'d>(
    args: &GetArgs,
    get: impl for<'k> Fn(&'k [u8]) -> Result<Option<(Place<'k>, Value<'d>)>>,
) -> Result<Exit> {
    let mut output = Output::new();
    let mut exit = Exit::Success;
    let mut answer = |key: &[u8], output: &mut Output| -> Result<()> {
        let Some((place, value)) = get(key)? else {
            exit = Exit::Missing;
            return Ok(());
        };
        if args.raw {
            write_raw(value, output.buffer())?;
        } else if !args.fields.is_empty() {
            let picked = Picked {
                key,
                text: pick(value, &args.fields)?,
            };
            let terminal = output.is_terminal();
            write_row(&picked, Form::printed(args.json), terminal, output.buffer())?;
        } else {
            let form = Form::printed(args.json);
            let entry = Entry {
                names: &[],
                fields: &[],
                place,
                value: Some(value),
            };
            let terminal = output.is_terminal();
            write_row(&entry, form, terminal, output.buffer())?;
        }
        output.end_row()
    };
    let asked = asked::each(&args.keys, MAX_KEY_LEN, &mut output, &mut answer);
    // what was found before an error is shown
    output.finish()?;
    asked.map(|()| exit)
}

/// Some fields of a document.
struct Picked<'k> {
    key: &'k [u8],
    /// The fields as a JSON object.
    text: Vec<u8>,
}

impl Row for Picked<'_> {
    fn columns(&self, columns: &mut Columns<'_>) -> keyfold_reader::Result<()> {
        columns.text(self.key);
        columns.text(&self.text);
        Ok(())
    }

    fn members(&self, members: &mut Members<'_>) -> keyfold_reader::Result<()> {
        members.string("key", self.key);
        members.name("value").extend_from_slice(&self.text);
        Ok(())
    }
}

/// The named fields of a document, as a JSON object.
fn pick(value: Value<'_>, names: &[String]) -> Result<Vec<u8>> {
    let fields = Fields::of(value, names)?;
    let there: Vec<_> = names
        .iter()
        .zip(fields.iter())
        .filter_map(|(name, field)| Some((name, field?)))
        .collect();
    let mut document = Vec::new();
    msgpack::write_map_header(there.len(), &mut document);
    for (name, field) in there {
        msgpack::write_str(name.as_bytes(), &mut document);
        document.extend_from_slice(field.msgpack());
    }
    let mut text = Vec::new();
    msgpack_to_json(&document, &mut text)?;
    Ok(text)
}

/// Appends the bytes of a value.
fn write_raw(value: Value<'_>, out: &mut Vec<u8>) -> Result<()> {
    use keyfold_reader::ValueKind;
    match value.kind() {
        ValueKind::KeyOnly => {}
        ValueKind::Int | ValueKind::Completion | ValueKind::String => value.write_text(out)?,
        ValueKind::Json => out.extend_from_slice(&value.msgpack()?),
        ValueKind::FloatVector => {
            let floats = value.floats()?;
            out.extend(floats.iter().flat_map(|float| float.to_le_bytes()));
        }
    }
    Ok(())
}
